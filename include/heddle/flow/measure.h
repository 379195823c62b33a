// Measures what the flow itself costs, on chains of tasks that do nothing or a
// given amount of it. `heddle flow bench` and the benchmarks print the same figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/flow/flow.h"

namespace heddle::flow {

/// A source, `stages` in a row and one sink; `caterpillar`: a sink beside each stage.
struct ChainOptions {
  std::uint32_t stages = 8;
  bool is_caterpillar = false;
  std::uint32_t turns = 0;  ///< multiplications a stage, about 1.5 ns each
  std::uint32_t workers = 1;
  std::uint32_t slots = 8;
  Strategy strategy = Strategy::Groups;
  std::uint64_t lists = 100'000;
  bool has_stamps = true;
  bool is_profiled = false;    ///< plan by the costs of some lists run before
  CommitSink* sink = nullptr;  ///< null: nothing is logged
};

/// The graph that is measured, as a file would have it.
[[nodiscard]] std::string chain_yaml(const ChainOptions& options);

struct ChainResult {
  double ns_per_list = 0;              ///< of the whole loop, wall time
  double cpu_ns_per_list = 0;          ///< the same in CPU time of the thread that commits
  std::uint64_t first_to_last_ns = 0;  ///< median, from first start to last end; 0 without stamps
};

/// Errors: those of `Flow::build` and of the sink.
[[nodiscard]] Result<ChainResult> measure_chain(const ChainOptions& options);

/// The Mandelbrot pipeline of examples/flow_mandelbrot: a source, 32 bands that cost
/// alike, an assembler and a drain.
struct PipelineOptions {
  std::uint32_t workers = 1;
  std::uint32_t slots = 32;
  Strategy strategy = Strategy::Groups;
  std::uint64_t lists = 300;
  std::vector<double> costs_ns = {};     ///< a task, for the plan; empty: all alike
  std::vector<std::uint32_t> cpus = {};  ///< of the workers; empty: where the system puts them
  CommitSink* sink = nullptr;            ///< null: nothing is logged
};

struct PipelineResult {
  double lists_per_second = 0;        ///< wall time of the whole run
  std::vector<double> costs_ns = {};  ///< median of each task
};

/// The graph that is measured, as a file would have it.
[[nodiscard]] std::string mandelbrot_yaml();

/// Errors: those of `Flow::build` and of the sink.
[[nodiscard]] Result<PipelineResult> measure_mandelbrot(const PipelineOptions& options);

/// Lists a second of `threads` runs side by side, one worker each, that share nothing:
/// what the machine's cores can give, by their clock, their caches and their siblings.
[[nodiscard]] Result<double> measure_mandelbrot_apart(std::uint32_t threads, std::uint64_t lists);

/// At most so many times the speed of one worker: min(workers, all work / dearest task).
[[nodiscard]] double ideal_speed_up(std::uint32_t workers, const std::vector<double>& costs_ns);

/// Nanoseconds of one reading of the run's clock: rdtsc where it is used.
[[nodiscard]] double measure_clock_read_ns();

/// Nanoseconds a turn of a stage.
[[nodiscard]] double measure_turn_ns();

}  // namespace heddle::flow
