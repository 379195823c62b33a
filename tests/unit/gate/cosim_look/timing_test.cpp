// The timing overlay against closed forms, against the sums of an SDF's arcs,
// and against the static timing analyser that wrote the SDF.
#include <algorithm>
#include <cmath>
#include <regex>

#include "heddle/gate/open_loop.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "unit/gate/cosim_look/look_fixture.h"

namespace heddle::gate {
namespace {

using heddle::test::run_process;

constexpr std::int64_t kPs = 1000;  // femtoseconds

class TimingTest : public LookTest {
 protected:
  Result<OpenLoopOutcome> sim(const std::string& vcd, std::vector<std::string> cells) {
    directory_.write("in.vcd", vcd);
    OpenLoopOptions options;
    options.files = {directory_.file("design.v"), std::move(cells), {}};
    options.stimulus = directory_.file("in.vcd");
    options.nets = {};
    options.timing.params.sdf_file = directory_.file("design.sdf");
    options.timing.report_file = directory_.file("timing.json");
    options.timing.arrivals = {"*"};
    SilentProgress progress;
    warnings_ = Diagnostics();
    return run_open_loop(options, warnings_, progress, {});
  }
  static const TimingCheckSummary& of(const TimingReport& report, TimingCheckKind kind) {
    return report.checks[static_cast<std::size_t>(kind)];
  }
  static std::int64_t arrival(const TimingReport& report, const std::string& net) {
    for (const TimingArrival& found : report.arrivals) {
      if (found.net == net) return found.delay_fs;
    }
    ADD_FAILURE() << "no arrival of " << net;
    return -1;
  }
  [[nodiscard]] bool warned(std::string_view code) const {
    return std::any_of(warnings_.list().begin(), warnings_.list().end(),
                       [&](const Diagnostic& one) { return one.code() == code; });
  }

  Diagnostics warnings_;
};

constexpr const char* kCells = R"(library (l) {
  cell (INV) { pin (A) { direction : input; } pin (Y) { direction : output; function : "!A"; } }
  cell (AND2) { pin (A) { direction : input; } pin (B) { direction : input; }
    pin (Y) { direction : output; function : "A & B"; } }
  cell (DFFR) { ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; clear : "!RN"; }
    pin (D) { direction : input; } pin (CK) { direction : input; } pin (RN) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; } }
})";
constexpr const char* kDesign = R"(
module m (clk, rn, a, b, q, y);
  input clk, rn, a, b;
  output q, y;
  wire na, x1, x2;
  INV i (.A(a), .Y(na));
  AND2 g (.A(na), .B(b), .Y(y));
  DFFR f (.D(y), .CK(clk), .RN(rn), .Q(q));
  INV l1 (.A(x2), .Y(x1));
  INV l2 (.A(x1), .Y(x2));
