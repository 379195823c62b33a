// The event engine: work is proportional to what changes.
//
// Every function (a LUT, a state's toggle or force) is a record: a truth table
// and the index into it that its inputs form. A node that toggles flips one
// index bit in each fan-out record; the table then says at once whether that
// record is *dirty*, that is, whether its own node has to toggle too. Dirty
// records queue by level; a LUT that toggles inverts its table, so "dirty" is
// always one bit looked up at the index. A state's toggle record waits dirty in
// the queue of its enable group until the clock rises while the group is
// enabled, so an edge costs nothing for flops that keep their value.
//
// While the clock inputs settle, nodes of the clock cone tell only records of
// the cone; their other fan-outs hear of it after the flops have sampled. That
// is how flops see the values before the round.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gate/backend/edge_digest.h"
#include "gate/backend/event_graph.h"
#include "gate/backend/memory_bits.h"
#include "heddle/gate/backend.h"

namespace heddle::gate {

/// One design, one stimulus, one thread. The interface of `ReferenceCore`.
/// `kObserve` compiles the bookkeeping of digests and change lists in.
template <bool kObserve>
class EventCore {
 public:
  /// `watched_outputs`: indices into the model's outputs, the pins of `take_pins`.
  EventCore(const Program& program, std::span<const std::uint32_t> watched_outputs);

  [[nodiscard]] bool prime();
  void deposit_input(std::uint32_t input, bool value) { set(program_.inputs[input], value); }
  void deposit_state(std::uint32_t state, bool value) { set(program_.states[state].output, value); }

  [[nodiscard]] bool step_data(std::span<const EdgeOp> ops);
  [[nodiscard]] bool step_clocks(std::span<const EdgeOp> ops);
  [[nodiscard]] std::string unsettled() const;

  [[nodiscard]] bool output(std::uint32_t i) const { return get(program_.outputs[i]); }
  [[nodiscard]] bool state(std::uint32_t i) const {
    return values_[program_.states[i].output] != 0;
  }
  [[nodiscard]] bool observed(std::uint32_t i) const { return get(program_.observed[i]); }
  [[nodiscard]] std::span<const std::uint64_t> memory(std::uint32_t i) const {
    return memories_[i].words;
  }
  void set_memory(std::uint32_t i, std::span<const std::uint64_t> words);

  /// Brings `pins` up to date; whether one may have changed since the last call.
  [[nodiscard]] bool take_pins(std::span<std::uint8_t> pins);
  [[nodiscard]] std::uint64_t edge_digest() { return digest_.next(); }
  void take_changes(std::vector<Change>& changes);
  void add_profile(BackendProfile& profile) const {
    profile.rounds += rounds_;
    profile.node_toggles += toggles_;
  }

  // For snapshots.
  [[nodiscard]] const Model& model() const { return program_.model; }
  [[nodiscard]] bool input(std::uint32_t i) const { return values_[program_.inputs[i]] != 0; }
  /// Appends the data of every read port, memory after memory.
  void save_reads(std::vector<std::uint8_t>& out) const;
  void restore_reads(std::span<const std::uint8_t> saved);
  [[nodiscard]] EdgeDigest& digest_chain() { return digest_; }
  [[nodiscard]] const EdgeDigest& digest_chain() const { return digest_; }

 private:
  [[nodiscard]] bool get(NodeRef ref) const {
    return (values_[ref.node()] != 0) != ref.complemented();
  }
  /// The value that a flop samples: before the clock inputs moved.
  [[nodiscard]] bool sampled(NodeRef ref) const {
    return ((values_[ref.node()] ^ deferred_[ref.node()]) != 0) != ref.complemented();
  }
  [[nodiscard]] bool is_dirty(std::uint32_t record) const {
    return (graph_.tables[record] >> (graph_.index[record] & 63U) & 1U) != 0;
  }
  void set(std::uint32_t node, bool value);

  class Walk;
  template <bool kDefer>
  void toggle(Walk& walk, std::uint32_t node);
  void enqueue_dirty(const Walk& walk);
  void enqueue(std::uint32_t record);
  void watch(std::uint32_t node);
  /// Empties a queue, calling `visit(record)` for each that was in it.
  template <class Visit>
  void drain(std::uint32_t queue, Visit visit);

  template <bool kDefer>
  [[nodiscard]] bool settle();
  template <bool kDefer>
  void run_level(std::uint32_t level);
  template <bool kDefer>
  void read(Walk& walk, const ProgramReadPort& port);
  template <bool kDefer>
  void look_up(Walk& walk, const ProgramSelect& port);
  template <bool kDefer>
  [[nodiscard]] bool run_breakers();

  /// Domains whose clock rose since the last look.
  void find_risen();
  void sample();
  void sample_group(std::uint32_t group);
  void sample_write(const ProgramWritePort& port);
  void note_enable(std::uint32_t group);
  void commit();
  void commit_writes();
  [[nodiscard]] bool run_rounds();

  const Program& program_;
  EventGraph graph_;
  std::vector<std::uint8_t> values_;    ///< by node
  std::vector<std::uint8_t> deferred_;  ///< by node: toggled, data fan-out not yet told
  std::vector<std::uint32_t> deferred_nodes_;
  std::vector<std::uint32_t> tails_;    ///< by queue: end of its entries
  std::vector<std::uint64_t> pending_;  ///< bit a queue: has entries
  std::vector<std::uint64_t> enabled_;  ///< bit a group
  /// Records found dirty and not yet in their queues. Between two
  /// `enqueue_dirty` no edge is walked more than twice.
  std::vector<std::uint32_t> dirty_;
  std::vector<std::uint32_t> risen_;     ///< domains
  std::vector<std::uint32_t> toggling_;  ///< records of states that the round moves
  std::vector<std::uint32_t> moving_;    ///< nodes of compared states that it moves
  std::vector<PendingWrite> writes_;
  std::vector<MemoryBits> memories_;
  EdgeDigest digest_;
  std::vector<std::uint64_t> changed_;          ///< bit an observed literal: differs from last told
  std::vector<std::uint64_t> changed_summary_;  ///< bit a word of `changed_`: may be non-zero
  std::uint64_t rounds_ = 0;
  std::uint64_t toggles_ = 0;
  std::uint32_t unsettled_node_ = 0;  ///< a breaker's, 0 for clocks
};

extern template class EventCore<false>;
extern template class EventCore<true>;

}  // namespace heddle::gate
