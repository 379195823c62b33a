// Pseudo-channels are advanced only when it matters: when one looks full to a
// request, and when a response of it may be due. Both change nothing but when
// the work is done, as a unit is a function of its arrivals.
#include "tile/model/memory_cycle.h"

#include "heddle/tile/machine.h"
#include "tile/model/address_map.h"
#include "tile/model/done_wheel.h"
#include "tile/model/dram_unit.h"
#include "tile/model/fixed_noc.h"

namespace heddle::tile::model {
namespace {

class CycleMemory final : public MemorySystem {
 public:
  explicit CycleMemory(const Machine& machine)
      : noc_(machine.noc),
        clock_(machine.dram.clock),
        map_(machine.dram),
        request_bytes_(machine.dma.request_bytes),
        burst_(machine.dram.timings.burst),
        channels_(machine.dram.channels) {
    for (std::uint32_t unit = 0; unit < map_.unit_count(); ++unit) {
      units_.emplace_back(machine.dram, machine.cores);
    }
    floors_.assign(units_.size(), DramUnit::kNever);
  }

  std::uint32_t send(const RequestRun& run, SimTime now) override {
    see(now);
    const std::int64_t arrival = clock_.cycle_at_or_after(noc_.arrival(now) + Picoseconds(1));
    for (std::uint32_t sent = 0; sent < run.count; ++sent) {
      const DramPlace place = map_.place(run.address + std::uint64_t{sent} * request_bytes_);
      DramUnit& unit = units_[place.unit];
      if (!unit.has_room(run.is_write, run.core)) {
        advance_unit(place.unit);
        if (!unit.has_room(run.is_write, run.core)) {
          retry_ = std::min(retry_, clock_.edge(unit.next()));
          return sent;
        }
      }
      unit.push({place.bank, place.row, run.core, run.tag, run.is_write}, arrival);
      floors_[place.unit] = unit.done_floor();
    }
    return run.count;
  }

  [[nodiscard]] SimTime next_change() const override {
    SimTime at = std::min({retry_, first_read_, first_write_});
    const std::int64_t floor = *std::min_element(floors_.begin(), floors_.end());
    if (floor != DramUnit::kNever) at = std::min(at, clock_.edge(floor));
    return at;
  }

  void advance(SimTime now, std::vector<ResponseRun>& responses) override {
    see(now);
    if (retry_ <= now) retry_ = kNever;
    for (std::uint32_t unit = 0; unit < units_.size(); ++unit) {
      if (floors_[unit] <= limit_) advance_unit(unit);
    }
    const std::size_t old = responses.size();
    for (; first_read_ <= now; set_first_read()) take(reads_, first_read_, responses);
    const std::size_t reads_end = responses.size();
    for (; first_write_ <= now; set_first_write()) take(writes_, first_write_, responses);
    if (reads_end == old || reads_end == responses.size()) return;
    std::sort(responses.begin() + static_cast<std::ptrdiff_t>(old), responses.end(), is_before);
  }

  [[nodiscard]] MemoryUse use() const override {
    return use_of_units(units_, channels_, burst_, clock_);
  }

 private:
  static bool is_before(const ResponseRun& a, const ResponseRun& b) {
    return std::tuple(a.at, a.core, a.tag) < std::tuple(b.at, b.core, b.tag);
  }

  /// The last DRAM cycle that is not after `now`.
  void see(SimTime now) {
    if (now == now_) return;
    now_ = now;
    limit_ = clock_.cycle_at_or_after(now + Picoseconds(1)) - 1;
  }

  void advance_unit(std::uint32_t index) {
    DramUnit& unit = units_[index];
    done_.clear();
    unit.advance(limit_, done_);
    floors_[index] = unit.done_floor();
    for (const DramDone& done : done_) {
      DoneWheel& wheel = done.is_write ? writes_ : reads_;
      const bool is_first = done.cycle < wheel.first();
      wheel.add(done.cycle, done.core, done.tag);
      if (!is_first) continue;
      if (done.is_write) {
        set_first_write();
      } else {
        set_first_read();
      }
    }
  }

  void set_first_read() {
    const std::int64_t first = reads_.first();
    first_read_ = first == DoneWheel::kNever ? kNever : noc_.response(clock_.edge(first));
  }
  void set_first_write() {
    const std::int64_t first = writes_.first();
    first_write_ = first == DoneWheel::kNever ? kNever : clock_.edge(first);
  }

  /// Two DRAM edges may fall on one edge of the network: equal responses become one.
  static void take(DoneWheel& wheel, SimTime at, std::vector<ResponseRun>& out) {
    const std::size_t old = out.size();
    for (const DoneWheel::Group& group : wheel.take()) {
      const ResponseRun run{.at = at, .tag = group.tag, .core = group.core, .count = group.count};
      std::size_t same = old;
      while (same > 0 && out[same - 1].at == at) --same;
      const auto from = out.begin() + static_cast<std::ptrdiff_t>(same);
      const auto place = std::lower_bound(from, out.end(), run, is_before);
      if (place != out.end() && !is_before(run, *place)) {
        place->count += run.count;
      } else {
        out.insert(place, run);
      }
    }
  }

  FixedNoc noc_;
  ClockRate clock_;
  AddressMap map_;
  std::uint32_t request_bytes_ = 0;
  std::uint32_t burst_ = 1;
  std::uint32_t channels_ = 1;
  std::vector<DramUnit> units_;
  std::vector<std::int64_t> floors_;  ///< `done_floor` of each unit
  DoneWheel reads_;
  DoneWheel writes_;
  SimTime first_read_ = kNever;
  SimTime first_write_ = kNever;
  SimTime retry_ = kNever;
  SimTime now_{-1};
  std::int64_t limit_ = -1;
  std::vector<DramDone> done_;
};

}  // namespace

std::unique_ptr<MemorySystem> make_cycle_memory(const Machine& machine) {
  return std::make_unique<CycleMemory>(machine);
}

}  // namespace heddle::tile::model
