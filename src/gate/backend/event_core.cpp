// Toggling, levels, clock rounds.
#include "gate/backend/event_core.h"

#include <algorithm>
#include <bit>

#include "gate/backend/limits.h"
#include "heddle/base/check.h"

namespace heddle::gate {

/// The inner loop's pointers. They are copied to the stack because the compiler
/// must assume that a byte stored through `index` or `values` changes members.
template <bool kObserve>
class EventCore<kObserve>::Walk {
 public:
  explicit Walk(EventCore& core)
      : tables_(core.graph_.tables.data()),
        index_(core.graph_.index.data()),
        edges_(core.graph_.edges.data()),
        edge_begin_(core.graph_.edge_begin.data()),
        cone_end_(core.graph_.cone_end.data()),
        values_(core.values_.data()),
        tail_(core.dirty_.data()) {}

  void flip(std::uint32_t node) { values_[node] ^= 1U; }
  [[nodiscard]] bool value(std::uint32_t node) const { return values_[node] != 0; }
  void tell_all(std::uint32_t node) { tell(edge_begin_[node], edge_begin_[node + 1]); }
  void tell_cone(std::uint32_t node) { tell(edge_begin_[node], cone_end_[node]); }
  void tell_data(std::uint32_t node) { tell(cone_end_[node], edge_begin_[node + 1]); }

  /// Takes a record out of its queue; whether it is dirty.
  [[nodiscard]] bool leave_queue(std::uint32_t record) {
    const auto index = static_cast<std::uint8_t>(index_[record] ^ EventGraph::kQueued);
    index_[record] = index;
    return (tables_[record] >> (index & 63U) & 1U) != 0;
  }
  void invert(std::uint32_t record) { tables_[record] = ~tables_[record]; }
  [[nodiscard]] const std::uint32_t* tail() const { return tail_; }

 private:
  void tell(std::uint32_t first, std::uint32_t last) {
    std::uint32_t* tail = tail_;
    const std::uint32_t* const end = edges_ + last;
    for (const std::uint32_t* edge = edges_ + first; edge != end; ++edge) {
      const std::uint32_t code = *edge;
      const std::uint32_t record = code >> EventGraph::kPinBits;
      const std::uint32_t index = index_[record] ^ (code & EventGraph::kPinMask);
      index_[record] = static_cast<std::uint8_t>(index);
      // No branch on data: a clean record is written behind the tail and left there.
      *tail = record;
      tail += tables_[record] >> (index & 63U) & 1U;
    }
    tail_ = tail;
  }

