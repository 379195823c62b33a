// Checkpoints, windows and dumps: whatever is looked at afterwards is what the
// whole run had, edge by edge.
#include <algorithm>
#include <filesystem>

#include "heddle/gate/checkpoint.h"
#include "heddle/gate/load.h"
#include "unit/gate/cosim_look/look_fixture.h"

namespace heddle::gate {
namespace {

TEST_F(LookTest, WindowsHaveTheDigestsOfTheWholeRun) {
  CosimOptions options;
  options.checkpoint_every = 500;
  run("out", options);
  const std::vector<std::string> whole = lines_of(directory_.file("digests.txt"));
  ASSERT_EQ(whole.size(), kEdges);
  for (const char* engine : {"event", "reference"}) {
    // Around a checkpoint (512 is the first), far from one, at the start, at the end.
    for (const auto& [first, end] : {std::pair<std::uint64_t, std::uint64_t>{511, 514},
                                     {512, 600},
                                     {1000, 1999},
                                     {0, 40},
                                     {3999, 4000}}) {
      WindowOptions look{.first_edge = first, .end_edge = end};
      look.digest_file = directory_.file("window.txt");
      look.engine = engine;
      const auto outcome = window("out", look);
      ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
      EXPECT_EQ(outcome->end_edge, end);
      EXPECT_EQ(outcome->resumed_at, first < 512 ? 0 : first < 1024 ? 512 : first / 512 * 512);
      const std::vector<std::string> part = lines_of(directory_.file("window.txt"));
      EXPECT_EQ(part, std::vector<std::string>(whole.begin() + static_cast<std::ptrdiff_t>(first),
                                               whole.begin() + static_cast<std::ptrdiff_t>(end)))
          << engine << " " << first;
    }
  }
}

TEST_F(LookTest, WindowsHaveTheWavesOfTheWholeRun) {
  CosimOptions options;
  options.checkpoint_every = 300;
  run("out", options);
  for (const auto format : {WaveFileFormat::Fst, WaveFileFormat::Vcd}) {
    for (const std::uint64_t first : {0U, 700U, 3000U}) {
      WindowOptions look{.first_edge = first, .end_edge = first + 250};
      look.nets = {"*"};
      look.format = format;
      const auto outcome = window("out", look);
      ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
      const auto difference =
          diff_waves(directory_.file("out/waves.vcd"), directory_.file("window.fst"), {});
      ASSERT_TRUE(difference.has_value()) << difference.error().to_string();
      EXPECT_FALSE(difference->first.has_value()) << difference->first->net;
      EXPECT_EQ(difference->only_a + difference->only_b, 0U);
      EXPECT_EQ(difference->from.ps(), outcome->first_time_ps);
      EXPECT_EQ(difference->to.ps(), outcome->last_time_ps);
      EXPECT_GT(difference->instants, 100U);
    }
  }
}

TEST_F(LookTest, CheckpointsNeitherCutBatchesNorChangeTheRun) {
  CosimOptions options;
  const CosimOutcome without = run("without", options);
  const std::string digests = text_of_file(directory_.file("digests.txt"));
  options.checkpoint_every = 130;
  options.trace_signals = {"go"};
  options.saif_file = directory_.file("activity.saif");
  const CosimOutcome with = run("with", options);
  EXPECT_EQ(text_of_file(directory_.file("digests.txt")), digests);
  EXPECT_EQ(with.telemetry.submits, without.telemetry.submits);
  EXPECT_EQ(with.telemetry.largest, 128U);
  EXPECT_TRUE(std::count(with.files.begin(), with.files.end(), "checkpoints") == 1);
  const auto first = nearest_checkpoint(directory_.file("with"), 400);
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->ends_with("384.ckpt")) << *first;  // after 2 * 130; 256 was after 130
  EXPECT_FALSE(nearest_checkpoint(directory_.file("with"), 255).has_value());
}

TEST_F(LookTest, WindowsNeedNoCheckpoint) {
  run("out");
  WindowOptions look{.first_edge = 2000, .end_edge = 2001};
  look.digest_file = directory_.file("window.txt");
  const auto outcome = window("out", look);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(outcome->resumed_at, 0U);
  EXPECT_EQ(lines_of(directory_.file("window.txt")).at(0),
            lines_of(directory_.file("digests.txt")).at(2000));
}

TEST_F(LookTest, RefusesWindowsThatTheRunDoesNotHave) {
  run("out");
  for (const auto& [first, end] :
       {std::pair<std::uint64_t, std::uint64_t>{10, 10}, {4000, 4010}, {9000, 9001}}) {
    const auto outcome = window("out", {.first_edge = first, .end_edge = end});
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().list().at(0).code(), "look.bad-window");
  }
  const auto shorter = window("out", {.first_edge = 3990, .end_edge = 5000});
  ASSERT_TRUE(shorter.has_value());
  EXPECT_EQ(shorter->end_edge, 4000U);
}

