// Whether a graph is deterministic: recorded twice, compared, then recomputed from
// its own log with other numbers of workers. Finds a task that reads the clock of
// the machine, a global, or memory that it did not write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/flow/replay.h"

namespace heddle::flow::replay {

struct VerifyOptions {
  std::uint64_t lists = 1000;
  /// For the two recordings, under a mock clock.
  std::uint32_t workers = 1;
  /// For the recomputations.
  std::vector<std::uint32_t> replay_workers = {1, 2};
  std::string directory = {};  ///< where the two logs `first` and `second` are put
  std::string mission = {};
  Interrupt interrupt = {};
};

struct VerifyOutcome {
  std::uint64_t lists = 0;
  Digest64 data_digest;
  /// `second recording` or `recomputation with N workers`; empty: all agree.
  std::string diverged_in;
  log::LogDivergence divergence;
  bool was_interrupted = false;
};

/// Errors: those of `read_graph`, `Flow::build`, of the log and of replay; what tasks
/// report.
[[nodiscard]] Result<VerifyOutcome> verify_flow(const ConfigNode& graph,
                                                const TaskRegistry& registry,
                                                const VerifyOptions& options);

}  // namespace heddle::flow::replay