  std::uint64_t* __restrict tables_;
  std::uint8_t* __restrict index_;
  const std::uint32_t* __restrict edges_;
  const std::uint32_t* __restrict edge_begin_;
  const std::uint32_t* __restrict cone_end_;
  std::uint8_t* __restrict values_;
  std::uint32_t* __restrict tail_;
};

template <bool kObserve>
inline void EventCore<kObserve>::enqueue(std::uint32_t record) {
  std::uint8_t& index = graph_.index[record];
  if ((index & EventGraph::kQueued) != 0) return;
  index |= EventGraph::kQueued;
  const std::uint32_t queue = graph_.queue[record];
  graph_.entries[tails_[queue]++] = record;
  pending_[queue / 64] |= std::uint64_t{1} << (queue % 64);
}

template <bool kObserve>
inline void EventCore<kObserve>::enqueue_dirty(const Walk& walk) {
  const std::uint32_t* const tail = walk.tail();
  for (const std::uint32_t* at = dirty_.data(); at != tail; ++at) enqueue(*at);
}

template <bool kObserve>
inline void EventCore<kObserve>::watch(std::uint32_t node) {
  for (std::uint32_t at = graph_.watch_begin[node]; at != graph_.watch_begin[node + 1]; ++at) {
    const std::uint32_t who = graph_.watches[at];
    if ((who & EventGraph::kObserved) == 0) {
      digest_.flip(who);
      continue;
    }
    const std::uint32_t index = who & ~EventGraph::kObserved;
    changed_[index / 64] ^= std::uint64_t{1} << (index % 64);
    changed_summary_[index / 4096] |= std::uint64_t{1} << (index / 64 % 64);
  }
}

template <bool kObserve>
template <bool kDefer>
inline void EventCore<kObserve>::toggle(Walk& walk, std::uint32_t node) {
  walk.flip(node);
  if constexpr (kObserve) watch(node);
  if constexpr (kDefer) {
    deferred_[node] ^= 1U;
    deferred_nodes_.push_back(node);
    walk.tell_cone(node);
  } else {
    walk.tell_all(node);
  }
}

template <bool kObserve>
template <class Visit>
inline void EventCore<kObserve>::drain(std::uint32_t queue, Visit visit) {
  const std::uint32_t first = graph_.queue_begin[queue];
  const std::uint32_t last = tails_[queue];
  tails_[queue] = first;
  pending_[queue / 64] &= ~(std::uint64_t{1} << (queue % 64));
  for (std::uint32_t at = first; at != last; ++at) visit(graph_.entries[at]);
}

template <bool kObserve>
EventCore<kObserve>::EventCore(const Program& program,
                               std::span<const std::uint32_t> watched_outputs)
    : program_(program),
      graph_(program, EdgeDigest(program.model), watched_outputs),
      values_(program.node_count, 0),
      deferred_(program.node_count, 0),
      tails_(graph_.queue_begin.begin(), graph_.queue_begin.end() - 1),
      pending_((graph_.queue_count + 63) / 64 + 1, 0),
      enabled_(program.groups.size() / 64 + 1, 0),
      dirty_(graph_.edges.size() * 2 + 1),
      digest_(program.model),
      changed_((program.observed.size() + 63) / 64, 0),
      changed_summary_((changed_.size() + 63) / 64, 0) {
  for (const Memory& memory : program.model.memories) memories_.emplace_back(memory);
  for (std::size_t i = 0; i < program.outputs.size(); ++i) {
    digest_.set(digest_.bit_of_output(i), program.outputs[i].complemented());
  }
  for (std::size_t i = 0; i < program.observed.size(); ++i) {
    if (!program.observed[i].complemented()) continue;
    changed_[i / 64] |= std::uint64_t{1} << (i % 64);
    changed_summary_[i / 4096] |= std::uint64_t{1} << (i / 64 % 64);
  }
  // Every node is 0 and every index is 0: what is dirty then has to be looked at.
  for (std::uint32_t i = 0; i < graph_.tables.size(); ++i) {
    if (is_dirty(i)) enqueue(i);
  }
  for (const ProgramState& state : program.states) set(state.output, state.initial);
  for (std::uint32_t g = 0; g < program.groups.size(); ++g) note_enable(g);
}

template <bool kObserve>
void EventCore<kObserve>::set(std::uint32_t node, bool value) {
  Walk walk(*this);
  if (walk.value(node) != value) toggle<false>(walk, node);
  enqueue_dirty(walk);
}

template <bool kObserve>
bool EventCore<kObserve>::prime() {
  const bool settled = settle<false>();
  find_risen();
  return settled;
}

template <bool kObserve>
bool EventCore<kObserve>::step_data(std::span<const EdgeOp> ops) {
  for (const EdgeOp& op : ops) set(program_.inputs[op.input], op.value != 0);
  return settle<false>() && run_rounds();
}

template <bool kObserve>
bool EventCore<kObserve>::step_clocks(std::span<const EdgeOp> ops) {
  for (const EdgeOp& op : ops) {
    const std::uint32_t node = program_.inputs[op.input];
    if (values_[node] == op.value) continue;
    Walk walk(*this);
    toggle<true>(walk, node);
    enqueue_dirty(walk);
  }
  if (!settle<true>()) return false;
  find_risen();
  sample();
  Walk walk(*this);
  for (const std::uint32_t node : deferred_nodes_) {
    if (deferred_[node] != 0) walk.tell_data(node);
    deferred_[node] = 0;
  }
  deferred_nodes_.clear();
  enqueue_dirty(walk);
  commit();
  return settle<false>() && run_rounds();
}

template <bool kObserve>
std::string EventCore<kObserve>::unsettled() const {
  for (std::size_t i = 0; i < program_.states.size(); ++i) {
    if (program_.states[i].output == unsettled_node_) return program_.model.states[i].name;
  }
  return "a clock that flops derive from each other";
}

template <bool kObserve>
bool EventCore<kObserve>::run_rounds() {
  for (std::uint32_t round = 0; round < kRoundsMax; ++round) {
    find_risen();
    if (risen_.empty()) return true;
    sample();
    commit();
    if (!settle<false>()) return false;
  }
  unsettled_node_ = 0;
  return false;
}

template <bool kObserve>
void EventCore<kObserve>::find_risen() {
  risen_.clear();
  drain(graph_.trigger_queue, [this](std::uint32_t record) {
    graph_.index[record] ^= EventGraph::kQueued;
    if (!is_dirty(record)) return;
    graph_.tables[record] = ~graph_.tables[record];
    const ClockTrigger& trigger = graph_.triggers[graph_.target[record]];
    const std::int32_t domain = values_[trigger.node] != 0 ? trigger.on_rise : trigger.on_fall;
    if (domain >= 0) risen_.push_back(static_cast<std::uint32_t>(domain));
  });
}

template <bool kObserve>
void EventCore<kObserve>::sample() {
  if (risen_.empty()) return;
  ++rounds_;
  drain(graph_.enable_queue, [this](std::uint32_t record) {
    graph_.index[record] ^= EventGraph::kQueued;
    note_enable(graph_.target[record]);
  });
  const std::uint64_t* const waiting = &pending_[graph_.first_group_queue / 64];
  for (const std::uint32_t index : risen_) {
    const ClockDomain& domain = program_.domains[index];
    const std::uint32_t end = domain.first_group + domain.group_count;
    for (std::uint32_t word = domain.first_group / 64; word * 64 < end; ++word) {
      std::uint64_t bits = enabled_[word] & (waiting[word] | graph_.has_compared[word]);
      if (word * 64 < domain.first_group) bits &= ~std::uint64_t{0} << (domain.first_group % 64);
      if (end - word * 64 < 64) bits &= ~(~std::uint64_t{0} << (end % 64));
      for (; bits != 0; bits &= bits - 1) {
        sample_group(word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits)));
      }
    }
    for (const std::uint32_t port : graph_.writes_of_domain[index]) {
      if (sampled(program_.writes[port].any_enable)) sample_write(program_.writes[port]);
    }
  }
}

