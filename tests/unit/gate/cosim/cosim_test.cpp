// Whole runs of a small design: what comes back is what a formula says, the
// same for every batch and engine, and whatever ends a run leaves it readable.
#include "heddle/gate/cosim.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <set>
#include <sstream>

#include "gate/cosim/engine_run.h"
#include "heddle/base/config.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/gate/event_list.h"
#include "heddle/gate/rerun.h"
#include "heddle/trace/wave_reader.h"
#include "support/gate_cosim/loop_design.h"
#include "support/temp_directory.h"
#include "support/trace/file_size_limit.h"

namespace heddle::gate {
namespace {

using heddle::test::text_of_file;

/// The script that most tests run: three bytes to the UART, one GPIO change.
constexpr std::string_view kScript =
    "events:\n"
    "  input_commands:\n"
    "    - {wait: {edge: 100}, action: {uart: uart, send: \"ab\"}}\n"
    "    - {wait: {edge: 700}, action: {gpio: gpio, drive: 9}}\n"
    "    - {wait: {uart: uart, text: b}, action: {uart: uart, send: c}}\n";

class CosimTest : public testing::Test {
 protected:
  CosimTest() { directory_.write("loop.json", test::loop_design()); }

  Result<RunFile> file(const std::string& more) {
    return read_run_file(test::loop_run(more), directory_.file("loop.yaml"));
  }

  /// Runs; the directory is `out` below the test's own.
  Result<CosimOutcome> run(const RunFile& run, const std::string& out, CosimOptions options = {},
                           CosimObserver* observer = nullptr, Interrupt interrupt = {}) {
    CosimObserverDefault silent;
    SilentProgress progress;
    options.directory = directory_.file(out);
    return run_cosim(run, options, observer != nullptr ? *observer : silent, progress, interrupt);
  }

  CosimOutcome must_run(const std::string& more, const std::string& out,
                        const CosimOptions& options = {}) {
    const Result<RunFile> run_file = file(more);
    EXPECT_TRUE(run_file.has_value()) << run_file.error().to_string();
    Result<CosimOutcome> outcome = run(*run_file, out, options);
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    return outcome ? std::move(*outcome) : CosimOutcome();
  }

  std::vector<RunEvent> events_of(const std::string& out) {
    const std::string path = directory_.file(out + "/events.json");
    const auto events = read_event_list(text_of_file(path), path);
    EXPECT_TRUE(events.has_value()) << events.error().to_string();
    return events ? *events : std::vector<RunEvent>();
  }

