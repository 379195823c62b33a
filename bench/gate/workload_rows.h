// The rows of one workload: heddle and Verilator in turn, without waves and
// with them, and whether both sent the same bytes at the same edges.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gate/child.h"
#include "gate/workload.h"
#include "support/rows.h"

namespace heddle::bench {

/// Where things are and how often they run.
struct BenchParams {
  std::string designs = "build/designs";            ///< what designs/build.sh made
  std::string baselines = "build/bench/gate";       ///< what bench/gate/prepare made
  std::string directory = "build/bench/gate/work";  ///< scratch files
  std::string command = "bench_gate";
  std::size_t rounds = 5;
  /// Told what is going on, a line at a time.
  std::function<void(const std::string&)> say = [](const std::string&) {};
};

/// The bench program that Verilator made of a chip, and what to call it.
struct Baseline {
  std::string program;
  std::string name;
};

/// The rows of the set as a whole are made of this.
struct WorkloadRows {
  std::vector<Row> rows;
  double ratio = 0;  ///< times Verilator, median over the rounds
};

/// Measures a workload. `waves` may be empty: then there are no rows with waves.
/// Fails when the two differ in a byte or an edge.
[[nodiscard]] Outcome<WorkloadRows> measure(const Workload& workload, const Baseline& baseline,
                                            const Baseline& waves, const BenchParams& params);

}  // namespace heddle::bench
