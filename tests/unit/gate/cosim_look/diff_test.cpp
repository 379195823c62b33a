// Where two wave files part.
#include "unit/gate/cosim_look/look_fixture.h"

namespace heddle::gate {
namespace {

constexpr const char* kHead =
    "$timescale 1ns $end\n$scope module tb $end\n$scope module dut $end\n"
    "$var wire 1 ! clk $end\n$var wire 4 \" bus [3:0] $end\n$upscope $end\n"
    "$var wire 1 # only_here $end\n$upscope $end\n$enddefinitions $end\n";
constexpr const char* kOther =
    "$timescale 1ps $end\n$scope module chip $end\n"
    "$var wire 4 a bus [3:0] $end\n$var wire 1 b clk $end\n$upscope $end\n"
    "$enddefinitions $end\n";

class DiffTest : public LookTest {
 protected:
  Result<WaveDiffOutcome> diff(const std::string& a, const std::string& b,
                               const WaveDiffOptions& options = {}) {
    directory_.write("a.vcd", kHead + a);
    directory_.write("b.vcd", kOther + b);
    return diff_waves(directory_.file("a.vcd"), directory_.file("b.vcd"), options);
  }
};

TEST_F(DiffTest, FindsEqualFilesEqualAcrossScopesAndTimescales) {
  const auto outcome = diff("#0\n0!\nb0101 \"\n#1\n1!\n#2\n0!\nb11 \"\n#3\n",
                            "#0\nb101 a\n0b\n#1000\n1b\n#2000\n0b\nb0011 a\n#3000\n");
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(outcome->scope_a, "tb.dut");
  EXPECT_EQ(outcome->scope_b, "chip");
  EXPECT_EQ(outcome->compared, 2U);
  EXPECT_FALSE(outcome->first.has_value());
  EXPECT_EQ(outcome->to.ps(), 3000);
}

TEST_F(DiffTest, KnowsEscapedNamesAsHierarchy) {
  directory_.write("a.vcd",
                   "$timescale 1ps $end\n$scope module t $end\n$var wire 1 ! \\core.q $end\n"
                   "$var wire 4 \" \\core.bus [3:0] $end\n$upscope $end\n$enddefinitions $end\n"
                   "#0\n0!\nb1 \"\n#5\n1!\n#9\n");
  directory_.write("b.vcd",
                   "$timescale 1ps $end\n$scope module t $end\n$scope module core $end\n"
                   "$var wire 1 ! q $end\n$var wire 4 \" bus [3:0] $end\n$upscope $end\n"
                   "$upscope $end\n$enddefinitions $end\n#0\n0!\nb1 \"\n#6\n1!\n#9\n");
  const auto outcome = diff_waves(directory_.file("a.vcd"), directory_.file("b.vcd"), {});
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->compared, 2U);
  ASSERT_TRUE(outcome->first.has_value());
  EXPECT_EQ(outcome->first->net, "t.core.q");
  EXPECT_EQ(outcome->first->time.ps(), 5);
}

TEST_F(DiffTest, NamesTheFirstDifferenceByTimeAndThenByName) {
  const auto outcome = diff("#0\n0!\nb0101 \"\n#1\n1!\n#2\n0!\nb11 \"\n#3\n",
                            "#0\nb101 a\n0b\n#1000\n1b\n#2000\n1b\nb0111 a\n#3000\n");
  ASSERT_TRUE(outcome.has_value());
  ASSERT_TRUE(outcome->first.has_value());
  EXPECT_EQ(outcome->first->time.ps(), 2000);
  EXPECT_EQ(outcome->first->net, "bus");
  EXPECT_EQ(outcome->first->value_a, "0011");
  EXPECT_EQ(outcome->first->value_b, "0111");
  EXPECT_EQ(outcome->differing_count, 2U);  // clk too
}

TEST_F(DiffTest, SeesAChangeThatOneFileLacks) {
  const auto outcome = diff("#0\n0!\nb0000 \"\n#1\n1!\n#2\n0!\n#4\n", "#0\nb0 a\n0b\n#4000\n");
  ASSERT_TRUE(outcome->first.has_value());
  EXPECT_EQ(outcome->first->time.ps(), 1000);
  EXPECT_EQ(outcome->first->net, "clk");
}

TEST_F(DiffTest, KnowsXAndItsExtension) {
  const std::string a = "#0\n0!\nbx \"\n#1\nb1x \"\n#2\n";
  const std::string b = "#0\n0b\nbxxxx a\n#1000\nb0011 a\n#2000\n";
  const auto outcome = diff(a, b);
  ASSERT_TRUE(outcome->first.has_value());
  EXPECT_EQ(outcome->first->time.ps(), 1000);
  WaveDiffOptions options;
  options.ignore_x = true;
  EXPECT_FALSE(diff(a, b, options)->first.has_value());
}

TEST_F(DiffTest, ComparesOnlyWhatIsAskedFor) {
  const std::string a = "#0\n0!\nb0 \"\n#1\n1!\n#5\n0!\n#9\n";
  const std::string b = "#0\n0b\nb0 a\n#2000\n1b\n#5000\n0b\n#9000\n";
  EXPECT_TRUE(diff(a, b)->first.has_value());
  WaveDiffOptions options;
  options.nets = {"bus"};
  EXPECT_FALSE(diff(a, b, options)->first.has_value());
  options = {};
  options.from = SimTime(2000);
  EXPECT_FALSE(diff(a, b, options)->first.has_value());
  options = {};
  options.to = SimTime(500);
  EXPECT_FALSE(diff(a, b, options)->first.has_value());
}

TEST_F(DiffTest, RefusesFilesWithNothingInCommonAndUnknownScopes) {
  WaveDiffOptions options;
  options.nets = {"nothing"};
  EXPECT_EQ(diff("#0\n", "#0\n", options).error().list().at(0).code(), "look.no-common-nets");
  options = {};
  options.scope_a = "tb.dux";
  const auto unknown = diff("#0\n", "#0\n", options);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().list().at(0).code(), "look.unknown-name");
  EXPECT_EQ(unknown.error().list().at(0).help(), "did you mean 'tb.dut'?");
}

TEST_F(DiffTest, SpotsAnInvertedGate) {
  run("good");
  CosimOptions options;
  options.fault = "done";
  run("bad", options);
  const auto outcome =
      diff_waves(directory_.file("good/waves.vcd"), directory_.file("bad/waves.vcd"), {});
  ASSERT_TRUE(outcome.has_value());
  ASSERT_TRUE(outcome->first.has_value());
  EXPECT_EQ(outcome->first->time.ps(), 0);
  EXPECT_EQ(outcome->first->net, "loop.done");
}

}  // namespace
}  // namespace heddle::gate