  class CosimObserverDefault final : public CosimObserver {};
  heddle::test::TempDirectory directory_;
};

/// Time and number of the k-th rising edge of clk, and the edge that an instant has.
struct Clocks {
  static std::int64_t clk_rise(std::int64_t k) { return 20000 * k; }
  /// How many instants of either clock come before `time_ps`.
  static std::uint64_t edges_before(std::int64_t time_ps) {
    std::set<std::int64_t> instants;
    for (std::int64_t t = 0; t < time_ps; t += 10000) instants.insert(t);
    for (std::int64_t t = 7000; t < time_ps; t += 61034) instants.insert(t);
    for (std::int64_t t = 7000 + 30517; t < time_ps; t += 61034) instants.insert(t);
    return instants.size();
  }
  /// The first rising edge of clk, by number, at or after an edge.
  static std::int64_t rise_at_or_after(std::uint64_t edge) {
    std::int64_t k = 0;
    while (edges_before(clk_rise(k)) < edge) ++k;
    return k;
  }
};

TEST_F(CosimTest, ComesBackAsTheFormulaSays) {
  const CosimOutcome outcome =
      must_run(std::string(kScript) + "stop: {edges: 3000, uart_text: {uart: c}}\n", "out");
  EXPECT_TRUE(outcome.passed());
  EXPECT_EQ(outcome.stop, StopReason::UartText);
  // A byte queued at edge e starts at the first rising edge s at or after it, is
  // on rx from the next edge on, in the flop at s + 1; its frame starts there,
  // and its stop bit is sampled 19/2 bits later.
  const auto stop_cycle = [](std::int64_t start) { return start + 1 + 19 * 16 / 2; };
  std::vector<RunEvent> expected;
  const auto byte = [&](std::int64_t cycle, char value) {
    const std::int64_t time = Clocks::clk_rise(cycle);
    expected.push_back(
        {Clocks::edges_before(time), time, "uart", "byte", static_cast<std::uint32_t>(value)});
    return expected.back();
  };
  const std::int64_t first = Clocks::rise_at_or_after(100);
  const RunEvent a = byte(stop_cycle(first), 'a');
  const RunEvent b = byte(stop_cycle(first + 160), 'b');
  // 'c' waits for the stop bit of 'b' in flight to end.
  const std::int64_t third = std::max(first + 320, Clocks::rise_at_or_after(b.edge));
  const RunEvent c = byte(stop_cycle(third), 'c');
  std::vector<RunEvent> found;
  for (const RunEvent& event : events_of("out")) {
    if (event.source == "uart") found.push_back(event);
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(outcome.edges, c.edge + 1) << "the run ends at the very edge of the last byte";
  EXPECT_EQ(outcome.time_ps, c.time_ps);
  EXPECT_EQ(text_of_file(directory_.file("out/uart_uart.txt")), "abc");
}

TEST_F(CosimTest, StampsGpioChangesAtTheEdgeTheyHappen) {
  must_run(std::string(kScript) + "stop: {edges: 1000}\n", "out");
  std::vector<RunEvent> found;
  for (const RunEvent& event : events_of("out")) {
    if (event.source == "gpio") found.push_back(event);
  }
  // Decided at edge 700, seen by 701, in the flops at the rising edge at or after that.
  const std::int64_t rise = Clocks::rise_at_or_after(701);
  const std::int64_t time = Clocks::clk_rise(rise);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], (RunEvent{Clocks::edges_before(time), time, "gpio", "out", 9}));
}

TEST_F(CosimTest, GivesTheSameBytesForEveryBatchAndEngine) {
  struct Files {
    std::string waves;
    std::string vcd;
    std::string events;
    std::string digest;
    std::string hash;
    std::string trace;
    bool operator==(const Files&) const = default;
  };
  std::optional<Files> first;
  const std::string text = std::string(kScript) + "stop: {edges: 2500}\nwaves: {nets: ['*']}\n";
  for (const char* engine : {"reference", "event"}) {
    for (const std::uint32_t batch : {1U, 2U, 37U, 41U, 1024U, 4096U, 65536U}) {
      Result<RunFile> run_file = file(text);
      ASSERT_TRUE(run_file.has_value());
      run_file->engine = engine;
      run_file->batch_edges = batch;
      const std::string out = std::string(engine) + std::to_string(batch);
      CosimOptions options;
      options.digest_file = directory_.file(out + ".digest");
      options.output_hash_file = directory_.file(out + ".hash");
      ASSERT_TRUE(run(*run_file, out, options).has_value());
      run_file->wave_format = WaveFileFormat::Vcd;
      ASSERT_TRUE(run(*run_file, out + "v", {}).has_value());
      const auto read = [&](const std::string& name) {
        return text_of_file(directory_.file(name));
      };
      const Files files{read(out + "/waves.fst"),   read(out + "v/waves.vcd"),
                        read(out + "/events.json"), read(out + ".digest"),
                        read(out + ".hash"),        read(out + "/trace.perfetto-trace")};
      if (!first) first = files;
      EXPECT_EQ(files, *first) << out;
    }
  }
}

/// The `result` part of a report.
ConfigNode result_of(const std::string& report) {
  const Result<ConfigNode> root = parse_config(report, "report.json");
  EXPECT_TRUE(root.has_value());
  const ConfigNode* result = root ? root->find("result") : nullptr;
  EXPECT_NE(result, nullptr);
  return result != nullptr ? *result : ConfigNode();
}

TEST_F(CosimTest, TheResultOfAReportDependsOnInputsAlone) {
  const std::string text = std::string(kScript) + "stop: {edges: 2500}\n";
  must_run(text, "plain");
  Result<RunFile> other = file(text + "waves: {nets: ['*']}\n");
  ASSERT_TRUE(other.has_value());
  other->batch_edges = 1;
  other->engine = "reference";
  CosimOptions options;
  options.check = EdgeRange{0, 100};
  ASSERT_TRUE(run(*other, "other", options).has_value());
  const ConfigNode a = result_of(text_of_file(directory_.file("plain/report.json")));
  const ConfigNode b = result_of(text_of_file(directory_.file("other/report.json")));
  EXPECT_TRUE(same_config(a, b));
  EXPECT_EQ(a.find("edges")->integer_value(), 2500);
}

/// Collects the changes of one variable of a wave file.
class Collector final : public trace::WaveVisitor {
 public:
  bool value(SimTime time, trace::WaveSignal, const trace::WaveValue& value) override {
    changes.emplace_back(time.ps(), std::string(value.bits));
    return true;
  }
  std::vector<std::pair<std::int64_t, std::string>> changes;
};

TEST_F(CosimTest, WavesHaveTheTimeAxisOfTheClocks) {
  for (const char* format : {"fst", "vcd"}) {
    must_run(std::string(kScript) +
                 "stop: {edges: 400}\nwaves: {nets: [clk, slow, 'inner.*'], "
                 "format: " +
                 format + "}\n",
             format);
    const auto reader =
        trace::WaveReader::open(directory_.file(std::string(format) + "/waves." + format));
    ASSERT_TRUE(reader.has_value()) << reader.error().to_string();
    EXPECT_EQ((*reader)->hierarchy().full_names(),
              (std::vector<std::string>{"loop.clk", "loop.slow", "loop.inner.slow_next"}));
    const trace::WaveSignal clk = (*reader)->hierarchy().variables().at(0).signal;
    Collector collector;
    ASSERT_TRUE((*reader)
                    ->read(std::span(&clk, 1), SimTime(0), (*reader)->info().end, collector)
                    .has_value());
    for (std::size_t i = 0; i < collector.changes.size(); ++i) {
      EXPECT_EQ(collector.changes[i].first, static_cast<std::int64_t>(i) * 10000) << format;
      EXPECT_EQ(collector.changes[i].second, i % 2 == 0 ? "1" : "0") << format;
    }
    EXPECT_GT(collector.changes.size(), 300U);
    EXPECT_TRUE(path_exists(directory_.file(std::string(format) + "/waves.gtkw")));
  }
}

TEST_F(CosimTest, TheOutputHashIsTheChainOfPackedPorts) {
  CosimOptions options;
  options.output_hash_file = directory_.file("hash");
  must_run(std::string(kScript) + "stop: {edges: 900}\n", "out", options);
  // The outputs by a small model of the design: data (8, 0), done, go (4), slow, tx.
  std::string expected;
  std::uint64_t hash = 0;
  bool slow = false;
  std::uint32_t go = 0;
  const std::int64_t go_time = Clocks::clk_rise(Clocks::rise_at_or_after(701));
  const std::uint64_t go_edge = Clocks::edges_before(go_time);
  std::set<std::uint64_t> slow_edges;
  for (std::int64_t t = 7000; t < 20000 * 900; t += 61034) {
    slow_edges.insert(Clocks::edges_before(t));
  }
  // tx: the level of the frames sent, a cycle after rx has it; 1 in reset.
  const std::int64_t start = Clocks::rise_at_or_after(100) + 1;
  std::map<std::uint64_t, std::uint32_t> tx_at;
  for (std::int64_t k = start; k < start + 320; ++k) {
    const std::int64_t bit = (k - start) % 160 / 16;
    const unsigned byte = k - start < 160 ? 'a' : 'b';
    tx_at[Clocks::edges_before(Clocks::clk_rise(k))] = bit == 0   ? 0
                                                       : bit == 9 ? 1
                                                                  : byte >> (bit - 1) & 1U;
  }
  std::uint32_t tx = 1;
  for (std::uint64_t edge = 0; edge < 900; ++edge) {
    if (slow_edges.contains(edge)) slow = !slow;
    if (edge == go_edge) go = 9;
    if (tx_at.contains(edge)) tx = tx_at[edge];
    const std::uint32_t done = go == 9 ? 1 : 0;
    const std::uint32_t packed = done << 8 | go << 9 | std::uint32_t{slow} << 13 | tx << 14;
    std::array<std::byte, 10> bytes{};
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::byte>(hash >> (8 * i));
    bytes[8] = static_cast<std::byte>(packed);
    bytes[9] = static_cast<std::byte>(packed >> 8);
    hash = digest_of(std::span<const std::byte>(bytes)).value();
    expected += std::to_string(edge) + " " + Digest64(hash).to_hex() + "\n";
  }
  EXPECT_EQ(text_of_file(directory_.file("hash")), expected);
}

TEST_F(CosimTest, DigestsAndHashesEveryNEdgesAreLinesOfTheFullFile) {
  CosimOptions each;
  each.digest_file = directory_.file("each");
  each.output_hash_file = directory_.file("each_hash");
  must_run("stop: {edges: 105}\n", "a", each);
  CosimOptions some;
  some.digest_file = directory_.file("some");
  some.digest_every = 10;
  some.output_hash_file = directory_.file("some_hash");
  some.output_hash_every = 10;
  must_run("stop: {edges: 105}\n", "b", some);
  for (const std::string name : {"", "_hash"}) {
    std::istringstream lines(text_of_file(directory_.file("each" + name)));
    std::string expected;
    std::string line;
    for (int edge = 0; std::getline(lines, line); ++edge) {
      EXPECT_TRUE(line.starts_with(std::to_string(edge) + " "));
      if (edge % 10 == 9 || edge == 104) expected += line + "\n";
    }
    EXPECT_EQ(text_of_file(directory_.file("some" + name)), expected);
  }
}

TEST_F(CosimTest, BatchesTenThousandEdgesWithoutOneSingleEdgeCommit) {
  for (const std::uint32_t batch : {1000U, 4096U, 9999U}) {
    Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 10000}\n");
    ASSERT_TRUE(run_file.has_value());
    run_file->batch_edges = batch;
    const auto outcome = run(*run_file, "b" + std::to_string(batch));
    ASSERT_TRUE(outcome.has_value());
    const BatchTelemetry& telemetry = outcome->telemetry;
    EXPECT_EQ(telemetry.edges, 10000U);
    EXPECT_LE(telemetry.submits, (10000 + batch - 1) / batch + 1);
    EXPECT_EQ(telemetry.single_by_limit + telemetry.single_by_end + telemetry.single_by_stop, 0U);
    EXPECT_EQ(telemetry.batched_edges, 10000U);
  }
}

