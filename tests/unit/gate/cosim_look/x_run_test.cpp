// X propagation in whole runs: what never_x says, what waves, dumps, windows and
// messages show, and what makes an x known.
#include <algorithm>
#include <sstream>

#include "gate/cosim/check_text.h"
#include "heddle/base/file.h"
#include "heddle/gate/dump.h"
#include "heddle/gate/load.h"
#include "heddle/gate/window.h"
#include "heddle/gate/x_sources.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "unit/gate/cosim_look/look_fixture.h"

namespace heddle::gate {
namespace {

using heddle::test::run_process;
using heddle::test::text_of_file;

/// `mode` is not reset and nothing writes it but `load`; `sum` is, and adds it to
/// itself from the fifth cycle on; `seen` hands it on, and `held` keeps what it took.
constexpr const char* kDesign = R"(
module t(input clk, input rst_n, input load, input [3:0] d, output reg [3:0] sum,
         output reg seen, output reg held);
  reg [3:0] mode;
  reg [3:0] count;
  always @(posedge clk) if (load) mode <= d;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin count <= 0; sum <= 0; seen <= 0; held <= 0; end
    else begin
      count <= count + (count != 15);
      if (count >= 4 && count < 6) sum <= sum + mode;
      seen <= mode[0] & (count == 5);
      if (seen) held <= 1;
    end
  always @(posedge clk) if (rst_n && count > 8) sum_is_small: assert (sum < 3);
  heddle_display #(.FORMAT("count %4d sum %4h %4b"), .WIDTH(12))
    show (.CLK(clk), .EN(rst_n & count == 7), .ARGS({count, sum, sum}));
endmodule
)";

class XRunTest : public LookTest {
 protected:
  class Listener final : public CosimObserver {
   public:
    void on_display(const std::string& text) override { lines += text; }
    void on_warnings(const Diagnostics& found) override { warnings.add(found); }
    std::string lines;
    Diagnostics warnings;
  };

  void synthesise() {
    directory_.write("t.v", kDesign);
    const auto built =
        run_process({"yosys", "-q", "-p",
                     "read_verilog -formal t.v; read_verilog " HEDDLE_SOURCE_DIR
                     "/designs/rtl/heddle_tasks.v; synth -flatten -top t; write_json t.json"},
                    {.directory = directory_.path()});
    ASSERT_EQ(built.code, 0) << built.out << built.err;
  }

  static std::string run_text(const std::string& more) {
    return "design: {netlist: t.json}\nclocks: {clk: {port: clk, period_ps: 1000}}\n"
           "reset: {port: rst_n, active: low, edges: 2}\nstop: {edges: 60}\n" +
           more;
  }

  CosimOutcome run(const std::string& more, const CosimOptions& with = {}) {
    Result<RunFile> file = read_run_file(run_text(more), directory_.file("run.yaml"));
    EXPECT_TRUE(file.has_value()) << file.error().to_string();
    if (!file) return {};
    CosimOptions options = with;
    options.directory = directory_.file("out");
    options.force = true;
    SilentProgress progress;
    listener_ = Listener();
    Result<CosimOutcome> outcome = run_cosim(*file, options, listener_, progress, {});
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    return outcome ? std::move(*outcome) : CosimOutcome();
  }

  static std::vector<std::string> texts_of(const Diagnostics& problems, std::string_view code) {
    std::vector<std::string> out;
    for (const Diagnostic& problem : problems.list()) {
      if (problem.code() == code) out.push_back(problem.text() + " / " + problem.help());
    }
    return out;
  }

