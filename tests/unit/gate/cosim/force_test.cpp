// Forces in run files: at exact edges, in waves and events, under checks and
// windows, and every way to write them wrong.
#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <sstream>

#include "cosim_fixture.h"
#include "heddle/gate/window.h"

namespace heddle::gate {
namespace {

class ForceRunTest : public CosimTest {
 protected:
  /// The value changes of one net in the run's VCD, as `#time value` lines.
  std::string changes_of(const std::string& out, const std::string& net) {
    const std::string text = text_of_file(directory_.file(out + "/waves.vcd"));
    std::string code;
    std::string time = "#0";
    std::string changes;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::vector<std::string> all{std::istream_iterator<std::string>(words), {}};
      if (all.size() == 6 && all[0] == "$var" && all[4] == net) code = all[3];
      if (line.starts_with('#')) time = line;
      if (!code.empty() && line.size() == 1 + code.size() && line.substr(1) == code) {
        changes += time + " " + line[0] + "\n";
      }
    }
    return changes;
  }

  /// With the reference beside it at every edge.
  static CosimOptions checked() {
    CosimOptions options;
    options.check = EdgeRange{0, 1'000'000};
    return options;
  }

  /// The instants of both clocks, by edge.
  static std::int64_t time_of_edge(std::uint64_t edge) {
    std::set<std::int64_t> times;
    for (std::int64_t k = 0; k < 1000; ++k) {
      times.insert({k * 10'000, 7'000 + k * 61'034, 7'000 + 30'517 + k * 61'034});
    }
    return *std::next(times.begin(), static_cast<std::ptrdiff_t>(edge));
  }