TEST_F(CosimTest, SaysWhatForcedEachSingleEdgeCommit) {
  Result<RunFile> run_file = file("stop: {edges: 3}\n");
  ASSERT_TRUE(run_file.has_value());
  run_file->batch_edges = 1;
  EXPECT_EQ(run(*run_file, "limit")->telemetry.single_by_limit, 3U);
  run_file->batch_edges = 2;
  EXPECT_EQ(run(*run_file, "end")->telemetry.single_by_end, 1U);
  const CosimOutcome stopped =
      must_run("events: {input_commands: [{wait: {edge: 4096}, action: {stop: true}}]}\n", "stop");
  EXPECT_EQ(stopped.telemetry.single_by_stop, 1U);
  EXPECT_EQ(stopped.edges, 4097U);
}

TEST_F(CosimTest, StopsAtTheSameEdgeForEveryBatch) {
  const std::pair<const char*, StopReason> stops[] = {
      {"stop: {edges: 1234}\n", StopReason::Edges},
      {"stop: {time_ps: 9990000}\n", StopReason::Time},
      {"stop: {net: done}\n", StopReason::Net},
      {"stop: {uart_text: {uart: b}}\n", StopReason::UartText},
  };
  for (const auto& [stop, reason] : stops) {
    std::optional<std::uint64_t> edges;
    for (const std::uint32_t batch : {1U, 100U, 4096U}) {
      Result<RunFile> run_file = file(std::string(kScript) + stop);
      ASSERT_TRUE(run_file.has_value());
      run_file->batch_edges = batch;
      CosimOptions options;
      options.force = true;
      const auto outcome = run(*run_file, "out", options);
      ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
      EXPECT_EQ(outcome->stop, reason) << stop;
      if (!edges) edges = outcome->edges;
      EXPECT_EQ(outcome->edges, *edges) << stop << batch;
    }
  }
}

