// Finishing fires edges, which makes instructions ready; those that take no slot (begin,
// end, ignored barriers, computes that cost nothing) finish on the spot, so a chain of them
// takes no time. A work list keeps that from recursing.
#include "tile/sim/core.h"

#include <algorithm>

#include "heddle/base/check.h"

namespace heddle::tile {

Core::Core(const Machine& machine, std::uint32_t index, Recorder& recorder)
    : machine_(&machine),
      index_(index),
      recorder_(&recorder),
      scratchpad_(machine.scratchpad.size_bytes),
      slots_(machine.array.count, machine.array.weight_slots),
      arrays_(machine.array.count, ArrayTimer(machine.array.has_shadow_port)),
      vector_(machine.vector.pipes),
      cross_lane_(1),
      dma_(machine.dma, index) {
  use_.array_busy.assign(machine.array.count, 0);
  use_.array_operations.assign(machine.array.count, 0);
}

bool Core::has_room(std::int64_t key) const {
  if (live_.size() >= std::max(machine_->live_work_items, 1U)) return false;
  if (key < 0) return true;
  return std::none_of(live_.begin(), live_.end(),
                      [&](const auto& live) { return live->item.key == key; });
}

void Core::admit(std::unique_ptr<LiveItem> live, std::int64_t cycle) {
  LiveItem& item = *live;
  item.sequence = next_sequence_++;
  const auto count = static_cast<std::uint32_t>(item.item.instructions.size());
  item.times.assign(count, InstructionTimes{});
  item.units.assign(count, 0);
  item.weights.assign(count, WeightTile{});
  item.version_bytes.assign(item.graph.versions().size(), 0);
  item.pool_bytes = 0;
  item.unfinished = count;
  item.waits_to_issue.resize(count);
  item.waits_to_finish.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    item.waits_to_issue[i] = item.graph.waits_to_issue(i);
    item.waits_to_finish[i] = item.graph.waits_to_finish(i);
  }
  live_.push_back(std::move(live));
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool waits_for_all = item.at(i).opcode == Opcode::TileEnd;
    if (item.waits_to_issue[i] == 0 && !waits_for_all) make_ready(Ref{&item, i}, cycle);
  }
  settle(cycle);
}

std::vector<std::unique_ptr<LiveItem>> Core::take_complete() {
  return std::move(complete_);
}

bool Core::is_instant(const Ref& ref) const {
  switch (ref.get().opcode) {
    case Opcode::TileBegin:
    case Opcode::TileEnd: return true;
    case Opcode::Compute: return ref.live->costs[ref.instruction].latency == 0;
    case Opcode::ComputeBarrier: return machine_->compute_barrier == ComputeBarrierMode::None;
    case Opcode::Dma:
    case Opcode::MemoryBarrier: return false;
  }
  return false;
}

void Core::make_ready(const Ref& ref, std::int64_t cycle) {
  ref.times().ready = edge(cycle);
  (is_instant(ref) ? settling_ : newly_ready_).push_back(ref);
}

void Core::settle(std::int64_t cycle) {
  if (is_settling_) return;
  is_settling_ = true;
  while (!settling_.empty() || !finishing_.empty()) {
    std::vector<Ref>& list = finishing_.empty() ? settling_ : finishing_;
    const bool is_ready = finishing_.empty();
    const Ref ref = list.back();
    list.pop_back();
    if (is_ready) {
      ref.times().issued = edge(cycle);
      release(ref);
      fire(ref, EdgeKind::Issue, cycle);
    }
    complete(ref, cycle);
  }
  is_settling_ = false;
}

void Core::finish(const Ref& ref, std::int64_t cycle) {
  finishing_.push_back(ref);
  settle(cycle);
}

