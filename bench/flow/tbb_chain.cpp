// The chain as a oneTBB pipeline: a source, `stages` filters in order, a sink; the
// same work a stage, the same number of lists in flight.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <chrono>
#include <memory>

#include "flow/flow_rows.h"

namespace heddle::bench {
namespace {

namespace tbb = oneapi::tbb;

std::uint64_t burn(std::uint64_t value, std::uint32_t turns) {
  for (std::uint32_t i = 0; i < turns; ++i) {
    value = value * 6364136223846793005ULL + 1442695040888963407ULL;
    __asm__ volatile("" : "+r"(value));
  }
  return value;
}

}  // namespace

double tbb_chain_ns_per_list(std::uint32_t stages, std::uint32_t turns, std::uint32_t workers,
                             std::uint32_t tokens, std::uint64_t lists) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, workers);
  tbb::task_arena arena(static_cast<int>(workers));
  std::uint64_t next = 0;
  std::uint64_t sum = 0;
  const auto scratch = std::make_unique<std::uint64_t[]>(stages);
  tbb::filter<void, std::uint64_t> chain = tbb::make_filter<void, std::uint64_t>(
      tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) {
        if (next == lists) control.stop();
        return next++;
      });
  for (std::uint32_t stage = 0; stage < stages; ++stage) {
    chain = chain & tbb::make_filter<std::uint64_t, std::uint64_t>(
                        tbb::filter_mode::serial_in_order,
                        [state = &scratch[stage], turns](std::uint64_t value) {
                          if (turns > 0) *state = burn(*state + value, turns);
                          return value + 1;
                        });
  }
  const tbb::filter<void, void> whole =
      chain & tbb::make_filter<std::uint64_t, void>(tbb::filter_mode::serial_in_order,
                                                    [&](std::uint64_t value) { sum += value; });
  const auto begin = std::chrono::steady_clock::now();
  arena.execute([&] { tbb::parallel_pipeline(tokens, whole); });
  const double ns =
      std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
  return sum == 0 ? 0 : ns / static_cast<double>(lists);
}

}  // namespace heddle::bench