TEST_F(LookTest, RefusesADesignThatHasChanged) {
  run("out");
  std::string text = test::loop_design();
  text.replace(text.find("$_DFF_PN1_"), 10, "$_DFF_PN0_");
  directory_.write("loop.json", text);
  const auto outcome = window("out", {.first_edge = 1, .end_edge = 2});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().list().at(0).code(), "look.changed-input");
}

TEST_F(LookTest, RefusesDamagedCheckpoints) {
  CosimOptions options;
  options.checkpoint_every = 500;
  run("out", options);
  const auto path = nearest_checkpoint(directory_.file("out"), 600);
  ASSERT_TRUE(path.has_value());
  const std::string good = text_of_file(*path);
  Diagnostics warnings;
  const auto model = load_model(directory_.file("loop.json"), "", warnings);
  ASSERT_TRUE(model.has_value());
  ASSERT_TRUE(read_checkpoint(*path, *model).has_value());
  std::vector<std::string> bad{good.substr(0, 10), good.substr(0, good.size() - 1), "x" + good};
  for (std::size_t at = 0; at < good.size(); at += 7) {
    bad.push_back(good);
    bad.back()[at] = static_cast<char>(bad.back()[at] ^ 0x20);
  }
  for (const std::string& bytes : bad) {
    ASSERT_TRUE(write_file_atomic(*path, bytes).has_value());
    const auto checkpoint = read_checkpoint(*path, *model);
    ASSERT_FALSE(checkpoint.has_value());
    EXPECT_EQ(checkpoint.error().list().at(0).code(), "look.bad-checkpoint");
    EXPECT_EQ(checkpoint.error().cause(), Cause::Corrupt);
  }
  Model other = *model;
  other.netlist_digest ^= 1;
  ASSERT_TRUE(write_file_atomic(*path, good).has_value());
  EXPECT_FALSE(read_checkpoint(*path, other).has_value());
  other = *model;
  other.states.pop_back();
  EXPECT_FALSE(read_checkpoint(*path, other).has_value());
}

// go takes what the script drives at edge 190 + 180 i, (7 i + 3) % 15, one
// rising clock later; the run has 20 such steps.
TEST_F(LookTest, DumpsWhatTheScriptDroveIntoTheFlops) {
  CosimOptions options;
  options.checkpoint_every = 700;
  run("out", options);
  for (const int step : {0, 5, 19}) {
    DumpOptions look;
    look.edge = static_cast<std::uint64_t>(190 + 180 * step + 10);
    look.states = {"go"};
    const auto found = dump("out", look);
    ASSERT_TRUE(found.has_value()) << found.error().to_string();
    ASSERT_EQ(found->states.size(), 1U);
    EXPECT_EQ(found->states[0].width, 4U);
    const int value = (step * 7 + 3) % 15;
    std::string bits;
    for (int bit = 3; bit >= 0; --bit) bits += (value >> bit & 1) != 0 ? '1' : '0';
    EXPECT_EQ(found->states[0].bits, bits) << step;
    StringSink text;
    write_text(*found, text);
    EXPECT_EQ(text.text(), "edge " + std::to_string(look.edge) + " at " +
                               std::to_string(found->time_ps) + " ps\ngo = 0x" +
                               "0123456789abcdef"[value] + "\n");
  }
}