template <bool kObserve>
void EventCore<kObserve>::sample_group(std::uint32_t group) {
  Walk walk(*this);
  drain(graph_.first_group_queue + group, [&](std::uint32_t record) {
    // A state that its asynchronous control moved while the clocks settled stays.
    if (walk.leave_queue(record) && deferred_[graph_.target[record]] == 0) {
      toggling_.push_back(record);
    }
  });
  const std::uint32_t last = graph_.compared_begin[group + 1];
  for (std::uint32_t i = graph_.compared_begin[group]; i != last; ++i) {
    const EventGraph::Compared& state = graph_.compared[i];
    if (sampled(state.next) != (values_[state.node] != 0)) moving_.push_back(state.node);
  }
}

template <bool kObserve>
void EventCore<kObserve>::sample_write(const ProgramWritePort& port) {
  const std::size_t words = memories_[port.memory].words_per_row;
  PendingWrite write{port.memory, 0, std::vector<std::uint64_t>(words, 0),
                     std::vector<std::uint64_t>(words, 0)};
  for (std::size_t i = 0; i < port.address.size(); ++i) {
    write.address |= std::uint64_t{sampled(port.address[i])} << i;
  }
  for (std::size_t i = 0; i < port.data.size(); ++i) {
    write.mask[i / 64] |= std::uint64_t{sampled(port.enable[i])} << (i % 64);
    write.data[i / 64] |= std::uint64_t{sampled(port.data[i])} << (i % 64);
  }
  write.order = static_cast<std::uint32_t>(&port - program_.writes.data());
  writes_.push_back(std::move(write));
}