TEST_F(CosimTest, DepositsPreloadsAndDumps) {
  directory_.write("rom.hex", "11 22 33 44");
  CosimOptions options;
  options.output_hash_file = directory_.file("hash");
  const CosimOutcome outcome = must_run(
      "memories: {rom: {load: rom.hex, dump: rom_end.hex}}\nreg_init: {slow: 1}\n"
      "stop: {edges: 40}\nwaves: {nets: [data, slow]}\n",
      "out", options);
  EXPECT_TRUE(outcome.passed());
  EXPECT_EQ(text_of_file(directory_.file("out/rom_end.hex")), "11\n22\n33\n44\n");
  const auto reader = trace::WaveReader::open(directory_.file("out/waves.fst"));
  ASSERT_TRUE(reader.has_value());
  Collector collector;
  const trace::WaveSignal data = (*reader)->hierarchy().variables().at(0).signal;
  ASSERT_TRUE((*reader)->read(std::span(&data, 1), SimTime(0), SimTime(1), collector).has_value());
  EXPECT_EQ(collector.changes.at(0).second, "00010001");
  Collector slow_changes;
  const trace::WaveSignal slow = (*reader)->hierarchy().variables().at(1).signal;
  ASSERT_TRUE(
      (*reader)->read(std::span(&slow, 1), SimTime(0), SimTime(10000), slow_changes).has_value());
  ASSERT_EQ(slow_changes.changes.size(), 2U);
  EXPECT_EQ(slow_changes.changes[0], std::make_pair(std::int64_t{0}, std::string("1")));
  EXPECT_EQ(slow_changes.changes[1], std::make_pair(std::int64_t{7000}, std::string("0")));
}

