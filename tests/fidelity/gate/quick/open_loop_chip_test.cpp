// A chip boots under Icarus; `gate sim` drives its netlist with what Icarus's
// waves say of the inputs, and every net has the values that Icarus saw.
#include <gmock/gmock.h>

#include "fidelity/gate/chip_run.h"

namespace heddle::test {
namespace {

TEST(OpenLoopChip, has_the_waves_of_icarus_while_its_firmware_boots) {
  const ChipStyle chip{"soc_mcu", "generic"};
  ASSERT_NO_FATAL_FAILURE(build_chip(chip));
  HEDDLE_NEED_TOOL("iverilog");
  const TempDirectory directory;
  directory.write("dump.v",
                  "module dump; initial begin $dumpfile(\"icarus.vcd\"); "
                  "$dumpvars(1, icarus_replay.dut); end endmodule\n");
  ProcessOptions here;
  here.directory = directory.path();
  const ProcessResult compiled = run_process(
      {"iverilog", "-g2005", "-s", "icarus_replay", "-s", "dump", "-DJTAG", "-DDUT=soc_mcu",
       "-DEDGES=4000", "-DINPUTS=\"" + design_file("soc_mcu", "reference/inputs_start.hex") + "\"",
       "-DOUTPUTS=\"outputs.hex\"", "-o", "replay.vvp", source_file("designs/sim/icarus_replay.v"),
       "dump.v", design_file("soc_mcu", "generic.v")},
      here);
  ASSERT_EQ(compiled.code, 0) << compiled.err;
  const ProcessResult replayed = run_process({"vvp", "-n", "replay.vvp"}, here);
  ASSERT_EQ(replayed.code, 0) << replayed.out << replayed.err;
  const std::string heddle = HEDDLE_BINARY_DIR "/bin/heddle";
  const ProcessResult sim =
      run_process({heddle, "gate", "sim", design_file("soc_mcu", "generic.json"), "--stimulus",
                   "icarus.vcd", "--scope", "icarus_replay.dut", "-o", "heddle.fst"},
                  here);
  ASSERT_EQ(sim.code, 0) << sim.err;
  // Flops are x in Icarus until the reset: bits that it does not know are passed over.
  const ProcessResult diff =
      run_process({heddle, "gate", "diff", "icarus.vcd", "heddle.fst", "--scope-a",
                   "icarus_replay.dut", "--scope-b", "soc_mcu", "--ignore-x", "--json"},
                  here);
  ASSERT_EQ(diff.code, 0) << diff.out << diff.err;
  const auto report = nlohmann::json::parse(diff.out);
  EXPECT_EQ(report["equal"], true);
  EXPECT_GT(report["compared"], 500);
  EXPECT_GE(report["instants"], 4000);
}

}  // namespace
}  // namespace heddle::test
