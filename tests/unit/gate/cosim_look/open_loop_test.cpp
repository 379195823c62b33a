// Open loop: what Icarus saw a bench do, a netlist does again.
#include "heddle/gate/open_loop.h"

#include <algorithm>
#include <map>
#include <regex>

#include "heddle/gate/load.h"
#include "heddle/trace/wave_reader.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "unit/gate/cosim_look/look_fixture.h"

namespace heddle::gate {
namespace {

using heddle::test::run_process;

class OpenLoopTest : public LookTest {
 protected:
  Result<OpenLoopOutcome> sim(OpenLoopOptions options) {
    SilentProgress progress;
    warnings_ = Diagnostics();
    if (options.files.netlist.empty()) options.files.netlist = directory_.file("loop.json");
    if (options.stimulus.empty()) options.stimulus = directory_.file("in.vcd");
    options.wave_file = directory_.file("out.vcd");
    options.format = WaveFileFormat::Vcd;
    return run_open_loop(options, warnings_, progress, {});
  }
  std::string code_of(const OpenLoopOptions& options) {
    const auto outcome = sim(options);
    return outcome ? "" : std::string(outcome.error().list().at(0).code());
  }
  void must(const std::vector<std::string>& words) {
    heddle::test::ProcessOptions options;
    options.directory = directory_.path();
    const auto result = run_process(words, options);
    ASSERT_EQ(result.code, 0) << words[0] << ": " << result.out << result.err;
  }
  /// Icarus's waves against ours, from the first known values on.
  WaveDiffOutcome compare(SimTime from = {}) {
    WaveDiffOptions options;
    options.ignore_x = true;
    options.from = from;
    options.scope_a = "tb.dut";
    const auto outcome =
        diff_waves(directory_.file("icarus.vcd"), directory_.file("out.vcd"), options);
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    return outcome ? *outcome : WaveDiffOutcome();
  }