TEST_F(CosimTest, ComparesTranscriptsAndEvents) {
  const std::string run_text = std::string(kScript) + "stop: {edges: 2500}\n";
  must_run(run_text, "first");
  const std::string events = text_of_file(directory_.file("first/events.json"));
  directory_.write("good.txt", "abc");
  directory_.write("good.json", events);
  const CosimOutcome good =
      must_run(run_text + "expect: {uart: {uart: good.txt}, events: good.json}\n", "good");
  EXPECT_TRUE(good.passed()) << good.problems.to_string();
  ASSERT_EQ(good.expectations.size(), 2U);

  directory_.write("bad.txt", "ab\nd");
  std::string wrong = events;
  const std::size_t at = wrong.find("\"value\": 98");
  ASSERT_NE(at, std::string::npos);
  wrong.replace(at, 11, "\"value\": 97");
  directory_.write("bad.json", wrong);
  const CosimOutcome bad =
      must_run(run_text + "expect: {uart: {uart: bad.txt}, events: bad.json}\n", "bad");
  EXPECT_FALSE(bad.passed());
  EXPECT_EQ(bad.status, RunStatus::Complete);
  EXPECT_EQ(bad.problems.cause(), Cause::Mismatch);
  EXPECT_EQ(bad.problems.list().at(0).code(), "cosim.unexpected");
  EXPECT_EQ(bad.expectations.at(0).difference,
            "byte 2 (line 1): expected \"ab\\nd\", found \"abc\"");
  EXPECT_NE(bad.expectations.at(1).difference.find("\"value\": 97"), std::string::npos);
}

