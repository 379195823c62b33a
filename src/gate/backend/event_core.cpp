// Toggling, levels, clock rounds.
#include "gate/backend/event_core.h"

#include <algorithm>
#include <bit>

#include "gate/backend/limits.h"
#include "heddle/base/check.h"

namespace heddle::gate {

template <bool kObserve>
EventCore<kObserve>::EventCore(const Program& program, const BackendOptions&)
    : program_(program),
      graph_(program, EdgeDigest(program.model)),
      values_(program.node_count, 0),
      deferred_(program.node_count, 0),
      tails_(graph_.queue_begin.begin(), graph_.queue_begin.end() - 1),
      pending_((graph_.queue_count + 63) / 64, 0),
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
  for (std::uint32_t i = 0; i < graph_.records.size(); ++i) notify_record(i);
  for (const ProgramState& state : program.states) set(state.output, state.initial);
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
    if (values_[node] != op.value) toggle<true>(node);
  }
  if (!settle<true>()) return false;
  find_risen();
  sample();
  for (const std::uint32_t node : deferred_nodes_) {
    deferred_[node] = 0;
    notify(&graph_.edges[graph_.cone_end[node]], &graph_.edges[graph_.edge_begin[node + 1]]);
  }
  deferred_nodes_.clear();
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
  const std::uint32_t queue = graph_.trigger_queue;
  const std::uint32_t end = tails_[queue];
  for (std::uint32_t at = graph_.queue_begin[queue]; at != end; ++at) {
    EventRecord& record = graph_.records[graph_.entries[at]];
    record.is_queued = 0;
    if (((record.table >> record.index) & 1U) == 0) continue;
    record.table = ~record.table;
    const ClockTrigger& trigger = graph_.triggers[record.node];
    const std::int32_t domain = values_[trigger.node] != 0 ? trigger.on_rise : trigger.on_fall;
    if (domain >= 0) risen_.push_back(static_cast<std::uint32_t>(domain));
  }
  tails_[queue] = graph_.queue_begin[queue];
}

