// The event engine: work is proportional to what changes.
//
// Logic is cut into clusters of LUTs that move together. A cluster runs when an
// input of it toggled, computes all its functions in straight-line code, and
// sets the bits of those that read an output which changed; bits are visited in
// topological order, so that each cluster runs at most once in a sweep. What
// flops would do at their clock waits in toggle words, so an edge costs nothing
// for flops that keep their value; flops with an enable are looked at only
// while it is high.
//
// While clock inputs settle only clusters of the clock cone run; the others
// hear of it after the flops have sampled. That is how flops see the values
// before the round.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gate/backend/edge_digest.h"
#include "gate/backend/event/cluster_code.h"
#include "gate/backend/event/cluster_interpreter.h"
#include "gate/backend/event/event_memory.h"
#include "gate/backend/event/event_plan.h"
#include "gate/backend/memory_bits.h"
#include "gate/backend/xprop/x_rail.h"
#include "heddle/gate/backend.h"

namespace heddle::gate {

/// One design, one stimulus, one thread. The interface of `ReferenceCore`.
/// `kObserve` compiles the bookkeeping of digests and change lists in, `kX` X
/// propagation.
template <bool kObserve, bool kX = false>
class EventCore {
 public:
  /// `watched_outputs`: indices into the model's outputs, the pins of `take_pins`.
  EventCore(const Program& program, std::span<const std::uint32_t> watched_outputs,
            const EventTuning& tuning, const XOptions& x);

  [[nodiscard]] bool prime();
  void deposit_input(std::uint32_t input, bool value) {
    set(program_.inputs[input], value);
    if constexpr (kX) x_->know_input(input);
  }
  void deposit_state(std::uint32_t state, bool value);

  [[nodiscard]] bool step_data(std::span<const EdgeOp> ops);
  [[nodiscard]] bool step_clocks(std::span<const EdgeOp> ops);
  [[nodiscard]] std::string unsettled() const;

  [[nodiscard]] const Model& model() const { return program_.model; }
  [[nodiscard]] bool source(Lit lit) const {
    return get(NodeRef(program_.node_of_aig[lit.node()], lit.complemented()));
  }
  [[nodiscard]] bool input(std::uint32_t i) const {
    return memory().values()[program_.inputs[i]] != 0;
  }
  [[nodiscard]] bool output(std::uint32_t i) const { return get(program_.outputs[i]); }
  [[nodiscard]] bool state(std::uint32_t i) const {
    return memory().values()[program_.states[i].output] != 0;
  }
  [[nodiscard]] bool observed(std::uint32_t i) const { return get(program_.observed[i]); }
  [[nodiscard]] std::span<const std::uint64_t> memory(std::uint32_t i) const {
    return memories_[i].words;
  }
  void set_memory(std::uint32_t i, std::span<const std::uint64_t> words);
  /// What the read ports show, in order; a port that is not enabled keeps it.
  void save_reads(std::vector<std::uint8_t>& out) const;
  void restore_reads(std::span<const std::uint8_t> saved);

  /// Brings `pins` up to date; whether one may have changed since the last call.
  [[nodiscard]] bool take_pins(std::span<std::uint8_t> pins);
  [[nodiscard]] EdgeDigest& digest_chain() { return digest_; }
  [[nodiscard]] const EdgeDigest& digest_chain() const { return digest_; }
  [[nodiscard]] std::uint64_t edge_digest() { return digest_.next(); }
  void take_changes(std::vector<Change>& changes);

  // X propagation.
  [[nodiscard]] static constexpr bool has_x() { return kX; }
  [[nodiscard]] Lit observed_lit(std::uint32_t i) const { return program_.observed_lits[i]; }
  [[nodiscard]] bool is_x(Lit lit) const {
    if constexpr (kX) return x_->is_unknown(lit);
    return false;
  }
  [[nodiscard]] std::span<const std::uint64_t> x_memory(std::uint32_t i) const {
    if constexpr (kX) return x_->memory(i);
    return {};
  }
  void set_x_memory(std::uint32_t i, std::span<const std::uint64_t> words) {
    if constexpr (kX) x_->set_memory(i, words);
  }
  void set_x_input(std::uint32_t i, bool is_x) {
    if constexpr (kX) x_->set_input(i, is_x);
  }
  void set_x_state(std::uint32_t i, bool is_x) {
    if constexpr (kX) x_->set_state(i, is_x);
  }
  void save_x_reads(std::vector<std::uint8_t>& out) const {
    if constexpr (kX) x_->save_reads(out);
  }
  void restore_x_reads(std::span<const std::uint8_t> saved) {
    if constexpr (kX) x_->restore_reads(saved);
  }
  [[nodiscard]] bool take_x_pins(std::span<std::uint8_t> pins) {
    if constexpr (kX) return x_->take_pins(pins);
    return false;
  }
  void take_x_changes(std::vector<Change>& changes) {
    if constexpr (kX) x_->take_changes(changes);
  }
  void add_profile(BackendProfile& profile) const {
    profile.rounds += rounds_;
    profile.cluster_runs += memory().cluster_runs();
    if constexpr (kX) profile.x_items += x_->item_runs();
  }