template <bool kObserve>
void EventCore<kObserve>::commit() {
  Walk walk(*this);
  for (const std::uint32_t node : moving_) toggle<false>(walk, node);
  for (const std::uint32_t record : toggling_) toggle<false>(walk, graph_.target[record]);
  enqueue_dirty(walk);
  // A flop that toggles at every edge does not read itself: it stays dirty.
  for (const std::uint32_t record : toggling_) {
    if (is_dirty(record)) enqueue(record);
  }
  toggles_ += moving_.size() + toggling_.size();
  moving_.clear();
  toggling_.clear();
  if (!writes_.empty()) commit_writes();
}

template <bool kObserve>
void EventCore<kObserve>::commit_writes() {
  std::sort(writes_.begin(), writes_.end(),
            [](const PendingWrite& a, const PendingWrite& b) { return a.order < b.order; });
  for (const PendingWrite& write : writes_) {
    if (!store(memories_[write.memory], write)) continue;
    if constexpr (kObserve) {
      digest_.add_write(write.memory, write.address, memories_[write.memory].row(write.address));
    }
    for (const std::uint32_t record : graph_.reads_of_memory[write.memory]) enqueue(record);
  }
  writes_.clear();
}

template <bool kObserve>
void EventCore<kObserve>::note_enable(std::uint32_t group) {
  const std::uint64_t bit = std::uint64_t{1} << (group % 64);
  std::uint64_t& word = enabled_[group / 64];
  word = sampled(program_.groups[group].enable) ? word | bit : word & ~bit;
}

template <bool kObserve>
template <bool kDefer>
bool EventCore<kObserve>::settle() {
  const std::uint32_t level_count = program_.level_count;
  for (std::uint32_t sweep = 0; sweep < kRoundsMax; ++sweep) {
    for (std::uint32_t word = 0; word * 64 <= level_count; ++word) {
      // Levels only rise within a sweep, so each is entered once.
      while (pending_[word] != 0) {
        const std::uint32_t level =
            word * 64 + static_cast<std::uint32_t>(std::countr_zero(pending_[word]));
        if (level > level_count) break;
        run_level<kDefer>(level);
      }
    }
    const std::uint32_t breakers = graph_.breaker_queue;
    if ((pending_[breakers / 64] >> (breakers % 64) & 1U) == 0) return true;
    if (!run_breakers<kDefer>()) return true;
  }
  return false;
}

template <bool kObserve>
template <bool kDefer>
void EventCore<kObserve>::run_level(std::uint32_t level) {
  Walk walk(*this);
  const std::uint32_t lut_count = graph_.lut_count;
  const std::uint32_t first_lut = graph_.first_lut;
  toggles_ += tails_[level] - graph_.queue_begin[level];
  drain(level, [&, this](std::uint32_t record) {
    if (!walk.leave_queue(record)) return;
    if (record < lut_count) [[likely]] {
      walk.invert(record);
      toggle<kDefer>(walk, first_lut + record);
    } else if (graph_.kinds[record] == RecordKind::Force) {
      toggle<kDefer>(walk, graph_.target[record]);
    } else if (graph_.kinds[record] == RecordKind::Read) {
      read<kDefer>(walk, program_.reads[graph_.target[record]]);
    } else {
      look_up<kDefer>(walk, program_.selects[graph_.target[record]]);
    }
  });
  enqueue_dirty(walk);
}

template <bool kObserve>
template <bool kDefer>
void EventCore<kObserve>::read(Walk& walk, const ProgramReadPort& port) {
  if (!get(port.enable)) return;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < port.address.size(); ++i) {
    address |= std::uint64_t{get(port.address[i])} << i;
  }
  const std::span<const std::uint64_t> row = memories_[port.memory].row(address);
  for (std::size_t i = 0; i < port.data.size(); ++i) {
    const bool value = !row.empty() && (row[i / 64] >> (i % 64) & 1U) != 0;
    if (walk.value(port.data[i]) != value) toggle<kDefer>(walk, port.data[i]);
  }
}