template <bool kObserve>
void EventCore<kObserve>::sample() {
  if (risen_.empty()) return;
  ++rounds_;
  for (const std::uint32_t domain : risen_) {
    const std::uint32_t queue = graph_.first_domain_queue + domain;
    const std::uint32_t end = tails_[queue];
    for (std::uint32_t at = graph_.queue_begin[queue]; at != end; ++at) {
      const std::uint32_t index = graph_.entries[at];
      EventRecord& record = graph_.records[index];
      record.is_queued = 0;
      // A state that its asynchronous control moved while the clocks settled stays.
      const bool is_dirty = ((record.table >> record.index) & 1U) != 0;
      if (is_dirty && deferred_[record.node] == 0) toggling_.push_back(index);
    }
    tails_[queue] = graph_.queue_begin[queue];
    for (const std::uint32_t port : graph_.writes_of_domain[domain]) {
      if (sampled(program_.writes[port].any_enable)) sample_write(program_.writes[port]);
    }
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
  for (const std::uint32_t index : toggling_) {
    toggle<false>(graph_.records[index].node);
    // A flop that toggles at every edge does not read itself: it stays dirty.
    notify_record(index);
  }
  toggling_.clear();
  if (writes_.empty()) return;
  std::sort(writes_.begin(), writes_.end(),
            [](const PendingWrite& a, const PendingWrite& b) { return a.order < b.order; });
  for (const PendingWrite& write : writes_) {
    if (!store(memories_[write.memory], write)) continue;
    if constexpr (kObserve) {
      digest_.add_write(write.memory, write.address, memories_[write.memory].row(write.address));
    }
    for (const std::uint32_t record : graph_.reads_of_memory[write.memory]) notify_record(record);
  }
  writes_.clear();
}

template <bool kObserve>
template <bool kDefer>
void EventCore<kObserve>::toggle(std::uint32_t node) {
  values_[node] ^= 1U;
  ++toggles_;
  if constexpr (kObserve) watch(node);
  const std::uint32_t* const edges = graph_.edges.data();
  if constexpr (kDefer) {
    deferred_[node] ^= 1U;
    deferred_nodes_.push_back(node);
    notify(edges + graph_.edge_begin[node], edges + graph_.cone_end[node]);
  } else {
    notify(edges + graph_.edge_begin[node], edges + graph_.edge_begin[node + 1]);
  }
}

template <bool kObserve>
void EventCore<kObserve>::notify(const std::uint32_t* edge, const std::uint32_t* end) {
  EventRecord* const records = graph_.records.data();
  std::uint32_t* const entries = graph_.entries.data();
  std::uint32_t* const tails = tails_.data();
  std::uint64_t* const pending = pending_.data();
  for (; edge != end; ++edge) {
    const std::uint32_t code = *edge;
    EventRecord& record = records[code >> 3];
    record.index = static_cast<std::uint8_t>(record.index ^ (1U << (code & 7U)));
    // No branch on data: a clean record is written behind the tail and left there.
    const std::uint32_t enters =
        static_cast<std::uint32_t>((record.table >> record.index) & 1U) & ~record.is_queued & 1U;
    const std::uint32_t queue = record.queue;
    record.is_queued = static_cast<std::uint8_t>(record.is_queued | enters);
    entries[tails[queue]] = code >> 3;
    tails[queue] += enters;
    pending[queue >> 6] |= std::uint64_t{enters} << (queue & 63U);
  }
}

template <bool kObserve>
void EventCore<kObserve>::notify_record(std::uint32_t index) {
  EventRecord& record = graph_.records[index];
  if (record.is_queued != 0 || ((record.table >> record.index) & 1U) == 0) return;
  record.is_queued = 1;
  graph_.entries[tails_[record.queue]++] = index;
  pending_[record.queue / 64U] |= std::uint64_t{1} << (record.queue % 64U);
}

template <bool kObserve>
void EventCore<kObserve>::watch(std::uint32_t node) {
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
bool EventCore<kObserve>::settle() {
  for (std::uint32_t sweep = 0; sweep < kRoundsMax; ++sweep) {
    for (std::size_t word = 0; word * 64 <= program_.level_count; ++word) {
      // Levels only rise within a sweep, so each is entered once.
      while (true) {
        const std::uint32_t level = static_cast<std::uint32_t>(word) * 64 +
                                    static_cast<std::uint32_t>(std::countr_zero(pending_[word]));
        if (pending_[word] == 0 || level > program_.level_count) break;
        pending_[word] &= pending_[word] - 1;
        run_level<kDefer>(level);
      }
    }
    if (!run_breakers<kDefer>()) return true;
  }
  return false;
}

template <bool kObserve>
template <bool kDefer>
void EventCore<kObserve>::run_level(std::uint32_t level) {
  const std::uint32_t end = tails_[level];
  tails_[level] = graph_.queue_begin[level];
  for (std::uint32_t at = graph_.queue_begin[level]; at != end; ++at) {
    const std::uint32_t index = graph_.entries[at];
    EventRecord& record = graph_.records[index];
    record.is_queued = 0;
    if (((record.table >> record.index) & 1U) == 0) continue;
    if (graph_.kinds[index] == RecordKind::Lut) {
      record.table = ~record.table;
      toggle<kDefer>(record.node);
    } else if (graph_.kinds[index] == RecordKind::Force) {
      toggle<kDefer>(record.node);
    } else {
      read<kDefer>(record.node);
    }
  }
}

template <bool kObserve>
template <bool kDefer>
void EventCore<kObserve>::read(std::uint32_t index) {
  const ProgramReadPort& port = program_.reads[index];
  if (!get(port.enable)) return;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < port.address.size(); ++i) {
    address |= std::uint64_t{get(port.address[i])} << i;
  }
  const std::span<const std::uint64_t> row = memories_[port.memory].row(address);
  for (std::size_t i = 0; i < port.data.size(); ++i) {
    const bool value = !row.empty() && ((row[i / 64] >> (i % 64)) & 1U) != 0;
    if ((values_[port.data[i]] != 0) != value) toggle<kDefer>(port.data[i]);
  }
}

template <bool kObserve>
template <bool kDefer>
bool EventCore<kObserve>::run_breakers() {
  const std::uint32_t queue = graph_.breaker_queue;
  if (tails_[queue] == graph_.queue_begin[queue]) return false;
  std::vector<std::uint32_t> breaking;
  for (std::uint32_t at = graph_.queue_begin[queue]; at != tails_[queue]; ++at) {
    EventRecord& record = graph_.records[graph_.entries[at]];
    record.is_queued = 0;
    if (((record.table >> record.index) & 1U) != 0) breaking.push_back(graph_.entries[at]);
  }
  tails_[queue] = graph_.queue_begin[queue];
  for (const std::uint32_t index : breaking) {
    toggle<kDefer>(graph_.records[index].node);
    notify_record(index);
  }
  if (!breaking.empty()) unsettled_node_ = graph_.records[breaking.front()].node;
  return !breaking.empty();
}

template <bool kObserve>
void EventCore<kObserve>::set_memory(std::uint32_t i, std::span<const std::uint64_t> words) {
  HEDDLE_CHECK(words.size() == memories_[i].words.size());
  memories_[i].words.assign(words.begin(), words.end());
  for (const std::uint32_t record : graph_.reads_of_memory[i]) notify_record(record);
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

template class EventCore<false>;
template class EventCore<true>;

}  // namespace heddle::gate
