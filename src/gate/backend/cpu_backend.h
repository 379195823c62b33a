// The part of a CPU engine that is not evaluation: windows, tokens, the steps
// of an edge, peripherals, and the rings of what a batch gave.
//
// A batch runs to its end inside `run_edges`; the seam's overlap is then the
// orchestration's to make, with a thread of its own around this object.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "heddle/base/check.h"
#include "heddle/gate/backend.h"
#include "heddle/gate/diagnostics.h"

namespace heddle::gate {

/// `Core` evaluates: see `ReferenceCore` for what it must offer.
template <class Core>
class CpuBackend final : public Backend {
 public:
  /// `for_core`: what the core takes beside the program and the watched outputs.
  template <class... ForCore>
  CpuBackend(std::string_view name, const Program& program, PeripheralBank* bank,
             const BackendOptions& options, const ForCore&... for_core)
      : name_(name), core_(program, pins_of(bank), for_core...), bank_(bank), options_(options) {
    x_pins_.assign(pins_of(bank).size(), 0);
    if (bank_ != nullptr) {
      for (const EdgeOp& op : bank_->idle_drives()) core_.deposit_input(op.input, op.value != 0);
    }
    is_settled_ = core_.prime();
    for (const std::uint32_t output : pins_of(bank)) {
      pins_.push_back(static_cast<std::uint8_t>(core_.output(output)));
    }
  }

  [[nodiscard]] Capabilities capabilities() const override {
    return {.name = name_, .snapshots = true, .unknowns = true};
  }

  [[nodiscard]] EdgeWindow& window() override {
    for (std::uint32_t i = 0; i < kSlots; ++i) {
      if (slots_[i].is_taken) continue;
      filling_ = i;
      return slots_[i].window;
    }
    HEDDLE_CHECK(false);
  }

  [[nodiscard]] std::span<EdgeOp> edge_ops(std::uint64_t edge) override {
    EdgeWindow& window = slots_[filling_].window;
    HEDDLE_CHECK(!slots_[filling_].is_taken);
    HEDDLE_CHECK(window.contains(edge));
    return window.ops(edge);
  }

  [[nodiscard]] BatchToken run_edges(std::uint64_t first, std::uint32_t count) override {
    Slot& slot = slots_[filling_];
    HEDDLE_CHECK(!slot.is_taken);
    HEDDLE_CHECK(first == next_edge_);
    HEDDLE_CHECK(count == 0 || slot.window.contains(first + count - 1));
    slot.is_taken = true;
    slot.clear();
    run(slot, first, count);
    profile_.edges += slot.executed;
    ++profile_.batches;
    next_edge_ = first + slot.executed;
    return BatchToken(this, filling_);
  }

  [[nodiscard]] Result<BatchView> wait(const BatchToken& token) override {
    HEDDLE_CHECK(token.valid());
    const Slot& slot = slots_[token.slot()];
    if (!is_settled_) return no_fixpoint();
    return BatchView{.first_edge = slot.window.first_edge(),
                     .executed = slot.executed,
                     .stop = slot.stop,
                     .records = slot.records,
                     .digests = slot.digests,
                     .changes = slot.changes,
                     .change_begin = slot.change_begin,
                     .x_changes = slot.x_changes,
                     .x_change_begin = core_.has_x() && options_.changes
                                           ? std::span<const std::uint32_t>(slot.x_change_begin)
                                           : std::span<const std::uint32_t>()};
  }

