// DRAM as the network of a machine sees it: channels that take requests and
// finish them, by the cycle model or by the bandwidth model.
#pragma once

#include <memory>
#include <vector>

#include "heddle/tile/memory_system.h"

namespace heddle::tile::model {

/// Where a request goes: a channel, and which of the channel's bursts it is. Neighbours in one
/// row of DRAM have neighbouring numbers.
struct BackendPlace {
  std::uint32_t channel = 0;
  std::uint64_t local = 0;
};

struct BackendDone {
  SimTime at;
  std::uint32_t id = 0;
};

/// Threads: one at a time. Determinism: asking often or seldom changes nothing.
class DramBackend {
 public:
  DramBackend() = default;
  DramBackend(const DramBackend&) = delete;
  DramBackend& operator=(const DramBackend&) = delete;
  virtual ~DramBackend() = default;

  [[nodiscard]] virtual BackendPlace place(std::uint64_t address) const = 0;
  /// Takes a request that arrives at `now`, unless its queue is full. `id` comes back when done.
  [[nodiscard]] virtual bool push(const BackendPlace& place, bool is_write, std::uint32_t id,
                                  SimTime now) = 0;
  /// Appends what is done at `now` or before, by instant and id.
  virtual void advance(SimTime now, std::vector<BackendDone>& done) = 0;
  /// Nothing is done before; it is after the last `advance`.
  [[nodiscard]] virtual SimTime next() const = 0;
  /// Rows, refreshes and the bus; the counts of L2 stay zero.
  [[nodiscard]] virtual MemoryUse use() const = 0;
};

[[nodiscard]] std::unique_ptr<DramBackend> make_dram_backend(const Machine& machine);

}  // namespace heddle::tile::model
