// The RTL as tools see it: no warnings but those waived in the source, and no latches but those of
// the clock gates.
#include <gtest/gtest.h>

#include <algorithm>

#include "fidelity/designs/chip_bench.h"
#include "support/external_tool.h"

namespace heddle::test {
namespace {

std::vector<std::string> rtl_files(const std::string& design) {
  std::vector<std::string> files;
  for (const std::string& line :
       lines_of(text_of_file(source_file("designs/rtl/" + design + ".f"))))
    files.push_back(source_file(line));
  return files;
}

void expect_silence(std::vector<std::string> command, const std::string& design) {
  const std::vector<std::string> files = rtl_files(design);
  ASSERT_FALSE(files.empty());
  command.insert(command.end(), files.begin(), files.end());
  const ProcessResult result = run_process(command, {});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out + result.err, "");
}

/// How many cells of a kind, or kinds that begin so, the design's generic netlist has.
int generic_cells(const std::string& design, const std::string& kind) {
  int count = 0;
  for (const std::string& line : lines_of(text_of_file(design_file(design, "generic.stat")))) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string::npos || line.compare(begin, kind.size(), kind) != 0) continue;
    count += std::stoi(line.substr(line.find_last_of(' ') + 1));
  }
  return count;
}

class RtlLintTest : public testing::TestWithParam<std::string> {};

TEST_P(RtlLintTest, VerilatorLintsItWithoutAWarning) {
  HEDDLE_NEED_TOOL("verilator");
  expect_silence({"verilator", "--lint-only", "-Wall", "--top-module", GetParam()}, GetParam());
}

TEST_P(RtlLintTest, IcarusReadsItAsVerilog2005WithoutAWarning) {
  HEDDLE_NEED_TOOL("iverilog");
  expect_silence({"iverilog", "-g2005", "-Wall", "-t", "null", "-s", GetParam()}, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Designs, RtlLintTest,
                         testing::Values("uart_hello", "jtag_min", "soc_mcu", "soc_npu"),
                         [](const auto& design) { return design.param; });

struct Latches {
  std::string design;
  int count = 0;  // clock_gate instances: uart1, timer, gpio and npu
};

class SynthesisTest : public testing::TestWithParam<Latches> {};

TEST_P(SynthesisTest, YosysMakesItWithoutWarningsAndWithTheLatchesOfTheClockGatesOnly) {
  HEDDLE_NEED_TOOL("yosys");
  const std::string& design = GetParam().design;
  ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {design, "generic"}));
  for (const std::string& line : lines_of(text_of_file(design_file(design, "generic.log")))) {
    const bool abc_says = line.compare(0, 5, "ABC: ") == 0;  // that it sees no flops: so it should
    EXPECT_TRUE(abc_says || line.find("Warning: ") == std::string::npos) << line;
  }
  EXPECT_EQ(generic_cells(design, "$_DLATCH_"), GetParam().count);
  EXPECT_GT(generic_cells(design, "$_DFFE_"), 0);
}

INSTANTIATE_TEST_SUITE_P(Designs, SynthesisTest,
                         testing::Values(Latches{"uart_hello", 0}, Latches{"jtag_min", 0},
                                         Latches{"soc_mcu", 3}),
                         [](const auto& design) { return design.param.design; });

TEST(MappingTest, Osu018NetlistOfSocMcuIsHierarchicalWithCellFunctionsAndOneMemoryMacro) {
  HEDDLE_NEED_TOOL("yosys");
  if (run_process({"dpkg", "-L", "qflow-tech-osu018"}, {}).code != 0) {
    GTEST_SKIP() << "qflow-tech-osu018 is absent; `tools/deps test` installs what the tests use";
  }
  ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {"soc_mcu", "osu018"}));
  const std::vector<std::string> lines =
      lines_of(text_of_file(design_file("soc_mcu", "osu018.json")));
  const auto count = [&](const std::string& text) {
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  };
  EXPECT_EQ(count("\"type\": \"$mem_v2\""), 1);
  EXPECT_EQ(count("\"type\": \"LATCH\""), 3);
  EXPECT_EQ(count("\"type\": \"DFFNEGX1\""), 1);
  EXPECT_EQ(count("\"type\": \"$_DLATCH_P_\""), 1) << "the function of LATCH";
  EXPECT_EQ(count("\"type\": \"$_DFFSR_PNN_\""), 1) << "the function of DFFSR";
  EXPECT_EQ(count("\"type\": \"$_DFFE_"), 0);
}

TEST(DebugModuleTest, KeepsTheDebugSpecificationOnTheRtlUnderIcarus) {
  HEDDLE_NEED_TOOL("iverilog");
  const TempDirectory directory;
  std::vector<std::string> command{"iverilog",
                                   "-g2005",
                                   "-s",
                                   "debug_tb",
                                   "-o",
                                   directory.file("tb"),
                                   source_file("designs/sim/debug_tb.v")};
  for (const std::string& file : rtl_files("soc_mcu")) command.push_back(file);
  const ProcessResult compiled = run_process(command, {});
  ASSERT_EQ(compiled.code, 0) << compiled.err;
  const ProcessResult run = run_process({"vvp", "-n", directory.file("tb")}, {});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, "debug_tb: 183 checks, 0 failures\n");
}

}  // namespace
}  // namespace heddle::test
