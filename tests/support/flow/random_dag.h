// Random graphs whose every result is a function of seeds, states and clids, so that
// one digest tells whether an executor kept the order of a serial run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heddle/flow/flow.h"

namespace heddle::flow::test {

/// What a random graph may contain beside plain tasks.
struct DagOptions {
  bool has_errors = false;  ///< tasks that fail, under each `on_error`
  bool has_delays = false;  ///< tasks that take their time
  bool has_background = false;
  bool has_resources = false;  ///< tasks that share one
  std::uint64_t keyframe_interval = 0;
};

/// A graph of 1 to 40 tasks as YAML. Determinism: of its arguments.
[[nodiscard]] std::string random_dag_yaml(std::uint64_t seed, const DagOptions& options);

/// The task types that such graphs use.
void register_dag_tasks(TaskRegistry& registry);

/// Where the committed lists go: to a digest alone, or into a log in memory whose
/// data digest a reader then takes.
enum class DagLog : std::uint8_t { None, Sync, Async };

/// How to run one.
struct RunConfig {
  std::uint32_t workers = 1;
  std::uint32_t slots = 8;
  Strategy strategy = Strategy::Groups;
  std::uint64_t lists = 100;
  DagLog log = DagLog::None;
  bool has_real_clock = false;
  std::vector<std::int64_t> admissions_ns = {};  ///< of a run to be replayed; empty: none
};

/// What a run left behind.
struct DagResult {
  std::uint64_t digest = 0;       ///< of all data records
  std::uint64_t text_digest = 0;  ///< of text lines and keyframes, in order
  std::uint64_t lists = 0;
  std::string error;
  RunEnding::Kind kind = RunEnding::Kind::Finished;
  std::vector<std::int64_t> admissions_ns = {};  ///< of each list
};

/// Reads the graph, plans and runs it with a mock clock, the real one, or one that
/// gives the times of a recorded run.
[[nodiscard]] DagResult run_dag(const std::string& yaml, const RunConfig& config);

}  // namespace heddle::flow::test
