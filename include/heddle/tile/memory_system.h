// Where DMA requests go: NoC, L2 and DRAM behind one seam. The core's DMA engine
// injects runs of requests; what happens to them is a function of what was
// injected and when, never of how often the clock was asked.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/base/statistics.h"
#include "heddle/base/units.h"

namespace heddle::tile {

struct Machine;

/// `count` requests of the machine's request size (e.g. 32 bytes) at consecutive addresses.
struct RequestRun {
  std::uint64_t address = 0;  ///< a multiple of the request size
  std::uint32_t count = 1;
  std::uint32_t core = 0;
  std::uint32_t tag = 0;  ///< the transfer that the responses are counted for
  bool is_write = false;
};

/// `count` requests of `tag` are complete at `at`: read data is at the core, or
/// written data is in DRAM.
struct ResponseRun {
  SimTime at;
  std::uint32_t tag = 0;
  std::uint32_t core = 0;
  std::uint32_t count = 0;
};

struct MemoryUse {
  std::uint64_t reads = 0;  ///< requests
  std::uint64_t writes = 0;
  std::uint64_t row_hits = 0;
  std::uint64_t row_misses = 0;     ///< a closed bank
  std::uint64_t row_conflicts = 0;  ///< another row was open
  std::uint64_t refreshes = 0;
  std::uint64_t turnarounds = 0;  ///< changes of a data bus between reads and writes
  std::uint64_t l2_hits = 0;
  std::uint64_t l2_misses = 0;
  Picoseconds data_busy;       ///< summed over channels
  std::uint32_t channels = 1;  ///< bandwidth use is data_busy / channels / time
};

/// Threads: one at a time. Determinism: responses are a function of the runs sent and
/// their times; `advance` may be called as often or as seldom as one likes.
class MemorySystem {
 public:
  MemorySystem() = default;
  MemorySystem(const MemorySystem&) = delete;
  MemorySystem& operator=(const MemorySystem&) = delete;
  virtual ~MemorySystem() = default;

  /// Takes the first requests of `run` that fit now, by the queues on their way; how many a
  /// cycle a core sends is its own business. Returns how many; the rest is offered again when
  /// `next_change` says so.
  /// Requires: `now` is no earlier than any time seen before.
  [[nodiscard]] virtual std::uint32_t send(const RequestRun& run, SimTime now) = 0;

  /// No `advance` to an instant before this one yields a response, and no `send` before it
  /// takes what was refused since the last `advance`; it is after the last `advance`. It may be
  /// early: then ask again. `kNever` if neither will happen by itself.
  [[nodiscard]] virtual SimTime next_change() const = 0;

  /// Everything that happened up to and including `now`. Appends responses ordered by
  /// (at, core, tag), one an instant and tag.
  virtual void advance(SimTime now, std::vector<ResponseRun>& responses) = 0;

  [[nodiscard]] virtual MemoryUse use() const = 0;

  static constexpr SimTime kNever{INT64_MAX};
};

/// The memory system that `machine` describes.
[[nodiscard]] std::unique_ptr<MemorySystem> make_memory_system(const Machine& machine);

}  // namespace heddle::tile
