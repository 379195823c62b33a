#include "tile/model/dram_backend.h"

#include <algorithm>

#include "heddle/tile/machine.h"
#include "tile/model/address_map.h"
#include "tile/model/dram_unit.h"
#include "tile/model/service.h"

namespace heddle::tile::model {
namespace {

/// A heap by instant and id.
class DoneHeap {
 public:
  void add(const BackendDone& done) {
    heap_.push_back(done);
    std::push_heap(heap_.begin(), heap_.end(), is_later);
  }
  void take(SimTime now, std::vector<BackendDone>& out) {
    while (!heap_.empty() && heap_.front().at <= now) {
      out.push_back(heap_.front());
      std::pop_heap(heap_.begin(), heap_.end(), is_later);
      heap_.pop_back();
    }
  }
  [[nodiscard]] SimTime first() const {
    return heap_.empty() ? MemorySystem::kNever : heap_.front().at;
  }

 private:
  static bool is_later(const BackendDone& a, const BackendDone& b) {
    return std::pair(a.at, a.id) > std::pair(b.at, b.id);
  }
  std::vector<BackendDone> heap_;
};

class CycleBackend final : public DramBackend {
 public:
  explicit CycleBackend(const Machine& machine)
      : clock_(machine.dram.clock),
        map_(machine.dram),
        pseudo_(machine.dram.pseudo_channels),
        channels_(machine.dram.channels),
        banks_(machine.dram.banks * machine.dram.bank_groups),
        columns_(machine.dram.row_bytes / machine.dram.burst_bytes()),
        burst_(machine.dram.timings.burst) {
    for (std::uint32_t unit = 0; unit < map_.unit_count(); ++unit) {
      units_.emplace_back(machine.dram, 1);  // the network is fair to the cores
    }
  }

  [[nodiscard]] BackendPlace place(std::uint64_t address) const override {
    const DramPlace p = map_.place(address);
    const std::uint64_t row = (std::uint64_t{p.row} * pseudo_ + p.unit % pseudo_) * banks_ + p.bank;
    return {p.unit / pseudo_, row * columns_ + p.column};
  }

  bool push(const BackendPlace& place, bool is_write, std::uint32_t id, SimTime now) override {
    const std::uint64_t row = place.local / columns_;
    const auto pseudo = static_cast<std::uint32_t>(row / banks_ % pseudo_);
    DramUnit& unit = units_[place.channel * pseudo_ + pseudo];
    if (!unit.has_room(is_write, 0)) {
      advance_unit(unit, clock_.cycle_at_or_after(now + Picoseconds(1)) - 1);
      if (!unit.has_room(is_write, 0)) return false;
    }
    unit.push({.bank = static_cast<std::uint32_t>(row % banks_),
               .row = static_cast<std::uint32_t>(row / banks_ / pseudo_),
               .tag = id,
               .is_write = is_write},
              clock_.cycle_at_or_after(now + Picoseconds(1)));
    return true;
  }

  void advance(SimTime now, std::vector<BackendDone>& done) override {
    const std::int64_t limit = clock_.cycle_at_or_after(now + Picoseconds(1)) - 1;
    for (DramUnit& unit : units_) {
      if (unit.done_floor() <= limit) advance_unit(unit, limit);
    }
    done_.take(now, done);
  }

  [[nodiscard]] SimTime next() const override {
    std::int64_t floor = DramUnit::kNever;
    for (const DramUnit& unit : units_) floor = std::min(floor, unit.done_floor());
    const SimTime at = floor == DramUnit::kNever ? MemorySystem::kNever : clock_.edge(floor);
    return std::min(at, done_.first());
  }

  [[nodiscard]] MemoryUse use() const override {
    return use_of_units(units_, channels_, burst_, clock_);
  }

 private:
  void advance_unit(DramUnit& unit, std::int64_t limit) {
    scratch_.clear();
    unit.advance(limit, scratch_);
    for (const DramDone& each : scratch_) done_.add({clock_.edge(each.cycle), each.tag});
  }

  ClockRate clock_;
  AddressMap map_;
  std::uint32_t pseudo_ = 1;
  std::uint32_t channels_ = 1;
  std::uint32_t banks_ = 1;
  std::uint32_t columns_ = 1;
  std::uint32_t burst_ = 1;
  std::vector<DramUnit> units_;
  DoneHeap done_;
  std::vector<DramDone> scratch_;
};

class BandwidthBackend final : public DramBackend {
 public:
  explicit BandwidthBackend(const Machine& machine)
      : request_bytes_(machine.dma.request_bytes),
        latency_(machine.dram.latency),
        depth_(machine.dram.queue_depth),
        service_(machine),
        channels_(machine.dram.channels) {
    for (Channel& channel : channels_) channel.begins.assign(depth_, -1);
  }

  [[nodiscard]] BackendPlace place(std::uint64_t address) const override {
    const std::uint64_t request = address / request_bytes_;
    return {static_cast<std::uint32_t>(request % channels_.size()), request / channels_.size()};
  }

  bool push(const BackendPlace& place, bool is_write, std::uint32_t id, SimTime now) override {
    Channel& channel = channels_[place.channel];
    std::int64_t& oldest = channel.begins[channel.oldest];
    if (oldest > now.ps()) return false;
    channel.oldest = (channel.oldest + 1) % depth_;
    oldest = service_.begin(channel.free, now);
    const SimTime end = service_.serve(channel.free);
    done_.add({is_write ? end : end + latency_, id});
    ++(is_write ? writes_ : reads_);
    return true;
  }

  void advance(SimTime now, std::vector<BackendDone>& done) override { done_.take(now, done); }
  [[nodiscard]] SimTime next() const override { return done_.first(); }
  [[nodiscard]] MemoryUse use() const override {
    MemoryUse use;
    use.reads = reads_;
    use.writes = writes_;
    use.channels = static_cast<std::uint32_t>(channels_.size());
    use.data_busy = service_.total(reads_ + writes_);
    return use;
  }

 private:
  struct Channel {
    FineTime free;
    std::vector<std::int64_t> begins;
    std::uint32_t oldest = 0;
  };

  std::uint32_t request_bytes_ = 0;
  Picoseconds latency_;
  std::uint32_t depth_ = 1;
  Service service_;
  std::vector<Channel> channels_;
  DoneHeap done_;
  std::uint64_t reads_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace

std::unique_ptr<DramBackend> make_dram_backend(const Machine& machine) {
  if (machine.dram.kind == DramKind::Cycle) return std::make_unique<CycleBackend>(machine);
  return std::make_unique<BandwidthBackend>(machine);
}

}  // namespace heddle::tile::model
