// What an x does at an item, and the sweeps that carry it on.
#include "gate/backend/xprop/x_rail.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "gate/backend/limits.h"
#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

std::uint64_t count_bits(std::span<const std::uint64_t> words) {
  std::uint64_t count = 0;
  for (const std::uint64_t word : words) count += static_cast<std::uint64_t>(std::popcount(word));
  return count;
}

}  // namespace

XRail::XRail(const Program& program, std::span<const std::uint32_t> watched_outputs,
             const XOptions& options, EdgeDigest& digest, std::vector<MemoryBits>& memories)
    : program_(program),
      model_(program.model),
      graph_(program),
      digest_(digest),
      memories_(memories),
      x_(model_.aig.node_count(), 0),
      is_stored_(model_.aig.node_count(), 0),
      is_wanted_(model_.aig.node_count(), 0),
      wanted_(program.node_count, 0),
      aig_of_(program.node_count, 0),
      is_armed_(graph_.items.size(), 0),
      queue_(graph_.items.size() / 64 + 1, 0),
      queue_summary_(queue_.size() / 64 + 1, 0),
      touched_at_(model_.aig.node_count(), 0),
      moved_at_(model_.states.size(), 0),
      known_at_(model_.aig.node_count(), 0),
      known_(model_.aig.node_count(), 0),
      clock_was_x_(graph_.clocks.size(), 0),
      clock_was_high_(graph_.clocks.size(), 0),
      is_listed_(graph_.clocks.size(), 0),
      pending_(graph_.clocks.size()),
      is_pending_(model_.states.size(), 0),
      is_in_pending_(model_.states.size(), 0),
      x_moved_(model_.aig.node_count(), 0),
      watched_outputs_(watched_outputs.begin(), watched_outputs.end()),
      last_observed_(program.observed_lits.size(), 0),
      observed_changed_(program.observed_lits.size(), 0) {
  for (std::uint32_t node = 1; node < model_.aig.node_count(); ++node) {
    if (program.node_of_aig[node] != 0) aig_of_[program.node_of_aig[node]] = node;
  }
  for (std::uint32_t i = 0; i < model_.states.size(); ++i) {
    const std::uint32_t bit = digest_.bit_of_state(i);
    if (bit == EdgeDigest::kNoBit) continue;
    watches_.push_back({model_.states[i].output.node(), Watch::Kind::Digest, bit});
  }
  for (std::uint32_t i = 0; i < model_.outputs.size(); ++i) {
    watches_.push_back(
        {model_.outputs[i].lit.node(), Watch::Kind::Digest, digest_.bit_of_output(i)});
  }
  for (std::uint32_t i = 0; i < program.observed_lits.size(); ++i) {
    watches_.push_back({program.observed_lits[i].node(), Watch::Kind::Observed, i});
  }
  for (std::uint32_t i = 0; i < watched_outputs_.size(); ++i) {
    watches_.push_back({model_.outputs[watched_outputs_[i]].lit.node(), Watch::Kind::Pin, i});
  }
  for (std::uint32_t i = 0; i < graph_.clocks.size(); ++i) {
    watches_.push_back({graph_.clocks[i].lit.node(), Watch::Kind::Clock, i});
  }
  std::sort(watches_.begin(), watches_.end());
  first_watch_.assign(model_.aig.node_count() + std::size_t{1}, 0);
  for (const Watch& watch : watches_) ++first_watch_[watch.node + std::size_t{1}];
  for (std::size_t node = 0; node < model_.aig.node_count(); ++node) {
    first_watch_[node + 1] += first_watch_[node];
  }
  for (std::uint32_t i = 0; i < model_.memories.size(); ++i) {
    memory_x_.push_back(model_.memories[i].unknown_words());
    memory_live_.push_back(count_bits(memory_x_.back()));
  }
  for (std::uint32_t i = 0; i < model_.states.size(); ++i) {
    set_state(i, model_.states[i].is_unknown);
  }
  for (const std::uint32_t input : options.unknown_inputs) set_input(input, true);
  for (const UnknownNet& net : model_.unknowns) set(net.lit.node(), true);
  for (std::uint32_t item = 0; item < graph_.first_breaker; ++item) {
    if (graph_.items[item].kind == XItem::Kind::Read) queue(item);
  }
}

void XRail::attach(const std::uint8_t* values, std::span<const std::uint8_t> deferred,
                   std::vector<std::uint8_t> is_stored) {
  values_ = values;
  deferred_ = deferred;
  for (std::uint32_t node = 1; node < model_.aig.node_count(); ++node) {
    const std::uint32_t place = program_.node_of_aig[node];
    // A source without a place is an unknown net: 0 for ever.
    is_stored_[node] = model_.aig.is_source(node) || (place != 0 && is_stored[place] != 0);
  }
  // The engine leaves these alone while clock inputs settle.
  for (const std::uint32_t node : graph_.clock_gates) is_stored_[node] = 0;
  rearm();
}