TEST_F(CosimTest, RunsAgainFromItsDirectory) {
  Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 2500}\n");
  ASSERT_TRUE(run_file.has_value());
  run_file->stop_edges = 1500;
  run_file->wave_nets.push_back({"*", {}});
  run_file->seed = 77;
  ASSERT_TRUE(run(*run_file, "first").has_value());
  const auto rerun = load_rerun(directory_.file("first"));
  ASSERT_TRUE(rerun.has_value()) << rerun.error().to_string();
  EXPECT_EQ(rerun->run.seed, 77U);
  ASSERT_TRUE(run(rerun->run, "again").has_value());
  for (const char* name : {"events.json", "waves.fst", "trace.perfetto-trace"}) {
    EXPECT_EQ(text_of_file(directory_.file(std::string("first/") + name)),
              text_of_file(directory_.file(std::string("again/") + name)))
        << name;
  }
  const auto no_run = load_rerun(directory_.path());
  ASSERT_FALSE(no_run.has_value());
  EXPECT_EQ(no_run.error().list().at(0).code(), "cosim.not-a-run");
}

TEST_F(CosimTest, RefusesADirectoryThatExists) {
  must_run("stop: {edges: 10}\n", "out");
  const Result<RunFile> run_file = file("stop: {edges: 10}\n");
  const auto again = run(*run_file, "out");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().list().at(0).code(), "cosim.run-exists");
  CosimOptions force;
  force.force = true;
  EXPECT_TRUE(run(*run_file, "out", force).has_value());
  directory_.write("mine/precious.txt", "x");
  const auto not_ours = run(*run_file, "mine", force);
  ASSERT_FALSE(not_ours.has_value());
  EXPECT_EQ(not_ours.error().list().at(0).code(), "cosim.not-a-run");
  EXPECT_EQ(text_of_file(directory_.file("mine/precious.txt")), "x");
}

TEST_F(CosimTest, FindsAFaultAndNamesItsCone) {
  std::size_t found = 0;
  for (int seed = 0; seed < 6; ++seed) {
    Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 2500}\n");
    ASSERT_TRUE(run_file.has_value());
    CosimOptions options;
    options.check = EdgeRange{0, 2500};
    options.fault = "seed:" + std::to_string(seed);
    const auto outcome = run(*run_file, "f" + std::to_string(seed), options);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    if (outcome->check.equal) continue;
    ++found;
    EXPECT_FALSE(outcome->passed());
    EXPECT_EQ(outcome->status, RunStatus::Failed);
    EXPECT_EQ(outcome->problems.cause(), Cause::Mismatch);
    EXPECT_EQ(outcome->problems.list().at(0).code(), "cosim.diverged");
    EXPECT_FALSE(outcome->fault.empty());
    EXPECT_FALSE(outcome->check.net.empty());
    EXPECT_GT(outcome->check.differing_count, 0U);
    const std::string report =
        text_of_file(directory_.file("f" + std::to_string(seed) + "/report.json"));
    EXPECT_NE(report.find("\"status\": \"failed\""), std::string::npos);
    EXPECT_NE(report.find("\"net\": \"" + outcome->check.net + "\""), std::string::npos);
  }
  EXPECT_GT(found, 0U);
}

TEST_F(CosimTest, NamesTheGateBehindAFaultInAnOutput) {
  Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 2500}\n");
  ASSERT_TRUE(run_file.has_value());
  CosimOptions options;
  options.check = EdgeRange{0, 2500};
  options.fault = "done";
  const auto outcome = run(*run_file, "out", options);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_FALSE(outcome->check.equal);
  EXPECT_EQ(outcome->check.edge, 0U);
  EXPECT_EQ(outcome->check.net, "done");
  EXPECT_FALSE(outcome->check.expected);
  EXPECT_EQ(outcome->check.cone_gates, 1U);
  EXPECT_EQ(outcome->check.suspects, std::vector<std::string>{"done"});
}

TEST_F(CosimTest, ChecksOnlyItsWindowAndSaysWhenNothingIsChecked) {
  CosimOptions options;
  options.check = EdgeRange{100, 350};
  const CosimOutcome outcome =
      must_run(std::string(kScript) + "stop: {edges: 2500}\n", "a", options);
  EXPECT_TRUE(outcome.check.checked);
  EXPECT_EQ(outcome.check.compared_edges, 250U);
  Result<RunFile> reference = file("stop: {edges: 500}\n");
  reference->engine = "reference";
  const auto unchecked = run(*reference, "b", options);
  ASSERT_TRUE(unchecked.has_value());
  EXPECT_TRUE(unchecked->passed());
  EXPECT_FALSE(unchecked->check.checked);
  EXPECT_NE(text_of_file(directory_.file("b/report.json")).find("\"checked\": false"),
            std::string::npos);
  options.strict = true;
  const auto strict = run(*reference, "c", options);
  ASSERT_FALSE(strict.has_value());
  EXPECT_EQ(strict.error().list().at(0).code(), "cosim.nothing-checked");
  EXPECT_FALSE(path_exists(directory_.file("c"))) << "nothing may be left behind";
}

