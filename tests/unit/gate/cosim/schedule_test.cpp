// The schedule against the formula of the edges, sorted by brute force.
#include "heddle/gate/schedule.h"

#include <gtest/gtest.h>

#include <map>

namespace heddle::gate {
namespace {

struct Edge {
  EdgeInfo info;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> data;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> clocks;
};

std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs(std::span<const EdgeOp> ops) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
  for (const EdgeOp& op : ops) out.emplace_back(op.input, op.value);
  return out;
}

/// The edges of a schedule, taken in batches of the given size.
std::vector<Edge> edges_of(const ScheduleSpec& spec, std::size_t count, std::uint32_t batch) {
  Schedule schedule(spec);
  EdgeWindow window;
  std::vector<Edge> edges;
  while (edges.size() < count) {
    const auto want =
        static_cast<std::uint32_t>(std::min<std::size_t>(batch, count - edges.size()));
    const std::uint32_t got = schedule.fill(window, want);
    EXPECT_EQ(window.first_edge(), edges.size());
    for (std::uint64_t e = window.first_edge(); e < window.first_edge() + got; ++e) {
      edges.push_back({window.info(e), pairs(window.data_ops(e)), pairs(window.clock_ops(e))});
    }
    if (got < want) break;
  }
  return edges;
}

/// Changes of each clock by instant: F + kP rises, F + kP + floor(P/2) falls.
std::map<std::int64_t, std::map<std::uint32_t, std::uint32_t>> formula(const ScheduleSpec& spec,
                                                                       std::int64_t until_ps) {
  std::map<std::int64_t, std::map<std::uint32_t, std::uint32_t>> instants;
  for (std::uint32_t c = 0; c < spec.clocks.size(); ++c) {
    const ScheduledClock& clock = spec.clocks[c];
    for (std::int64_t rise = clock.phase_ps; rise <= until_ps; rise += clock.period_ps) {
      instants[rise][c] = 1;
      instants[rise + clock.period_ps / 2][c] = 0;
    }
  }
  return instants;
}

ScheduleSpec clocks(std::initializer_list<std::pair<std::int64_t, std::int64_t>> periods_phases) {
  ScheduleSpec spec;
  for (const auto& [period, phase] : periods_phases) {
    spec.clocks.push_back({.input = static_cast<std::uint32_t>(10 + spec.clocks.size()),
                           .period_ps = period,
                           .phase_ps = phase});
  }
  return spec;
}

TEST(Schedule, MergesClocksByTheFormulaOddPeriodsAndCoincidencesIncluded) {
  const ScheduleSpec specs[] = {clocks({{20000, 0}}),
                                clocks({{20000, 0}, {61034, 7000}}),
                                clocks({{7, 0}, {5, 0}}),
                                clocks({{3, 1}, {4, 2}, {6, 0}}),
                                clocks({{10, 0}, {10, 0}, {10, 5}}),
                                clocks({{999983, 13}, {1000003, 0}})};
  for (const ScheduleSpec& spec : specs) {
    const std::vector<Edge> edges = edges_of(spec, 2000, 4096);
    ASSERT_EQ(edges.size(), 2000U);
    const auto instants = formula(spec, edges.back().info.time_ps);
    auto instant = instants.begin();
    for (std::size_t i = 0; i < edges.size(); ++i, ++instant) {
      ASSERT_EQ(edges[i].info.edge, i);
      ASSERT_EQ(edges[i].info.time_ps, instant->first) << i;
      std::uint32_t rising = 0;
      std::vector<std::pair<std::uint32_t, std::uint32_t>> ops;
      for (const auto& [clock, level] : instant->second) {
        ops.emplace_back(spec.clocks[clock].input, level);
        if (level != 0) rising |= 1U << clock;
      }
      ASSERT_EQ(edges[i].info.rising, rising) << i;
      ASSERT_EQ(edges[i].clocks, ops) << i;
    }
  }
}

TEST(Schedule, EveryClockRisesThoughTheirCommonMultipleOfHalfPeriodsIsHuge) {
  // Half periods 499991, 500001: a table of their least common multiple would
  // have 2.5e11 ps; one that counts whole half periods sees no rising edge.
  const std::vector<Edge> edges = edges_of(clocks({{999983, 0}, {1000003, 499991}}), 400, 64);
  std::size_t rises[2] = {0, 0};
  for (const Edge& edge : edges) {
    rises[0] += edge.info.rising & 1U;
    rises[1] += edge.info.rising >> 1 & 1U;
  }
  const auto last = static_cast<std::size_t>(edges.back().info.time_ps);
  EXPECT_EQ(rises[0], last / 999983 + 1);
  EXPECT_EQ(rises[1], (last - 499991) / 1000003 + 1);
}

TEST(Schedule, IsTheSameForEveryBatchSize) {
  ScheduleSpec spec = clocks({{20000, 0}, {61034, 7000}});
  spec.reset = ScheduledReset{.input = 1, .active_level = false, .clock = 0, .rising_edges = 20};
  const std::vector<Edge> whole = edges_of(spec, 500, 500);
  for (const std::uint32_t batch : {1U, 2U, 3U, 47U, 64U}) {
    const std::vector<Edge> cut = edges_of(spec, 500, batch);
    ASSERT_EQ(cut.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(cut[i].info.time_ps, whole[i].info.time_ps);
      EXPECT_EQ(cut[i].info.in_reset, whole[i].info.in_reset);
      EXPECT_EQ(cut[i].data, whole[i].data);
      EXPECT_EQ(cut[i].clocks, whole[i].clocks);
    }
  }
}

TEST(Schedule, ReleasesResetAtTheEdgeAfterTheLastRisingEdgeOfItsClock) {
  for (const bool active_level : {false, true}) {
    for (const std::uint64_t length : {0U, 1U, 2U, 20U}) {
      for (const std::uint32_t clock : {0U, 1U}) {
        ScheduleSpec spec = clocks({{20000, 0}, {61034, 7000}});
        spec.reset = ScheduledReset{
            .input = 5, .active_level = active_level, .clock = clock, .rising_edges = length};
        const std::vector<Edge> edges = edges_of(spec, 300, 7);
        std::uint64_t rises = 0;
        bool level = !active_level;
        for (const Edge& edge : edges) {
          for (const auto& [input, value] : edge.data) {
            ASSERT_EQ(input, 5U);
            level = value != 0;
          }
          const bool expected_reset = rises < length;
          ASSERT_EQ(level == active_level, expected_reset) << "edge " << edge.info.edge;
          ASSERT_EQ(edge.info.in_reset != 0, expected_reset) << "edge " << edge.info.edge;
          rises += edge.info.rising >> clock & 1U;
        }
      }
    }
  }
}

TEST(Schedule, SetsConstantsAtEdgeZeroOnly) {
  ScheduleSpec spec = clocks({{10, 0}});
  spec.constants = {{3, 1}, {4, 0}};
  const std::vector<Edge> edges = edges_of(spec, 20, 4);
  EXPECT_EQ(edges[0].data, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{3, 1}, {4, 0}}));
  for (std::size_t i = 1; i < edges.size(); ++i) EXPECT_TRUE(edges[i].data.empty());
}