  /// The codes of what a run file with `more` is refused for, or "runs".
  std::string refusal(const std::string& more) {
    const Result<RunFile> run_file = file("stop: {edges: 10}\n" + more);
    if (!run_file) return run_file.error().to_string();
    const auto outcome = run(*run_file, "refused" + std::to_string(++refused_));
    return outcome ? "runs" : outcome.error().to_string();
  }
  int refused_ = 0;
};

// `slow` inverts at every rising clk2; clk2 rises at 7000 + k x 61034 ps.
constexpr std::string_view kWaves = "waves: {format: vcd, nets: [slow, inner.slow_next, done]}\n";

TEST_F(ForceRunTest, HoldsANetFromTheFirstStepOfOneEdgeToThatOfAnother) {
  const std::string more = std::string(kWaves) +
                           "stop: {time_ps: 400000}\n"
                           "force:\n"
                           "  - {net: slow, value: 1, from: {time_ps: 100000}, "
                           "until: {time_ps: 300000}}\n";
  const CosimOutcome outcome = must_run(more, "out", checked());
  EXPECT_TRUE(outcome.passed());
  // Rises of clk2: 7000 (slow = 1), 68034 (0); at 100000 forced to 1. Beneath, the flop
  // takes ~slow = 0 at 129068, 190102, 251136, and so shows 0 when it is released.
  EXPECT_EQ(changes_of("out", "slow"),
            "#0 0\n#7000 1\n#68034 0\n#100000 1\n#300000 0\n#312170 1\n#373204 0\n");
}

TEST_F(ForceRunTest, ForcesFromTheScriptWithTheNextEdgeAndReleases) {
  const std::string more = std::string(kWaves) +
                           "stop: {edges: 400}\n"
                           "events:\n"
                           "  input_commands:\n"
                           "    - {wait: {time_ps: 600000}, action: {force: done, value: 1}}\n"
                           "    - {wait: {edges: 4}, action: {release: done}}\n";
  for (const std::uint32_t batch : {1U, 7U, 4096U}) {
    Result<RunFile> run_file = file(more);
    ASSERT_TRUE(run_file.has_value()) << run_file.error().to_string();
    run_file->batch_edges = batch;
    const std::string out = "out" + std::to_string(batch);
    const auto outcome = run(*run_file, out, checked());
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    EXPECT_TRUE(outcome->passed());
    const std::vector<RunEvent> events = events_of(out);
    ASSERT_EQ(events.size(), 2U);
    const std::string changes = changes_of(out, "done");
    // An action at the sample of an edge is seen by the next one.
    const auto time_of = [&](std::uint64_t edge) { return time_of_edge(edge); };
    EXPECT_EQ(events[1].edge, events[0].edge + 4);
    EXPECT_EQ(changes, "#0 0\n#" + std::to_string(time_of(events[0].edge + 1)) + " 1\n#" +
                           std::to_string(time_of(events[1].edge + 1)) + " 0\n");
  }
}

TEST_F(ForceRunTest, IsPartOfCheckpointsAndOfWindowsIntoTheRun) {
  const std::string more =
      "batch_edges: 100\nstop: {edges: 3000}\n"
      "force:\n"
      "  - {net: 'go[3]', value: 1, from: {edge: 500}, until: {edge: 2500}}\n"
      "  - {net: inner.slow_next, value: 0, from: {edge: 1700}, until: {edge: 1900}}\n"
      "events: {input_commands: [{wait: {edge: 900}, action: {gpio: gpio, drive: 1}}]}\n";
  const std::string digests = directory_.file("digests.txt");
  CosimOptions options;
  options.digest_file = digests;
  options.checkpoint_every = 400;
  (void)must_run(more, "out", options);
  const std::string whole = text_of_file(digests);
  for (const std::string_view engine : {"event", "reference"}) {
    SilentProgress progress;
    Diagnostics warnings;
    WindowOptions look;
    look.first_edge = 1650;
    look.end_edge = 2600;
    look.digest_file = directory_.file("window.txt");
    look.engine = std::string(engine);
    const auto window = run_window(directory_.file("out"), look, warnings, progress, {});
    ASSERT_TRUE(window.has_value()) << window.error().to_string();
    EXPECT_EQ(window->resumed_at, 1600U);
    const std::string part = text_of_file(look.digest_file);
    EXPECT_EQ(std::count(part.begin(), part.end(), '\n'), 950);
    EXPECT_NE(whole.find(part), std::string::npos) << engine;
  }
}

TEST_F(ForceRunTest, DepositsInAFlopWhoseNetIsForced) {
  // The force hides the deposit, and shows it when it ends before the first clk2.
  const std::string more = std::string(kWaves) +
                           "stop: {time_ps: 5000}\nreg_init: {slow: 1}\n"
                           "force: [{net: slow, value: 0, until: {time_ps: 1}}]\n";
  const Result<RunFile> run_file = file(more + "");
  ASSERT_TRUE(run_file.has_value()) << run_file.error().to_string();
  const auto outcome = run(*run_file, "out");
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(changes_of("out", "slow"), "#0 0\n");
  const std::string later = std::string(kWaves) +
                            "stop: {time_ps: 15000}\nreg_init: {slow: 1}\n"
                            "force: [{net: slow, value: 0, until: {time_ps: 5000}}, "
                            "{net: inner.slow_next, value: 1}]\n";
  (void)must_run(later, "later");
  EXPECT_EQ(changes_of("later", "slow"), "#0 0\n#7000 1\n");
}

TEST_F(ForceRunTest, RefusesWhatCannotBeForced) {
  const auto says = [this](const std::string& more, std::string_view what) {
    EXPECT_NE(refusal(more).find(what), std::string::npos) << refusal(more);
  };
  says("force: [{net: slwo, value: 1}]\n", "did you mean 'slow'?");
  says("force: [{net: go, value: 16}]\n", "cosim.value-too-wide");
  says("force: [{net: go}]\n", "config.missing-key");
  says("force: [{net: go, value: 1, from: {}}]\n", "cosim.bad-event-step");
  says("force: [{net: go, value: 1, until: {edge: 3, time_ps: 3}}]\n", "cosim.bad-event-step");
  says("forceable: ['nothing*']\n", "cosim.unknown-net");
  says("events: {input_commands: [{action: {force: go}}]}\n", "config.missing-key");
  says("events: {input_commands: [{action: {release: og}}]}\n", "cosim.unknown-net");
  says("forceable: ['g*', 'data[2:0]']\n", "runs");
}

TEST_F(ForceRunTest, RefusesAConstant) {
  std::string design = test::loop_design();
  const std::string net = test::loop_net("clk2", "15");
  design.insert(design.find(net), test::loop_net("tied", "\"1\"") + ", ");
  directory_.write("loop.json", design);
  EXPECT_NE(refusal("force: [{net: tied, value: 0}]\n").find("cosim.not-forceable"),
            std::string::npos);
}

}  // namespace
}  // namespace heddle::gate
