// Clocks with jitter: each edge against a computation of its own from the random
// bits, bounds, order, mean and drift; then runs, replays and windows.
#include <algorithm>
#include <cmath>
#include <map>

#include "heddle/base/digest.h"
#include "heddle/gate/rerun.h"
#include "heddle/gate/schedule.h"
#include "heddle/gate/window.h"
#include "unit/gate/cosim/cosim_fixture.h"

namespace heddle::gate {
namespace {

struct Edge {
  std::int64_t time_ps = 0;
  std::map<std::uint32_t, std::uint32_t> levels;  ///< by input

  friend bool operator==(const Edge&, const Edge&) = default;
};

void append_edges(Schedule& schedule, std::size_t count, std::uint32_t batch,
                  std::vector<Edge>& edges) {
  EdgeWindow window;
  while (count > 0) {
    const auto want = static_cast<std::uint32_t>(std::min<std::size_t>(batch, count));
    ASSERT_EQ(schedule.fill(window, want), want);
    for (std::uint64_t e = window.first_edge(); e < window.first_edge() + want; ++e) {
      Edge edge{window.info(e).time_ps, {}};
      for (const EdgeOp& op : window.clock_ops(e)) edge.levels[op.input] = op.value;
      edges.push_back(std::move(edge));
    }
    count -= want;
  }
}

std::vector<Edge> edges_of(const ScheduleSpec& spec, std::size_t count, std::uint32_t batch) {
  Schedule schedule(spec);
  std::vector<Edge> edges;
  append_edges(schedule, count, batch, edges);
  return edges;
}

/// The displacement of a change, from the definition: the key is the digest of the
/// seed's bytes and the stream's name, the draw is multiply-shift of 64 bits of the
/// block, drawn again where the low half is one of the few that would favour a number.
std::int64_t displacement(std::uint64_t seed, const ScheduledClock& clock, std::uint64_t change) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += static_cast<char>(seed >> (8 * i) & 0xFF);
  const std::uint64_t key = digest_of(text + "jitter of clock " + clock.name).value();
  const auto choices = static_cast<std::uint64_t>(2 * clock.jitter_ps + 1);
  for (std::uint32_t attempt = 0;; ++attempt) {
    const PhiloxCounter words = philox4x32_10(
        {static_cast<std::uint32_t>(change), static_cast<std::uint32_t>(change >> 32), 0, attempt},
        {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
    const std::uint64_t bits = std::uint64_t{words[1]} << 32 | words[0];
    const unsigned __int128 product = static_cast<unsigned __int128>(bits) * choices;
    if (static_cast<std::uint64_t>(product) < (0 - choices) % choices) continue;
    return static_cast<std::int64_t>(product >> 64) - clock.jitter_ps;
  }
}

std::int64_t nominal_ps(const ScheduledClock& clock, std::uint64_t change) {
  return clock.phase_ps + static_cast<std::int64_t>(change / 2) * clock.period_ps +
         (change % 2 != 0 ? clock.period_ps / 2 : 0);
}

/// Every change of every clock before `count` instants are over, by brute force.
std::vector<Edge> computed(const ScheduleSpec& spec, std::size_t count) {
  std::map<std::int64_t, std::map<std::uint32_t, std::uint32_t>> instants;
  for (const ScheduledClock& clock : spec.clocks) {
    for (std::uint64_t change = 0; change < count + 8; ++change) {
      const std::int64_t moved = nominal_ps(clock, change) + displacement(spec.seed, clock, change);
      instants[std::max<std::int64_t>(moved, 0)][clock.input] = change % 2 == 0 ? 1 : 0;
    }
  }
  std::vector<Edge> edges;
  for (auto& [time_ps, levels] : instants) edges.push_back({time_ps, std::move(levels)});
  edges.resize(count);
  return edges;
}

ScheduleSpec three_clocks(std::uint64_t seed) {
  ScheduleSpec spec;
  spec.seed = seed;
  spec.clocks = {{3, 100, 0, 20, "fast"}, {4, 91, 7, 22, "odd"}, {9, 1000, 30, 249, "slow"}};
  return spec;
}

TEST(Jitter, MovesEveryEdgeByItsOwnDrawAndMergesWhatCoincides) {
  for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{2}, ~std::uint64_t{0}}) {
    const ScheduleSpec spec = three_clocks(seed);
    const std::vector<Edge> expected = computed(spec, 3000);
    const std::vector<Edge> edges = edges_of(spec, 3000, 4096);
    for (std::size_t i = 0; i < edges.size(); ++i) ASSERT_EQ(edges[i], expected[i]) << i;
    const auto coincide = [](const Edge& edge) { return edge.levels.size() > 1; };
    EXPECT_GT(std::count_if(edges.begin(), edges.end(), coincide), 20);
  }
}

// A uniform draw of 2J + 1 values has the variance ((2J + 1)^2 - 1) / 12; the mean of
// n of them stays within five of its standard deviations but once in two million.
TEST(Jitter, StaysInBoundsAndInOrderWithMeanZeroAndWithoutDriftOverAMillionEdges) {
  constexpr std::size_t kEdges = 1'000'000;
  constexpr std::int64_t kJitterPs = 100;
  ScheduleSpec spec;
  spec.clocks = {{0, 1001, 500, kJitterPs, "clk"}};
  const std::vector<Edge> edges = edges_of(spec, kEdges, 4096);
  const double deviation = std::sqrt((201.0 * 201.0 - 1.0) / 12.0);
  std::vector<std::int64_t> times(2 * kJitterPs + 1, 0);
  std::int64_t sum = 0;
  std::int64_t late_sum = 0;
  constexpr std::size_t kLate = kEdges / 10;
  for (std::size_t i = 0; i < kEdges; ++i) {
    const std::int64_t moved = edges[i].time_ps - nominal_ps(spec.clocks[0], i);
    ASSERT_LE(std::abs(moved), kJitterPs) << i;
    ASSERT_EQ(edges[i].levels.at(0), i % 2 == 0 ? 1U : 0U);
    if (i > 0) {
      ASSERT_GT(edges[i].time_ps, edges[i - 1].time_ps);
    }
    ++times[static_cast<std::size_t>(moved + kJitterPs)];
    sum += moved;
    if (i >= kEdges - kLate) late_sum += moved;
  }
  EXPECT_LT(std::abs(static_cast<double>(sum)) / kEdges, 5 * deviation / std::sqrt(kEdges));
  EXPECT_LT(std::abs(static_cast<double>(late_sum)) / kLate, 5 * deviation / std::sqrt(kLate));
  const double share = static_cast<double>(kEdges) / 201;
  for (const std::int64_t count : times) {
    EXPECT_LT(std::abs(static_cast<double>(count) - share), 6 * std::sqrt(share));
  }
}

TEST(Jitter, KeepsAClocksEdgesApartAtTheMostAPeriodAllows) {
  for (std::int64_t period = 2; period < 60; ++period) {
    const std::int64_t most = ScheduledClock::jitter_ps_max(period);
    EXPECT_LT(4 * most, period);
    EXPECT_LT(2 * most, period / 2);
    EXPECT_GE(2 * (most + 1), period / 2);  // one more and two edges could meet
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      ScheduleSpec spec;
      spec.seed = seed;
      spec.clocks = {{0, period, 0, most, "clk"}};
      const std::vector<Edge> edges = edges_of(spec, 500, 64);
      for (std::size_t i = 1; i < edges.size(); ++i) {
        ASSERT_GT(edges[i].time_ps, edges[i - 1].time_ps) << period << " " << seed << " " << i;
        ASSERT_NE(edges[i].levels.at(0), edges[i - 1].levels.at(0));
      }
    }
  }
}

