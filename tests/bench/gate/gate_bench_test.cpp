// The benchmark program in a second: it measures, it compares what both sides
// send, and it refuses to report a comparison of unequal runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fidelity/designs/chip_bench.h"
#include "gate/verilator.h"
#include "gate/workload.h"
#include "heddle/gate/run_file.h"
#include "stimulus.h"
#include "support/external_tool.h"

namespace heddle::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

/// `bench_gate` from the root of the tree, where it finds the designs.
ProcessResult run_bench(std::vector<std::string> words) {
  words.insert(words.begin(), std::string(HEDDLE_BINARY_DIR) + "/bin/bench_gate");
  const ProcessOptions options{.directory = HEDDLE_SOURCE_DIR,
                               .time_max = std::chrono::seconds(280)};
  return run_process(words, options);
}

class QuickBench : public testing::Test {
 protected:
  void SetUp() override {
    HEDDLE_NEED_TOOL("yosys");
    HEDDLE_NEED_TOOL("verilator");
    HEDDLE_NEED_TOOL("riscv64-unknown-elf-gcc");
    ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {"soc_mcu", "generic"}));
    ASSERT_NO_FATAL_FAILURE(run_script("designs/sim/reference.sh", {"soc_mcu"}));
  }

  [[nodiscard]] ProcessResult bench(const std::string& peer) const {
    return run_bench({directory_.file("out.json"), "--quick", "--rounds", "2", "--peer", peer,
                      "--work", directory_.path()});
  }

  TempDirectory directory_;
};

TEST_F(QuickBench, MeasuresAgainstAPeerThatSendsTheSame) {
  const ProcessResult result = bench(design_file("soc_mcu", "reference/soc_tb"));
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("soc_mcu from flash"));
  const nlohmann::json file = nlohmann::json::parse(text_of_file(directory_.file("out.json")));
  EXPECT_GE(file["machine"]["core_count"], 1);
  const nlohmann::json& row = file["rows"][0];
  EXPECT_EQ(row["unit"], "edges/s");
  EXPECT_THAT(row["runs"], SizeIs(2));
  EXPECT_THAT(row["peer_runs"], SizeIs(2));
  EXPECT_GT(row["value"], 0);
}

TEST_F(QuickBench, FailsWhenThePeerSendsAnotherByte) {
  const std::string peer =
      directory_.write("peer", "#!/bin/sh\n" + design_file("soc_mcu", "reference/soc_tb") +
                                   " \"$@\"\nsed -i '3s/ [0-9a-f]*$/ 00/' '" +
                                   directory_.file("verilator_stamps.txt") + "'\n");
  ASSERT_EQ(run_process({"chmod", "+x", peer}).code, 0);
  const ProcessResult result = bench(peer);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("the UARTs differ: byte 3: ours is `"));
  EXPECT_FALSE(std::filesystem::exists(directory_.file("out.json")));
}

TEST_F(QuickBench, FailsWhenThePeerRunsFewerEdges) {
  const std::string peer =
      directory_.write("peer", "#!/bin/sh\n" + design_file("soc_mcu", "reference/soc_tb") +
                                   " \"$@\" | sed 's/\"edges\": 300000/\"edges\": 299999/'\n");
  ASSERT_EQ(run_process({"chmod", "+x", peer}).code, 0);
  const ProcessResult result = bench(peer);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("ours ran 300000 edges, the peer 299999"));
}

TEST(GateBench, SaysWhichProgramItCannotRun) {
  const TempDirectory directory;
  const ProcessResult result =
      run_bench({"--only", "soc_mcu from", "--baselines", directory.file("nothing")});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot run " + directory.file("nothing")));
}

TEST(GateBench, RefusesWordsThatMakeNoSense) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--quick"}, {"--rounds", "0"}, {"--rounds"}, {"--what", "1"}}) {
    const ProcessResult result = run_bench(words);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("usage: bench_gate"));
  }
}

TEST(Stamps, DifferAtTheFirstLineThatDiffers) {
  EXPECT_EQ(bench::first_difference("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(bench::first_difference("a\nb\n", "a\nc\n"), "byte 2: ours is `b`, the peer's `c`");
  EXPECT_EQ(bench::first_difference("a\n", "a\nc\n"), "byte 2: ours is `nothing`, the peer's `c`");
}

/// Both sides do to the chip what designs/sim/stimulus.h says.
TEST(Workload, DrivesWhatTheBenchOfTheRtlDrives) {
  const auto run = gate::read_run_file(
      bench::run_file_text({.chip = "soc_mcu", .netlist = "n.json", .image = "fw.bin", .edges = 9}),
      "bench.yaml");
  ASSERT_TRUE(run) << run.error().to_string();
  EXPECT_EQ(run->reset->edges, static_cast<std::uint64_t>(soc_sim::kResetRisingEdges));
  EXPECT_EQ(run->stop_edges, 9U);
  ASSERT_THAT(run->events, SizeIs(1 + soc_sim::kUart1Bytes.size()));
  EXPECT_EQ(run->events[0].operand, static_cast<std::uint64_t>(soc_sim::kGpioEdge));
  EXPECT_EQ(run->events[0].drive_value, soc_sim::kGpioValue);
  std::int64_t edge = soc_sim::kUart1Edge;
  for (std::size_t i = 0; i < soc_sim::kUart1Bytes.size();
       ++i, edge += soc_sim::kUart1EdgesBetween) {
    EXPECT_EQ(run->events[1 + i].operand, static_cast<std::uint64_t>(edge));
    EXPECT_EQ(run->events[1 + i].send, std::string(1, soc_sim::kUart1Bytes[i]));
  }
}

}  // namespace
}  // namespace heddle::test
