// 200 random graphs give one digest whatever runs them: each on 6 of the
// configurations workers x slots x strategy x log, dealt out so that all are met.
#include <gtest/gtest.h>

#include "support/flow/dag_matrix.h"

namespace heddle::flow::test {
namespace {

constexpr std::uint64_t kDagCount = 204;
constexpr std::size_t kConfigsPerDag = 6;

TEST(RandomDags, give_one_digest_for_all_workers_slots_strategies_and_logs) {
  const std::vector<RunConfig> configs = all_configs(40);
  std::vector<int> met(configs.size(), 0);
  std::size_t next = 0;
  for (std::uint64_t seed = 0; seed < kDagCount; ++seed) {
    const std::string yaml = random_dag_yaml(seed, dag_options_of(seed));
    const DagResult serial = run_dag(yaml, {.lists = 40});
    for (std::size_t i = 0; i < kConfigsPerDag; ++i) {
      const std::size_t index = next++ % configs.size();
      ++met[index];
      expect_same(serial, run_dag(yaml, configs[index]), seed, configs[index]);
    }
  }
  for (const int count : met) EXPECT_GT(count, 0);
}

TEST(RandomDags, contain_failures_stops_short_texts_and_full_runs) {
  int failed = 0;
  int finished = 0;
  for (std::uint64_t seed = 0; seed < kDagCount; ++seed) {
    const DagResult result = run_dag(random_dag_yaml(seed, dag_options_of(seed)), {.lists = 40});
    (result.kind == RunEnding::Kind::Failed ? failed : finished) += 1;
  }
  EXPECT_GT(failed, 10) << "the suite would not see how a run ends";
  EXPECT_GT(finished, 100);
}

TEST(RandomDags, under_the_real_clock_give_one_digest_once_their_times_are_replayed) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const std::string yaml = random_dag_yaml(seed, dag_options_of(seed));
    const DagResult real =
        run_dag(yaml, {.workers = 2, .lists = 60, .log = DagLog::Async, .has_real_clock = true});
    ASSERT_EQ(real.admissions_ns.size(), real.lists);
    if (real.lists == 0) continue;
    for (const RunConfig& config : all_configs(real.lists)) {
      if (config.slots != 3 || config.workers > 4) continue;
      RunConfig again = config;
      again.admissions_ns = real.admissions_ns;
      EXPECT_EQ(run_dag(yaml, again).digest, real.digest) << seed;
    }
  }
}

TEST(RandomDags, commit_every_list_under_the_real_clock) {
  // The data differ with the times; that nothing is lost or doubled does not.
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const std::string yaml = random_dag_yaml(seed * 2, {.has_delays = true});
    for (const Strategy strategy : {Strategy::Groups, Strategy::Pool, Strategy::Checkpoint}) {
      const DagResult result =
          run_dag(yaml, {.workers = 2, .strategy = strategy, .has_real_clock = true});
      EXPECT_EQ(result.lists, 100U) << result.error;
    }
  }
}

}  // namespace
}  // namespace heddle::flow::test
