// Assertions, messages and ends that a netlist carries: from Yosys 0.23, from
// later ones by hand, and from the black boxes.
#include <algorithm>

#include "gate/cosim/check_text.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "unit/gate/cosim_look/look_fixture.h"

namespace heddle::gate {
namespace {

using heddle::test::run_process;

class ChecksTest : public LookTest {
 protected:
  class Listener final : public CosimObserver {
   public:
    void on_display(const std::string& text) override { lines += text; }
    void on_warnings(const Diagnostics& found) override { warnings.add(found); }
    std::string lines;
    Diagnostics warnings;
  };

  CosimOutcome run_text(const std::string& yaml) {
    const Result<RunFile> file = read_run_file(yaml, directory_.file("run.yaml"));
    EXPECT_TRUE(file.has_value()) << file.error().to_string();
    CosimOptions options;
    options.directory = directory_.file("out");
    options.force = true;
    SilentProgress progress;
    listener_ = Listener();
    Result<CosimOutcome> outcome = run_cosim(*file, options, listener_, progress, {});
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    return outcome ? std::move(*outcome) : CosimOutcome();
  }
  /// The loop design with one more cell.
  void write_loop(const std::string& cell) {
    std::string text = test::loop_design();
    const std::string place = "\"all\": {\"type\": \"$_AND_\"";
    text.replace(text.find(place), place.size(), cell + ",\n" + place);
    directory_.write("loop.json", text);
  }
  static const DesignCheckOutcome* find(const CosimOutcome& outcome, const std::string& name) {
    for (const DesignCheckOutcome& check : outcome.checks) {
      if (check.name == name) return &check;
    }
    return nullptr;
  }