TEST(Jitter, HasNoEdgeBeforeTimeZero) {
  std::size_t at_zero = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    ScheduleSpec spec;
    spec.seed = seed;
    spec.clocks = {{0, 1000, 0, 100, "clk"}};
    const Edge first = edges_of(spec, 1, 1).front();
    EXPECT_EQ(first.time_ps, std::max<std::int64_t>(0, displacement(seed, spec.clocks[0], 0)));
    at_zero += first.time_ps == 0 ? 1U : 0U;
  }
  EXPECT_GT(at_zero, 60U);  // about half of them would have come before
  EXPECT_LT(at_zero, 140U);
}

TEST(Jitter, IsTheSameForEveryBatchAndAfterSkipping) {
  const ScheduleSpec spec = three_clocks(11);
  const std::vector<Edge> whole = edges_of(spec, 2000, 2000);
  for (const std::uint32_t batch : {1U, 3U, 64U}) EXPECT_EQ(edges_of(spec, 2000, batch), whole);
  for (const std::size_t skipped : {1U, 77U, 1999U}) {
    Schedule schedule(spec);
    ASSERT_TRUE(schedule.skip_to(skipped));
    std::vector<Edge> rest;
    append_edges(schedule, 2000 - skipped, 100, rest);
    const auto from = whole.begin() + static_cast<std::ptrdiff_t>(skipped);
    EXPECT_EQ(rest, std::vector<Edge>(from, whole.end()));
  }
}

