// The rules of one core: what an instruction needs to issue, what issuing and finishing
// do. No loop over time and no search for what is ready: the engines bring those.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "heddle/tile/simulator.h"
#include "tile/model/scratchpad.h"
#include "tile/model/units.h"
#include "tile/sim/dma_engine.h"
#include "tile/sim/live_item.h"
#include "tile/sim/recorder.h"

namespace heddle::tile {

/// What an instruction takes besides its issue slot.
enum class Need : std::uint8_t { Nothing, Scratchpad, WeightSlot };

/// Something that an engine has to do at a later cycle.
struct Due {
  enum class Kind : std::uint8_t { Finish, FreeSlot };
  std::int64_t cycle = 0;
  Kind kind = Kind::Finish;
  Ref ref;                  ///< Finish
  std::uint32_t array = 0;  ///< FreeSlot
};

class Core {
 public:
  Core(const Machine& machine, std::uint32_t index, Recorder& recorder);
  Core(Core&&) = default;
  Core(const Core&) = delete;
  Core& operator=(Core&&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() = default;

  // Work-items.
  /// Whether an item of `key` may come: there is a place, and no live item of its key.
  [[nodiscard]] bool has_room(std::int64_t key) const;
  [[nodiscard]] std::size_t live_count() const { return live_.size(); }
  /// Takes an item whose graph and costs are filled in.
  void admit(std::unique_ptr<LiveItem> live, std::int64_t cycle);
  /// Items that are complete since the last call; they may be used again.
  [[nodiscard]] std::vector<std::unique_ptr<LiveItem>> take_complete();

  // Ready instructions. Those that take no issue slot are never among them.
  [[nodiscard]] std::vector<Ref>& newly_ready() { return newly_ready_; }
  [[nodiscard]] Need need_of(const Ref& ref) const;
  [[nodiscard]] bool fits(const Ref& load) const;
  [[nodiscard]] bool has_weight_slot() const { return slots_.any_free(); }

  // Steps. Requires: whatever the instruction needs is there.
  /// Appends to `due` what has to happen later.
  void issue(const Ref& ref, std::int64_t cycle, std::vector<Due>& due);
  void finish(const Ref& ref, std::int64_t cycle);
  void apply(const Due& due, std::int64_t cycle);
  /// Compute barriers that wait for every unit to be empty.
  void finish_drained(std::int64_t cycle);
  [[nodiscard]] std::optional<std::int64_t> next_drain() const;

  // DMA.
  /// One cycle of the engine: starts a transfer if none is going on, injects.
  void step_dma(std::int64_t cycle, SimTime now, MemorySystem& memory);
  /// Whether `step_dma` at the next cycle could do something that it cannot do now.
  [[nodiscard]] bool wants_dma() const;
  void respond(const ResponseRun& response, std::int64_t cycle);

  // Accounts.
  /// Why nothing issued in the cycles [first, end) that no unit was busy in.
  void account(std::int64_t first, std::int64_t end, bool has_blocked_load,
               bool has_blocked_preload);
  [[nodiscard]] bool is_active() const { return !live_.empty() || dma_.in_flight() > 0; }
  [[nodiscard]] CoreUse use() const;
  /// The last cycle in which something finished or was answered.
  [[nodiscard]] std::int64_t last_cycle() const { return last_cycle_; }

  // For messages.
  [[nodiscard]] const std::vector<std::unique_ptr<LiveItem>>& live() const { return live_; }
  [[nodiscard]] const DmaEngine& dma() const { return dma_; }
  [[nodiscard]] const Scratchpad& scratchpad() const { return scratchpad_; }
  [[nodiscard]] const WeightSlots& slots() const { return slots_; }

 private:
  void make_ready(const Ref& ref, std::int64_t cycle);
  void settle(std::int64_t cycle);
  void fire(const Ref& ref, EdgeKind kind, std::int64_t cycle);
  void complete(const Ref& ref, std::int64_t cycle);
  void issue_dma(const Ref& ref);
  void issue_compute(const Ref& ref, std::int64_t cycle, std::vector<Due>& due);
  void issue_barrier(const Ref& ref, std::int64_t cycle);
  UnitTimes run_preload(const Ref& ref, std::int64_t cycle);
  UnitTimes run_matmul(const Ref& ref, std::int64_t cycle, std::vector<Due>& due);
  void occupy(const Ref& load);
  void release(const Ref& ref);
  void free_versions(const Ref& ref);
  [[nodiscard]] std::uint64_t charge_of(const Ref& load) const;
  [[nodiscard]] bool is_instant(const Ref& ref) const;
  [[nodiscard]] SimTime edge(std::int64_t cycle) const { return machine_->core_clock.edge(cycle); }

  const Machine* machine_ = nullptr;
  std::uint32_t index_ = 0;
  Recorder* recorder_ = nullptr;
  std::vector<std::unique_ptr<LiveItem>> live_;
  std::vector<std::unique_ptr<LiveItem>> complete_;
  std::uint64_t next_sequence_ = 0;
  std::vector<Ref> newly_ready_;
  std::vector<Ref> settling_;  ///< ready, and takes no slot
  std::vector<Ref> finishing_;
  std::vector<Ref> draining_;  ///< issued barriers that wait for empty units
  bool is_settling_ = false;

  Scratchpad scratchpad_;
  WeightSlots slots_;
  std::vector<ArrayTimer> arrays_;
  PipeTimer vector_;
  PipeTimer cross_lane_;
  DmaEngine dma_;
  std::int64_t units_empty_at_ = 0;  ///< the last result of arrays, vector and cross-lane units
  std::int64_t units_busy_until_ = 0;
  std::int64_t last_cycle_ = 0;
  CoreUse use_;
};

}  // namespace heddle::tile
