// The reference engine: a plain levelised interpreter of the model, the oracle
// for every other engine. It evaluates every AND of the AIG at every settle.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gate/backend/edge_digest.h"
#include "gate/backend/memory_bits.h"
#include "gate/backend/reference_x.h"
#include "gate/model/loops.h"
#include "heddle/gate/backend.h"

namespace heddle::gate {

/// One design, one stimulus. `CpuBackend` drives it edge by edge.
class ReferenceCore {
 public:
  /// `watched_outputs`: indices into the model's outputs, the pins of `take_pins`.
  ReferenceCore(const Program& program, std::span<const std::uint32_t> watched_outputs,
                const XOptions& x);

  /// Settles all logic and forgets clock edges: the state before edge 0.
  [[nodiscard]] bool prime();
  void deposit_input(std::uint32_t input, bool value) {
    set(model_.inputs[input].lit, value);
    if (x_) x_->set(model_.inputs[input].lit, false);
  }
  void deposit_state(std::uint32_t state, bool value) {
    set(model_.states[state].output, value);
    if (x_) x_->set(model_.states[state].output, false);
  }

  /// Step (1): input operations, settle, and rounds of clocks they move.
  [[nodiscard]] bool step_data(std::span<const EdgeOp> ops);
  /// Steps (2) and (3).
  [[nodiscard]] bool step_clocks(std::span<const EdgeOp> ops);
  /// What did not settle, after a step returned false.
  [[nodiscard]] std::string unsettled() const { return unsettled_; }

  [[nodiscard]] bool output(std::uint32_t i) const { return get(model_.outputs[i].lit); }
  [[nodiscard]] bool state(std::uint32_t i) const { return get(model_.states[i].output); }
  [[nodiscard]] bool observed(std::uint32_t i) const { return get(observed_[i]); }
  [[nodiscard]] std::span<const std::uint64_t> memory(std::uint32_t i) const {
    return memories_[i].words;
  }
  void set_memory(std::uint32_t i, std::span<const std::uint64_t> words);

  /// Brings `pins` up to date; whether one changed since the last call.
  [[nodiscard]] bool take_pins(std::span<std::uint8_t> pins) const;

  // X propagation.
  [[nodiscard]] bool has_x() const { return x_ != nullptr; }
  [[nodiscard]] Lit observed_lit(std::uint32_t i) const { return observed_[i]; }
  [[nodiscard]] bool is_x(Lit lit) const { return x_ && x_->is_x(lit); }
  [[nodiscard]] std::span<const std::uint64_t> x_memory(std::uint32_t i) const {
    return x_ ? x_->memory(i) : std::span<const std::uint64_t>();
  }
  void set_x_memory(std::uint32_t i, std::span<const std::uint64_t> words) {
    x_->set_memory(i, words);
  }
  void set_x_input(std::uint32_t i, bool is_x) { x_->set(model_.inputs[i].lit, is_x); }
  void set_x_state(std::uint32_t i, bool is_x) { x_->set(model_.states[i].output, is_x); }
  void save_x_reads(std::vector<std::uint8_t>& out) const { x_->save_reads(out); }
  void restore_x_reads(std::span<const std::uint8_t> saved) { x_->restore_reads(saved); }
  [[nodiscard]] bool take_x_pins(std::span<std::uint8_t> pins) const;
  void take_x_changes(std::vector<Change>& changes);

  /// Ends the edge: its digest.
  [[nodiscard]] std::uint64_t edge_digest();
  /// Appends the observed literals that changed since the last call.
  void take_changes(std::vector<Change>& changes);
  void add_profile(BackendProfile& profile) const { profile.rounds += rounds_; }

  // For snapshots.
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] bool source(Lit lit) const { return get(lit); }
  [[nodiscard]] bool input(std::uint32_t i) const { return get(model_.inputs[i].lit); }
  /// Appends the data of every read port, memory after memory.
  void save_reads(std::vector<std::uint8_t>& out) const;
  void restore_reads(std::span<const std::uint8_t> saved);
  [[nodiscard]] EdgeDigest& digest_chain() { return digest_; }
  [[nodiscard]] const EdgeDigest& digest_chain() const { return digest_; }

 private:
  [[nodiscard]] bool get(Lit lit) const { return values_[lit.code()] != 0; }
  void set(Lit source, bool value);
  void add_x_bits();
  void evaluate(std::span<const EvalStep> steps);
  void read(const ReadPortId& id);
  /// What a settle evaluates: a sweep, and the breakers that may start another.
  struct Region {
    std::vector<EvalStep> steps;
    std::vector<std::uint32_t> breakers;  ///< states
  };
  [[nodiscard]] bool settle(const Region& region);
  /// Domains whose clock rose since the last look.
  void find_risen();
  /// Samples the risen domains from `values` and commits.
  void fire(const std::vector<std::uint8_t>& values);
  void store_writes(const std::vector<PendingWrite>& writes);
  /// Settles a region, values first and then what of them is x.
  [[nodiscard]] bool settle_with_x(const Region& region);
  [[nodiscard]] bool run_rounds();
  void sample_writes(const std::vector<std::uint8_t>& values, std::vector<PendingWrite>& out) const;

  const Model& model_;
  std::vector<std::uint32_t> watched_outputs_;
  std::vector<Lit> observed_;
  std::vector<std::uint8_t> values_;  ///< by literal code, both polarities
  std::vector<std::uint8_t> before_;
  EvalOrder order_;
  Region all_;
  Region cone_;              ///< what clocks depend on
  std::vector<Lit> clocks_;  ///< distinct
  std::vector<std::uint8_t> clock_seen_;
  std::vector<std::uint8_t> has_risen_;  ///< by clock
  bool any_risen_ = false;
  std::vector<std::uint32_t> clock_of_state_;
  std::vector<MemoryBits> memories_;
  EdgeDigest digest_;
  std::vector<std::uint8_t> last_observed_;
  std::vector<std::uint8_t> last_x_;
  std::unique_ptr<ReferenceX> x_;  ///< null without X propagation
  std::uint64_t rounds_ = 0;
  std::string unsettled_;
};

}  // namespace heddle::gate