template <bool kObserve>
template <bool kDefer>
void EventCore<kObserve>::look_up(Walk& walk, const ProgramSelect& port) {
  std::size_t address = 0;
  for (std::size_t i = 0; i < port.select.size(); ++i) {
    address |= std::size_t{get(port.select[i])} << i;
  }
  const NodeRef* const row = port.data.data() + address * port.outputs.size();
  for (std::size_t i = 0; i < port.outputs.size(); ++i) {
    if (walk.value(port.outputs[i]) != get(row[i])) toggle<kDefer>(walk, port.outputs[i]);
  }
}

template <bool kObserve>
template <bool kDefer>
bool EventCore<kObserve>::run_breakers() {
  // All of them see the values of the sweep; then all move.
  std::vector<std::uint32_t> breaking;
  Walk walk(*this);
  drain(graph_.breaker_queue, [&](std::uint32_t record) {
    if (walk.leave_queue(record)) breaking.push_back(record);
  });
  for (const std::uint32_t record : breaking) toggle<kDefer>(walk, graph_.target[record]);
  enqueue_dirty(walk);
  for (const std::uint32_t record : breaking) {
    if (is_dirty(record)) enqueue(record);
  }
  if (!breaking.empty()) unsettled_node_ = graph_.target[breaking.front()];
  return !breaking.empty();
}

template <bool kObserve>
void EventCore<kObserve>::set_memory(std::uint32_t i, std::span<const std::uint64_t> words) {
  HEDDLE_CHECK(words.size() == memories_[i].words.size());
  memories_[i].words.assign(words.begin(), words.end());
  for (const std::uint32_t record : graph_.reads_of_memory[i]) enqueue(record);
}

template <bool kObserve>
bool EventCore<kObserve>::take_pins(std::span<std::uint8_t> pins) {
  const std::uint32_t queue = graph_.pin_queue;
  if (tails_[queue] == graph_.queue_begin[queue]) return false;
  drain(queue, [&, this](std::uint32_t record) {
    graph_.index[record] ^= EventGraph::kQueued;
    const std::uint32_t pin = graph_.target[record];
    pins[pin] = static_cast<std::uint8_t>(get(program_.outputs[graph_.pin_outputs[pin]]));
  });
  return true;
}

template <bool kObserve>
void EventCore<kObserve>::take_changes(std::vector<Change>& changes) {
  for (std::size_t s = 0; s < changed_summary_.size(); ++s) {
    for (std::uint64_t words = std::exchange(changed_summary_[s], 0); words != 0;
         words &= words - 1) {
      const std::size_t w = s * 64 + static_cast<std::size_t>(std::countr_zero(words));
      for (std::uint64_t bits = std::exchange(changed_[w], 0); bits != 0; bits &= bits - 1) {
        const auto index =
            static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
        changes.push_back({index * 2 + static_cast<std::uint32_t>(observed(index))});
      }
    }
  }
}

template <bool kObserve>
void EventCore<kObserve>::save_reads(std::vector<std::uint8_t>& out) const {
  for (const ProgramReadPort& port : program_.reads) {
    for (const std::uint32_t node : port.data) out.push_back(values_[node]);
  }
}

template <bool kObserve>
void EventCore<kObserve>::restore_reads(std::span<const std::uint8_t> saved) {
  std::size_t at = 0;
  for (const ProgramReadPort& port : program_.reads) {
    HEDDLE_CHECK(at + port.data.size() <= saved.size());
    for (const std::uint32_t node : port.data) set(node, saved[at++] != 0);
  }
  HEDDLE_CHECK(at == saved.size());
}

template class EventCore<false>;
template class EventCore<true>;

}  // namespace heddle::gate
