// Attaching run files to a design: what they become, and every mistake that
// only the design shows.
#include "heddle/gate/run_plan.h"

#include <gtest/gtest.h>

#include "heddle/gate/init_run_file.h"
#include "heddle/gate/load.h"
#include "support/gate_cosim/loop_design.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

class RunPlanTest : public testing::Test {
 protected:
  RunPlanTest() {
    path_ = directory_.write("loop.json", test::loop_design());
    Diagnostics warnings;
    Result<Model> model = load_model(path_, "", warnings);
    EXPECT_TRUE(model.has_value()) << model.error().to_string();
    if (model) model_ = std::move(*model);
  }

  Result<RunPlan> plan(const std::string& text) {
    Result<RunFile> run = read_run_file(text, directory_.file("run.yaml"));
    EXPECT_TRUE(run.has_value()) << run.error().to_string();
    if (!run) return fail(run.error());
    warnings_ = Diagnostics();
    return plan_run(*run, model_, warnings_);
  }

  heddle::test::TempDirectory directory_;
  std::string path_;
  Model model_;
  Diagnostics warnings_;
};

TEST_F(RunPlanTest, ConnectsClocksResetPinsAndStops) {
  const auto plan = this->plan(test::loop_run(
      "stop: {edges: 100, net: done, uart_text: {uart: x}}\nwaves: {nets: ['*']}\n"));
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string();
  const auto input = [&](std::string_view name) {
    return static_cast<std::uint32_t>(model_.find_input(name));
  };
  const auto output = [&](std::string_view name) { return model_.find_output(name); };
  ASSERT_EQ(plan->schedule.clocks.size(), 2U);
  EXPECT_EQ(plan->schedule.clocks[0].input, input("clk"));
  EXPECT_EQ(plan->schedule.clocks[1].phase_ps, 7000);
  EXPECT_EQ(plan->schedule.reset->input, input("rst_n"));
  EXPECT_FALSE(plan->schedule.reset->active_level);
  EXPECT_EQ(plan->schedule.edge_count_max, 100U);
  ASSERT_EQ(plan->bank.peripherals.size(), 2U);
  EXPECT_EQ(plan->bank.peripherals[0].pins.outputs.at(Uart::kTx), output("tx"));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(plan->bank.peripherals[1].pins.outputs.at(Gpio::kOut + i),
              output("go[" + std::to_string(i) + "]"));
  }
  EXPECT_EQ(plan->bank.stop_outputs,
            std::vector<std::uint32_t>{static_cast<std::uint32_t>(output("done"))});
  EXPECT_EQ(plan->wave_names.size(), 11U);
  EXPECT_TRUE(warnings_.empty()) << warnings_.to_string();
}

TEST_F(RunPlanTest, GivesConstantsAndDepositsBitByBit) {
  const auto plan = this->plan(
      "design: {netlist: loop.json}\nclocks: {clk: {port: clk, period_ps: 10}}\n"
      "inputs: {gi: 0xA, rst_n: 1, rx: 1, clk2: 0}\nreg_init: {go: 5, tx: 1}\n"
      "stop: {edges: 1}\n");
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string();
  ASSERT_EQ(plan->schedule.constants.size(), 7U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(plan->schedule.constants[i].value, 0xAU >> i & 1U);
  }
  ASSERT_EQ(plan->deposits.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string& name = model_.states.at(plan->deposits[i].state).name;
    EXPECT_EQ(name, i < 4 ? "go[" + std::to_string(i) + "]" : "tx");
    EXPECT_EQ(plan->deposits[i].value, i == 4 || (5U >> i & 1U) != 0);
  }
}

TEST_F(RunPlanTest, WarnsOfInputsThatNothingDrives) {
  const auto plan = this->plan(
      "design: {netlist: loop.json}\nclocks: {clk: {port: clk, period_ps: 10}}\n"
      "inputs: {'gi[1]': 1}\nstop: {edges: 1}\n");
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string();
  std::string named;
  for (const Diagnostic& warning : warnings_.list()) {
    EXPECT_EQ(warning.code(), "cosim.input-floats");
    named += warning.text();
  }
  for (const char* port : {"'clk2'", "'gi'", "'rst_n'", "'rx'"}) {
    EXPECT_NE(named.find(port), std::string::npos) << port;
  }
  EXPECT_EQ(named.find("'clk'"), std::string::npos);
}