endmodule
)";
constexpr const char* kSdf = R"((DELAYFILE (SDFVERSION "3.0") (DIVIDER .) (TIMESCALE 1ps)
 (CELL (CELLTYPE "m") (INSTANCE) (DELAY (ABSOLUTE (INTERCONNECT i.Y g.A (5)))))
 (CELL (CELLTYPE "INV") (INSTANCE i) (DELAY (ABSOLUTE (IOPATH A Y (10:20:30) (11:21:31)))))
 (CELL (CELLTYPE "INV") (INSTANCE l1) (DELAY (ABSOLUTE (IOPATH A Y (1)))))
 (CELL (CELLTYPE "INV") (INSTANCE l2) (DELAY (ABSOLUTE (IOPATH A Y (1)))))
 (CELL (CELLTYPE "INV") (INSTANCE zz) (DELAY (ABSOLUTE (IOPATH A Y (1)))))
 (CELL (CELLTYPE "AND2") (INSTANCE g)
  (DELAY (ABSOLUTE (COND B==1'b1 (IOPATH A Y (40))) (COND B==1'b0 (IOPATH A Y (999)))
                   (IOPATH B Y (50)))
         (INCREMENT (IOPATH A Y (1)))))
 (CELL (CELLTYPE "DFFR") (INSTANCE f)
  (DELAY (ABSOLUTE (IOPATH (posedge CK) Q (100)) (IOPATH RN Q () (70))))
  (TIMINGCHECK (RECREM (posedge RN) (posedge CK) (200) (300)) (WIDTH (posedge CK) (600))
   (PERIOD (posedge CK) (1500)) (SETUPHOLD D (posedge CK) (30) (40))
   (HOLD X (posedge CK) (1)) (SETUP D (COND odd?1:2 (posedge CK)) (20))))
))";
constexpr const char* kVcd =
    "$timescale 1ps $end\n$scope module m $end\n$var wire 1 c clk $end\n$var wire 1 r rn $end\n"
    "$var wire 1 a a $end\n$var wire 1 b b $end\n$upscope $end\n$enddefinitions $end\n"
    "#0\n0c\n0r\n1a\n1b\n#1000\n1r\n#1150\n1c\n#1650\n0c\n#2150\n1c\n#2160\n0a\n#2700\n0c\n"
    "#2800\n1c\n#2810\n0r\n#2850\n0b\n#3100\n0c\n#3200\n1r\n#3400\n1c\n";

TEST_F(TimingTest, judgesEveryKindOfCheckAsFormulasSay) {
  directory_.write("cells.lib", kCells);
  directory_.write("design.v", kDesign);
  directory_.write("design.sdf", kSdf);
  const auto outcome = sim(kVcd, {directory_.file("cells.lib")});
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  ASSERT_TRUE(outcome->timing.has_value());
  const TimingReport& report = *outcome->timing;
  // a falls at 2160: na at +10..30, the wire 5, the cell 40 + 1.
  EXPECT_EQ(arrival(report, "na"), 30 * kPs);
  EXPECT_EQ(arrival(report, "y"), 76 * kPs);
  EXPECT_EQ(arrival(report, "q"), 100 * kPs);
  struct Expected {
    TimingCheckKind kind;
    std::uint64_t checked;
    std::uint64_t violated;
    std::int64_t worst_ps;
  };
  // The clock rises at 1150, 2150, 2800, 3400 and is high for 500, 550, 300.
  for (const Expected& expected :
       {Expected{TimingCheckKind::Recovery, 4, 1, 1150 - 1000 - 200},
        Expected{TimingCheckKind::Removal, 1, 0, 3200 - 2800 - 300},
        Expected{TimingCheckKind::Width, 3, 3, 300 - 600},
        Expected{TimingCheckKind::Period, 3, 3, 600 - 1500},
        Expected{TimingCheckKind::Setup, 4, 0, 3400 - 2900 - 30},
        Expected{TimingCheckKind::Hold, 2, 0, (2160 + 10 + 5 + 41) - 2150 - 40}}) {
    const TimingCheckSummary& found = of(report, expected.kind);
    const std::string_view name = timing_check_name(expected.kind);
    EXPECT_EQ(found.checked, expected.checked) << name;
    EXPECT_EQ(found.violated, expected.violated) << name;
    EXPECT_EQ(found.worst.slack_fs, expected.worst_ps * kPs) << name;
    EXPECT_EQ(found.worst.instance, "f") << name;
    EXPECT_EQ(found.worst.net, "q") << name;
  }
  EXPECT_EQ(report.violation_count, 7U);
  EXPECT_EQ(report.ignored_conditions, 1U);
  EXPECT_TRUE(warned("timing.unknown-instance"));
  EXPECT_TRUE(warned("timing.unknown-pin"));
  EXPECT_TRUE(warned("timing.loop"));
  Diagnostics problems;
  add_violations(report, problems);
  ASSERT_EQ(problems.list().size(), 1U);
  EXPECT_EQ(problems.list()[0].code(), "timing.violated");
  EXPECT_EQ(problems.list()[0].text(), "recovery of flop f (q) at edge 2: slack -50 ps");
  EXPECT_EQ(problems.cause(), Cause::Mismatch);
  const std::string json = text_of_file(directory_.file("timing.json"));
  EXPECT_NE(json.find("\"schema\": \"heddle.gate.timing/1\""), std::string::npos);
  EXPECT_NE(json.find("\"violation_count\": 7"), std::string::npos);
  EXPECT_NE(to_text(report).find("recovery: 1 of 4 violated, worst slack -50.000 ps at f"),
            std::string::npos);
}

