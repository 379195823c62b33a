// Matching clock gates in the AIG.
#include "gate/program/clock_gates.h"

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

std::optional<ClockGates::Gate> ClockGates::find(const Aig& aig, Lit clock) const {
  if (clock.is_constant() || clock.complemented() || aig.is_source(clock.node())) return {};
  const Aig::Node& node = aig.node(clock.node());
  if (holds_while_high(node.b, node.a)) return Gate{node.a, node.b};
  if (holds_while_high(node.a, node.b)) return Gate{node.b, node.a};
  return {};
}

GatedClock ClockGates::see_through(Aig& aig, Lit clock) const {
  GatedClock result{.clock = clock};
  while (const std::optional<Gate> gate = find(aig, result.clock)) {
    result.clock = gate->clock;
    result.enable = aig.make_and(result.enable, gate->latch);
  }
  return result;
}

}  // namespace heddle::gate