TEST_F(RunPlanTest, LoadsMemoriesAndCountsThemIntoTheDigest) {
  directory_.write("rom.hex", "11 22\n@3 44");
  directory_.write("other.hex", "11 22\n@3 45");
  const std::string text = "memories: {rom: {load: rom.hex, dump: out.hex}}\nstop: {edges: 1}\n";
  const auto plan = this->plan(test::loop_run(text));
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string();
  ASSERT_EQ(plan->preloads.size(), 1U);
  EXPECT_EQ(plan->preloads[0].rows, (std::vector<std::uint64_t>{0x11, 0x22, 0, 0x44}));
  ASSERT_EQ(plan->dumps.size(), 1U);
  EXPECT_EQ(plan->dumps[0].file, "out.hex");
  const auto other =
      this->plan(test::loop_run("memories: {rom: {load: other.hex}}\nstop: {edges: 1}\n"));
  ASSERT_TRUE(other.has_value());
  EXPECT_NE(other->image_digest, plan->image_digest);
}

/// A mistake after the nine lines of `loop_run`.
struct Mistake {
  const char* more;
  const char* said;
  const char* with;
};

constexpr Mistake kMistakes[] = {
    {"inputs: {modes: 1}", "cosim.unknown-port", "no input port 'modes'"},
    {"inputs: {tx: 1}", "cosim.unknown-port", "it is an output of the design"},
    {"inputs: {'gi[4]': 1}", "cosim.unknown-port", "gi[4]"},
    {"inputs: {gi: 16}", "cosim.value-too-wide", "16 does not fit into the 4 bits of 'gi'"},
    {"inputs: {clk: 1}", "cosim.driven-twice", "clock 'clk' and by `inputs:`"},
    {"inputs: {rst_n: 1}", "cosim.driven-twice", "the reset"},
    {"inputs: {'gi[2]': 1}", "cosim.driven-twice", "input 'gi[2]' is driven"},
    {"inputs: {rx: 1}", "cosim.driven-twice", "peripheral 'uart'"},
    {"stop: {net: don}", "cosim.unknown-port", "did you mean 'done'?"},
    {"stop: {net: go}", "cosim.port-width", "'go' has 4 bits, 1 expected"},
    {"stop: {net: rx}", "cosim.unknown-port", "it is an input of the design"},
    {"reg_init: {dome: 1}", "cosim.unknown-net", "did you mean 'done'?"},
    {"reg_init: {done: 1}", "cosim.not-a-state", "done"},
    {"reg_init: {go: 16}", "cosim.value-too-wide", "4 bits"},
    {"memories: {rum: {dump: d.hex}}", "cosim.unknown-memory", "did you mean 'rom'?"},
    {"memories: {rom: {load: absent.hex}}", "file.not-found", "absent.hex"},
    {"memories: {rom: {load: big.hex}}", "cosim.image-too-large", "past the 4 words"},
    {"memories: {rom: {load: bad.hex}}", "cosim.bad-image", "not a hexadecimal digit"},
    {"waves: {nets: ['inner.fast*']}", "cosim.unknown-net", "inner.fast*"},
    {"waves: {nets: [dome]}", "cosim.unknown-net", "did you mean 'done'?"},
    {"expect: {uart: {uart: absent.txt}}", "file.not-found", "absent.txt"},
    {"expect: {events: bad.json}", "cosim.bad-events", "not an array"},
    {"expect: {events: odd.json}", "config.missing-key", "time_ps"},
};

TEST_F(RunPlanTest, PutsAFingerOnEveryMistake) {
  directory_.write("big.hex", "1 2 3 4 5");
  directory_.write("bad.hex", "1 zoo");
  directory_.write("bad.json", "{}");
  directory_.write("odd.json", "[{\"edge\": 1, \"source\": \"u\", \"kind\": \"k\", \"value\": 1}]");
  for (const Mistake& mistake : kMistakes) {
    const std::string ends =
        std::string(mistake.more).starts_with("stop") ? "" : "stop: {edges: 1}\n";
    const auto plan = this->plan(test::loop_run(std::string(mistake.more) + "\n" + ends));
    ASSERT_FALSE(plan.has_value()) << mistake.more;
    const Diagnostic& first = plan.error().list().at(0);
    EXPECT_EQ(first.code(), mistake.said) << mistake.more;
    EXPECT_NE(first.to_string().find(mistake.with), std::string::npos) << mistake.more << "\n"
                                                                       << first.to_string();
    const bool in_an_image = std::string_view(mistake.said).starts_with("file.");
    if (!in_an_image) {
      EXPECT_GE(first.where().line, 1U) << first.to_string();
    }
  }
}

