// What clocks do to x. A flop whose next x differs from its own is *pending*; as
// long as its clock is known that is all there is to do when it rises. Where a
// clock is or was x every state of it is looked at.
#include <algorithm>
#include <utility>

#include "gate/backend/xprop/x_rail.h"

namespace heddle::gate {

/// Of the clock: the enable, while no asynchronous control is open.
XRail::Trit XRail::enable_of(const StateBit& state, When when) {
  const Trit gate = trit(state.gate, when);
  if (gate == Trit::One) return Trit::Zero;
  const Trit enable = trit(state.enable, when);
  if (enable == Trit::Zero || gate == Trit::Zero) return enable;
  return Trit::X;
}

/// Whether a state is x once its clock has risen, or may have.
bool XRail::clocked(const StateBit& state, bool is_sure, When when) {
  const Trit enable = enable_of(state, when);
  if (state.is_check) return enable == Trit::X || (enable == Trit::One && !is_sure);
  if (enable == Trit::Zero) return x_at(state.output, when);
  if (enable == Trit::One && is_sure) return x_at(state.next, when);
  return x_at(state.output, when) || x_at(state.next, when) ||
         value(state.next, when) != value(state.output, when);
}

void XRail::run_pending(std::uint32_t item) {
  const std::uint32_t index = graph_.items[item].index;
  const StateBit& state = model_.states[index];
  is_pending_[index] = 0;
  if (!x(state.gate) && !x(state.enable) && !x(state.next) && !x(state.output)) {
    return disarm(item);
  }
  arm(item);
  for (const Lit lit : {state.gate, state.enable}) {
    if (!x(lit)) want(lit.node());
  }
  if (x(state.gate) || x(state.enable)) {
    want(state.next.node());
    want(state.output.node());
  }
  if (clocked(state, true, When::Now) == x(state.output)) return;
  is_pending_[index] = 1;
  if (std::exchange(is_in_pending_[index], std::uint8_t{1}) == 0) {
    pending_[graph_.clock_of_state[index]].push_back(index);
  }
}

void XRail::look(XLook kind, std::span<const std::uint32_t> risen) {
  forget_values();
  updates_.clear();
  writes_.clear();
  next_write_ = 0;
  if (kind != XLook::Prime) {
    for (const std::uint32_t domain : risen) {
      for (const std::uint32_t clock : graph_.clocks_of_domain[domain]) fire_known(clock);
    }
    std::sort(x_clocks_.begin(), x_clocks_.end());
    for (const std::uint32_t clock : x_clocks_) {
      if (may_rise(clock, kind)) fire_maybe(clock);
    }
    std::stable_sort(writes_.begin(), writes_.end(),
                     [](const Write& a, const Write& b) { return a.order < b.order; });
  }
  // `may_rise` looked at clocks as they were; from here on as they are.
  forget_values();
  std::erase_if(x_clocks_, [this](std::uint32_t clock) {
    const Lit lit = graph_.clocks[clock].lit;
    clock_was_x_[clock] = static_cast<std::uint8_t>(x(lit));
    if (x(lit)) clock_was_high_[clock] = static_cast<std::uint8_t>(value(lit));
    is_listed_[clock] = clock_was_x_[clock];
    return !x(lit);
  });
  forget_values();
}

/// Whether a clock that is x, or was at the last look, may have risen since.
bool XRail::may_rise(std::uint32_t clock, XLook kind) {
  const Lit lit = graph_.clocks[clock].lit;
  const bool was_x = clock_was_x_[clock] != 0;
  const bool is_x = x(lit);
  if (!was_x && !is_x) return false;
  forget_values();
  const bool is_high = value(lit);
  if (was_x && !is_x) return is_high;
  if (kind == XLook::Main) {
    if (was_x) return true;
    forget_values();
    return !value(lit, When::Sampled);
  }
  return !was_x || (clock_was_high_[clock] == 0 && is_high);
}

/// A domain of the program has risen: so has this clock, unless a clock gate
/// holds it, or it is x.
void XRail::fire_known(std::uint32_t index) {
  const XClock& clock = graph_.clocks[index];
  if (pending_[index].empty() && clock.writes.empty()) return;
  if (clock_was_x_[index] != 0 || x(clock.lit)) return;
  for (const Lit latch : clock.latches) {
    if (!value(latch, When::Sampled)) return;
  }
  std::erase_if(pending_[index], [this](std::uint32_t state) {
    if (is_pending_[state] != 0) {
      const StateBit& bit = model_.states[state];
      if (has_moved(bit)) return false;
      updates_.push_back({state, !x(bit.output)});
    }
    is_in_pending_[state] = 0;
    is_pending_[state] = 0;
    return true;
  });
  sample_writes(clock, true);
}

void XRail::fire_maybe(std::uint32_t index) {
  const XClock& clock = graph_.clocks[index];
  forget_values();
  for (const std::uint32_t state : clock.states) {
    const StateBit& bit = model_.states[state];
    if (has_moved(bit)) continue;
    const bool now = clocked(bit, false, When::Sampled);
    if (now != x(bit.output)) updates_.push_back({state, now});
  }
  sample_writes(clock, false);
}

/// What an asynchronous control moved while the clocks settled stays.
bool XRail::has_moved(const StateBit& state) const {
  const std::uint32_t node = state.output.node();
  return x_moved_[node] != 0 || deferred_[program_.node_of_aig[node]] != 0;
}

/// Whether a write neither brings x nor can take some away.
bool XRail::is_idle(const MemoryWritePort& port, std::uint32_t memory) const {
  if (memory_live_[memory] != 0) return false;
  const auto is_known = [this](Lit lit) { return !x_at(lit, When::Sampled); };
  const auto all_known = [&](const std::vector<Lit>& lits) {
    return std::all_of(lits.begin(), lits.end(), is_known);
  };
  return all_known(port.enable) && all_known(port.address) && all_known(port.data);
}

void XRail::sample_writes(const XClock& clock, bool is_sure) {
  for (const std::uint32_t order : clock.writes) {
    const XWritePort id = graph_.writes[order];
    const MemoryWritePort& port = model_.memories[id.memory].writes[id.port];
    const NodeRef any = program_.writes[order].any_enable;
    const bool any_high =
        ((values_[any.node()] ^ deferred_[any.node()]) != 0) != any.complemented();
    // A clock that is x may hide behind a gate that the program took for an enable.
    if (is_sure && !any_high && !x_at(port.any_enable, When::Sampled)) continue;
    if (is_sure && is_idle(port, id.memory)) continue;
    Write write{.order = order, .is_sure = is_sure};
    const auto take = [this](const std::vector<Lit>& lits, std::vector<Trit>& out) {
      for (const Lit lit : lits) out.push_back(trit(lit, When::Sampled));
    };
    take(port.address, write.address);
    take(port.enable, write.enable);
    take(port.data, write.data);
    writes_.push_back(std::move(write));
  }
}

void XRail::commit_states() {
  for (const Update& update : updates_) set_state(update.state, update.x);
  updates_.clear();
  for (const std::uint32_t node : moved_nodes_) x_moved_[node] = 0;
  moved_nodes_.clear();
}

void XRail::commit_writes(std::uint32_t order) {
  while (next_write_ < writes_.size() && writes_[next_write_].order <= order) {
    apply(writes_[next_write_++]);
  }
  if (next_write_ != writes_.size()) return;
  writes_.clear();
  next_write_ = 0;
}

/// An address with an x in it may be any that fits: all of these are written to,
/// perhaps.
void XRail::apply(const Write& write) {
  const std::uint32_t index = graph_.writes[write.order].memory;
  const MemoryBits& memory = memories_[index];
  std::uint64_t address = 0;
  std::uint64_t free = 0;
  for (std::size_t i = 0; i < write.address.size(); ++i) {
    if (write.address[i] == Trit::One) address |= std::uint64_t{1} << i;
    if (write.address[i] == Trit::X) free |= std::uint64_t{1} << i;
  }
  if (free == 0) {
    if (address >= memory.start_offset && address - memory.start_offset < memory.depth) {
      write_row(write, address, write.is_sure);
    }
  } else {
    for (std::uint64_t row = 0; row < memory.depth; ++row) {
      const std::uint64_t at = row + memory.start_offset;
      if ((at & ~free) == address) write_row(write, at, false);
    }
  }
  memory_changed(index);
}

void XRail::write_row(const Write& write, std::uint64_t address, bool is_sure) {
  const std::uint32_t index = graph_.writes[write.order].memory;
  const std::span<const std::uint64_t> held = memories_[index].row(address);
  const std::size_t first = (address - memories_[index].start_offset) * held.size();
  const std::span<std::uint64_t> unknown = std::span(memory_x_[index]).subspan(first, held.size());
  std::int64_t change = 0;
  bool differs = false;
  for (std::size_t i = 0; i < write.data.size(); ++i) {
    if (write.enable[i] == Trit::Zero) continue;
    const std::uint64_t mask = std::uint64_t{1} << (i % 64);
    const bool was = (unknown[i / 64] & mask) != 0;
    bool now = write.data[i] == Trit::X;
    if (write.enable[i] == Trit::X || !is_sure) {
      now = now || was || (write.data[i] == Trit::One) != ((held[i / 64] & mask) != 0);
    }
    if (was == now) continue;
    unknown[i / 64] ^= mask;
    change += now ? 1 : -1;
    differs = true;
  }
  memory_live_[index] += static_cast<std::uint64_t>(change);
  if (differs) digest_.add_unknown(index, address, unknown);
}

}  // namespace heddle::gate
