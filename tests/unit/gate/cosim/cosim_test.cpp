// Whole runs of a small design: what comes back is what a formula says, the
// same for every batch and engine.
#include "heddle/gate/cosim.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <sstream>

#include "heddle/base/config.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/gate/cosim_statistics.h"
#include "heddle/trace/wave_reader.h"
#include "unit/gate/cosim/cosim_fixture.h"

namespace heddle::gate {
namespace {

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

TEST_F(CosimTest, ReportsEveryStatisticWithItsUnit) {
  const CosimOutcome outcome =
      must_run(std::string(kScript) + "stop: {edges: 2500}\nwaves: {nets: ['*']}\n", "out");
  const Result<ConfigNode> report =
      parse_config(text_of_file(directory_.file("out/report.json")), "report.json");
  ASSERT_TRUE(report.has_value());
  const ConfigNode* statistics = report->find("run")->find("statistics");
  ASSERT_NE(statistics, nullptr);
  for (const StatisticDef* def : cosim::stat::kStatistics) {
    const ConfigNode* entry = statistics->find(def->name);
    ASSERT_NE(entry, nullptr) << def->name;
    EXPECT_EQ(entry->find("unit")->string_value(), def->unit);
  }
  const auto value = [&](const char* name) {
    return static_cast<std::uint64_t>(statistics->find(name)->find("value")->integer_value());
  };
  EXPECT_EQ(value("cosim.edges"), 2500U);
  EXPECT_EQ(value("cosim.submits"), 1U);
  EXPECT_EQ(value("cosim.events"), outcome.event_count);
  EXPECT_EQ(value("cosim.single_by_limit"), 0U);
  EXPECT_EQ(value("cosim.single_by_end"), 0U);
  EXPECT_EQ(value("cosim.single_by_stop"), 0U);
  EXPECT_EQ(value("cosim.patched_edges"), 0U);
  EXPECT_EQ(statistics->find("cosim.batched_edge_share")->find("value")->real_value(), 1.0);
  EXPECT_EQ(statistics->find("cosim.batched_submit_share")->find("value")->real_value(), 1.0);
  EXPECT_GT(value("cosim.cluster_runs"), 0U);
  EXPECT_EQ(value("cosim.clock_rounds"), outcome.cycles.at(0).second + outcome.cycles.at(1).second);
  EXPECT_GT(value("cosim.wave_changes"), 2500U);
  EXPECT_EQ(value("cosim.wave_bytes"), text_of_file(directory_.file("out/waves.fst")).size());
  EXPECT_NE(statistics->find("cosim.batch_edges"), nullptr);
}

TEST_F(CosimTest, ARunOfNoEdgesIsARun) {
  Result<RunFile> run_file = file("stop: {time_ps: 0}\nwaves: {nets: ['*']}\n");
  ASSERT_TRUE(run_file.has_value());
  for (ClockEntry& clock : run_file->clocks) clock.phase_ps = 500;
  CosimOptions options;
  options.check = EdgeRange{0, 10};
  options.output_hash_file = directory_.file("hash");
  const auto outcome = run(*run_file, "out", options);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_TRUE(outcome->passed()) << outcome->problems.to_string();
  EXPECT_EQ(outcome->edges, 0U);
  EXPECT_EQ(outcome->stop, StopReason::Time);
  EXPECT_EQ(text_of_file(directory_.file("hash")), "");
  EXPECT_TRUE(events_of("out").empty());
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

TEST_F(CosimTest, SaysHowLongTheBitsOfAWrongBaudRateReallyAre) {
  // The first UART sends with 16 cycles a bit, the second listens with 20: with
  // its start at 0 it samples its stop bit at 190, which is a low bit of the `b`.
  const CosimOutcome outcome = must_run(
      "  wrong: {kind: uart, clock: clk, pins: {tx: tx}, cycles_per_bit: 20}\n"
      "events:\n  input_commands:\n"
      "    - {wait: {edge: 100}, action: {uart: uart, send: \"ab\"}}\n"
      "stop: {edges: 2000}\n",
      "out");
  ASSERT_EQ(outcome.problems.list().size(), 1U) << outcome.problems.to_string();
  const Diagnostic& warning = outcome.problems.list()[0];
  EXPECT_EQ(warning.code(), "cosim.uart-baud");
  EXPECT_NE(warning.text().find("wrong: 1 of"), std::string::npos) << warning.text();
  EXPECT_NE(warning.text().find("last 16 cycles"), std::string::npos) << warning.text();
  EXPECT_NE(warning.text().find("cycles_per_bit is 20"), std::string::npos) << warning.text();
  EXPECT_TRUE(outcome.passed()) << "a warning is no failure";
}

}  // namespace
}  // namespace heddle::gate