  [[nodiscard]] bool output(std::uint32_t index) const override { return core_.output(index); }
  [[nodiscard]] bool state(std::uint32_t index) const override { return core_.state(index); }
  void set_state(std::uint32_t index, bool value) override {
    core_.deposit_state(index, value);
    is_settled_ = core_.prime() && is_settled_;
  }
  [[nodiscard]] bool observed(std::uint32_t index) const override { return core_.observed(index); }
  [[nodiscard]] std::span<const std::uint64_t> memory(std::uint32_t index) const override {
    return core_.memory(index);
  }
  void set_memory(std::uint32_t index, std::span<const std::uint64_t> words) override {
    core_.set_memory(index, words);
    is_settled_ = core_.prime() && is_settled_;
  }
  [[nodiscard]] bool is_x_output(std::uint32_t index) const override {
    return core_.is_x(core_.model().outputs[index].lit);
  }
  [[nodiscard]] bool is_x_state(std::uint32_t index) const override {
    return core_.is_x(core_.model().states[index].output);
  }
  [[nodiscard]] bool is_x_observed(std::uint32_t index) const override {
    return core_.is_x(core_.observed_lit(index));
  }
  [[nodiscard]] bool is_x(Lit lit) const override { return core_.is_x(lit); }
  [[nodiscard]] std::span<const std::uint64_t> x_memory(std::uint32_t index) const override {
    return core_.x_memory(index);
  }
  void set_x_memory(std::uint32_t index, std::span<const std::uint64_t> words) override {
    if (!core_.has_x()) return;
    core_.set_x_memory(index, words);
    is_settled_ = core_.prime() && is_settled_;
  }
  [[nodiscard]] bool source(Lit lit) const override { return core_.source(lit); }
  [[nodiscard]] Status apply(std::span<const EdgeOp> ops) override {
    is_settled_ = is_settled_ && core_.step_data(ops);
    return is_settled_ ? Status() : no_fixpoint();
  }
  [[nodiscard]] BackendProfile profile() const override {
    BackendProfile profile = profile_;
    core_.add_profile(profile);
    return profile;
  }

  [[nodiscard]] Snapshot save() const override {
    Snapshot out;
    out.next_edge = next_edge_;
    out.drives = drives_;
    const Model& model = core_.model();
    for (std::uint32_t i = 0; i < model.inputs.size(); ++i) {
      out.inputs.push_back(static_cast<std::uint8_t>(core_.input(i)));
    }
    for (std::uint32_t i = 0; i < model.states.size(); ++i) {
      out.states.push_back(static_cast<std::uint8_t>(core_.state(i)));
    }
    core_.save_reads(out.reads);
    for (std::uint32_t i = 0; i < model.memories.size(); ++i) {
      const std::span<const std::uint64_t> words = core_.memory(i);
      out.memories.emplace_back(words.begin(), words.end());
    }
    out.digest = core_.digest_chain().previous();
    out.write_digest = core_.digest_chain().writes();
    if (core_.has_x()) save_x(out);
    return out;
  }

  void restore(const Snapshot& snapshot) override {
    const Model& model = core_.model();
    HEDDLE_CHECK(snapshot.inputs.size() == model.inputs.size());
    HEDDLE_CHECK(snapshot.states.size() == model.states.size());
    HEDDLE_CHECK(snapshot.memories.size() == model.memories.size());
    for (std::uint32_t i = 0; i < model.memories.size(); ++i) {
      core_.set_memory(i, snapshot.memories[i]);
    }
    for (std::uint32_t i = 0; i < model.inputs.size(); ++i) {
      core_.deposit_input(i, snapshot.inputs[i] != 0);
    }
    for (std::uint32_t i = 0; i < model.states.size(); ++i) {
      core_.deposit_state(i, snapshot.states[i] != 0);
    }
    core_.restore_reads(snapshot.reads);
    if (core_.has_x()) restore_x(snapshot);
    core_.digest_chain().go_on_from(snapshot.digest, snapshot.write_digest);
    is_settled_ = core_.prime();
    (void)core_.take_pins(pins_);  // what the bank saw before it was saved
    (void)core_.take_x_pins(x_pins_);
    if (bank_ != nullptr && core_.has_x()) bank_->see_unknown(x_pins_);
    drives_ = snapshot.drives;
    next_edge_ = snapshot.next_edge;
  }

 private:
  [[nodiscard]] Failure no_fixpoint() const {
    return fail(diag::kNoFixpoint, {}, {std::to_string(next_edge_), core_.unsettled()});
  }
  void save_x(Snapshot& out) const {
    const Model& model = core_.model();
    for (const PortBit& input : model.inputs) {
      out.x_inputs.push_back(static_cast<std::uint8_t>(core_.is_x(input.lit)));
    }
    for (const StateBit& state : model.states) {
      out.x_states.push_back(static_cast<std::uint8_t>(core_.is_x(state.output)));
    }
    core_.save_x_reads(out.x_reads);
    for (std::uint32_t i = 0; i < model.memories.size(); ++i) {
      const std::span<const std::uint64_t> words = core_.x_memory(i);
      out.x_memories.emplace_back(words.begin(), words.end());
    }
  }