 private:
  [[nodiscard]] bool get(NodeRef ref) const {
    return (memory().values()[ref.node()] != 0) != ref.complemented();
  }
  /// The value that a flop samples: before the clock inputs moved.
  [[nodiscard]] bool sampled(NodeRef ref) const {
    const std::uint32_t node = ref.node();
    return ((memory().values()[node] ^ deferred_[node]) != 0) != ref.complemented();
  }
  void set(std::uint32_t node, bool value);
  template <bool kDefer>
  void toggle(std::uint32_t node);
  /// Sets the bits of a node's fan-out.
  void tell(std::uint32_t node);
  /// Whether a settle would do nothing.
  [[nodiscard]] bool is_quiet() const;
  template <bool kDefer>
  void look_up_row(const EventPlan::Row& row, std::span<const std::uint32_t> outputs);
  void watch(std::uint32_t node);
  void watch_logged();
  void watch_outputs();

  [[nodiscard]] bool settle_clocks();
  [[nodiscard]] bool settle_clock_values();
  [[nodiscard]] bool settle();
  [[nodiscard]] bool settle_values();
  /// Whether a round is due: a clock rose, or with X propagation may have.
  [[nodiscard]] bool look_at_clocks(XLook kind);
  void attach_x();
  template <bool kDefer>
  void interpret(Range words);
  template <bool kDefer>
  void run_port(const EventItem& item);
  template <bool kDefer>
  void read(const ProgramReadPort& port);
  template <bool kDefer>
  void look_up(const ProgramSelect& port);
  template <bool kDefer>
  [[nodiscard]] bool run_breakers();
  /// Calls `visit(index)` for the bits set in a range of places and clears them.
  template <class Visit>
  void drain(Range words, const Visit& visit);

  /// Domains whose clock rose since the last look.
  void find_risen();
  /// The round of the domains in `risen_`: samples, then commits.
  void fire();
  void run_waiting();
  void note_enabled(std::uint32_t domain);
  void sample_word(std::uint32_t word);
  void commit(std::uint32_t word, std::uint64_t bits);
  void forget_deferred();
  [[nodiscard]] std::uint64_t compare(const ToggleWord& word) const;
  void sample_write(const ProgramWritePort& port);
  void note_enable(std::uint32_t group);
  void commit_writes();
  [[nodiscard]] bool run_rounds();

  /// Everything that depends on how functions are clustered.
  struct Layout {
    Layout(const Program& program, std::span<const std::uint32_t> watched_outputs,
           const Activity* activity, std::span<const std::uint8_t> is_watched,
           const EventTuning& tuning);

    EventPlan plan;
    EventMemory memory;
    std::unique_ptr<ClusterCode> code;    ///< null: everything is interpreted
    std::vector<std::uint64_t> compared;  ///< bit a toggle word: looked at whenever enabled
  };
  /// Goes on with another layout.
  void move_to(Layout& layout);
  /// Begins or ends a look at what toggles together.
  void change_layout();
  [[nodiscard]] const EventPlan& plan() const { return now_->plan; }
  [[nodiscard]] EventMemory& memory() { return now_->memory; }
  [[nodiscard]] const EventMemory& memory() const { return now_->memory; }

  const Program& program_;
  ClusterInterpreter interpreter_;
  std::unique_ptr<Layout> looking_;  ///< each function on its own, all nodes logged
  std::unique_ptr<Layout> running_;  ///< clustered by what was seen
  Layout* now_ = nullptr;
  std::vector<std::uint32_t> log_;  ///< room for the nodes that code logs
  std::uint32_t* log_tail_ = nullptr;
  std::vector<std::uint8_t> deferred_;  ///< by node: toggled while the clocks settled
  std::vector<std::uint32_t> deferred_nodes_;
  std::vector<std::uint32_t> watched_outputs_;  ///< by pin: index into the outputs
  std::vector<std::uint64_t> enabled_;          ///< bit a toggle word
  std::vector<std::uint64_t> may_run_;          ///< bit a waiting cluster: its group is enabled
  std::vector<std::uint8_t> clock_seen_;        ///< by trigger
  std::vector<std::uint32_t> risen_;            ///< domains
  /// States that the round moves, by toggle word.
  struct Moving {
    std::uint32_t word = 0;
    std::uint64_t bits = 0;
  };
  std::vector<Moving> moving_;
  Activity activity_;
  static constexpr std::uint64_t kLookRatio = 200;   ///< of the second look's edge to the first's
  static constexpr std::uint64_t kNextRatio = 8;     ///< of each later one's to the one before
  static constexpr std::uint64_t kSampleStride = 5;  ///< odd: both clock edges are met
  EventTuning tuning_;
  std::uint64_t edge_ = 0;
  std::uint64_t look_at_ = 0;    ///< the edge of the last or next look
  std::uint64_t change_at_ = 0;  ///< the edge before which the layout changes
  bool is_looking_ = false;
  bool is_sampling_ = false;
  std::vector<PendingWrite> writes_;
  std::vector<MemoryBits> memories_;
  EdgeDigest digest_;
  std::unique_ptr<XRail> x_;  ///< with `kX`
  /// Who wants to know of a node's toggles: digest bit, or observed literal + kObserved.
  static constexpr std::uint32_t kObserved = 0x80000000;
  std::vector<std::uint32_t> watch_begin_;  ///< by node
  std::vector<std::uint32_t> watches_;
  std::vector<std::uint64_t> changed_;          ///< bit an observed literal: differs from last told
  std::vector<std::uint64_t> changed_summary_;  ///< bit a word of `changed_`: may be non-zero
  std::uint64_t rounds_ = 0;
  std::uint32_t unsettled_node_ = 0;  ///< a breaker's, 0 for clocks
};

extern template class EventCore<false, false>;
extern template class EventCore<true, false>;
extern template class EventCore<false, true>;
extern template class EventCore<true, true>;

}  // namespace heddle::gate