TEST_F(LookTest, DumpsMemoriesAndEverything) {
  run("out");
  DumpOptions look;
  look.edge = 30;
  look.memories = {"rom"};
  const auto memory = dump("out", look);
  ASSERT_TRUE(memory.has_value()) << memory.error().to_string();
  EXPECT_TRUE(memory->states.empty());
  ASSERT_EQ(memory->memories.size(), 1U);
  EXPECT_EQ(memory->memories[0].rows, std::vector<std::string>(4, "00"));
  StringSink json;
  write_json(*memory, json);
  EXPECT_NE(json.text().find("\"rows\": [\"00\", \"00\", \"00\", \"00\"]"), std::string::npos)
      << json.text();
  look.memories.clear();
  const auto all = dump("out", look);
  ASSERT_TRUE(all.has_value());
  std::vector<std::string> names;
  for (const StateValue& state : all->states) names.push_back(state.name);
  EXPECT_EQ(names, (std::vector<std::string>{"go", "slow", "tx"}));
  ASSERT_EQ(all->peripherals.size(), 2U);
  EXPECT_EQ(all->peripherals[0].name, "uart");
  EXPECT_EQ(all->peripherals[1].kind, "gpio");
  look.peripherals = {"gpio"};
  look.edge = 250;  // the script drove 3 at edge 190
  const auto gpio = dump("out", look);
  ASSERT_TRUE(gpio.has_value());
  ASSERT_EQ(gpio->peripherals.size(), 1U);
  StringSink text;
  write_text(*gpio, text);
  EXPECT_NE(text.text().find("peripheral gpio (gpio)\n  out = 3\n"), std::string::npos)
      << text.text();
  look.peripherals = {"gpoi"};
  EXPECT_EQ(dump("out", look).error().list().at(0).help(), "did you mean 'gpio'?");
  look.peripherals.clear();
  look.states = {"nothing*"};
  EXPECT_EQ(dump("out", look).error().list().at(0).code(), "look.unknown-name");
  look.states.clear();
  look.memories = {"ram"};
  EXPECT_EQ(dump("out", look).error().list().at(0).code(), "look.unknown-name");
}

// Each change of the waves, and nothing else, is a line of signals.txt.
TEST_F(LookTest, TracesSignalsAsLines) {
  CosimOptions options;
  options.trace_signals = {"go", "tx", "inner.*"};
  run("out", options);
  const std::vector<std::string> lines = lines_of(directory_.file("out/signals.txt"));
  ASSERT_GT(lines.size(), 60U);
  EXPECT_EQ(lines[0], "0 0 0000 go");
  EXPECT_EQ(lines[1], "0 0 1 inner.slow_next");
  EXPECT_EQ(lines[2], "0 0 1 tx");
  std::size_t go_lines = 0;
  std::uint64_t last_edge = 0;
  for (const std::string& line : lines) {
    std::istringstream words(line);
    std::uint64_t edge = 0;
    std::string time;
    std::string value;
    std::string name;
    words >> edge >> time >> value >> name;
    EXPECT_GE(edge, last_edge);
    last_edge = edge;
    if (name == "go") ++go_lines;
  }
  // The first line, and one for each of the 20 values; two of them in a row never agree.
  EXPECT_EQ(go_lines, 21U);
  options.trace_signals = {"gone"};
  Result<RunFile> file =
      read_run_file(test::loop_run("stop: {edges: 10}\n"), directory_.file("loop.yaml"));
  ASSERT_TRUE(file.has_value());
  options.directory = directory_.file("never");
  CosimObserverDefault silent;
  SilentProgress progress;
  const auto unknown = run_cosim(*file, options, silent, progress, {});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().list().at(0).code(), "cosim.unknown-net");
  EXPECT_FALSE(path_exists(directory_.file("never")));
}

// clk has a period of 20 ns and rises at 0; slow inverts at each rise of clk2,
// 7 ns + k * 61.034 ns. The counts follow.
TEST_F(LookTest, CountsTogglesAsFormulasSay) {
  CosimOptions options;
  options.saif_file = directory_.file("activity.saif");
  const CosimOutcome outcome = run("out", options);
  const std::string saif = text_of_file(options.saif_file);
  const std::int64_t end = outcome.time_ps;
  EXPECT_NE(saif.find("(DURATION " + std::to_string(end) + ")"), std::string::npos);
  const auto line = [&](const std::string& net, std::int64_t high, std::int64_t toggles) {
    return "(" + net + " (T0 " + std::to_string(end - high) + ") (T1 " + std::to_string(high) +
           ") (TX 0) (TC " + std::to_string(toggles) + ") (IG 0))";
  };
  const std::int64_t clk_high = end / 20000 * 10000 + std::min<std::int64_t>(end % 20000, 10000);
  EXPECT_NE(saif.find(line("clk", clk_high, end / 10000)), std::string::npos) << saif;
  const std::int64_t rises = (end - 7000) / 61034 + 1;
  std::int64_t slow_high = 0;
  for (std::int64_t k = 0; k < rises; k += 2) {
    slow_high += std::min<std::int64_t>(end, 7000 + (k + 1) * 61034) - (7000 + k * 61034);
  }
  EXPECT_NE(saif.find(line("slow", slow_high, rises)), std::string::npos) << saif;
  EXPECT_NE(saif.find("(INSTANCE inner\n"), std::string::npos);
  EXPECT_NE(saif.find(line("slow_next", end - slow_high, rises)), std::string::npos);
  EXPECT_NE(saif.find("(go\\[3\\] "), std::string::npos);
}

}  // namespace
}  // namespace heddle::gate
