#include "tile/sim/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>

#include "heddle/base/check.h"
#include "heddle/base/units.h"
#include "heddle/tile/diagnostics.h"

namespace heddle::tile {

namespace {

constexpr std::uint64_t kPageBytes = 4096;

/// The first page after the kernel's tensors.
std::uint64_t dram_end(const KernelInfo& kernel) {
  std::uint64_t end = 0;
  for (const Tensor& tensor : kernel.tensors) {
    end = std::max(end, tensor.address + tensor.size_bytes());
  }
  return (end + kPageBytes - 1) / kPageBytes * kPageBytes;
}

}  // namespace

Result<Dispatcher> Dispatcher::make(const Machine& machine,
                                    const std::vector<Partition>& partitions, CostBook& costs,
                                    Recorder& recorder) {
  Dispatcher dispatcher(machine, costs, recorder);
  dispatcher.rules_ = GraphRules{machine.compute_barrier, machine.scratchpad.shares_version,
                                 machine.scratchpad.charges_accumulator};
  std::vector<bool> is_taken(machine.cores, false);
  std::uint64_t dram_base = 0;
  for (std::size_t p = 0; p < partitions.size(); ++p) {
    const auto refuse = [&](const std::string& text) {
      return fail(diag::kPartition, {},
                  {std::to_string(p), text, std::to_string(machine.cores - 1)});
    };
    if (partitions[p].source == nullptr) return refuse("there is no kernel");
    State state;
    state.source = partitions[p].source;
    state.cores = partitions[p].cores;
    for (std::uint32_t core = 0; core < machine.cores && partitions[p].cores.empty(); ++core) {
      state.cores.push_back(core);
    }
    for (const std::uint32_t core : state.cores) {
      if (core >= machine.cores) return refuse(fmt::format("there is no core {}", core));
      if (is_taken[core]) return refuse(fmt::format("core {} is taken already", core));
      is_taken[core] = true;
    }
    state.dram_base = dram_base;
    dram_base += dram_end(state.source->kernel());
    dispatcher.states_.push_back(std::move(state));
  }
  return dispatcher;
}

Status Dispatcher::fill(std::vector<Core>& cores, std::int64_t cycle) {
  for (std::uint32_t p = 0; p < states_.size(); ++p) {
    HEDDLE_TRY_STATUS(fill(states_[p], p, cores, cycle));
  }
  return {};
}

Status Dispatcher::fill(State& state, std::uint32_t partition, std::vector<Core>& cores,
                        std::int64_t cycle) {
  const auto has_any_room = [&] {
    return std::any_of(state.cores.begin(), state.cores.end(),
                       [&](std::uint32_t core) { return cores[core].has_room(-1); });
  };
  while (!(state.is_exhausted && state.waiting == nullptr) && has_any_room()) {
    if (state.waiting == nullptr) {
      HEDDLE_TRY(const bool has_item, fetch(state, partition));
      if (!has_item) return {};
    }
    const std::uint32_t core = pick(state, cores);
    if (core == kNone) return {};
    HEDDLE_TRY_STATUS(check_loads(*state.waiting, core));
    ++state.live;
    cores[core].admit(std::move(state.waiting), cycle);
  }
  return {};
}

Result<bool> Dispatcher::fetch(State& state, std::uint32_t partition) {
  std::unique_ptr<LiveItem> live;
  if (spare_.empty()) {
    live = std::make_unique<LiveItem>();
  } else {
    live = std::move(spare_.back());
    spare_.pop_back();
  }
  HEDDLE_TRY(const bool has_item, state.source->next(live->item));
  if (!has_item) {
    state.is_exhausted = true;
    spare_.push_back(std::move(live));
    return false;
  }
  live->kernel = &state.source->kernel();
  live->dram_base = state.dram_base;
  live->partition = partition;
  live->graph.build(*live->kernel, live->item, rules_);
  HEDDLE_TRY_STATUS(costs_->price(*live));
  recorder_->count(*live);
  state.waiting = std::move(live);
  return true;
}

Status Dispatcher::check_loads(const LiveItem& live, std::uint32_t core) const {
  const std::uint64_t size = machine_->scratchpad.size_bytes;
  if (size == 0) return {};
  for (std::uint32_t i = 0; i < live.item.instructions.size(); ++i) {
    const std::size_t fills = live.graph.fills(i).size();
    if (fills == 0) continue;
    const std::uint64_t bytes = bytes_of(live.at(i)) * fills;
    if (bytes <= size) continue;
    return fail(diag::kWorkingSet, {},
                {name_of(live, i), std::to_string(bytes), std::to_string(core),
                 std::to_string(size), "0", "this load alone is larger"});
  }
  return {};
}

std::uint32_t Dispatcher::pick(State& state, const std::vector<Core>& cores) {
  const auto count = static_cast<std::int64_t>(state.cores.size());
  const std::int64_t key = state.waiting->item.key;
  if (key >= 0) {
    const std::uint32_t core = state.cores[static_cast<std::size_t>(key % count)];
    return cores[core].has_room(key) ? core : kNone;
  }
  for (std::size_t tried = 0; tried < state.cores.size(); ++tried) {
    const std::size_t at = (state.next_core + tried) % state.cores.size();
    if (!cores[state.cores[at]].has_room(-1)) continue;
    state.next_core = (at + 1) % state.cores.size();
    return state.cores[at];
  }
  return kNone;
}

bool Dispatcher::collect(std::vector<Core>& cores, std::int64_t cycle) {
  bool has_collected = false;
  for (Core& core : cores) {
    for (std::unique_ptr<LiveItem>& live : core.take_complete()) {
      State& state = states_[live->partition];
      --state.live;
      state.end_cycle = cycle;
      spare_.push_back(std::move(live));
      has_collected = true;
    }
  }
  return has_collected;
}

bool Dispatcher::is_done() const {
  return std::all_of(states_.begin(), states_.end(), [](const State& state) {
    return state.is_exhausted && state.waiting == nullptr && state.live == 0;
  });
}

std::vector<std::int64_t> Dispatcher::partition_cycles() const {
  std::vector<std::int64_t> cycles;
  for (const State& state : states_) cycles.push_back(state.end_cycle);
  return cycles;
}

}  // namespace heddle::tile