TEST_F(TimingTest, refusesAnSdfOfAnotherDesign) {
  directory_.write("cells.lib", kCells);
  directory_.write("design.v", kDesign);
  std::string sdf = kSdf;
  for (const char* name :
       {"(INSTANCE i)", "(INSTANCE l1)", "(INSTANCE l2)", "(INSTANCE g)", "(INSTANCE f)"}) {
    sdf.replace(sdf.find(name), std::string(name).size(), "(INSTANCE other)");
  }
  directory_.write("design.sdf", sdf);
  const auto outcome = sim(kVcd, {directory_.file("cells.lib")});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().list().at(0).code(), "timing.nothing-annotated");
}

/// The delay of one arc in picoseconds, read without the reader under test.
double arc_of(const std::string& sdf, const std::string& instance, const std::string& pins,
              bool rises) {
  const std::size_t cell = sdf.find("(INSTANCE " + instance + ")");
  const std::string rest = sdf.substr(cell, sdf.find("(CELL\n", cell) - cell);
  std::smatch found;
  const std::regex arc("\\(IOPATH " + pins +
                       " \\(([0-9.]+)::([0-9.]+)\\) \\(([0-9.]+)::([0-9.]+)\\)\\)");
  EXPECT_TRUE(std::regex_search(rest, found, arc)) << instance;
  return 1000 * std::stod(found[rises ? 2 : 4]);
}