/// Asks for an interrupt when the first byte has come.
class Impatient final : public CosimObserver {
 public:
  void on_uart_byte(std::size_t, std::uint8_t) override { flag = true; }
  std::atomic<bool> flag = false;
};

TEST_F(CosimTest, AnInterruptedRunIsReadableAndSaysHowFarItCame) {
  Result<RunFile> run_file =
      file(std::string(kScript) + "stop: {edges: 1000000}\nwaves: {nets: ['*']}\n");
  ASSERT_TRUE(run_file.has_value());
  run_file->batch_edges = 64;
  Impatient impatient;
  const auto outcome = run(*run_file, "out", {}, &impatient, Interrupt(impatient.flag));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status, RunStatus::Interrupted);
  EXPECT_FALSE(outcome->passed());
  EXPECT_LT(outcome->edges, 1000U);
  EXPECT_EQ(events_of("out").size(), 2U);  // the script's step and the byte
  const std::string report = text_of_file(directory_.file("out/report.json"));
  EXPECT_NE(report.find("\"status\": \"interrupted\""), std::string::npos);
  EXPECT_NE(report.find("\"edges\": " + std::to_string(outcome->edges)), std::string::npos);
  const auto reader = trace::WaveReader::open(directory_.file("out/waves.fst"));
  ASSERT_TRUE(reader.has_value()) << reader.error().to_string();
  EXPECT_EQ((*reader)->info().end.ps(), outcome->time_ps);
}

TEST_F(CosimTest, AFullDiskEndsTheRunWithAReportThatSaysSo) {
  Result<RunFile> run_file = file("stop: {edges: 4000000}\nwaves: {nets: ['*'], format: vcd}\n");
  ASSERT_TRUE(run_file.has_value());
  Result<CosimOutcome> outcome = CosimOutcome();
  {
    const trace::test::FileSizeLimit limit(1 << 20);
    outcome = run(*run_file, "out");
  }
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(outcome->status, RunStatus::Failed);
  EXPECT_LT(outcome->edges, 4000000U);
  EXPECT_EQ(outcome->problems.cause(), Cause::Environment);
  EXPECT_EQ(outcome->problems.error_count(), 1U) << outcome->problems.to_string();
  EXPECT_TRUE(events_of("out").empty());
  const auto reader = trace::WaveReader::open(directory_.file("out/waves.vcd"));
  EXPECT_TRUE(reader.has_value());
  const std::string report = text_of_file(directory_.file("out/report.json"));
  EXPECT_NE(report.find("\"status\": \"failed\""), std::string::npos);
}

TEST_F(CosimTest, ADesignThatDoesNotSettleEndsTheRunWithAReport) {
  // An inverter on itself, gated by `done`: quiet until go is 9.
  std::string design = test::loop_design();
  const std::string cells = "\"cells\": {";
  design.insert(design.find(cells) + cells.size(),
                test::loop_cell("ring", "$_NAND_", "\"A\": [14], \"B\": [40], \"Y\": [40]") + ", ");
  const std::string ports = "\"ports\": {";
  design.insert(design.find(ports) + ports.size(), test::loop_port("ring_out", true, "40") + ", ");
  directory_.write("loop.json", design);
  class Listener final : public CosimObserver {
   public:
    void on_warnings(const Diagnostics& warnings) override { text += warnings.to_string(); }
    std::string text;
  } listener;
  const Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 2500}\n");
  for (const char* engine : {"reference", "event"}) {
    RunFile chosen = *run_file;
    chosen.engine = engine;
    chosen.batch_edges = 100;
    const auto outcome = run(chosen, engine, {}, &listener);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    EXPECT_EQ(outcome->status, RunStatus::Failed);
    EXPECT_EQ(outcome->problems.list().at(0).code(), "gate.run.no-fixpoint");
    EXPECT_GE(outcome->edges, 600U);
    EXPECT_LE(outcome->edges, 703U);
    EXPECT_EQ(events_of(engine).size(), 2U);
    EXPECT_NE(text_of_file(directory_.file(std::string(engine) + "/report.json"))
                  .find("\"status\": \"failed\""),
              std::string::npos);
  }
  EXPECT_NE(listener.text.find("gate.model.combinational-loop"), std::string::npos);
}