  Diagnostics warnings_;
};

// A gate-clocked counter, a latch, an asynchronous reset that comes with and
// without the clock, data that changes at the clock's own instants.
constexpr const char* kDut = R"(
module dut(input clk, input rst_n, input en, input [3:0] d, output reg [3:0] q,
           output reg [7:0] count, output [3:0] held, output any, output reg half);
  reg en_l;
  always @(*) if (!clk) en_l = en;
  wire gclk = clk & en_l;
  always @(posedge clk or negedge rst_n) if (!rst_n) q <= 0; else q <= d;
  always @(posedge gclk or negedge rst_n) if (!rst_n) count <= 0; else count <= count + d;
  reg [3:0] l;
  always @(*) if (en) l = d;
  assign held = l;
  assign any = |d;
  always @(posedge clk or negedge rst_n) if (!rst_n) half <= 0; else half <= ~half;
endmodule
)";
constexpr const char* kBench = R"(
`timescale 1ns/1ps
module tb;
  reg clk = 0, rst_n = 0, en = 0;
  reg [3:0] d = 0;
  wire [3:0] q, held; wire [7:0] count; wire any, half;
  dut dut(clk, rst_n, en, d, q, count, held, any, half);
  always #5 clk = ~clk;
  integer seed = 7;
  always @(posedge clk) begin d <= $random(seed); en <= $random(seed); end
  initial begin
    $dumpfile("icarus.vcd"); $dumpvars(0, tb);
    #23 rst_n = 1; #2000 rst_n = 0; #13 rst_n = 1;
    #1500 @(negedge clk); d = 9; #1 d = 6; #1 en = 1; #50 $finish;
  end
endmodule
)";

TEST_F(OpenLoopTest, doesWhatIcarusSawInASmallDesign) {
  HEDDLE_NEED_TOOL("iverilog");
  HEDDLE_NEED_TOOL("yosys");
  directory_.write("dut.v", kDut);
  directory_.write("tb.v", kBench);
  ASSERT_NO_FATAL_FAILURE(must({"iverilog", "-g2005", "-o", "tb.vvp", "tb.v", "dut.v"}));
  ASSERT_NO_FATAL_FAILURE(must({"vvp", "-n", "tb.vvp"}));
  ASSERT_NO_FATAL_FAILURE(must(
      {"yosys", "-q", "-p", "read_verilog dut.v; synth -flatten -top dut; write_json dut.json"}));
  OpenLoopOptions options{.files = {directory_.file("dut.json"), {}, {}}};
  options.stimulus = directory_.file("icarus.vcd");
  options.saif_file = directory_.file("sim.saif");
  for (const char* engine : {"event", "reference"}) {
    options.engine = engine;
    const auto outcome = sim(options);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    EXPECT_EQ(outcome->port_count, 4U);
    EXPECT_GT(outcome->edges, outcome->instants);  // clocks and data at one instant
    const WaveDiffOutcome difference = compare();
    EXPECT_GE(difference.compared, 9U);
    EXPECT_GT(difference.instants, 700U);
    EXPECT_FALSE(difference.first.has_value())
        << difference.first->net << " at " << difference.first->time.ps() << ": "
        << difference.first->value_a << " " << difference.first->value_b;
  }
  // The same files with the other order of clocks and data: flops see new data.
  options.data_first = true;
  ASSERT_TRUE(sim(options).has_value());
  EXPECT_TRUE(compare().first.has_value());
}

/// Changes of each bit of `q`, `count` and `clk` in Icarus's file.
class ToggleCounter final : public trace::WaveVisitor {
 public:
  bool value(SimTime time, trace::WaveSignal signal, const trace::WaveValue& value) override {
    std::string& last = last_[signal.value()];
    for (std::size_t i = 0; i < value.bits.size() && i < last.size(); ++i) {
      if (last[i] == value.bits[i]) continue;
      toggles[signal.value()][value.bits.size() - 1 - i] +=
          last[i] == 'x' ? (value.bits[i] == '1' ? 1 : 0) : 1;  // heddle starts at 0
    }
    toggles[signal.value()].resize(value.bits.size(), 0);
    last = std::string(value.bits);
    end = time;
    return true;
  }
  std::map<std::uint32_t, std::vector<int>> toggles;
  SimTime end;

 private:
  std::map<std::uint32_t, std::string> last_;
};

TEST_F(OpenLoopTest, countsTheTogglesOfIcarus) {
  HEDDLE_NEED_TOOL("iverilog");
  HEDDLE_NEED_TOOL("yosys");
  directory_.write("dut.v", kDut);
  directory_.write("tb.v", kBench);
  ASSERT_NO_FATAL_FAILURE(must({"iverilog", "-g2005", "-o", "tb.vvp", "tb.v", "dut.v"}));
  ASSERT_NO_FATAL_FAILURE(must({"vvp", "-n", "tb.vvp"}));
  ASSERT_NO_FATAL_FAILURE(must(
      {"yosys", "-q", "-p", "read_verilog dut.v; synth -flatten -top dut; write_json dut.json"}));
  OpenLoopOptions options{.files = {directory_.file("dut.json"), {}, {}}};
  options.stimulus = directory_.file("icarus.vcd");
  options.saif_file = directory_.file("sim.saif");
  options.nets = {};
  ASSERT_TRUE(sim(options).has_value());
  auto reader = trace::WaveReader::open(directory_.file("icarus.vcd"));
  ASSERT_TRUE(reader.has_value());
  const trace::WaveHierarchy& hierarchy = (*reader)->hierarchy();
  const std::vector<std::string> names = hierarchy.full_names();
  std::map<std::string, trace::WaveSignal> signals;
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const char* name : {"clk", "en", "d", "q", "count", "held", "any", "half"}) {
      if (names[i] == std::string("tb.dut.") + name) {
        signals.emplace(name, hierarchy.variables()[i].signal);
      }
    }
  }
  ASSERT_EQ(signals.size(), 8U);
  std::vector<trace::WaveSignal> wanted;
  for (const auto& [name, signal] : signals) wanted.push_back(signal);
  ToggleCounter counter;
  ASSERT_TRUE((*reader)->read(wanted, SimTime(), (*reader)->info().end, counter).has_value());
  const std::string saif = text_of_file(options.saif_file);
  for (const auto& [name, signal] : signals) {
    const std::vector<int>& toggles = counter.toggles[signal.value()];
    for (std::size_t bit = 0; bit < toggles.size(); ++bit) {
      const std::string net =
          toggles.size() == 1 ? name : name + "\\\\\\[" + std::to_string(bit) + "\\\\\\]";
      std::smatch found;
      ASSERT_TRUE(std::regex_search(saif, found, std::regex("\\(" + net + " .*\\(TC (\\d+)\\)")))
          << net << saif;
      EXPECT_EQ(std::stoi(found[1]), toggles[bit]) << net;
    }
  }
}

TEST_F(OpenLoopTest, doesWhatIcarusSawInASynthesisedChip) {
  HEDDLE_NEED_TOOL("iverilog");
  HEDDLE_NEED_TOOL("yosys");
  heddle::test::ProcessOptions script;
  script.environment.push_back("HEDDLE_DESIGN_DIR=" + directory_.file("designs"));
  const auto built =
      run_process({HEDDLE_SOURCE_DIR "/designs/build.sh", "uart_hello", "generic"}, script);
  ASSERT_EQ(built.code, 0) << built.err;
  directory_.write("tb.v", R"(
`timescale 1ns/1ps
module tb;
  reg clk = 0, rst_n = 0; wire uart_tx;
  uart_hello dut(.clk(clk), .rst_n(rst_n), .uart_tx(uart_tx));
  always #10 clk = ~clk;
  initial begin
    $dumpfile("icarus.vcd"); $dumpvars(0, tb); #95 rst_n = 1; #60000 $finish;
  end
endmodule
)");
  const std::string folder = directory_.file("designs/uart_hello/");
  ASSERT_NO_FATAL_FAILURE(
      must({"iverilog", "-g2005", "-o", "tb.vvp", "tb.v", folder + "generic.v"}));
  ASSERT_NO_FATAL_FAILURE(must({"vvp", "-n", "tb.vvp"}));
  OpenLoopOptions options{.files = {folder + "generic.json", {}, {}}};
  options.stimulus = directory_.file("icarus.vcd");
  const auto outcome = sim(options);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(outcome->instants, 6011U);  // 6009 half periods in 60,095 ns, the start, the reset
  const WaveDiffOutcome difference = compare();
  EXPECT_GE(difference.compared, 6U);
  EXPECT_FALSE(difference.first.has_value()) << difference.first->net;
}