TEST_F(TimingTest, hasTheArrivalsOfTheStaticTimingAnalyser) {
  HEDDLE_NEED_TOOL("sta");
  const auto package = run_process({"dpkg", "-L", "qflow-tech-osu018"});
  std::smatch liberty;
  ASSERT_TRUE(
      std::regex_search(package.out, liberty, std::regex("(\\S+/osu018_stdcells\\.lib)\n")));
  directory_.write("design.v", R"(
module chain (clk, d, e, g, q);
  input clk, d, e, g;
  output q;
  wire first, n1, n2, n3;
  DFFPOSX1 f1 (.CLK(clk), .D(d), .Q(first));
  INVX1 u1 (.A(first), .Y(n1));
  NAND2X1 u2 (.A(n1), .B(e), .Y(n2));
  XOR2X1 u3 (.A(n2), .B(g), .Y(n3));
  DFFPOSX1 f2 (.CLK(clk), .D(n3), .Q(q));
endmodule
)");
  directory_.write("sta.tcl", "read_liberty " + liberty[1].str() +
                                  "\nread_verilog design.v\nlink_design chain\n"
                                  "create_clock -name clk -period 10 clk\n"
                                  "write_sdf -digits 6 design.sdf\n"
                                  "report_checks -from f1/CLK -to f2/D -digits 6\n");
  heddle::test::ProcessOptions in_directory;
  in_directory.directory = directory_.path();
  const auto sta = run_process({"sta", "-exit", "sta.tcl"}, in_directory);
  ASSERT_EQ(sta.code, 0) << sta.out << sta.err;
  std::smatch sta_arrival;
  std::smatch sta_slack;
  ASSERT_TRUE(std::regex_search(sta.out, sta_arrival, std::regex(" ([0-9.]+)   data arrival")));
  ASSERT_TRUE(std::regex_search(sta.out, sta_slack, std::regex(" ([0-9.]+)   slack")));

  // Only d moves, 100 ps after each rising edge; e and g are 1: one path.
  std::string vcd =
      "$timescale 1ps $end\n$scope module chain $end\n$var wire 1 c clk $end\n"
      "$var wire 1 d d $end\n$var wire 1 e e $end\n$var wire 1 g g $end\n$upscope $end\n"
      "$enddefinitions $end\n#0\n0c\n0d\n1e\n1g\n";
  for (int cycle = 0; cycle < 10; ++cycle) {
    const int rise = 5000 + 10000 * cycle;
    vcd += "#" + std::to_string(rise) + "\n1c\n#" + std::to_string(rise + 100) + "\n" +
           (cycle % 2 == 0 ? "1d" : "0d") + "\n#" + std::to_string(rise + 5000) + "\n0c\n";
  }
  const auto outcome = sim(vcd, {liberty[1].str()});
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  const TimingReport& report = *outcome->timing;
  EXPECT_EQ(report.violation_count, 0U) << to_text(report);
  EXPECT_EQ(report.untimed, 0U);

  const std::string sdf = text_of_file(directory_.file("design.sdf"));
  const double falling = arc_of(sdf, "f1", "CLK Q", false) + arc_of(sdf, "u1", "A Y", true) +
                         arc_of(sdf, "u2", "A Y", false) + arc_of(sdf, "u3", "A Y", true);
  const double rising = arc_of(sdf, "f1", "CLK Q", true) + arc_of(sdf, "u1", "A Y", false) +
                        arc_of(sdf, "u2", "A Y", true) + arc_of(sdf, "u3", "A Y", false);
  const double found = static_cast<double>(arrival(report, "n3")) / kPs;
  EXPECT_NEAR(found, std::max(falling, rising), 1.0);
  const double expected = 1000 * std::stod(sta_arrival[1]);
  EXPECT_NEAR(found, expected, expected / 100);
  const TimingFinding& worst = of(report, TimingCheckKind::Setup).worst;
  EXPECT_EQ(worst.instance, "f2");
  const double slack = 1000 * std::stod(sta_slack[1]);
  EXPECT_NEAR(static_cast<double>(worst.slack_fs) / kPs, slack, slack / 100);
  std::vector<std::string> path;
  for (const TimingPoint& point : worst.path) path.push_back(point.pin);
  EXPECT_EQ(path, (std::vector<std::string>{"clk", "f1.Q", "u1.Y", "u2.Y", "u3.Y"}));
}

