// The rows of the flow benchmark, a function a group. Everything that is compared
// takes turns within one run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "support/rows.h"

namespace heddle::bench {

/// How much to measure.
struct FlowBench {
  std::uint64_t lists = 200'000;
  std::size_t runs = 5;
  std::string directory;  ///< for logs; on the disk that is measured
};

/// Serial chain and caterpillar with and without stamps and log.
[[nodiscard]] Result<std::vector<Row>> chain_rows(const FlowBench& bench);
/// Instructions a list with and without parallel support; none where there is no valgrind.
[[nodiscard]] Result<std::vector<Row>> instruction_rows(const FlowBench& bench);
/// The same chain in oneTBB's `parallel_pipeline`, at stage costs 0 to 100 us.
[[nodiscard]] Result<std::vector<Row>> pipeline_rows(const FlowBench& bench);
/// Progress words against a bounded single-producer, single-consumer ring.
[[nodiscard]] Result<std::vector<Row>> handoff_rows(const FlowBench& bench);
/// The Mandelbrot pipeline on 1, 2, 4, ... cores, log on and off.
[[nodiscard]] Result<std::vector<Row>> mandelbrot_rows(const FlowBench& bench);

/// Nanoseconds a list of a chain of `stages` filters of `turns` each, `tokens` in flight
/// and `workers` threads. Only where oneTBB is there.
[[nodiscard]] double tbb_chain_ns_per_list(std::uint32_t stages, std::uint32_t turns,
                                           std::uint32_t workers, std::uint32_t tokens,
                                           std::uint64_t lists);
/// Lists a second of the Mandelbrot pipeline there. Only where oneTBB is.
[[nodiscard]] Result<double> tbb_mandelbrot_lists_per_second(std::uint32_t workers,
                                                             std::uint32_t tokens,
                                                             std::uint64_t lists);

}  // namespace heddle::bench
