// The matrix of configurations that every random graph must give one digest on.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "support/flow/random_dag.h"

namespace heddle::flow::test {

/// Workers {1, 2, 3, 4, 8, 16} x slots {1, 2, 3, 8, 32} x log {sync, async} x the
/// strategies.
inline std::vector<RunConfig> all_configs(std::uint64_t lists) {
  std::vector<RunConfig> out;
  for (const std::uint32_t workers : {1U, 2U, 3U, 4U, 8U, 16U}) {
    for (const std::uint32_t slots : {1U, 2U, 3U, 8U, 32U}) {
      for (const Strategy strategy : {Strategy::Groups, Strategy::Pool, Strategy::Checkpoint}) {
        for (const DagLog log : {DagLog::Sync, DagLog::Async}) {
          out.push_back({.workers = workers,
                         .slots = slots,
                         .strategy = strategy,
                         .lists = lists,
                         .log = log});
        }
      }
    }
  }
  return out;
}

/// Errors, delays, background tasks, shared resources and keyframes, in turns.
inline DagOptions dag_options_of(std::uint64_t seed) {
  return {.has_errors = seed % 2 == 1,
          .has_delays = seed % 3 == 0,
          .has_background = seed % 5 == 0,
          .has_resources = seed % 4 == 0,
          .keyframe_interval = seed % 7 == 0 ? 0 : seed % 7};
}

inline void expect_same(const DagResult& serial, const DagResult& other, std::uint64_t seed,
                        const RunConfig& config) {
  const auto where = [&] {
    return "seed " + std::to_string(seed) + ", " + std::to_string(config.workers) + " workers, " +
           std::to_string(config.slots) + " slots, strategy " +
           std::to_string(static_cast<int>(config.strategy)) + ", log " +
           std::to_string(static_cast<int>(config.log));
  };
  EXPECT_EQ(other.digest, serial.digest) << where();
  EXPECT_EQ(other.text_digest, serial.text_digest) << where();
  EXPECT_EQ(other.lists, serial.lists) << where();
  EXPECT_EQ(other.error, serial.error) << where();
}

}  // namespace heddle::flow::test