TEST(EngineCapabilities, WhatAnEngineLacksIsSaidBeforeTheRun) {
  RunPlan plan;
  plan.bank.peripherals.resize(1);
  plan.deposits.resize(1);
  const Capabilities all{.name = "some"};
  const BackendOptions options{.digests = true, .changes = true};
  EXPECT_TRUE(check_capabilities(all, plan, options).has_value());
  for (bool Capabilities::*lacking : {&Capabilities::peripherals, &Capabilities::digests,
                                      &Capabilities::changes, &Capabilities::state_write}) {
    Capabilities can = all;
    can.*lacking = false;
    const Status status = check_capabilities(can, plan, options);
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().list().at(0).code(), "cosim.engine-lacks");
    EXPECT_NE(status.error().to_string().find("--engine reference"), std::string::npos);
    EXPECT_TRUE(check_capabilities(can, RunPlan(), {}).has_value());
  }
}

TEST_F(CosimTest, NothingIsLeftBehindByARunThatCannotStart) {
  const std::pair<const char*, const char*> bad[] = {
      {"inputs: {nothing: 1}\nstop: {edges: 1}\n", "cosim.unknown-port"},
      {"engine: warp\nstop: {edges: 1}\n", "gate.engine.unknown"},
      {"", "cosim.no-stop"},
  };
  for (const auto& [more, code] : bad) {
    const Result<RunFile> run_file = file(more);
    ASSERT_TRUE(run_file.has_value());
    const auto outcome = run(*run_file, "out");
    ASSERT_FALSE(outcome.has_value()) << more;
    EXPECT_EQ(outcome.error().list().at(0).code(), code);
    EXPECT_FALSE(path_exists(directory_.file("out")));
  }
  CosimOptions fault;
  fault.fault = "no such net";
  const auto outcome = run(*file("stop: {edges: 1}\n"), "out", fault);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_FALSE(path_exists(directory_.file("out")));
}

TEST_F(CosimTest, WritesWhatReproducesARunBeforeItStarts) {
  const Result<RunFile> run_file = file("stop: {edges: 10}\n");
  class Watcher final : public CosimObserver {
   public:
    void on_start(const std::vector<std::string>& uarts, const std::string& directory) override {
      params = path_exists(directory + "/run_params.json");
      report = path_exists(directory + "/report.json");
      names = uarts;
    }
    bool params = false;
    bool report = true;
    std::vector<std::string> names;
  } watcher;
  ASSERT_TRUE(run(*run_file, "out", {}, &watcher).has_value());
  EXPECT_TRUE(watcher.params);
  EXPECT_FALSE(watcher.report);
  EXPECT_EQ(watcher.names, (std::vector<std::string>{"uart", ""}));
}

TEST(EdgeRangeText, IsAllOrTwoNumbersInOrder) {
  EXPECT_EQ(parse_edge_range("all")->first, 0U);
  EXPECT_EQ(parse_edge_range("3:17")->first, 3U);
  EXPECT_EQ(parse_edge_range("3:17")->end, 17U);
  for (const char* text : {"", "all:", "5", "5:", ":5", "5:5", "6:5", "1:2:3", "-1:5", "a:b"}) {
    const auto range = parse_edge_range(text);
    ASSERT_FALSE(range.has_value()) << text;
    EXPECT_EQ(range.error().list().at(0).code(), "cosim.bad-check-window");
  }
}

}  // namespace
}  // namespace heddle::gate
