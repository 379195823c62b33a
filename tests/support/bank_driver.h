// Drives a peripheral bank as an engine does, from levels that a test computes
// edge by edge, with no engine and no netlist.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heddle/gate/peripheral_bank.h"

namespace heddle::gate::test {

/// Levels of the design's outputs and inputs, by index.
struct Pins {
  std::vector<std::uint8_t> outputs;
  std::vector<std::uint8_t> inputs;
};

/// Whether `sample` is called at every edge or only when something asks for it.
enum class Stepping { WhenDue, EveryEdge };

/// One bank, its pins, and everything it said.
class BankDriver {
 public:
  BankDriver(PeripheralBank& bank, std::size_t output_count, std::size_t input_count,
             Stepping stepping = Stepping::WhenDue)
      : bank_(&bank), stepping_(stepping) {
    pins.outputs.assign(output_count, 0);
    pins.inputs.assign(input_count, 0xEE);  // neither 0 nor 1: an idle drive is missing
    for (const EdgeOp& op : bank.idle_drives()) pins.inputs[op.input] = level(op.value);
  }

  /// Runs one edge: the drives of the edge before arrive, then `design`
  /// computes the outputs, then the bank samples.
  StopReason edge(const EdgeInfo& info, const std::function<void(Pins&)>& design) {
    for (const EdgeOp& op : drives_) pins.inputs[op.input] = level(op.value);
    drives_.clear();
    design(pins);
    std::vector<std::uint8_t> seen;
    for (const std::uint32_t output : bank_->observed_outputs())
      seen.push_back(pins.outputs[output]);
    const bool changed = seen != seen_;
    seen_ = seen;
    const bool due = bank_->due(info);
    if (!due && !changed && stepping_ == Stepping::WhenDue) return StopReason::None;
    ++sample_count;
    return bank_->sample(info, seen_, drives_, records);
  }

  /// Goes on with another bank that was given this one's state.
  void move_to(PeripheralBank& bank) { bank_ = &bank; }

  Pins pins;
  std::vector<Record> records;
  std::size_t sample_count = 0;

 private:
  static std::uint8_t level(std::uint32_t value) { return static_cast<std::uint8_t>(value); }

  PeripheralBank* bank_ = nullptr;
  Stepping stepping_ = Stepping::WhenDue;
  std::vector<EdgeOp> drives_;
  std::vector<std::uint8_t> seen_;
};

/// Edge `edge` of one clock of `period_ps` that rises at even edges.
inline EdgeInfo single_clock_edge(std::uint64_t edge, std::uint64_t reset_edges = 0,
                                  std::int64_t period_ps = 20000) {
  return {.edge = edge,
          .time_ps = static_cast<std::int64_t>(edge) * (period_ps / 2),
          .rising = edge % 2 == 0 ? 1U : 0U,
          .in_reset = edge < reset_edges ? 1U : 0U};
}

}  // namespace heddle::gate::test
