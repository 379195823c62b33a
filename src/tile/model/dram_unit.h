// The controller of one pseudo-channel: first-ready, first-come-first-served
// over a read and a write queue, writes in batches, refresh of all banks.
//
// At a cycle it issues the oldest column command that is legal (a row hit), and
// a row command (with HBM in the same cycle, else in its place) for the oldest
// request whose bank has no hit. What it does is a function of the requests and
// their arrivals alone: `advance` may be called often or seldom.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/tile/memory_system.h"
#include "tile/model/dram_timing.h"

namespace heddle::tile::model {

struct DramRequest {
  std::uint32_t bank = 0;
  std::uint32_t row = 0;
  std::uint32_t core = 0;
  std::uint32_t tag = 0;
  bool is_write = false;
};

/// The data of a request is read, or written, with the end of `cycle`.
struct DramDone {
  std::int64_t cycle = 0;
  std::uint32_t core = 0;
  std::uint32_t tag = 0;
  bool is_write = false;
};

struct DramUse {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t refreshes = 0;
  std::uint64_t turnarounds = 0;
};

/// Threads: one at a time. Units: DRAM cycles.
class DramUnit {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;

  /// `log`, unless null, gets every command; it outlives the unit.
  DramUnit(const DramSpec& spec, std::uint32_t cores, std::vector<DramEvent>* log = nullptr);

  /// Whether there is room for a request of `core`, by what `advance` has seen.
  [[nodiscard]] bool has_room(bool is_write, std::uint32_t core) const {
    return queues_[is_write].held[core] < share_;
  }
  /// Takes a request that can be seen at `arrival`. Requires: room; arrivals do not go back,
  /// and are after what `advance` has seen.
  void push(const DramRequest& request, std::int64_t arrival);

  /// Everything up to and including `cycle`. Appends what is done, in order of command.
  void advance(std::int64_t cycle, std::vector<DramDone>& done) {
    while (next_ <= cycle) step(next_, done);
  }

  /// No request is done before this cycle; `kNever` without requests.
  [[nodiscard]] std::int64_t done_floor() const { return held_ == 0 ? kNever : next_ + shortest_; }
  /// The next cycle at which something may change.
  [[nodiscard]] std::int64_t next() const { return next_; }
  [[nodiscard]] const DramUse& use() const { return use_; }

 private:
  using Slot = std::uint16_t;
  static constexpr Slot kNone = 0xFFFF;
  /// Hits that may pass the oldest request of a bank before its row is closed for it.
  static constexpr std::uint32_t kPassedMax = 64;

  struct Entry {
    std::uint32_t sequence = 0;  ///< of arrival; wraps round
    std::uint32_t row = 0;
    std::uint32_t tag = 0;
    std::uint16_t core = 0;
    std::uint8_t bank = 0;
    bool has_activated = false;
    bool has_precharged = false;
    Slot before = kNone;
    Slot after = kNone;
  };
  [[nodiscard]] static bool is_older(const Entry& a, const Entry& b) {
    return static_cast<std::int32_t>(a.sequence - b.sequence) < 0;
  }
  struct BankList {
    Slot head = kNone;
    Slot tail = kNone;
    Slot hit = kNone;  ///< the oldest request to the open row
    std::uint32_t passed = 0;
  };
  /// The requests of one direction, a list a bank in order of arrival.
  struct Queue {
    std::vector<Entry> entries;
    std::vector<Slot> free;
    std::vector<BankList> banks;
    std::vector<std::uint32_t> held;  ///< a core, those on their way included
    std::uint64_t waiting = 0;        ///< banks that have requests, a bit each
    std::uint64_t hits = 0;           ///< banks with a hit that may go
    std::uint32_t count = 0;
  };
  struct Arrival {
    DramRequest request;
    std::int64_t cycle = 0;
  };

  void step(std::int64_t cycle, std::vector<DramDone>& done);
  void admit(std::int64_t cycle);
  void refresh(std::int64_t cycle);
  [[nodiscard]] bool wants_writes(std::int64_t cycle) const;
  /// Each returns when to look again.
  std::int64_t issue_column(std::int64_t cycle, bool& has_issued, std::vector<DramDone>& done);
  struct RowChoice {
    Slot slot = kNone;
    std::int64_t next = kNever;
  };
  [[nodiscard]] RowChoice choose_row(const Queue& queue, std::uint64_t banks,
                                     std::int64_t cycle) const;
  std::int64_t issue_row(std::int64_t cycle, bool may_issue);
  void finish(Queue& queue, Slot slot, std::int64_t cycle, std::vector<DramDone>& done);
  void find_hit(Queue& queue, std::uint32_t bank);
  static void update_hit(Queue& queue, std::uint32_t bank);
  void issue(DramCommand command, std::uint32_t bank, std::uint32_t row, std::int64_t cycle);

  DramTiming timing_;
  DramTimings t_;
  std::uint32_t share_ = 1;
  std::uint32_t write_high_ = 1;
  std::uint32_t write_low_ = 0;
  bool has_split_commands_ = false;
  bool is_writing_ = false;
  std::int64_t shortest_ = 0;
  /// What two changes of direction cost: as long the last read is waited for another.
  std::int64_t patience_ = 0;
  std::int64_t last_read_ = 0;
  std::int64_t next_ = kNever;
  std::int64_t refresh_at_ = kNever;
  std::uint32_t sequence_ = 0;
  std::uint32_t batch_ = 0;  ///< column commands since the bus last turned
  std::uint64_t held_ = 0;
  Queue queues_[2];                ///< reads, writes
  std::vector<Arrival> arrivals_;  ///< from `arrived_` on
  std::size_t arrived_ = 0;
  DramUse use_;
  std::vector<DramEvent>* log_ = nullptr;
};

/// What all units of a machine did. Pseudo-channels of a channel move data side by side, each a
/// part of the width, so the channel is busy for the mean of them.
[[nodiscard]] MemoryUse use_of_units(const std::vector<DramUnit>& units, std::uint32_t channels,
                                     std::uint32_t burst, ClockRate clock);

}  // namespace heddle::tile::model