/// Asks anew for what armed items need, and for nothing else.
void XRail::rearm() {
  forget_values();
  std::fill(is_wanted_.begin(), is_wanted_.end(), std::uint8_t{0});
  std::fill(wanted_.begin(), wanted_.end(), std::uint8_t{0});
  // Whether a gate moved its state has to be known where the gate turns out x.
  for (const StateBit& state : model_.states) {
    if (state.has_gate()) wanted_[program_.node_of_aig[state.output.node()]] = 1;
  }
  for (std::uint32_t item = 0; item < graph_.items.size(); ++item) {
    if (std::exchange(is_armed_[item], 0) != 0) queue(item);
  }
  armed_count_ = armed_most_ = sweeps_since_ = 0;
}

/// What was asked for while more was x is told of for nothing: once half of it
/// has gone, only what is left asks again.
void XRail::forget_unwanted() {
  armed_most_ = std::max(armed_most_, armed_count_);
  const bool is_time = ++sweeps_since_ > graph_.items.size() / kItemsASweep;
  if (is_time && armed_count_ < armed_most_ / 2) rearm();
}

bool XRail::node_value(std::uint32_t node, When when) {
  if (is_stored_[node] != 0) {
    const std::uint32_t place = program_.node_of_aig[node];
    return (values_[place] ^ (when == When::Sampled ? deferred_[place] : 0U)) != 0;
  }
  if (node == 0) return false;
  if (known_at_[node] == epoch_) return known_[node] != 0;
  const XItem& item = graph_.items[graph_.item_of_node[node]];
  const auto at = [&](std::size_t i) { return value(item.operands[i], when); };
  const bool is_high =
      item.kind == XItem::Kind::And ? at(0) && at(1) : (at(0) ? at(1) : at(2)) == false;
  known_at_[node] = epoch_;
  known_[node] = static_cast<std::uint8_t>(is_high);
  return is_high;
}

void XRail::want(std::uint32_t node) {
  if (is_wanted_[node] != 0 || node == 0) return;
  is_wanted_[node] = 1;
  if (is_stored_[node] != 0) {
    wanted_[program_.node_of_aig[node]] = program_.node_of_aig[node] != 0;
    return;
  }
  for (const Lit lit : graph_.items[graph_.item_of_node[node]].used()) want(lit.node());
}

void XRail::touch(std::uint32_t place) {
  const std::uint32_t first = aig_of_[place];
  if (in_settle_ && graph_.state_of_node[first] != XGraph::kNone) {
    // What moves back has not moved.
    std::uint32_t& moved = moved_at_[graph_.state_of_node[first]];
    moved = moved == settle_ ? 0 : settle_;
  }
  if (is_wanted_[first] == 0) return;
  touching_.assign(1, first);
  while (!touching_.empty()) {
    const std::uint32_t node = touching_.back();
    touching_.pop_back();
    for (const std::uint32_t reader : graph_.readers(node)) {
      if (is_armed_[reader] != 0) queue(reader);
      const XItem& item = graph_.items[reader];
      const bool is_logic = item.kind == XItem::Kind::And || item.kind == XItem::Kind::Mux;
      if (!is_logic || is_stored_[item.index] != 0 || is_wanted_[item.index] == 0) continue;
      if (std::exchange(touched_at_[item.index], epoch_) == epoch_) continue;
      touching_.push_back(item.index);
    }
  }
}

void XRail::begin_settle() {
  ++settle_;
  in_settle_ = true;
}

void XRail::set(std::uint32_t node, bool now) {
  if ((x_[node] != 0) == now) return;
  x_[node] ^= 1U;
  live_ += now ? 1 : ~std::uint64_t{0};
  if (defers_) {
    if (x_moved_[node] == 0) moved_nodes_.push_back(node);
    x_moved_[node] ^= 1U;
  }
  for (const std::uint32_t reader : graph_.readers(node)) queue(reader);
  if (first_watch_[node] != first_watch_[node + std::size_t{1}]) note(node);
}

void XRail::note(std::uint32_t node) {
  for (std::uint32_t i = first_watch_[node]; i != first_watch_[node + std::size_t{1}]; ++i) {
    const Watch& watch = watches_[i];
    switch (watch.kind) {
      case Watch::Kind::Digest: digest_.flip_unknown(watch.index); break;
      case Watch::Kind::Pin: pins_changed_ = true; break;
      case Watch::Kind::Observed:
        if (std::exchange(observed_changed_[watch.index], std::uint8_t{1}) == 0) {
          changed_observed_.push_back(watch.index);
        }
        break;
      case Watch::Kind::Clock:
        if (std::exchange(is_listed_[watch.index], std::uint8_t{1}) == 0) {
          x_clocks_.push_back(watch.index);
        }
        break;
    }
  }
}