  Listener listener_;
};

// At edge 4 + 2k the counter goes from k to k + 1: reset ends at edge 3.
TEST_F(ChecksTest, CarryMessagesAssertionsAndTheEndThroughSynthesis) {
  HEDDLE_NEED_TOOL("yosys");
  directory_.write("t.v", R"(
module t(input clk, input rst_n, output reg [7:0] n);
  always @(posedge clk or negedge rst_n) if (!rst_n) n <= 0; else n <= n + 1;
  heddle_display #(.FORMAT("n=%8d x=%8h at %t"), .WIDTH(16))
    show(.CLK(clk), .EN(n[3:0] == 4'd5), .ARGS({n, ~n}));
  heddle_assert no_twenty(.CLK(clk), .EN(1'b1), .A(n != 8'd20));
  heddle_finish over(.CLK(clk), .EN(n == 8'd40));
  always @(*) no_thirty: assert(n != 8'd30);
  always @(*) fifty: assert(n != 8'd50);
endmodule
)");
  heddle::test::ProcessOptions in_directory;
  in_directory.directory = directory_.path();
  const auto yosys = run_process(
      {"yosys", "-q", "-p",
       "read_verilog " HEDDLE_SOURCE_DIR "/designs/rtl/heddle_tasks.v; read_verilog -formal t.v; "
       "synth -flatten -top t; write_json t.json"},
      in_directory);
  ASSERT_EQ(yosys.code, 0) << yosys.out << yosys.err;
  for (const char* engine : {"event", "reference"}) {
    const CosimOutcome outcome = run_text(
        "design: {netlist: t.json}\nclocks: {clk: {port: clk, period_ps: 10}}\n"
        "reset: {port: rst_n, active: low, edges: 2}\nengine: " +
        std::string(engine) + "\n");
    const std::string expected = "n=5 x=fa at 70\nn=21 x=ea at 230\nn=37 x=da at 390\n";
    EXPECT_EQ(text_of_file(directory_.file("out/display.txt")), expected);
    EXPECT_EQ(listener_.lines, expected);
    EXPECT_EQ(outcome.edges, 85U);  // 4 + 2 * 40, and no edge more, in one batch
    EXPECT_EQ(outcome.stop, StopReason::Finish);
    EXPECT_EQ(outcome.telemetry.submits, 1U);
    EXPECT_FALSE(outcome.passed());
    ASSERT_NE(find(outcome, "no_twenty"), nullptr);
    EXPECT_EQ(find(outcome, "no_twenty")->count, 1U);
    EXPECT_EQ(find(outcome, "no_twenty")->first_edge, 44U);
    std::size_t failed_at_62 = 0;  // n becomes 30
    std::size_t never = 0;
    for (const DesignCheckOutcome& check : outcome.checks) {
      if (check.kind != CheckKind::Assert || check.name == "no_twenty") continue;
      failed_at_62 += check.count == 1 && check.first_edge == 62 ? 1 : 0;
      never += check.count == 0 ? 1 : 0;
    }
    EXPECT_EQ(failed_at_62, 1U);
    EXPECT_EQ(never, 1U);
    const std::string report = text_of_file(directory_.file("out/report.json"));
    EXPECT_NE(report.find("{\"name\": \"no_twenty\", \"kind\": \"assert\", \"passed\": false, "
                          "\"failures\": 1, \"first_edge\": 44}"),
              std::string::npos)
        << report;
    EXPECT_NE(report.find("\"passed\": true, \"failures\": 0}"), std::string::npos);
    ASSERT_GE(outcome.problems.list().size(), 2U);
    for (const Diagnostic& problem : outcome.problems.list()) {
      EXPECT_EQ(problem.code(), "cosim.assertion-failed");
    }
  }
}

// The cells of Yosys from 0.36 on, after their documentation.
TEST_F(ChecksTest, ReadPrintAndCheckOfLaterYosys) {
  write_loop(
      "\"p\": {\"type\": \"$print\", \"parameters\": {\"FORMAT\": \"go={4:>04du} {{{4:< "
      "3hu}}}\\n\", "
      "\"ARGS_WIDTH\": \"00000000000000000000000000001000\", \"TRG_ENABLE\": \"1\", "
      "\"TRG_WIDTH\": \"00000000000000000000000000000001\", \"TRG_POLARITY\": \"1\"}, "
      "\"connections\": {\"ARGS\": [10, 11, 12, 13, 6, 7, 8, 9], \"EN\": [14], \"TRG\": [2]}},\n"
      "\"c\": {\"type\": \"$check\", \"parameters\": {\"FLAVOR\": \"assert\", \"FORMAT\": \"\", "
      "\"TRG_ENABLE\": \"0\", \"TRG_WIDTH\": \"00000000000000000000000000000000\", "
      "\"TRG_POLARITY\": \"\"}, \"connections\": {\"A\": [17], \"EN\": [14], \"ARGS\": [], "
      "\"TRG\": []}},\n"
      "\"l\": {\"type\": \"$live\", \"connections\": {\"A\": [17], \"EN\": [14]}}");
  const CosimOutcome outcome = run_text(test::loop_run(
      "events: {input_commands: [{wait: {edge: 100}, action: {gpio: gpio, drive: 11}}, "
      "{wait: {edge: 110}, action: {gpio: gpio, drive: 0}}]}\nstop: {edges: 300}\n"));
  const std::vector<std::string> lines = lines_of(directory_.file("out/display.txt"));
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0], "go=0011 {b  }");      // go took 11, and gi is still 11
  EXPECT_EQ(lines.back(), "go=0011 {0  }");  // gi has fallen, go has not
  ASSERT_NE(find(outcome, "p"), nullptr);
  EXPECT_EQ(find(outcome, "p")->count, lines.size());
  // `done` is high for a few clocks, in which `slow` is high or not: only then may it fail.
  ASSERT_NE(find(outcome, "c"), nullptr);
  const auto is_unknown = [](const Diagnostic& one) {
    return one.code() == "gate.model.unknown-check";
  };
  EXPECT_TRUE(
      std::any_of(listener_.warnings.list().begin(), listener_.warnings.list().end(), is_unknown));
}

TEST_F(ChecksTest, EndPassAndFailByNets) {
  const std::string script =
      "events: {input_commands: [{wait: {edge: 100}, action: {gpio: gpio, drive: 9}}]}\n";
  const CosimOutcome passed = run_text(test::loop_run(script + "stop: {edges: 900, pass: done}\n"));
  EXPECT_EQ(passed.stop, StopReason::Net);
  EXPECT_TRUE(passed.passed());
  const CosimOutcome failed =
      run_text(test::loop_run(script + "stop: {edges: 900, fail: done, pass: 'go[2]'}\n"));
  EXPECT_EQ(failed.edges, passed.edges);
  EXPECT_FALSE(failed.passed());
  ASSERT_EQ(failed.problems.list().size(), 1U);
  EXPECT_EQ(failed.problems.list()[0].code(), "cosim.fail-net");
  const CosimOutcome neither = run_text(test::loop_run("stop: {edges: 200, fail: done}\n"));
  EXPECT_EQ(neither.stop, StopReason::Edges);
  EXPECT_TRUE(neither.passed());
}

TEST(MessageText, formats_as_documented) {
  const auto bits = [](unsigned value, unsigned width) {
    std::vector<std::uint8_t> out;
    for (unsigned i = 0; i < width; ++i) out.push_back(value >> i & 1U);
    return out;
  };
  const MessageContext context{"top.u1", 1234};
  EXPECT_EQ(message_text("%4d|%8h|%1b|%3o %m %t %%", false, bits(0xA5F6, 16), context),
            "10|5f|0|6 top.u1 1234 %");
  EXPECT_EQ(message_text("%16c %9d", false, bits(0x4142, 16), context), "AB %9d");
  EXPECT_EQ(message_text("{8:> 6du}|{8:>06ds}|{8:<06hs}", true, bits(0x41FEFF, 24), context),
            "   255|-00002|410000");
  EXPECT_EQ(message_text("{{}} {8:>0Hu} {8:> c} {0:> 0t} {9:x}", true, bits(0x42CD, 16), context),
            "{} CD B 1234 {9:x}");
  EXPECT_EQ(message_text("{200:> du}", true, std::vector<std::uint8_t>(200, 1), context),
            "1606938044258990275541962092341162602522202993782792835301375");
}

}  // namespace
}  // namespace heddle::gate