TEST(Jitter, DependsOnTheSeedAndTheClocksNameAloneAndIsNothingAtZero) {
  const auto one = [](std::uint64_t seed, std::int64_t jitter, const std::string& name) {
    ScheduleSpec spec;
    spec.seed = seed;
    spec.clocks = {{5, 1000, 300, jitter, name}};
    return spec;
  };
  const std::vector<Edge> edges = edges_of(one(1, 90, "a"), 500, 500);
  EXPECT_NE(edges_of(one(2, 90, "a"), 500, 500), edges);
  EXPECT_NE(edges_of(one(1, 90, "b"), 500, 500), edges);
  EXPECT_EQ(edges_of(one(1, 0, "a"), 500, 500), edges_of(one(7, 0, "b"), 500, 500));

  ScheduleSpec two = one(1, 90, "a");
  two.clocks.insert(two.clocks.begin(), {6, 770, 0, 50, "b"});
  std::vector<Edge> of_a;
  for (const Edge& edge : edges_of(two, 900, 500)) {
    const auto level = edge.levels.find(5);
    if (level != edge.levels.end()) of_a.push_back({edge.time_ps, {{5, level->second}}});
  }
  ASSERT_GT(of_a.size(), 300U);
  EXPECT_TRUE(std::equal(of_a.begin(), of_a.end(), edges.begin()));
}

TEST(Jitter, TooMuchOfItIsALocatedError) {
  const auto reads = [](const std::string& more) {
    return read_run_file("design: {netlist: n.json}\nclocks:\n  c: {port: c, " + more + "}\n",
                         "run.yaml");
  };
  EXPECT_TRUE(reads("period_ps: 20000, jitter_ps: 4999").has_value());
  EXPECT_TRUE(reads("period_ps: 2, jitter_ps: 0").has_value());
  for (const std::string text :
       {"period_ps: 20000, jitter_ps: 5000", "period_ps: 1000005, jitter_ps: 250001",
        "period_ps: 2, jitter_ps: 1"}) {
    const auto run = reads(text);
    ASSERT_FALSE(run.has_value()) << text;
    ASSERT_EQ(run.error().list().size(), 1U);
    const Diagnostic& said = run.error().list()[0];
    EXPECT_EQ(said.code(), "cosim.bad-jitter");
    EXPECT_EQ(said.where().line, 3U);
    EXPECT_EQ(said.where().column, 16 + text.find("jitter_ps: ") + 11);
  }
  for (const std::string value : {"-1", "2.5", "1ns", "9223372036854775808", "x"}) {
    const auto run = reads("period_ps: 20000, jitter_ps: " + value);
    ASSERT_FALSE(run.has_value()) << value;
    EXPECT_EQ(run.error().list()[0].where().line, 3U);
    EXPECT_TRUE(run.error().list()[0].code().starts_with("config.")) << value;
  }
}