/// Visits the queued items of a range in order, those outside of the clock cone
/// later where only the cone is asked for. What a visit queues behind itself is visited too.
template <class Visit>
void XRail::drain(std::uint32_t begin, std::uint32_t end, bool cone_only, const Visit& visit) {
  for (std::uint32_t s = begin / 4096; s * 4096 < end; ++s) {
    std::uint64_t later = 0;  // words of the summary that keep something
    while ((queue_summary_[s] & ~later) != 0) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(queue_summary_[s] & ~later));
      const std::uint32_t word = s * 64 + bit;
      std::uint64_t kept = 0;
      while ((queue_[word] & ~kept) != 0) {
        const std::uint64_t lowest = queue_[word] & ~kept & -(queue_[word] & ~kept);
        const std::uint32_t item = word * 64 + static_cast<std::uint32_t>(std::countr_zero(lowest));
        const bool is_out = item < begin || item >= end;
        if (is_out || (cone_only && graph_.is_in_cone[item] == 0)) {
          kept |= lowest;
          continue;
        }
        queue_[word] ^= lowest;
        ++item_runs_;
        visit(item);
      }
      if (queue_[word] == 0) {
        queue_summary_[s] &= ~(std::uint64_t{1} << bit);
      } else {
        later |= std::uint64_t{1} << bit;
      }
    }
  }
}

bool XRail::sweep(bool cone_only) {
  forget_values();
  in_settle_ = false;
  if (!is_queued_) return true;
  defers_ = cone_only;
  bool settled = false;
  for (std::uint32_t round = 0; round < kRoundsMax && !settled; ++round) {
    drain(0, graph_.first_breaker, cone_only, [this](std::uint32_t item) { run(item); });
    // All breakers have seen the sweep; now all move.
    std::vector<std::pair<std::uint32_t, bool>> moves;
    drain(graph_.first_breaker, graph_.first_pending, cone_only, [&](std::uint32_t item) {
      const bool now = gate_is_unknown(item);
      const std::uint32_t state = graph_.items[item].index;
      if (now != x(model_.states[state].output)) moves.emplace_back(state, now);
    });
    settled = moves.empty();
    for (const auto& [state, now] : moves) set_state(state, now);
    if (!settled) unsettled_ = model_.states[moves.front().first].name;
  }
  defers_ = false;
  if (!settled || cone_only) return settled;
  drain(graph_.first_pending, static_cast<std::uint32_t>(graph_.items.size()), false,
        [this](std::uint32_t item) { run_pending(item); });
  is_queued_ = false;
  forget_unwanted();
  return true;
}

void XRail::run(std::uint32_t item) {
  const XItem& it = graph_.items[item];
  switch (it.kind) {
    case XItem::Kind::And: set(it.index, and_is_unknown(item)); return;
    case XItem::Kind::Mux: set(it.index, mux_is_unknown(item)); return;
    case XItem::Kind::Read: run_read(item); return;
    case XItem::Kind::Gate: set_state(it.index, gate_is_unknown(item)); return;
    case XItem::Kind::Pending: return;
  }
}

/// A known 0 dominates.
bool XRail::and_is_unknown(std::uint32_t item) {
  const auto& [a, b, unused] = graph_.items[item].operands;
  if (!x(a) && !x(b)) {
    disarm(item);
    return false;
  }
  arm(item);
  if (x(a) && x(b)) return true;
  return asked(x(a) ? b : a);
}

/// Where both data agree the select does not matter.
bool XRail::mux_is_unknown(std::uint32_t item) {
  const auto& [select, then, otherwise] = graph_.items[item].operands;
  if (!x(select) && !x(then) && !x(otherwise)) {
    disarm(item);
    return false;
  }
  arm(item);
  if (!x(select)) {
    if (x(then) && x(otherwise)) return true;
    return asked(select) ? x(then) : x(otherwise);
  }
  if (x(then) || x(otherwise)) return true;
  const bool a = asked(then);
  const bool b = asked(otherwise);
  return a != b;
}

/// A gate that is x leaves known what it would not change.
bool XRail::gate_is_unknown(std::uint32_t item) {
  const std::uint32_t index = graph_.items[item].index;
  const StateBit& state = model_.states[index];
  if (!x(state.gate) && !x(state.value) && !x(state.output)) {
    disarm(item);
    return false;
  }
  arm(item);
  if (!x(state.gate)) return asked(state.gate) ? x(state.value) : x(state.output);
  if (x(state.value) || x(state.output) || moved_at_[index] == settle_) return true;
  const bool a = asked(state.value);
  const bool b = asked(state.output);
  return a != b;
}

