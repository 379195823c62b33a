// A core's DMA engine: injects one transfer at a time, up to so many requests a cycle,
// and counts the responses of all that are in flight.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "heddle/tile/machine.h"
#include "heddle/tile/memory_system.h"
#include "tile/sim/address_walk.h"
#include "tile/sim/live_item.h"

namespace heddle::tile {

class DmaEngine {
 public:
  DmaEngine(const DmaSpec& spec, std::uint32_t core) : spec_(spec), core_(core) {}

  void enqueue(Ref dma);

  /// The load that would start next, for who asks whether it may. None: no live item.
  [[nodiscard]] Ref next_load() const { return loads_.empty() ? Ref{} : loads_.front(); }
  [[nodiscard]] bool is_idle() const { return current_ == kNone; }
  /// Starts the next transfer, if there is one; `may_load` is false while the next load
  /// has no place. Returns it, or no live item. Requires: is_idle().
  Ref start(std::int64_t cycle, bool may_load);
  /// One cycle of injection. Returns the transfer whose last request was sent, if any.
  /// Requires: not is_idle().
  Ref inject(std::int64_t cycle, SimTime now, MemorySystem& memory);
  /// Counts responses. Returns the transfer that is complete by them, if any.
  Ref respond(const ResponseRun& response);

  /// Whether the memory refused a request; it is offered again every time.
  [[nodiscard]] bool is_refused() const { return is_refused_; }
  [[nodiscard]] bool has_queued() const { return !loads_.empty() || !stores_.empty(); }
  [[nodiscard]] bool has_queued_store() const { return !stores_.empty(); }
  [[nodiscard]] std::size_t in_flight() const { return transfers_.size() - free_tags_.size(); }
  [[nodiscard]] std::int64_t busy_cycles() const { return busy_cycles_; }
  /// The transfers in flight, for a message.
  [[nodiscard]] std::vector<Ref> pending() const;

 private:
  struct Transfer {
    Ref dma;
    AddressWalk walk;
    std::uint64_t outstanding = 0;  ///< requests without response
    bool is_store = false;
    bool is_injected = false;
  };

  [[nodiscard]] bool picks_store(bool may_load);

  DmaSpec spec_;
  std::uint32_t core_ = 0;
  std::deque<Ref> loads_;
  std::deque<Ref> stores_;
  std::vector<Transfer> transfers_;  ///< by tag
  std::vector<std::uint32_t> free_tags_;
  std::uint32_t current_ = kNone;
  std::uint32_t streak_ = 0;  ///< loads that went while a store waited
  std::int64_t started_ = 0;
  std::int64_t busy_cycles_ = 0;
  bool is_refused_ = false;
};

}  // namespace heddle::tile
