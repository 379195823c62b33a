// The workload that heddle, SystemC and SimPy run alike: 1,024 processes, each
// loops: wait for a time from its own stream, acquire and release one of 64
// resources, put to a channel that a consumer empties. Nothing ever contends,
// so that the times do not depend on how a simulator breaks ties, and the
// digest over them is the same for all three.
#pragma once

#include <cstdint>
#include <string>

#include "heddle/des/event_queue.h"

namespace heddle::bench {

/// One run: what was done, and how long it took.
struct EventRun {
  std::uint64_t events = 0;  ///< resumptions
  double seconds = 0;        ///< of CPU
  std::string digest;
};

inline constexpr std::uint32_t kProcessCount = 1024;
inline constexpr std::uint32_t kResourceCount = 64;

/// The stream of a process.
struct Stream {
  explicit Stream(std::uint64_t seed) : state(seed + 1) {}
  std::uint64_t next() {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return state >> 33;
  }
  std::uint64_t state = 0;
};

/// Waits are 1 to 65,536 ps.
[[nodiscard]] EventRun run_heddle(std::uint64_t loops, des::QueueKind queue);

/// `pending` handlers that do nothing but schedule themselves again.
[[nodiscard]] EventRun run_bare(std::uint64_t events, std::uint32_t pending, des::QueueKind queue);

/// A dense model of 64 packages on partitions and threads; wall time.
struct ParallelRun {
  std::uint64_t events = 0;
  double wall_seconds = 0;
  std::string digest;
};
[[nodiscard]] ParallelRun run_packages(std::uint32_t partitions, std::uint32_t threads,
                                       std::uint64_t steps);

}  // namespace heddle::bench