void XRail::run_read(std::uint32_t item) {
  const ReadPortId id = graph_.reads[graph_.items[item].index];
  const MemoryReadPort& port = model_.memories[id.memory].reads[id.port];
  const bool misses = graph_.read_may_miss[graph_.items[item].index] != 0;
  const bool address_x =
      std::any_of(port.address.begin(), port.address.end(), [this](Lit lit) { return x(lit); });
  const bool data_x =
      std::any_of(port.data.begin(), port.data.end(), [this](Lit lit) { return x(lit); });
  if (!misses && !address_x && !data_x && !x(port.enable) && memory_live_[id.memory] == 0) {
    return disarm(item);
  }
  arm(item);
  const auto set_all = [&](bool now) {
    for (const Lit lit : port.data) set(lit.node(), now);
  };
  if (x(port.enable)) return set_all(true);
  if (!asked(port.enable)) return;
  if (address_x) return set_all(true);
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < port.address.size(); ++i) {
    address |= std::uint64_t{asked(port.address[i])} << i;
  }
  const MemoryBits& memory = memories_[id.memory];
  const std::uint64_t row = address - memory.start_offset;
  if (address < memory.start_offset || row >= memory.depth) return set_all(true);
  const std::uint64_t* const words = memory_x_[id.memory].data() + row * memory.words_per_row;
  for (std::size_t i = 0; i < port.data.size(); ++i) {
    set(port.data[i].node(), (words[i / 64] >> (i % 64) & 1U) != 0);
  }
}

void XRail::set_memory(std::uint32_t i, std::span<const std::uint64_t> words) {
  HEDDLE_CHECK(words.size() == memory_x_[i].size());
  memory_x_[i].assign(words.begin(), words.end());
  memory_live_[i] = count_bits(words);
  memory_changed(i);
}

void XRail::memory_changed(std::uint32_t i) {
  for (const std::uint32_t item : graph_.reads_of_memory[i]) queue(item);
}

bool XRail::is_unknown(Lit lit) {
  forget_values();
  return unread_is_unknown(lit);
}

/// What nobody reads is not kept up to date: it follows from what it reads.
bool XRail::unread_is_unknown(Lit lit) {
  const std::uint32_t place = graph_.item_of_node[lit.node()];
  if (place == XGraph::kNone || !graph_.is_dropped(place)) return x(lit);
  const XItem& item = graph_.items[place];
  const auto& [first, second, third] = item.operands;
  const bool a = unread_is_unknown(first);
  const bool b = unread_is_unknown(second);
  if (item.kind == XItem::Kind::And) {
    return (a && b) || (a && value(second)) || (b && value(first));
  }
  const bool c = unread_is_unknown(third);
  if (!a) return value(first) ? b : c;
  return b || c || value(second) != value(third);
}

void XRail::save_reads(std::vector<std::uint8_t>& out) const {
  for (const Memory& memory : model_.memories) {
    for (const MemoryReadPort& port : memory.reads) {
      for (const Lit lit : port.data) out.push_back(x_[lit.node()]);
    }
  }
}

void XRail::restore_reads(std::span<const std::uint8_t> saved) {
  std::size_t at = 0;
  for (const Memory& memory : model_.memories) {
    for (const MemoryReadPort& port : memory.reads) {
      HEDDLE_CHECK(at + port.data.size() <= saved.size());
      for (const Lit lit : port.data) set(lit.node(), saved[at++] != 0);
    }
  }
  HEDDLE_CHECK(at == saved.size());
}

bool XRail::take_pins(std::span<std::uint8_t> pins) {
  if (!std::exchange(pins_changed_, false)) return false;
  bool changed = false;
  for (std::size_t i = 0; i < pins.size(); ++i) {
    const auto now = static_cast<std::uint8_t>(x(model_.outputs[watched_outputs_[i]].lit));
    changed |= std::exchange(pins[i], now) != now;
  }
  return changed;
}

void XRail::take_changes(std::vector<Change>& changes) {
  std::sort(changed_observed_.begin(), changed_observed_.end());
  for (const std::uint32_t i : changed_observed_) {
    const auto now = static_cast<std::uint8_t>(x(program_.observed_lits[i]));
    observed_changed_[i] = 0;
    if (std::exchange(last_observed_[i], now) != now) changes.push_back({i * 2 + now});
  }
  changed_observed_.clear();
}

}  // namespace heddle::gate