// What a run does is part of what static analysis allows for: no slack is below
// its worst one. The endpoint is the same, and at a shorter period it is violated.
TEST_F(TimingTest, staysWithinTheStaticAnalysisOfASynthesisedDesign) {
  HEDDLE_NEED_TOOL("sta");
  HEDDLE_NEED_TOOL("yosys");
  const auto package = run_process({"dpkg", "-L", "qflow-tech-osu018"});
  std::smatch liberty;
  ASSERT_TRUE(
      std::regex_search(package.out, liberty, std::regex("(\\S+/osu018_stdcells\\.lib)\n")));
  heddle::test::ProcessOptions options;
  options.environment.push_back("HEDDLE_DESIGN_DIR=" + directory_.file("designs"));
  const auto built =
      run_process({"sh", HEDDLE_SOURCE_DIR "/designs/build.sh", "uart_hello", "osu018"}, options);
  ASSERT_EQ(built.code, 0) << built.err;
  const std::string netlist = directory_.file("designs/uart_hello/osu018.v");
  directory_.write("sta.tcl",
                   "read_liberty " + liberty[1].str() + "\nread_verilog " + netlist +
                       "\nlink_design uart_hello\ncreate_clock -name clk -period 10 clk\n"
                       "write_sdf -digits 6 design.sdf\n"
                       "report_checks -digits 6\n"
                       "report_checks -path_delay min -digits 6\n");
  options.directory = directory_.path();
  const auto sta = run_process({"sta", "-exit", "sta.tcl"}, options);
  ASSERT_EQ(sta.code, 0) << sta.out << sta.err;
  std::smatch slacks;
  ASSERT_TRUE(std::regex_search(
      sta.out, slacks,
      std::regex("Endpoint: (\\S+)[^]*? ([0-9.]+)   slack[^]*?Endpoint[^]*? ([0-9.]+)   slack")));
  const auto setup_fs = static_cast<std::int64_t>(std::stod(slacks[2]) * 1e6);
  const auto hold_fs = static_cast<std::int64_t>(std::stod(slacks[3]) * 1e6);
  // The static path takes this long; a period below it fails where a vector goes that way.
  for (const std::int64_t period_ps : {10000, 2000}) {
    const Result<RunFile> file = read_run_file(
        "design: {netlist: " + netlist + ", cells: [" + liberty[1].str() + "]}\n" +
            "clocks: {clk: {port: clk, period_ps: " + std::to_string(period_ps) + "}}\n" +
            "reset: {port: rst_n, active: low, edges: 20}\nstop: {edges: 20000}\n",
        directory_.file("run.yaml"));
    ASSERT_TRUE(file.has_value()) << file.error().to_string();
    CosimOptions cosim;
    cosim.directory = directory_.file("out" + std::to_string(period_ps));
    cosim.timing.params.sdf_file = directory_.file("design.sdf");
    CosimObserverDefault silent;
    SilentProgress progress;
    const auto outcome = run_cosim(*file, cosim, silent, progress, {});
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    const TimingReport& report = *outcome->timing;
    const TimingFinding& setup = of(report, TimingCheckKind::Setup).worst;
    EXPECT_GE(setup.slack_fs, setup_fs - (10000 - period_ps) * kPs - kPs);
    EXPECT_EQ(setup.instance, slacks[1].str());
    EXPECT_GE(of(report, TimingCheckKind::Hold).worst.slack_fs, hold_fs - kPs);
    EXPECT_EQ(report.violation_count > 0, period_ps == 2000);
    EXPECT_EQ(report.untimed, 0U);
  }
}

/// The planted bug: clk reaches stage2 after 270 to 330 + 90 to 110 ps, data
/// leaves stage1 90 to 110 + 170 to 220 ps after the same edge.
TEST_F(TimingTest, namesTheFlopOfThePlantedHoldViolation) {
  const std::string example = HEDDLE_SOURCE_DIR "/examples/hold_violation/";
  const Result<RunFile> file = load_run_file(example + "run.yaml");
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  for (const bool skewed : {true, false}) {
    CosimOptions options;
    options.directory = directory_.file(skewed ? "skewed" : "balanced");
    options.timing.params.sdf_file = example + (skewed ? "skewed.sdf" : "balanced.sdf");
    CosimObserverDefault silent;
    SilentProgress progress;
    const auto outcome = run_cosim(*file, options, silent, progress, {});
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    EXPECT_EQ(outcome->passed(), !skewed);
    ASSERT_TRUE(outcome->timing.has_value());
    const TimingReport& report = *outcome->timing;
    EXPECT_EQ(of(report, TimingCheckKind::Setup).worst.slack_fs, (2090 - 1000 - 60) * kPs);
    EXPECT_EQ(of(report, TimingCheckKind::Setup).worst.instance, "stage1");
    EXPECT_EQ(report.violation_count, skewed ? 2U : 0U);
    const TimingFinding& hold = of(report, TimingCheckKind::Hold).worst;
    EXPECT_EQ(hold.instance, "stage2");
    EXPECT_EQ(hold.slack_fs, (90 + 170 - (skewed ? 440 : 143) - 20) * kPs);
    if (!skewed) continue;
    EXPECT_EQ(outcome->problems.list().at(0).text(),
              "hold of flop stage2 (q) at edge 12: slack -190 ps");
    EXPECT_TRUE(path_exists(directory_.file("skewed/timing.json")));
  }
}

}  // namespace
}  // namespace heddle::gate
