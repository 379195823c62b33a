// The host loop of a run as a flow: simulate -> look -> commit, a batch a list.
// The engine and its peripherals belong to the first task, the outputs to the
// other two, so that with two threads the next batch is simulated while one is
// decoded, compressed and committed. The thread count changes no result.
#pragma once

#include <cstdint>

#include "heddle/base/result.h"
#include "heddle/gate/backend.h"

namespace heddle::gate {

/// Batches between simulation and commit; as many as an engine has windows.
inline constexpr std::uint32_t kHostBatches = Backend::kSlots;

/// What is done for a batch. `batch` says which of `kHostBatches` memories it has:
/// batch n has n mod `kHostBatches`, and it is free again when n was committed.
/// Threads: `simulate` on one; `look` and `commit` on one, perhaps another.
class HostSteps {
 public:
  HostSteps() = default;
  HostSteps(const HostSteps&) = delete;
  HostSteps& operator=(const HostSteps&) = delete;

  /// Runs the next batch; false when it is the last, for what the engine knows.
  [[nodiscard]] virtual bool simulate(std::uint32_t batch) = 0;
  /// Shows it to the outputs. Batches come in order, to `look` and to `commit`.
  virtual void look(std::uint32_t batch) = 0;
  /// Counts it; false when it is the last. One that was simulated ahead of that
  /// may still come and is none of the run.
  [[nodiscard]] virtual bool commit(std::uint32_t batch) = 0;

 protected:
  ~HostSteps() = default;
};

/// Runs batches until one is the last. Requires: `threads` is 1 or 2.
/// Errors: those of `flow::Flow`, for want of memory or of threads.
[[nodiscard]] Status run_host_loop(HostSteps& steps, std::uint32_t threads);

}  // namespace heddle::gate
