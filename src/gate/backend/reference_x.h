// X propagation of the reference engine: after every settle each step of the
// evaluation order is looked at, in three values. The oracle for the event
// engine's X rail, with which it shares no code; docs/concepts/x.md is what both
// implement.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gate/backend/edge_digest.h"
#include "gate/backend/memory_bits.h"
#include "gate/model/loops.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

class ReferenceX {
 public:
  /// What it sees of the engine, which outlives it.
  struct View {
    const std::vector<std::uint8_t>& values;  ///< by literal
    std::vector<MemoryBits>& memories;
    const std::vector<Lit>& clocks;  ///< distinct, ascending
    const std::vector<std::uint32_t>& clock_of_state;
    const std::vector<ReadPortId>& read_ports;
  };
  ReferenceX(const Model& model, const View& view, std::span<const std::uint32_t> unknown_inputs);

  [[nodiscard]] bool is_x(Lit lit) const { return x_[lit.node()] != 0; }
  void set(Lit lit, bool x) { x_[lit.node()] = static_cast<std::uint8_t>(x); }

  void begin_settle() { at_settle_ = view_.values; }
  [[nodiscard]] bool settle(std::span<const EvalStep> steps,
                            std::span<const std::uint32_t> breakers);
  [[nodiscard]] const std::string& unsettled() const { return unsettled_; }

  /// Clock inputs are about to move.
  void hold() { before_ = x_; }
  /// Which clocks have risen or may have, by what they were: the first look at an
  /// instant, and later ones. `has_risen`: in values.
  void look_at_main(const std::vector<std::uint8_t>& values,
                    const std::vector<std::uint8_t>& has_risen);
  void look_at_later(const std::vector<std::uint8_t>& has_risen);
  /// Notes how the clocks are.
  void see_clocks();
  [[nodiscard]] bool any_risen() const;

  /// What the risen clocks do to states, on the values before the round.
  void sample(const std::vector<std::uint8_t>& values);
  void commit_states();
  /// What one write port does, of those that `sample` found.
  void write(std::uint32_t memory, std::uint32_t port, EdgeDigest& digest);

  [[nodiscard]] std::span<const std::uint64_t> memory(std::uint32_t i) const { return rows_[i]; }
  void set_memory(std::uint32_t i, std::span<const std::uint64_t> words) {
    rows_[i].assign(words.begin(), words.end());
  }
  void save_reads(std::vector<std::uint8_t>& out) const;
  void restore_reads(std::span<const std::uint8_t> saved);

 private:
  /// 0, 1, or 2 for x.
  using Ternary = std::uint8_t;
  static constexpr Ternary kX = 2;
  enum class Rise : std::uint8_t { No, Perhaps, Yes };

  [[nodiscard]] Ternary now(Lit lit) const { return is_x(lit) ? kX : view_.values[lit.code()]; }
  [[nodiscard]] Ternary sampled(Lit lit) const {
    return sampled_x_[lit.node()] != 0 ? kX : sampled_values_[lit.code()];
  }
  [[nodiscard]] std::vector<Ternary> sampled(const std::vector<Lit>& lits) const;
  [[nodiscard]] Ternary evaluate_and(std::uint32_t node) const;
  [[nodiscard]] bool state_through_gate(std::uint32_t index) const;
  void read(const ReadPortId& id);
  void find_muxes();
  void sample_writes();
  void write_row(std::uint32_t memory, std::uint64_t row, bool is_sure, EdgeDigest& digest);

  const Model& model_;
  View view_;
  std::vector<std::uint8_t> x_;  ///< by AIG node
  std::vector<std::uint8_t> before_;
  std::vector<std::uint8_t> at_settle_;           ///< values when the settle began
  std::vector<std::int32_t> select_of_;           ///< by AIG node: literal that selects, or -1
  std::vector<std::vector<std::uint64_t>> rows_;  ///< by memory
  std::vector<std::uint8_t> seen_;                ///< by clock, ternary
  std::vector<std::uint8_t> seen_values_;         ///< by clock
  std::vector<Rise> rises_;                       ///< by clock
  bool is_main_ = false;
  std::vector<std::uint8_t> sampled_values_;
  std::vector<std::uint8_t> sampled_x_;
  std::vector<std::pair<std::uint32_t, bool>> updates_;
  struct Write {
    std::uint32_t memory = 0;
    std::uint32_t port = 0;
    bool is_sure = false;
    std::vector<Ternary> address;
    std::vector<Ternary> enable;
    std::vector<Ternary> data;
  };
  std::vector<Write> writes_;
  const Write* writing_ = nullptr;
  std::string unsettled_;
};

}  // namespace heddle::gate
