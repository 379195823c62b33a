// Settling, clock rounds.
#include "gate/backend/event/event_core.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "gate/backend/limits.h"
#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::uint64_t bit_of(std::uint32_t index) {
  return std::uint64_t{1} << (index % 64);
}

}  // namespace

template <bool kObserve, bool kX>
inline void EventCore<kObserve, kX>::watch(std::uint32_t node) {
  for (std::uint32_t at = watch_begin_[node]; at != watch_begin_[node + 1]; ++at) {
    const std::uint32_t who = watches_[at];
    if ((who & kObserved) == 0) {
      digest_.flip(who);
      continue;
    }
    const std::uint32_t index = who & ~kObserved;
    changed_[index / 64] ^= bit_of(index);
    changed_summary_[index / 4096] |= bit_of(index / 64);
  }
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::watch_logged() {
  for (const std::uint32_t* at = log_.data(); at != log_tail_; ++at) {
    if constexpr (kObserve) watch(*at);
    if constexpr (kX) {
      if (x_->wants(*at)) x_->touch(*at);
    }
    if (is_sampling_) activity_.note(*at);
  }
  log_tail_ = log_.data();
}

template <bool kObserve, bool kX>
inline void EventCore<kObserve, kX>::tell(std::uint32_t node) {
  std::uint64_t* const places = memory().places();
  const EventPlan::FanOut& out = plan().quick_fan_out[node];
  places[out.word0] |= out.mask0;
  places[out.word1] |= out.mask1;
  for (std::uint32_t at = out.rest; at != out.end; ++at) {
    places[plan().fan_out[at].word] |= plan().fan_out[at].mask;
  }
}

template <bool kObserve, bool kX>
template <bool kDefer>
inline void EventCore<kObserve, kX>::toggle(std::uint32_t node) {
  memory().values()[node] ^= 1U;
  tell(node);
  if constexpr (kObserve) watch(node);
  if constexpr (kX) {
    if (x_->wants(node)) x_->touch(node);
  }
  if (is_sampling_) [[unlikely]]
    activity_.note(node);
  if constexpr (kDefer) {
    deferred_[node] ^= 1U;
    deferred_nodes_.push_back(node);
  }
}

template <bool kObserve, bool kX>
template <class Visit>
inline void EventCore<kObserve, kX>::drain(Range words, const Visit& visit) {
  std::uint64_t* const places = memory().places();
  for (std::uint32_t word = words.begin; word != words.end; ++word) {
    for (std::uint64_t bits = std::exchange(places[word], 0); bits != 0; bits &= bits - 1) {
      visit((word - words.begin) * 64 + static_cast<std::uint32_t>(std::countr_zero(bits)));
    }
  }
}

template <bool kObserve, bool kX>
EventCore<kObserve, kX>::Layout::Layout(const Program& program,
                                        std::span<const std::uint32_t> watched_outputs,
                                        const Activity* activity,
                                        std::span<const std::uint8_t> is_watched,
                                        const EventTuning& tuning)
    : plan(program, watched_outputs, activity),
      memory(plan, program.node_count),
      code(tuning.machine_code ? ClusterCode::make(plan, memory, is_watched) : nullptr),
      compared(plan.toggle_words.size() / 64 + 1, 0) {
  for (std::uint32_t i = 0; i < plan.toggle_words.size(); ++i) {
    if (!plan.toggle_words[i].next.empty()) compared[i / 64] |= bit_of(i);
  }
  for (std::uint32_t place = 0; place < plan.items.size(); ++place) {
    if (plan.items[place].index != EventPlan::kNoItem) {
      memory.places()[place / 64] |= bit_of(place);
    }
  }
}

template <bool kObserve, bool kX>
EventCore<kObserve, kX>::EventCore(const Program& program,
                                   std::span<const std::uint32_t> watched_outputs,
                                   const EventTuning& tuning, const XOptions& x)
    : program_(program),
      log_(program.node_count + 1, 0),
      log_tail_(log_.data()),
      deferred_(program.node_count, 0),
      watched_outputs_(watched_outputs.begin(), watched_outputs.end()),
      activity_(program.node_count + static_cast<std::uint32_t>(program.groups.size())),
      tuning_(tuning),
      look_at_(tuning.first_look),
      change_at_(tuning.first_look),
      digest_(program.model, kX),
      changed_((program.observed.size() + 63) / 64, 0),
      changed_summary_((changed_.size() + 63) / 64, 0) {
  for (const Memory& memory : program.model.memories) memories_.emplace_back(memory);
  watch_outputs();
  if constexpr (kX) {
    x_ = std::make_unique<XRail>(program_, watched_outputs_, x, digest_, memories_);
  }
  const std::vector<std::uint8_t> all(program.node_count, 1);
  looking_ = std::make_unique<Layout>(program_, watched_outputs_, nullptr, all, tuning_);
  now_ = looking_.get();
  attach_x();
  clock_seen_.assign(plan().clock_triggers.size(), 0);
  enabled_.assign(plan().toggle_words.size() / 64 + 1, 0);
  may_run_.assign(plan().waiting.end - plan().waiting.begin, 0);
  for (const ProgramState& state : program_.states) set(state.output, state.initial);
  for (std::uint32_t g = 0; g < program_.groups.size(); ++g) note_enable(g);
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::change_layout() {
  if (is_looking_) {
    std::vector<std::uint8_t> is_watched;
    for (std::uint32_t node = 0; kObserve && node < program_.node_count; ++node) {
      is_watched.push_back(
          static_cast<std::uint8_t>(kX || watch_begin_[node] != watch_begin_[node + 1]));
    }
    if (kX && !kObserve) is_watched.assign(program_.node_count, 1);
    auto next =
        std::make_unique<Layout>(program_, watched_outputs_, &activity_, is_watched, tuning_);
    move_to(*next);
    running_ = std::move(next);
    is_looking_ = false;
    look_at_ *= look_at_ == tuning_.first_look ? kLookRatio : kNextRatio;
    change_at_ = std::max(look_at_, edge_ + 1);
    return;
  }
  if (now_ != looking_.get()) move_to(*looking_);
  is_looking_ = true;
  change_at_ = edge_ + tuning_.look_samples * kSampleStride;
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::move_to(Layout& layout) {
  const EventMemory& from = memory();
  std::copy_n(from.values(), program_.node_count, layout.memory.values());
  layout.memory.cluster_runs() = from.cluster_runs();
  for (std::uint32_t word = plan().pins.begin; word != plan().pins.end; ++word) {
    layout.memory.places()[word - plan().pins.begin + layout.plan.pins.begin] = from.places()[word];
  }
  // What the clusters would do is computed afresh.
  for (std::uint32_t place = 0; place < layout.plan.items.size(); ++place) {
    if (layout.plan.items[place].index != EventPlan::kNoItem) {
      layout.memory.places()[place / 64] |= bit_of(place);
    }
  }
  now_ = &layout;
  attach_x();
  enabled_.assign(plan().toggle_words.size() / 64 + 1, 0);
  may_run_.assign(plan().waiting.end - plan().waiting.begin, 0);
  for (std::uint32_t g = 0; g < program_.groups.size(); ++g) note_enable(g);
  HEDDLE_CHECK(settle());
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::watch_outputs() {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> watches;
  for (std::size_t i = 0; i < program_.states.size(); ++i) {
    const std::uint32_t bit = digest_.bit_of_state(i);
    if (bit != EdgeDigest::kNoBit) watches.emplace_back(program_.states[i].output, bit);
  }
  for (std::size_t i = 0; i < program_.outputs.size(); ++i) {
    watches.emplace_back(program_.outputs[i].node(), digest_.bit_of_output(i));
    digest_.set(digest_.bit_of_output(i), program_.outputs[i].complemented());
  }
  for (std::uint32_t i = 0; i < program_.observed.size(); ++i) {
    watches.emplace_back(program_.observed[i].node(), kObserved | i);
    if (!program_.observed[i].complemented()) continue;
    changed_[i / 64] |= bit_of(i);
    changed_summary_[i / 4096] |= bit_of(i / 64);
  }
  std::sort(watches.begin(), watches.end());
  watch_begin_.assign(program_.node_count + 1, 0);
  for (const auto& [node, watch] : watches) {
    ++watch_begin_[node + 1];
    watches_.push_back(watch);
  }
  for (std::uint32_t node = 0; node < program_.node_count; ++node) {
    watch_begin_[node + 1] += watch_begin_[node];
  }
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::set(std::uint32_t node, bool value) {
  if ((memory().values()[node] != 0) != value) toggle<false>(node);
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::deposit_state(std::uint32_t state, bool value) {
  set(program_.states[state].output, value);
  if constexpr (kX) x_->know_state(state);
  const std::uint32_t place = plan().force_of_state[state];
  if (place != EventPlan::kNoItem) memory().places()[place / 64] |= bit_of(place);
}

template <bool kObserve, bool kX>
bool EventCore<kObserve, kX>::prime() {
  const bool settled = settle();
  find_risen();
  if constexpr (kX) x_->look(XLook::Prime, {});
  return settled;
}

template <bool kObserve, bool kX>
bool EventCore<kObserve, kX>::step_data(std::span<const EdgeOp> ops) {
  for (const EdgeOp& op : ops) set(program_.inputs[op.input], op.value != 0);
  if constexpr (kX) x_->know_inputs_of(ops);
  return settle() && run_rounds();
}

template <bool kObserve, bool kX>
bool EventCore<kObserve, kX>::step_clocks(std::span<const EdgeOp> ops) {
  if (edge_ == change_at_) change_layout();
  is_sampling_ = is_looking_ && edge_ % kSampleStride == 0;
  if (is_sampling_) activity_.next_sample();
  ++edge_;
  for (const EdgeOp& op : ops) {
    const std::uint32_t node = program_.inputs[op.input];
    if (memory().values()[node] != op.value) toggle<true>(node);
  }
  if constexpr (kX) x_->know_clocks(ops);
  if (!settle_clocks()) return false;
  if (look_at_clocks(XLook::Main)) {
    fire();
  } else {
    if constexpr (kX) x_->commit_states();
    forget_deferred();
  }
  return settle() && run_rounds();
}

template <bool kObserve, bool kX>
std::string EventCore<kObserve, kX>::unsettled() const {
  if constexpr (kX) {
    if (!x_->unsettled().empty()) return x_->unsettled();
  }
  for (std::size_t i = 0; i < program_.states.size(); ++i) {
    if (program_.states[i].output == unsettled_node_) return program_.model.states[i].name;
  }
  return "a clock that flops derive from each other";
}

template <bool kObserve, bool kX>
bool EventCore<kObserve, kX>::run_rounds() {
  for (std::uint32_t round = 0; round < kRoundsMax; ++round) {
    if (!look_at_clocks(XLook::Later)) return true;
    fire();
    if (!settle()) return false;
  }
  unsettled_node_ = 0;
  return false;
}

template <bool kObserve, bool kX>
inline void EventCore<kObserve, kX>::find_risen() {
  risen_.clear();
  drain(plan().triggers, [this](std::uint32_t index) {
    const ClockTrigger& trigger = plan().clock_triggers[index];
    const std::uint8_t value = memory().values()[trigger.node];
    if (std::exchange(clock_seen_[index], value) == value) return;
    const std::int32_t domain = value != 0 ? trigger.on_rise : trigger.on_fall;
    if (domain >= 0) risen_.push_back(static_cast<std::uint32_t>(domain));
  });
}

template <bool kObserve, bool kX>
inline bool EventCore<kObserve, kX>::look_at_clocks(XLook kind) {
  find_risen();
  if constexpr (kX) {
    x_->look(kind, risen_);
    return !risen_.empty() || x_->has_updates();
  }
  return !risen_.empty();
}

/// Values of nodes that are stored between settles, so that X propagation can
/// look them up.
template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::attach_x() {
  if constexpr (kX) {
    std::vector<std::uint8_t> is_stored(program_.node_count, 0);
    std::fill_n(is_stored.begin(), program_.first_lut, std::uint8_t{1});
    for (const ClusterBody& cluster : plan().clusters) {
      for (const ClusterOutput& output : cluster.outputs) is_stored[output.node] = 1;
    }
    x_->attach(memory().values(), deferred_, std::move(is_stored));
  }
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::fire() {
  ++rounds_;
  run_waiting();
  // What is looked at only now has to be sampled before anything moves.
  for (const std::uint32_t domain : risen_) {
    for (const WordMask& part : plan().bits_of_domain[domain]) {
      std::uint64_t bits = part.mask & enabled_[part.word] & now_->compared[part.word];
      for (; bits != 0; bits &= bits - 1) {
        sample_word(part.word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits)));
      }
    }
    for (const std::uint32_t port : plan().writes_of_domain[domain]) {
      if (sampled(program_.writes[port].any_enable)) sample_write(program_.writes[port]);
    }
  }
  std::uint64_t* const armed = memory().armed();
  for (const std::uint32_t domain : risen_) {
    for (const WordMask& part : plan().bits_of_domain[domain]) {
      std::uint64_t bits = part.mask & enabled_[part.word] & armed[part.word];
      for (; bits != 0; bits &= bits - 1) {
        const auto word = part.word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
        const std::uint64_t toggles = memory().toggles()[word];
        if (toggles == 0) armed[part.word] &= ~(bits & -bits);
        commit(word, toggles);
      }
    }
  }
  for (const Moving& moving : moving_) commit(moving.word, moving.bits);
  moving_.clear();
  if constexpr (kX) x_->commit_states();
  forget_deferred();
  if (!writes_.empty()) commit_writes();
  if constexpr (kX) x_->commit_writes(XRail::kAllWrites);
}

/// What waited for an enable that is high now computes its toggles. It reads
/// nothing that moved with the clocks.
template <bool kObserve, bool kX>
inline void EventCore<kObserve, kX>::run_waiting() {
  std::uint64_t* const waiting = memory().places() + plan().waiting.begin;
  std::uint64_t* const due = memory().places() + plan().due.begin;
  std::uint64_t any = 0;
  for (const std::uint32_t domain : risen_) {
    for (const WordMask& part : plan().waiting_of_domain[domain]) {
      const std::uint64_t bits = waiting[part.word] & part.mask & may_run_[part.word];
      waiting[part.word] ^= bits;
      due[part.word] |= bits;
      any |= bits;
    }
    if (is_sampling_) [[unlikely]]
      note_enabled(domain);
  }
  if (any == 0) return;
  if (now_->code) {
    (void)now_->code->run(memory().values(), plan().due.begin, log_tail_);
  } else {
    interpret<false>(plan().due);
  }
}

/// Which groups of a domain are clocked, as nodes behind the last one.
template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::note_enabled(std::uint32_t index) {
  const ClockDomain& domain = program_.domains[index];
  for (std::uint32_t g = domain.first_group; g < domain.first_group + domain.group_count; ++g) {
    if (get(program_.groups[g].enable)) activity_.note(program_.node_count + g);
  }
}

template <bool kObserve, bool kX>
inline void EventCore<kObserve, kX>::forget_deferred() {
  for (const std::uint32_t node : deferred_nodes_) deferred_[node] = 0;
  deferred_nodes_.clear();
}

/// States of a word toggle. One that its asynchronous control moved while the
/// clocks settled stays.
template <bool kObserve, bool kX>
inline void EventCore<kObserve, kX>::commit(std::uint32_t word, std::uint64_t bits) {
  const std::uint32_t* const nodes = plan().toggle_nodes.data() + plan().nodes_begin[word];
  for (; bits != 0; bits &= bits - 1) {
    const std::uint32_t node = nodes[std::countr_zero(bits)];
    if (deferred_[node] == 0) toggle<false>(node);
  }
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::sample_word(std::uint32_t index) {
  const std::uint64_t bits = compare(plan().toggle_words[index]);
  if (bits != 0) moving_.push_back({index, bits});
}

template <bool kObserve, bool kX>
std::uint64_t EventCore<kObserve, kX>::compare(const ToggleWord& word) const {
  std::uint64_t bits = 0;
  for (std::size_t k = 0; k < word.nodes.size(); ++k) {
    const bool differs = sampled(word.next[k]) != (memory().values()[word.nodes[k]] != 0);
    bits |= std::uint64_t{differs} << k;
  }
  return bits;
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::sample_write(const ProgramWritePort& port) {
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

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::commit_writes() {
  std::sort(writes_.begin(), writes_.end(),
            [](const PendingWrite& a, const PendingWrite& b) { return a.order < b.order; });
  for (const PendingWrite& write : writes_) {
    if constexpr (kX) x_->commit_writes(write.order);
    if (!store(memories_[write.memory], write)) continue;
    if constexpr (kObserve) {
      digest_.add_write(write.memory, write.address, memories_[write.memory].row(write.address));
    }
    for (const std::uint32_t place : plan().reads_of_memory[write.memory]) {
      memory().places()[place / 64] |= bit_of(place);
    }
  }
  writes_.clear();
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::note_enable(std::uint32_t group) {
  const bool is_enabled = get(program_.groups[group].enable);
  for (const WordMask& part : plan().bits_of_group[group]) {
    std::uint64_t& bits = enabled_[part.word];
    bits = is_enabled ? bits | part.mask : bits & ~part.mask;
  }
  for (const WordMask& part : plan().waiting_of_group[group]) {
    std::uint64_t& bits = may_run_[part.word];
    bits = is_enabled ? bits | part.mask : bits & ~part.mask;
  }
}

template <bool kObserve, bool kX>
inline bool EventCore<kObserve, kX>::is_quiet() const {
  const std::uint64_t* const places = memory().places();
  std::uint64_t any = 0;
  for (std::uint32_t word = 0; word != plan().logic.end; ++word) any |= places[word];
  for (std::uint32_t word = plan().enables.begin; word != plan().enables.end; ++word) {
    any |= places[word];
  }
  return any == 0;
}

template <bool kObserve, bool kX>
inline bool EventCore<kObserve, kX>::settle_clocks() {
  if constexpr (kX) {
    x_->begin_settle();
    return settle_clock_values() && x_->sweep(true);
  }
  return settle_clock_values();
}

template <bool kObserve, bool kX>
inline bool EventCore<kObserve, kX>::settle_clock_values() {
  if (plan().cone.end == 0 && plan().breaker_words.begin == plan().breaker_words.end) return true;
  for (std::uint32_t sweep = 0; sweep < kRoundsMax; ++sweep) {
    interpret<true>(plan().cone);
    if (!run_breakers<true>()) return true;
  }
  return false;
}

template <bool kObserve, bool kX>
bool EventCore<kObserve, kX>::settle() {
  if constexpr (kX) {
    x_->begin_settle();
    return settle_values() && x_->sweep(false);
  }
  return settle_values();
}

template <bool kObserve, bool kX>
inline bool EventCore<kObserve, kX>::settle_values() {
  if (is_quiet()) return true;
  for (std::uint32_t sweep = 0; sweep < kRoundsMax; ++sweep) {
    interpret<false>(plan().cone);
    if (now_->code) {
      std::uint32_t word = plan().cone.end;
      while (true) {
        const std::uint64_t place = now_->code->run(memory().values(), word, log_tail_);
        if (place == ClusterCode::kDone) break;
        run_port<false>(plan().items[place]);
        word = static_cast<std::uint32_t>(place) / 64;
      }
      if (log_tail_ != log_.data()) watch_logged();
    } else {
      interpret<false>({plan().cone.end, plan().logic.end});
    }
    if (!run_breakers<false>()) {
      drain(plan().enables, [this](std::uint32_t group) { note_enable(group); });
      return true;
    }
  }
  return false;
}

template <bool kObserve, bool kX>
template <bool kDefer>
void EventCore<kObserve, kX>::interpret(Range words) {
  std::uint64_t* const places = memory().places();
  for (std::uint32_t word = words.begin; word != words.end; ++word) {
    while (places[word] != 0) {
      const auto place = word * 64 + static_cast<std::uint32_t>(std::countr_zero(places[word]));
      places[word] &= places[word] - 1;
      const bool is_due = word >= plan().due.begin;
      const std::uint32_t back = is_due ? (plan().due.begin - plan().waiting.begin) * 64 : 0;
      const EventItem& item = plan().items[place - back];
      if (item.kind == EventItem::Kind::Cluster) {
        interpreter_.run(plan().clusters[item.index], memory(),
                         [this](std::uint32_t node) { toggle<kDefer>(node); });
      } else {
        run_port<kDefer>(item);
      }
    }
  }
}

template <bool kObserve, bool kX>
template <bool kDefer>
void EventCore<kObserve, kX>::run_port(const EventItem& item) {
  if (item.kind == EventItem::Kind::Read) {
    read<kDefer>(program_.reads[item.index]);
  } else {
    look_up<kDefer>(program_.selects[item.index]);
  }
}

template <bool kObserve, bool kX>
template <bool kDefer>
void EventCore<kObserve, kX>::read(const ProgramReadPort& port) {
  if (!get(port.enable)) return;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < port.address.size(); ++i) {
    address |= std::uint64_t{get(port.address[i])} << i;
  }
  const std::span<const std::uint64_t> row = memories_[port.memory].row(address);
  for (std::size_t i = 0; i < port.data.size(); ++i) {
    const bool value = !row.empty() && (row[i / 64] >> (i % 64) & 1U) != 0;
    if ((memory().values()[port.data[i]] != 0) != value) toggle<kDefer>(port.data[i]);
  }
}

/// Eight values at a time.
template <bool kObserve, bool kX>
template <bool kDefer>
void EventCore<kObserve, kX>::look_up_row(const EventPlan::Row& row,
                                          std::span<const std::uint32_t> outputs) {
  const std::uint8_t* const values = memory().values();
  for (std::size_t b = 0; b < outputs.size(); b += 8) {
    const std::size_t count = std::min<std::size_t>(8, outputs.size() - b);
    std::uint64_t wanted = 0;
    std::uint64_t held = 0;
    if (!row.is_constant) std::memcpy(&wanted, values + row.node + b, count);
    std::memcpy(&held, values + outputs[b], count);
    std::uint64_t differs = wanted ^ held ^ row.flip;
    if (count < 8) differs &= (std::uint64_t{1} << (8 * count)) - 1;
    for (; differs != 0; differs &= differs - 1) {
      toggle<kDefer>(outputs[b + static_cast<std::size_t>(std::countr_zero(differs)) / 8]);
    }
  }
}

template <bool kObserve, bool kX>
template <bool kDefer>
void EventCore<kObserve, kX>::look_up(const ProgramSelect& port) {
  std::size_t address = 0;
  for (std::size_t i = 0; i < port.select.size(); ++i) {
    address |= std::size_t{get(port.select[i])} << i;
  }
  const EventPlan::Row& quick =
      plan().rows_of_select[static_cast<std::size_t>(&port - program_.selects.data())][address];
  if (quick.is_plain) {
    look_up_row<kDefer>(quick, port.outputs);
    return;
  }
  const NodeRef* const row = port.data.data() + address * port.outputs.size();
  for (std::size_t i = 0; i < port.outputs.size(); ++i) {
    const std::uint32_t node = port.outputs[i];
    if ((memory().values()[node] != 0) != get(row[i])) toggle<kDefer>(node);
  }
}

template <bool kObserve, bool kX>
template <bool kDefer>
bool EventCore<kObserve, kX>::run_breakers() {
  const Range words = plan().breaker_words;
  bool moved = false;
  // All of them have seen the values of the sweep; now all move.
  for (std::uint32_t word = words.begin; word != words.end; ++word) {
    for (std::uint64_t bits = memory().toggles()[word]; bits != 0; bits &= bits - 1) {
      const auto k = static_cast<std::size_t>(std::countr_zero(bits));
      if (!moved) unsettled_node_ = plan().toggle_words[word].nodes[k];
      moved = true;
      toggle<kDefer>(plan().toggle_words[word].nodes[k]);
    }
  }
  return moved;
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::set_memory(std::uint32_t i, std::span<const std::uint64_t> words) {
  HEDDLE_CHECK(words.size() == memories_[i].words.size());
  memories_[i].words.assign(words.begin(), words.end());
  for (const std::uint32_t place : plan().reads_of_memory[i]) {
    memory().places()[place / 64] |= bit_of(place);
  }
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::save_reads(std::vector<std::uint8_t>& out) const {
  for (const ProgramReadPort& port : program_.reads) {
    for (const std::uint32_t node : port.data) out.push_back(memory().values()[node]);
  }
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::restore_reads(std::span<const std::uint8_t> saved) {
  std::size_t at = 0;
  for (const ProgramReadPort& port : program_.reads) {
    HEDDLE_CHECK(at + port.data.size() <= saved.size());
    for (const std::uint32_t node : port.data) set(node, saved[at++] != 0);
  }
  HEDDLE_CHECK(at == saved.size());
}

template <bool kObserve, bool kX>
bool EventCore<kObserve, kX>::take_pins(std::span<std::uint8_t> pins) {
  bool moved = false;
  drain(plan().pins, [&, this](std::uint32_t pin) {
    moved = true;
    pins[pin] = static_cast<std::uint8_t>(get(program_.outputs[watched_outputs_[pin]]));
  });
  return moved;
}

template <bool kObserve, bool kX>
void EventCore<kObserve, kX>::take_changes(std::vector<Change>& changes) {
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

template class EventCore<false, false>;
template class EventCore<true, false>;
template class EventCore<false, true>;
template class EventCore<true, true>;

}  // namespace heddle::gate
