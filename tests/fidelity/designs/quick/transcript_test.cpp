// A fresh run of each chip's RTL under Verilator against the transcripts in git, and the verdict of
// the instruction self-test.
#include <gtest/gtest.h>

#include "fidelity/designs/chip_bench.h"
#include "support/external_tool.h"

namespace heddle::test {
namespace {

class RtlTranscriptTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    HEDDLE_NEED_TOOL("verilator");
    HEDDLE_NEED_TOOL("riscv64-unknown-elf-gcc");
    ASSERT_NO_FATAL_FAILURE(run_script("designs/sim/reference.sh", {GetParam()}));
  }

  std::string fresh(const std::string& file) const {
    return text_of_file(design_file(GetParam(), "reference/" + file));
  }
  std::string golden(const std::string& file) const {
    return text_of_file(source_file("designs/golden/" + GetParam() + "." + file));
  }
};

TEST_P(RtlTranscriptTest, MainImageSendsTheGoldenTranscriptOnBothUarts) {
  EXPECT_EQ(fresh("uart0.txt"), golden("uart0.txt"));
  EXPECT_EQ(fresh("uart1.txt"), golden("uart1.txt"));
  EXPECT_EQ(golden("uart1.txt"), "HEDDLE?\n");
}

TEST_P(RtlTranscriptTest, MainImageTakesTheGoldenNumberOfEdgesAndGivesTheGoldenOutputs) {
  const std::vector<std::string> outputs = lines_of(fresh("outputs.txt"));
  ASSERT_FALSE(outputs.empty());
  const std::size_t blank = outputs.back().find(' ');
  const long long edges = std::stoll(outputs.back().substr(0, blank)) + 1;
  EXPECT_EQ(
      "edges " + std::to_string(edges) + "\noutputs " + outputs.back().substr(blank + 1) + "\n",
      golden("run.txt"));
  EXPECT_GE(edges, 2'200'000);
  EXPECT_LE(edges, 4'000'000);
}

TEST_P(RtlTranscriptTest, EveryCheckOfTheGoldenTranscriptIsOk) {
  const std::vector<std::string> lines = lines_of(golden("uart0.txt"));
  ASSERT_GE(lines.size(), 2U);
  int checks = 0;
  for (const std::string& line : lines) {
    const std::size_t verdict = line.find(" ... ");
    if (verdict == std::string::npos) continue;
    EXPECT_EQ(line.substr(verdict), " ... ok") << line;
    ++checks;
  }
  EXPECT_GE(checks, 15);
  EXPECT_EQ(lines[lines.size() - 2].substr(0, 4), "PASS");
  EXPECT_EQ(lines.back(), "heddle: done");
}

TEST_P(RtlTranscriptTest, StampsHoldEveryByteInOrderWithoutFramingErrors) {
  std::string sent[2];
  long long edge_before = -1;
  for (const std::string& line : lines_of(fresh("stamps.txt"))) {
    long long edge = 0;
    long long time_ps = 0;
    int uart = 0;
    unsigned byte = 0;
    int length = 0;
    ASSERT_EQ(
        std::sscanf(line.c_str(), "%lld %lld uart%d %2x%n", &edge, &time_ps, &uart, &byte, &length),
        4)
        << line;
    EXPECT_EQ(static_cast<std::size_t>(length), line.size()) << line;
    ASSERT_TRUE(uart == 0 || uart == 1);
    EXPECT_GT(edge, edge_before);
    EXPECT_EQ(time_ps % 20'000, 0) << "the decoder samples at rising edges of clk";
    edge_before = edge;
    sent[uart] += static_cast<char>(byte);
  }
  EXPECT_EQ(sent[0], golden("uart0.txt"));
  EXPECT_EQ(sent[1], golden("uart1.txt"));
}

TEST_P(RtlTranscriptTest, EveryInstructionPassesTheSelfTest) {
  const std::string text = fresh("selftest.txt");
  EXPECT_EQ(text, golden("selftest.txt"));
  EXPECT_NE(text.find("selftest: PASS, 51 instructions, 10200 vectors, "), std::string::npos)
      << text;
  EXPECT_EQ(text.find("FAIL"), std::string::npos) << text;
  EXPECT_EQ(lines_of(text).back(), "heddle: done");
}

TEST_P(RtlTranscriptTest, IcarusGivesTheOutputsOfVerilatorOnTheRtl) {
  HEDDLE_NEED_TOOL("iverilog");
  expect_icarus_agrees("rtl", GetParam());
}

INSTANTIATE_TEST_SUITE_P(Chips, RtlTranscriptTest, testing::Values("soc_mcu", "soc_npu"),
                         [](const auto& chip) { return chip.param; });

TEST(NetlistReplayTest, IcarusGivesTheOutputsOfTheRtlOnTheGenericNetlistOfSocMcu) {
  HEDDLE_NEED_TOOL("verilator");
  HEDDLE_NEED_TOOL("riscv64-unknown-elf-gcc");
  HEDDLE_NEED_TOOL("yosys");
  HEDDLE_NEED_TOOL("iverilog");
  ASSERT_NO_FATAL_FAILURE(run_script("designs/sim/reference.sh", {"soc_mcu"}));
  ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {"soc_mcu", "generic"}));
  expect_icarus_agrees("generic", "soc_mcu");
}

}  // namespace
}  // namespace heddle::test
