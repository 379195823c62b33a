// A step as executors run it, resolved once, and what a worker carries.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "flow/task/context_access.h"
#include "heddle/flow/task.h"

namespace heddle::flow {

class BackgroundTask;

/// One step. Immutable during the run.
struct StepCode {
  decltype(TaskType::run) run = nullptr;
  void* instance = nullptr;
  const std::uint32_t* port_offsets = nullptr;
  std::uint32_t offset = 0;          ///< of its StepHeader
  std::uint32_t encoded_offset = 0;  ///< 0: the commit stage encodes
  bool is_special = false;           ///< injected, or in the background
  bool is_injected = false;
  std::uint32_t index = 0;  ///< in plan order
  std::uint32_t task = 0;   ///< in the graph
  StepIdentity identity;
  BackgroundTask* background = nullptr;
};

/// A moment of a run as one number that grows: a list, and a step of it.
[[nodiscard]] constexpr std::uint64_t step_key(std::uint64_t clid, std::uint64_t step) {
  return clid << 13 | step;
}
inline constexpr std::uint64_t kCommitStep = (1U << 13) - 1;
inline constexpr std::uint64_t kSinkStep = kCommitStep - 1;  ///< the log failed on a list

/// What one worker carries. `current` and `waits_for` are for the watchdog.
struct alignas(128) WorkerState {
  Context context;
  Diagnostics failure;
  std::vector<void*> outputs;                ///< for injection
  std::atomic<std::uint64_t> current = 0;    ///< a step_key
  std::atomic<std::uint32_t> waits_for = 0;  ///< a worker + 1, or 0
  std::uint64_t steady_faults_begin = 0;
  bool is_steady = false;
};

}  // namespace heddle::flow