void Core::fire(const Ref& ref, EdgeKind kind, std::int64_t cycle) {
  LiveItem& live = *ref.live;
  for (const Edge& edge : live.graph.successors(ref.instruction)) {
    if (edge.kind != kind) continue;
    const Ref to{&live, edge.to};
    if (kind == EdgeKind::Arrival) {
      const bool is_issued = to.times().issued != InstructionTimes::kNotReached;
      if (--live.waits_to_finish[edge.to] == 0 && is_issued) {
        const bool drains = to.get().opcode == Opcode::ComputeBarrier &&
                            machine_->compute_barrier == ComputeBarrierMode::DrainAll;
        if (!drains) finishing_.push_back(to);
      }
    } else if (--live.waits_to_issue[edge.to] == 0) {
      make_ready(to, cycle);
    }
  }
}

void Core::complete(const Ref& ref, std::int64_t cycle) {
  LiveItem& live = *ref.live;
  const Instruction& instruction = ref.get();
  ref.times().finished = edge(cycle);
  last_cycle_ = cycle;
  recorder_->finished(index_, ref);
  const bool is_load =
      instruction.opcode == Opcode::Dma && instruction.direction == Direction::Load;
  if (is_load || !machine_->scratchpad.frees_at_reader_issue) free_versions(ref);
  fire(ref, EdgeKind::Completion, cycle);
  fire(ref, EdgeKind::Arrival, cycle);
  --live.unfinished;
  const auto last = static_cast<std::uint32_t>(live.item.instructions.size() - 1);
  if (live.unfinished == 1 && live.at(last).opcode == Opcode::TileEnd) {
    make_ready(Ref{&live, last}, cycle);
  }
  if (live.unfinished > 0) return;
  ++use_.work_items;
  const auto at = std::find_if(live_.begin(), live_.end(),
                               [&](const auto& other) { return other.get() == &live; });
  HEDDLE_CHECK(at != live_.end());
  complete_.push_back(std::move(*at));
  live_.erase(at);
}

std::uint64_t Core::charge_of(const Ref& load) const {
  return bytes_of(load.get()) * load.live->graph.fills(load.instruction).size();
}

Need Core::need_of(const Ref& ref) const {
  const Instruction& instruction = ref.get();
  if (instruction.opcode == Opcode::Dma && instruction.direction == Direction::Load) {
    const bool is_charged = machine_->scratchpad.size_bytes > 0 &&
                            machine_->scratchpad.charges_at_issue && charge_of(ref) > 0;
    return is_charged ? Need::Scratchpad : Need::Nothing;
  }
  const bool is_preload =
      instruction.opcode == Opcode::Compute && instruction.kind == ComputeKind::Preload;
  if (is_preload && ref.live->graph.consumers_of(ref.instruction) > 0) return Need::WeightSlot;
  return Need::Nothing;
}

bool Core::fits(const Ref& load) const {
  const std::uint64_t bytes = charge_of(load);
  if (machine_->scratchpad.outlives_work_item) return scratchpad_.fits(bytes);
  const std::uint64_t size = machine_->scratchpad.size_bytes;
  return size == 0 || load.live->pool_bytes + bytes <= size;
}

void Core::occupy(const Ref& load) {
  LiveItem& live = *load.live;
  const std::uint64_t bytes = bytes_of(load.get());
  for (const std::uint32_t version : live.graph.fills(load.instruction)) {
    live.version_bytes[version] += bytes;
    if (machine_->scratchpad.outlives_work_item) {
      scratchpad_.occupy(bytes);
    } else {
      live.pool_bytes += bytes;
      use_.peak_scratchpad_bytes = std::max(use_.peak_scratchpad_bytes, live.pool_bytes);
    }
  }
}

/// As a reader issues; a load that nobody reads, and readers of a machine that says so, free
/// what they free as they finish.
void Core::release(const Ref& ref) {
  const Instruction& instruction = ref.get();
  const bool is_load =
      instruction.opcode == Opcode::Dma && instruction.direction == Direction::Load;
  if (!is_load && machine_->scratchpad.frees_at_reader_issue) free_versions(ref);
}