  /// Of a run without X propagation everything is known.
  void restore_x(const Snapshot& snapshot) {
    const Model& model = core_.model();
    const bool is_known = snapshot.x_states.empty();
    for (std::uint32_t i = 0; i < model.memories.size(); ++i) {
      const std::vector<std::uint64_t> known(snapshot.memories[i].size(), 0);
      core_.set_x_memory(i, is_known ? known : snapshot.x_memories[i]);
    }
    for (std::uint32_t i = 0; i < model.inputs.size(); ++i) {
      core_.set_x_input(i, !is_known && snapshot.x_inputs[i] != 0);
    }
    for (std::uint32_t i = 0; i < model.states.size(); ++i) {
      core_.set_x_state(i, !is_known && snapshot.x_states[i] != 0);
    }
    if (!is_known) core_.restore_x_reads(snapshot.x_reads);
  }

  static std::span<const std::uint32_t> pins_of(const PeripheralBank* bank) {
    return bank == nullptr ? std::span<const std::uint32_t>() : bank->observed_outputs();
  }

  struct Slot {
    EdgeWindow window;
    bool is_taken = false;
    std::uint32_t executed = 0;
    StopReason stop = StopReason::None;
    std::vector<Record> records;
    std::vector<std::uint64_t> digests;
    std::vector<Change> changes;
    std::vector<std::uint32_t> change_begin;
    std::vector<Change> x_changes;
    std::vector<std::uint32_t> x_change_begin;

    void clear() {
      executed = 0;
      stop = StopReason::None;
      records.clear();
      digests.clear();
      changes.clear();
      change_begin.assign(1, 0);
      x_changes.clear();
      x_change_begin.assign(1, 0);
    }
  };

  void run(Slot& slot, std::uint64_t first, std::uint32_t count) {
    const EdgeWindow& window = slot.window;
    for (std::uint64_t edge = first; edge < first + count && is_settled_; ++edge) {
      if (!drives_.empty()) {
        is_settled_ = core_.step_data(drives_);
        drives_.clear();
      }
      const std::span<const EdgeOp> data = window.data_ops(edge);
      if (!data.empty()) is_settled_ = is_settled_ && core_.step_data(data);
      is_settled_ = is_settled_ && step_clocks(window.clock_ops(edge));
      if (!is_settled_) return;
      ++slot.executed;
      sample(slot, window.info(edge));
      if (slot.stop != StopReason::None) return;
    }
  }

  /// The clocks of an edge; `Model::instant` goes with them.
  [[nodiscard]] bool step_clocks(std::span<const EdgeOp> ops) {
    if (core_.model().instant < 0 || ops.empty()) return core_.step_clocks(ops);
    const auto instant = static_cast<std::uint32_t>(core_.model().instant);
    clock_ops_.assign(ops.begin(), ops.end());
    clock_ops_.push_back({instant, 1});
    const std::array after{EdgeOp{instant, 0}};
    return core_.step_clocks(clock_ops_) && core_.step_data(after);
  }

  void sample(Slot& slot, const EdgeInfo& info) {
    if (bank_ != nullptr) {
      bool changed = core_.take_pins(pins_) || info.edge == 0;
      if (core_.has_x() && (core_.take_x_pins(x_pins_) || info.edge == 0)) {
        bank_->see_unknown(x_pins_);
        changed = true;
      }
      const bool due = bank_->due(info);
      if (changed || due) slot.stop = bank_->sample(info, pins_, drives_, slot.records);
    }
    if (options_.digests) slot.digests.push_back(core_.edge_digest());
    if (options_.changes) {
      core_.take_changes(slot.changes);
      slot.change_begin.push_back(static_cast<std::uint32_t>(slot.changes.size()));
      if (core_.has_x()) {
        core_.take_x_changes(slot.x_changes);
        slot.x_change_begin.push_back(static_cast<std::uint32_t>(slot.x_changes.size()));
      }
    }
  }

  void release_slot(std::uint32_t slot) override { slots_[slot].is_taken = false; }

  std::string_view name_;
  Core core_;
  PeripheralBank* bank_;
  BackendOptions options_;
  std::array<Slot, kSlots> slots_;
  std::uint32_t filling_ = 0;
  std::uint64_t next_edge_ = 0;
  bool is_settled_ = true;
  std::vector<std::uint8_t> pins_;
  std::vector<std::uint8_t> x_pins_;
  std::vector<EdgeOp> drives_;
  std::vector<EdgeOp> clock_ops_;  ///< with the instant's
  BackendProfile profile_;
};

}  // namespace heddle::gate