  Listener listener_;
};

const std::string kInputs = "inputs: {load: 0, d: 1}\n";
const std::string kKnown = "reg_init: {mode: 0}\n";

// Reset ends at edge 3; count is k after edge 2 + 2k, so sum takes mode at edges 12 and 14.
TEST_F(XRunTest, NeverXNamesTheNetTheEdgeAndTheRegisterThatItComesFrom) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  const std::string never = "xprop: true\nnever_x: {nets: [sum, count], after: {edges: 4}}\n";
  for (const std::string engine : {"event", "reference"}) {
    const CosimOutcome outcome = run(kInputs + never + "engine: " + engine + "\n");
    EXPECT_FALSE(outcome.passed());
    const auto found = texts_of(outcome.problems, "cosim.never-x");
    ASSERT_EQ(found.size(), 1U) << outcome.problems.to_string();
    EXPECT_EQ(found[0],
              "'sum[0]' is x at edge 12 (6000 ps) / it comes from flop 'mode[0]', which has no "
              "value at power-up, through 'sum[0]'");
  }
  const CosimOutcome initialised = run(kInputs + kKnown + never);
  EXPECT_TRUE(initialised.passed()) << initialised.problems.to_string();
}

// `held` keeps an x that it took at edge 18: by edge 40 nothing feeds it any more.
TEST_F(XRunTest, NeverXFollowsAnXBackInTimeToWhatFedIt) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  const CosimOutcome outcome =
      run(kInputs + "xprop: true\nnever_x: {nets: [held], after: {time_ps: 20000}}\n");
  const auto found = texts_of(outcome.problems, "cosim.never-x");
  ASSERT_EQ(found.size(), 1U) << outcome.problems.to_string();
  EXPECT_EQ(found[0],
            "'held' is x at edge 40 (20000 ps) / it comes from flop 'mode[0]', which has no value "
            "at power-up, through 'seen', 'held'");
}

TEST_F(XRunTest, WithoutXPropagationNeverXOnlyWarnsThatItSaysNothing) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  const CosimOutcome outcome = run(kInputs + "never_x: {nets: [sum]}\n");
  EXPECT_TRUE(outcome.passed()) << outcome.problems.to_string();
  EXPECT_EQ(texts_of(listener_.warnings, "cosim.never-x-idle").size(), 1U);
}

TEST_F(XRunTest, BadNeverXIsRefusedAtItsPlace) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  const auto refusal = [&](const std::string& never) {
    const Result<RunFile> file =
        read_run_file(run_text(kInputs + "xprop: true\n" + never), directory_.file("run.yaml"));
    if (!file) return file.error().to_string();
    CosimOptions options;
    options.directory = directory_.file("out");
    SilentProgress progress;
    Listener listener;
    const auto outcome = run_cosim(*file, options, listener, progress, {});
    return outcome ? std::string("it ran") : outcome.error().to_string();
  };
  EXPECT_NE(refusal("never_x: {nets: [summ]}\n").find("run.yaml:7:"), std::string::npos);
  EXPECT_NE(refusal("never_x: {nets: [summ]}\n").find("did you mean 'sum'?"), std::string::npos);
  EXPECT_NE(refusal("never_x: {nets: []}\n").find("cosim.bad-event-step"), std::string::npos);
  EXPECT_NE(refusal("never_x: {nets: [sum], before: 3}\n").find("before"), std::string::npos);
}

TEST_F(XRunTest, OpenInputsAreXAndTheRunWarnsOfThem) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  const CosimOutcome outcome =
      run("inputs: {load: 1}\nxprop: true\nnever_x: {nets: [mode], after: {edges: 10}}\n");
  EXPECT_EQ(texts_of(listener_.warnings, "cosim.input-floats")[0].find("'d'; it is x") ==
                std::string::npos,
            false);
  const auto found = texts_of(outcome.problems, "cosim.never-x");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].find("it comes from input 'd[0]', which nothing drives, through 'mode[0]'"),
            std::string::npos)
      << found[0];
}

TEST_F(XRunTest, AnUndrivenNetStaysXAndAKnownZeroStopsIt) {
  directory_.write("n.v",
                   "module t(input clk, input rst_n, input a, output y);\n"
                   "  wire nobody;\n  and g (y, nobody, a);\nendmodule\n");
  const auto run_with = [&](const std::string& a) {
    std::string text = run_text("xprop: true\nnever_x: {nets: [y]}\ninputs: {a: " + a + "}\n");
    text.replace(text.find("t.json"), 6, "n.v");
    const Result<RunFile> file = read_run_file(text, directory_.file("run.yaml"));
    EXPECT_TRUE(file.has_value()) << file.error().to_string();
    CosimOptions options;
    options.directory = directory_.file("out");
    options.force = true;
    SilentProgress progress;
    Listener listener;
    Result<CosimOutcome> outcome = run_cosim(*file, options, listener, progress, {});
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    return outcome ? texts_of(outcome->problems, "cosim.never-x") : std::vector<std::string>();
  };
  EXPECT_EQ(run_with("0").size(), 0U);
  const std::vector<std::string> found = run_with("1");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "'y' is x at edge 0 (0 ps) / it comes from the undriven net 'nobody'");
}