void Core::free_versions(const Ref& ref) {
  LiveItem& live = *ref.live;
  for (const std::uint32_t version : live.graph.releases(ref.instruction)) {
    std::uint64_t& bytes = live.version_bytes[version];
    if (machine_->scratchpad.outlives_work_item) {
      scratchpad_.release(bytes);
    } else {
      live.pool_bytes -= bytes;
    }
    bytes = 0;
  }
}

void Core::issue(const Ref& ref, std::int64_t cycle, std::vector<Due>& due) {
  ref.times().issued = edge(cycle);
  release(ref);
  switch (ref.get().opcode) {
    case Opcode::Dma: issue_dma(ref); break;
    case Opcode::Compute: issue_compute(ref, cycle, due); break;
    case Opcode::MemoryBarrier:
    case Opcode::ComputeBarrier: break;
    case Opcode::TileBegin:
    case Opcode::TileEnd: HEDDLE_CHECK(false);
  }
  fire(ref, EdgeKind::Issue, cycle);
  const Opcode opcode = ref.get().opcode;
  if (opcode == Opcode::MemoryBarrier || opcode == Opcode::ComputeBarrier) {
    issue_barrier(ref, cycle);
  }
  settle(cycle);
}

void Core::issue_dma(const Ref& ref) {
  const bool is_load = ref.get().direction == Direction::Load;
  if (is_load && machine_->scratchpad.charges_at_issue) occupy(ref);
  dma_.enqueue(ref);
}

void Core::issue_barrier(const Ref& ref, std::int64_t cycle) {
  const bool drains = ref.get().opcode == Opcode::ComputeBarrier &&
                      machine_->compute_barrier == ComputeBarrierMode::DrainAll;
  if (drains) {
    draining_.push_back(ref);
    finish_drained(cycle);
  } else if (ref.live->waits_to_finish[ref.instruction] == 0) {
    finishing_.push_back(ref);
  }
}

void Core::finish_drained(std::int64_t cycle) {
  if (draining_.empty() || units_empty_at_ > cycle) return;
  const std::vector<Ref> drained = std::move(draining_);
  draining_.clear();
  for (const Ref& ref : drained) finishing_.push_back(ref);
  settle(cycle);
}

std::optional<std::int64_t> Core::next_drain() const {
  if (draining_.empty()) return std::nullopt;
  return units_empty_at_;
}

UnitTimes Core::run_preload(const Ref& ref, std::int64_t cycle) {
  LiveItem& live = *ref.live;
  const OperationCost& cost = live.costs[ref.instruction];
  WeightTile& tile = live.weights[ref.instruction];
  tile.matmuls_left = live.graph.consumers_of(ref.instruction);
  tile.has_slot = tile.matmuls_left > 0;
  tile.array = tile.has_slot ? slots_.take() : slots_.turn();
  const UnitTimes unit = arrays_[tile.array].preload(cost, cycle);
  tile.ready = unit.start + cost.ready;
  live.units[ref.instruction] = tile.array;
  if (!machine_->array.has_shadow_port) use_.array_busy[tile.array] += cost.interval;
  ++use_.array_operations[tile.array];
  return unit;
}

UnitTimes Core::run_matmul(const Ref& ref, std::int64_t cycle, std::vector<Due>& due) {
  LiveItem& live = *ref.live;
  const OperationCost& cost = live.costs[ref.instruction];
  const std::uint32_t preload = live.graph.preload_of(ref.instruction);
  // A preload that costs nothing pins nothing.
  WeightTile* tile =
      preload == kNone || !live.weights[preload].has_slot ? nullptr : &live.weights[preload];
  const std::uint32_t array = tile != nullptr ? tile->array : slots_.turn();
  const UnitTimes unit = arrays_[array].matmul(cost, cycle, tile != nullptr ? tile->ready : cycle);
  live.units[ref.instruction] = array;
  use_.array_busy[array] += cost.interval;
  ++use_.array_operations[array];
  if (tile != nullptr) {
    const std::int64_t done =
        machine_->array.frees_weights_at_drain ? unit.finish : unit.occupied_until;
    tile->free_at = std::max(tile->free_at, done);
    if (--tile->matmuls_left == 0) {
      due.push_back(Due{tile->free_at, Due::Kind::FreeSlot, Ref{}, array});
    }
  }
  return unit;
}