class JitterRunTest : public CosimTest {
 protected:
  /// The loop design with jitter on both clocks; empty: as it is.
  Result<RunFile> jittered(const std::string& jitter, std::uint64_t seed) {
    std::string text = test::loop_run(std::string(kScript) + "stop: {edges: 4000}\n");
    if (!jitter.empty()) {
      const std::string more = ", jitter_ps: " + jitter + "}";
      for (std::size_t at = 0; (at = text.find("clk", at)) != std::string::npos; ++at) {
        if (!text.substr(at).starts_with("clk: {port") && !text.substr(at).starts_with("clk2: {p"))
          continue;
        text.replace(text.find('}', at), 1, more);
      }
    }
    Result<RunFile> run = read_run_file(text, directory_.file("loop.yaml"));
    if (run) run->seed = seed;
    return run;
  }

  /// What a run wrote that depends on when edges are: events and digests.
  std::string bytes_of(const Result<RunFile>& run_file, std::uint32_t batch = 4096,
                       const std::string& engine = "event") {
    EXPECT_TRUE(run_file.has_value()) << run_file.error().to_string();
    RunFile run_now = *run_file;
    run_now.batch_edges = batch;
    run_now.engine = engine;
    CosimOptions options;
    options.digest_file = directory_.file("digests");
    options.checkpoint_every = 700;
    options.force = true;
    const auto outcome = run(run_now, "out", options);
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    EXPECT_TRUE(outcome->passed()) << outcome->problems.to_string();
    return text_of_file(directory_.file("out/events.json")) +
           text_of_file(directory_.file("digests")) + std::to_string(outcome->time_ps);
  }
};

TEST_F(JitterRunTest, EveryBatchAndEngineHasTheSameBytesAndEverySeedItsOwn) {
  const std::string bytes = bytes_of(jittered("4000", 3));
  for (const std::uint32_t batch : {1U, 37U})
    EXPECT_EQ(bytes_of(jittered("4000", 3), batch), bytes);
  EXPECT_EQ(bytes_of(jittered("4000", 3), 500, "reference"), bytes);
  EXPECT_NE(bytes_of(jittered("4000", 4)), bytes);
  const std::string report = text_of_file(directory_.file("out/report.json"));
  EXPECT_NE(report.find("\"seed\": 4"), std::string::npos);
  EXPECT_NE(report.find("\"jitter_ps\": {\"clk\": 4000, \"clk2\": 4000}"), std::string::npos);
}

TEST_F(JitterRunTest, ZeroHasTheBytesOfARunWithoutIt) {
  const std::string bytes = bytes_of(jittered("", 1));
  EXPECT_EQ(text_of_file(directory_.file("out/report.json")).find("jitter"), std::string::npos);
  EXPECT_EQ(bytes_of(jittered("0", 5)), bytes);
}

TEST_F(JitterRunTest, ReplaysFromItsRunDirectoryAndWindowsHaveItsDigests) {
  const std::string bytes = bytes_of(jittered("4000", 77), 256);
  const std::string digests = text_of_file(directory_.file("digests"));
  WindowOptions look{.first_edge = 2500, .end_edge = 2700};
  look.digest_file = directory_.file("part");
  SilentProgress progress;
  Diagnostics warnings;
  const auto window = run_window(directory_.file("out"), look, warnings, progress, {});
  ASSERT_TRUE(window.has_value()) << window.error().to_string();
  EXPECT_GT(window->resumed_at, 0U);
  const std::string part = text_of_file(directory_.file("part"));
  EXPECT_TRUE(part.starts_with("2500 ")) << part.substr(0, 40);
  EXPECT_NE(digests.find("\n" + part), std::string::npos);

  const Result<Rerun> rerun = load_rerun(directory_.file("out"));
  ASSERT_TRUE(rerun.has_value()) << rerun.error().to_string();
  EXPECT_EQ(rerun->run.seed, 77U);
  EXPECT_EQ(bytes_of(rerun->run, 100), bytes);
}

}  // namespace
}  // namespace heddle::gate