TEST(Schedule, EndsAfterItsEdgeCountOrBeforeTheFirstEdgePastItsTime) {
  ScheduleSpec spec = clocks({{20000, 0}});
  spec.edge_count_max = 37;
  EXPECT_EQ(edges_of(spec, 100, 10).size(), 37U);
  for (const auto& [time, count] : {std::pair{99999, 10U}, {100000, 11U}, {100001, 11U}, {0, 1U}}) {
    ScheduleSpec timed = clocks({{20000, 0}});
    timed.time_ps_max = time;
    EXPECT_EQ(edges_of(timed, 100, 4).size(), count) << time;
    Schedule schedule(timed);
    EdgeWindow window;
    EXPECT_EQ(schedule.exhausted(), StopReason::None);
    schedule.fill(window, 1000);
    EXPECT_EQ(schedule.exhausted(), StopReason::Time);
  }
  Schedule schedule(spec);
  EdgeWindow window;
  schedule.fill(window, 37);
  EXPECT_EQ(schedule.exhausted(), StopReason::Edges);
  EXPECT_EQ(schedule.edges_left_max(), 0U);
}

TEST(Schedule, AnOddPeriodFallsAtTheFloorOfItsHalf) {
  const std::vector<Edge> edges = edges_of(clocks({{61035, 7000}}), 4, 4);
  EXPECT_EQ(edges[0].info.time_ps, 7000);
  EXPECT_EQ(edges[1].info.time_ps, 7000 + 30517);
  EXPECT_EQ(edges[2].info.time_ps, 7000 + 61035);
  EXPECT_EQ(edges[3].info.time_ps, 7000 + 61035 + 30517);
}

}  // namespace
}  // namespace heddle::gate
