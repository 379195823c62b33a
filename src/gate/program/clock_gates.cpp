// Matching clock gates in the AIG.
#include "gate/program/clock_gates.h"

#include <utility>

namespace heddle::gate {

ClockGates::ClockGates(const Model& model)
    : model_(&model), latch_of_node_(model.aig.node_count(), -1) {
  for (std::size_t i = 0; i < model.states.size(); ++i) {
    const StateBit& state = model.states[i];
    if (state.kind == StateKind::Latch && !state.breaks_loop) {
      latch_of_node_[state.output.node()] = static_cast<std::int32_t>(i);
    }
  }
}

bool ClockGates::holds_while_high(Lit latch, Lit clock) const {
  if (latch.node() >= latch_of_node_.size()) return false;
  const std::int32_t index = latch_of_node_[latch.node()];
  return index >= 0 && model_->states[static_cast<std::size_t>(index)].gate == ~clock;
}

GatedClock ClockGates::see_through(Aig& aig, Lit clock) const {
  GatedClock result{.clock = clock};
  while (true) {
    const bool falls = result.clock.complemented();
    const Lit gated = result.clock ^ falls;
    if (gated.is_constant() || aig.is_source(gated.node())) return result;
    const Aig::Node node = aig.node(gated.node());
    bool is_gate = false;
    for (const auto& [inner, latch] : {std::pair(node.a, node.b), std::pair(node.b, node.a)}) {
      if (!holds_while_high(latch, inner)) continue;
      result.clock = inner ^ falls;
      result.enable = aig.make_and(result.enable, latch);
      is_gate = true;
      break;
    }
    if (!is_gate) return result;
  }
}

}  // namespace heddle::gate
