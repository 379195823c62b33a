// The netlists of both chips against their RTL: whole runs of the generic netlist under Verilator,
// the start of the larger netlists under Icarus.
#include <gtest/gtest.h>

#include "fidelity/designs/chip_bench.h"
#include "support/external_tool.h"

namespace heddle::test {
namespace {

class NetlistTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    for (const char* tool : {"verilator", "riscv64-unknown-elf-gcc", "yosys", "iverilog"}) {
      HEDDLE_NEED_TOOL(tool);
    }
    ASSERT_NO_FATAL_FAILURE(run_script("designs/sim/reference.sh", {GetParam()}));
  }
};

TEST_P(NetlistTest, GenericNetlistGivesTheOutputsOfTheRtlAtEveryEdgeOfTheMainImage) {
  ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {GetParam(), "generic"}));
  const TempDirectory directory;
  ASSERT_NO_FATAL_FAILURE(
      run_script("designs/sim/build_verilator.sh", {"generic", GetParam(), directory.path()}));
  ProcessOptions options;
  options.time_max = std::chrono::seconds(300);
  const ProcessResult run = run_process(
      {directory.file("soc_tb"), "--firmware", design_file(GetParam(), "fw.bin"), "--edges",
       "20000000", "--stop-text", "heddle: done\\n", "--stamps", directory.file("stamps.txt"),
       "--hash", directory.file("outputs.txt"), "--hash-every", "10000"},
      options);
  ASSERT_EQ(run.code, 0) << run.err;
  const std::string expected = design_file(GetParam(), "reference/");
  EXPECT_EQ(text_of_file(directory.file("outputs.txt")), text_of_file(expected + "outputs.txt"));
  EXPECT_EQ(text_of_file(directory.file("stamps.txt")), text_of_file(expected + "stamps.txt"));
}

TEST_P(NetlistTest, IcarusGivesTheOutputsOfTheRtlOnTheOsu018Netlist) {
  ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {GetParam(), "osu018"}));
  expect_icarus_agrees("osu018", GetParam());
}

// The generic netlist of soc_mcu is replayed among the quick tests.
class NpuNetlistTest : public NetlistTest {};

TEST_P(NpuNetlistTest, IcarusGivesTheOutputsOfTheRtlOnTheGenericNetlist) {
  ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {GetParam(), "generic"}));
  expect_icarus_agrees("generic", GetParam());
}

INSTANTIATE_TEST_SUITE_P(Chips, NpuNetlistTest, testing::Values("soc_npu"),
                         [](const auto& chip) { return chip.param; });
INSTANTIATE_TEST_SUITE_P(Chips, NetlistTest, testing::Values("soc_mcu", "soc_npu"),
                         [](const auto& chip) { return chip.param; });

}  // namespace
}  // namespace heddle::test