void Core::issue_compute(const Ref& ref, std::int64_t cycle, std::vector<Due>& due) {
  LiveItem& live = *ref.live;
  const OperationCost& cost = live.costs[ref.instruction];
  UnitTimes unit;
  switch (ref.get().kind) {
    case ComputeKind::Preload: unit = run_preload(ref, cycle); break;
    case ComputeKind::Matmul: unit = run_matmul(ref, cycle, due); break;
    case ComputeKind::Vector:
      unit = vector_.run(cost, cycle, live.units[ref.instruction]);
      use_.vector_busy += cost.interval;
      break;
    case ComputeKind::CrossLane:
      unit = cross_lane_.run(cost, cycle, live.units[ref.instruction]);
      use_.cross_lane_busy += cost.interval;
      break;
  }
  ref.times().started = edge(unit.start);
  ref.times().occupied_until = edge(unit.occupied_until);
  units_busy_until_ = std::max(units_busy_until_, unit.occupied_until);
  units_empty_at_ = std::max(units_empty_at_, unit.finish);
  due.push_back(Due{unit.finish, Due::Kind::Finish, ref, 0});
}

void Core::apply(const Due& due, std::int64_t cycle) {
  if (due.kind == Due::Kind::FreeSlot) {
    slots_.free(due.array);
  } else {
    finish(due.ref, cycle);
  }
}

void Core::step_dma(std::int64_t cycle, SimTime now, MemorySystem& memory) {
  if (dma_.is_idle()) {
    const Ref load = dma_.next_load();
    const bool charges_now = !machine_->scratchpad.charges_at_issue;
    const Ref started = dma_.start(cycle, load.live == nullptr || !charges_now || fits(load));
    if (started.live == nullptr) return;
    if (charges_now && started.get().direction == Direction::Load) occupy(started);
  }
  const Ref injected = dma_.inject(cycle, now, memory);
  if (injected.live == nullptr) return;
  injected.times().injection_done = now;
  const bool is_posted = injected.get().direction == Direction::Store && machine_->dma.stores_post;
  if (is_posted) finish(injected, cycle);
}

bool Core::wants_dma() const {
  if (!dma_.is_idle()) return !dma_.is_refused();
  const Ref load = dma_.next_load();
  if (dma_.has_queued_store()) return true;
  return load.live != nullptr && (machine_->scratchpad.charges_at_issue || fits(load));
}

void Core::respond(const ResponseRun& response, std::int64_t cycle) {
  last_cycle_ = cycle;
  const Ref complete = dma_.respond(response);
  if (complete.live != nullptr) finish(complete, cycle);
}

void Core::account(std::int64_t first, std::int64_t end, bool has_blocked_load,
                   bool has_blocked_preload) {
  const std::int64_t lost = end - std::max(first, units_busy_until_);
  if (lost <= 0 || !is_active()) return;
  const bool is_load_held =
      !machine_->scratchpad.charges_at_issue && dma_.is_idle() && dma_.next_load().live != nullptr;
  Stall stall = Stall::Dependency;
  if (has_blocked_load || is_load_held) {
    stall = Stall::Scratchpad;
  } else if (has_blocked_preload) {
    stall = Stall::WeightSlot;
  } else if (!dma_.is_idle() || dma_.has_queued()) {
    stall = Stall::DmaBusy;
  } else if (dma_.in_flight() > 0) {
    stall = Stall::Dram;
  }
  use_.stalled[static_cast<std::size_t>(stall)] += lost;
}

CoreUse Core::use() const {
  CoreUse use = use_;
  use.dma_busy = dma_.busy_cycles();
  use.peak_scratchpad_bytes = std::max(use.peak_scratchpad_bytes, scratchpad_.peak_bytes());
  return use;
}

}  // namespace heddle::tile