TEST_F(XRunTest, AssertionsOnAnXFailAndMessagesShowIt) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  const CosimOutcome outcome = run(kInputs + "xprop: true\n");
  const auto found = texts_of(outcome.problems, "cosim.assertion-x");
  ASSERT_EQ(found.size(), 1U) << outcome.problems.to_string();
  EXPECT_EQ(found[0].find("assertion 'sum_is_small' is x at edge "), 0U) << found[0];
  EXPECT_TRUE(texts_of(outcome.problems, "cosim.assertion-failed").empty());
  EXPECT_EQ(listener_.lines, "count 7 sum x xxxx\n");
  const CosimOutcome known = run(kInputs + kKnown + "xprop: true\n");
  EXPECT_TRUE(known.passed()) << known.problems.to_string();
  EXPECT_EQ(listener_.lines, "count 7 sum 0 0000\n");
}

TEST(MessageText, ShowsXAsIeee1364Does) {
  const MessageContext context{"m", 0};
  const std::vector<std::uint8_t> half{1, 2, 0, 0, 2, 2, 2, 2};  // xxxx 00x1
  EXPECT_EQ(message_text("%8h %8b", false, half, context), "xX %8b");
  EXPECT_EQ(message_text("%8b", false, half, context), "xxxx00x1");
  EXPECT_EQ(message_text("%8d", false, half, context), "X");
  EXPECT_EQ(message_text("%8o", false, half, context), "xXX");
  EXPECT_EQ(message_text("%8c", false, half, context), "?");
  EXPECT_EQ(message_text("%4d", false, {2, 2, 2, 2}, context), "x");
}

TEST_F(XRunTest, WavesTracesDumpsAndDigestsShowWhatIsX) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  CosimOptions options;
  options.trace_signals = {"sum"};
  options.check = EdgeRange{0, ~std::uint64_t{0}};
  const std::string waves = "waves: {nets: [sum, mode], format: vcd}\n";
  const CosimOutcome four = run(kInputs + "xprop: true\n" + waves, options);
  EXPECT_TRUE(four.check.equal) << four.problems.to_string();
  const std::string vcd = text_of_file(directory_.file("out/waves.vcd"));
  EXPECT_NE(vcd.find("bx "), std::string::npos) << vcd;
  const std::string traced = text_of_file(directory_.file("out/signals.txt"));
  EXPECT_NE(traced.find("\n12 6000 xxxx sum\n"), std::string::npos) << traced;

  Diagnostics warnings;
  SilentProgress progress;
  const DumpOptions at{.edge = 20, .states = {"sum", "mode", "count"}};
  const auto dump = dump_run(directory_.file("out"), at, warnings, progress, {});
  ASSERT_TRUE(dump.has_value()) << dump.error().to_string();
  StringSink text;
  write_text(*dump, text);
  EXPECT_NE(text.text().find("sum = 0bxxxx\n"), std::string::npos) << text.text();
  EXPECT_NE(text.text().find("count = 0x9\n"), std::string::npos) << text.text();

  const CosimOutcome two = run(kInputs + waves, options);
  EXPECT_NE(two.digest, four.digest);
  EXPECT_EQ(text_of_file(directory_.file("out/waves.vcd")).find('x'), std::string::npos);
}