constexpr const char* kHead =
    "$timescale 1ns $end\n$scope module tb $end\n"
    "$var wire 1 c clk $end\n$var wire 1 k clk2 $end\n$var wire 1 r rst_n $end\n"
    "$var wire 1 x rx $end\n$var wire 4 g gi [3:0] $end\n$upscope $end\n"
    "$enddefinitions $end\n";

TEST_F(OpenLoopTest, drivesAndReadsPortsByName) {
  directory_.write("in.vcd", std::string(kHead) +
                                 "#0\n0c\n0k\n0r\n1x\nb0 g\n#5\n1r\nb101 g\n#10\n1c\n#20\n0c\n"
                                 "#30\n1c\nb1110 g\n#40\n0c\n#50\n1c\n");
  const auto outcome = sim({});
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(outcome->scope, "tb");
  EXPECT_EQ(outcome->edges, 8U);  // seven instants, one of them with clock and data
  EXPECT_EQ(outcome->instants, 7U);
  const std::string waves = text_of_file(directory_.file("out.vcd"));
  // go takes 5 at 10 ns; at 30 ns it still sees 5, at 50 ns it takes 14.
  std::smatch code;
  ASSERT_TRUE(std::regex_search(waves, code, std::regex("\\$var wire 4 (\\S+) go ")));
  std::vector<std::string> values;
  std::istringstream words(waves.substr(waves.find("$enddefinitions")));
  std::string time = "#0";
  for (std::string word, next; words >> word;) {
    if (word.front() == '#') time = word;
    if (word.front() == 'b' && words >> next && next == code[1]) values.push_back(time + word);
  }
  EXPECT_EQ(values, (std::vector<std::string>{"#0b0", "#10000b101", "#50000b1110"})) << waves;
}

TEST_F(OpenLoopTest, namesPortsThatTheStimulusLacks) {
  std::string head = kHead;
  head.replace(head.find("rst_n"), 5, "rst_m");
  directory_.write("in.vcd", head + "#0\n0c\n1r\n#5\n1c\n");
  const auto missing = sim({});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().list().at(0).code(), "look.missing-port");
  EXPECT_EQ(missing.error().list().at(0).text(),
            "the stimulus has no signal for the input 'rst_n'");
  EXPECT_EQ(missing.error().list().at(0).help(),
            "scope 'tb' has 'rst_m'; `--allow-missing rst_n` holds it at 0");
  OpenLoopOptions options;
  options.allow_missing = {"rst_n"};
  const auto allowed = sim(options);
  ASSERT_TRUE(allowed.has_value()) << allowed.error().to_string();
  EXPECT_EQ(allowed->missing, std::vector<std::string>{"rst_n"});
  options.allow_missing = {"rst"};
  EXPECT_EQ(code_of(options), "look.unknown-port");
}

TEST_F(OpenLoopTest, refusesWhatDoesNotFit) {
  std::string head = kHead;
  head.replace(head.find("4 g gi [3:0]"), 12, "3 g gi [2:0]");
  directory_.write("in.vcd", head + "#0\n0c\n");
  EXPECT_EQ(code_of({}), "look.port-width");
  directory_.write("in.vcd", std::string(kHead) + "#0\n0c\n#7\n1c\n");
  OpenLoopOptions options;
  options.scope = "tb.nothing";
  EXPECT_EQ(code_of(options), "look.unknown-name");
  options = {};
  options.from = SimTime(9000);
  EXPECT_EQ(code_of(options), "look.no-stimulus");
}

TEST_F(OpenLoopTest, takesUnknownBitsAsZeroAndSaysSo) {
  directory_.write("in.vcd", std::string(kHead) + "#0\n0c\n0k\n1r\n1x\nb0x1z g\n#5\n1c\n");
  ASSERT_TRUE(sim({}).has_value());
  ASSERT_EQ(warnings_.list().size(), 1U);
  EXPECT_EQ(warnings_.list()[0].code(), "look.stimulus-x");
  EXPECT_EQ(warnings_.list()[0].text(), "the stimulus of 'gi' is not 0 or 1 at 0 ps");
  EXPECT_EQ(warnings_.list()[0].help(), "2 of its values were taken as 0");
}

}  // namespace
}  // namespace heddle::gate