TEST_F(RunPlanTest, PutsAFingerOnEveryPinThatIsWrong) {
  const Mistake pins[] = {
      {"u: {kind: uart, pins: {txd: tx}}", "cosim.unknown-role", "did you mean 'tx'?"},
      {"u: {kind: uart}", "cosim.missing-pin", "no pin 'tx'"},
      {"u: {kind: uart, pins: {tx: go}}", "cosim.port-width", "name some of its bits: 'go[0]'"},
      {"u: {kind: uart, pins: {rx: tx}}", "cosim.unknown-port", "it is an output of the design"},
      {"f: {kind: spi_flash, pins: {}}", "cosim.missing-pin", "cs_n"},
      {"f: {kind: spi_flash, pins: {cs_n: tx, sck: done, io_o: go}}", "cosim.missing-pin", "io_i"},
      {"f: {kind: spi_flash, pins: {cs_n: tx, sck: done, mosi: slow}}", "cosim.missing-pin",
       "miso"},
      {"f: {kind: spi_flash, pins: {cs_n: tx, sck: done, io_o: data, io_i: gi}}",
       "cosim.port-width", "'data' has 8 bits, 4 expected"},
      {"g: {kind: gpio}", "cosim.missing-pin", "out"},
      {"g: {kind: gpio, initial: 16, pins: {in: gi}}", "cosim.value-too-wide", "16"},
      {"g: {kind: gpio, pins: {in: gi}}\n  h: {kind: gpio, pins: {in: 'gi[3]'}}",
       "cosim.driven-twice", "peripheral 'g' and by peripheral 'h'"},
  };
  for (const Mistake& mistake : pins) {
    const auto plan = this->plan(
        "design: {netlist: loop.json}\nclocks: {clk: {port: clk, period_ps: 10}}\n"
        "stop: {edges: 1}\nperipherals:\n  " +
        std::string(mistake.more) + "\n");
    ASSERT_FALSE(plan.has_value()) << mistake.more;
    const Diagnostic& first = plan.error().list().at(0);
    EXPECT_EQ(first.code(), mistake.said) << mistake.more;
    EXPECT_NE(first.to_string().find(mistake.with), std::string::npos) << mistake.more << "\n"
                                                                       << first.to_string();
    EXPECT_GE(first.where().line, 5U) << first.to_string();
  }
}

TEST_F(RunPlanTest, RefusesARunThatNothingEnds) {
  const auto plan = this->plan(test::loop_run(""));
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().list().at(0).code(), "cosim.no-stop");
  const auto stopped =
      this->plan(test::loop_run("events: {input_commands: [{action: {stop: true}}]}\n"));
  EXPECT_TRUE(stopped.has_value());
}

TEST_F(RunPlanTest, AcceptsWhatInitWrites) {
  const auto netlist = load_netlist(path_, "");
  ASSERT_TRUE(netlist.has_value());
  const std::string text = initial_run_file(summarise(*netlist), {"loop.json", {}, {}}, "loop");
  const auto plan = this->plan(text);
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string() << text;
  EXPECT_EQ(plan->schedule.clocks.size(), 2U);
  ASSERT_TRUE(plan->schedule.reset.has_value());
  EXPECT_FALSE(plan->schedule.reset->active_level);
  EXPECT_TRUE(warnings_.empty()) << warnings_.to_string();
  ASSERT_EQ(plan->bank.peripherals.size(), 1U) << text;
  EXPECT_EQ(plan->bank.peripherals[0].pins.inputs.at(Uart::kRx), model_.find_input("rx"));
}

TEST_F(RunPlanTest, InitCommentsEveryThingItWrites) {
  const auto netlist = load_netlist(path_, "");
  ASSERT_TRUE(netlist.has_value());
  const std::string text = initial_run_file(summarise(*netlist), {"dir/loop.json", {}, {}}, "");
  for (const char* part : {"\nclocks:\n", "\nreset: ", "\nperipherals:\n", "\ninputs:\n",
                           "\nstop: ", "# memories:", "# waves: ", "# expect: "}) {
    const std::size_t at = text.find(part);
    ASSERT_NE(at, std::string::npos) << part << text;
    const std::size_t line_start = text.rfind('\n', at - (text[at] == '\n' ? 1 : 0)) + 1;
    EXPECT_EQ(text.substr(line_start, 1), "#") << part;
  }
}

}  // namespace
}  // namespace heddle::gate