TEST_F(XRunTest, CheckpointsCarryTheMaskAndAWindowGoesOnWithIt) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  CosimOptions options;
  options.checkpoint_every = 10;
  options.digest_file = directory_.file("whole.txt");
  (void)run(kInputs + "xprop: true\nbatch_edges: 5\n", options);
  const std::vector<std::string> whole = lines_of(options.digest_file);
  for (const std::string engine : {"event", "reference"}) {
    Diagnostics warnings;
    SilentProgress progress;
    const WindowOptions wanted{.first_edge = 25,
                               .end_edge = 40,
                               .nets = {"sum"},
                               .format = WaveFileFormat::Vcd,
                               .wave_file = directory_.file("window.vcd"),
                               .digest_file = directory_.file("window.txt"),
                               .engine = engine};
    const auto window = run_window(directory_.file("out"), wanted, warnings, progress, {});
    ASSERT_TRUE(window.has_value()) << window.error().to_string();
    EXPECT_EQ(window->resumed_at, 20U);
    const std::vector<std::string> part = lines_of(wanted.digest_file);
    ASSERT_EQ(part.size(), 15U);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + 25)) << engine;
    const std::string vcd = text_of_file(wanted.wave_file);
    EXPECT_NE(vcd.find("bx "), std::string::npos) << vcd;
  }
}

TEST_F(XRunTest, ALoadedImageMakesKnownWhatItHolds) {
  HEDDLE_NEED_TOOL("yosys");
  directory_.write("t.v", R"(
module t(input clk, input rst_n, input [1:0] a, w, input [7:0] v, output reg [7:0] q);
  reg [7:0] m [0:3];
  always @(posedge clk) q <= m[a];
  always @(posedge clk) if (!rst_n) m[w] <= v;
endmodule
)");
  const auto built =
      run_process({"yosys", "-q", "-p",
                   "read_verilog t.v; proc; opt_expr -mux_undef; opt_clean; memory -nomap; "
                   "opt_clean; techmap; simplemap; opt_clean; write_json t.json"},
                  {.directory = directory_.path()});
  ASSERT_EQ(built.code, 0) << built.out << built.err;
  directory_.write("m.hex", "@1\n7f\n");
  (void)run(
      "inputs: {a: 1, w: 3, v: 90}\nxprop: true\n"
      "memories: {m: {load: m.hex, format: hex, dump: after.hex}}\n");
  EXPECT_EQ(text_of_file(directory_.file("out/after.hex")), "xx\n7f\nxx\n5a\n");
  (void)run(
      "inputs: {a: 1, w: 3, v: 90}\nmemories: {m: {load: m.hex, format: hex, dump: after.hex}}\n");
  EXPECT_EQ(text_of_file(directory_.file("out/after.hex")), "00\n7f\n00\n5a\n");
}

TEST_F(XRunTest, SourcesOfXAreListedByKind) {
  HEDDLE_NEED_TOOL("yosys");
  synthesise();
  Diagnostics warnings;
  DesignFiles files{directory_.file("t.json"), {}, {}};
  files.keeps_unknown = true;
  const Result<Model> model = load_model(files, "", warnings);
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  const std::string text = to_text(list_x_sources(*model));
  EXPECT_NE(text.find("flop mode, 4 of 4 bits\n"), std::string::npos) << text;
  // Fourteen of the design, and the flop in which Yosys keeps what the assertion asks.
  EXPECT_NE(text.find("bits that are x at power-up: 15 of flops\n"), std::string::npos) << text;
}

TEST_F(XRunTest, CellsThatNobodyKnowsAreOpaqueSources) {
  directory_.write("t.v",
                   "module t(input clk, input a, output y, output z);\n"
                   "  ip block (.i(a), .o(y));\n  buf same (z, a);\nendmodule\n");
  directory_.write("cells.yaml", "cells:\n  ip: {kind: opaque, inputs: {i: 1}, outputs: {o: 1}}\n");
  Diagnostics warnings;
  DesignFiles files{directory_.file("t.v"), {}, directory_.file("cells.yaml")};
  files.keeps_unknown = true;
  const Result<Model> model = load_model(files, "", warnings);
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  EXPECT_EQ(to_text(list_x_sources(*model)),
            "unknown cell's net y\nbits that are x at power-up: 1 of unknown cells' nets\n");
}

}  // namespace
}  // namespace heddle::gate
