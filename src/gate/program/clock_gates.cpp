// Matching clock gates in the AIG.
#include "gate/program/clock_gates.h"

#include <algorithm>
#include <initializer_list>

#include "gate/model/loops.h"

namespace heddle::gate {

ClockGates::ClockGates(const Model& model)
    : model_(&model), latch_of_node_(model.aig.node_count(), -1) {
  for (std::size_t i = 0; i < model.states.size(); ++i) {
    const StateBit& state = model.states[i];
    if (state.kind == StateKind::Latch && !state.breaks_loop) {
      latch_of_node_[state.output.node()] = static_cast<std::int32_t>(i);
    }
  }
  drop_unsteady();
}

void ClockGates::drop_unsteady() {
  const std::vector<StateBit>& states = model_->states;
  const auto breaks = [](const StateBit& state) { return state.breaks_loop; };
  if (std::none_of(states.begin(), states.end(), breaks)) return;
  std::vector<std::uint8_t> is_unsteady(model_->aig.node_count(), 0);
  for (const StateBit& state : states) {
    if (state.breaks_loop) is_unsteady[state.output.node()] = 1;
  }
  const auto any = [&is_unsteady](std::initializer_list<Lit> lits) {
    return std::any_of(lits.begin(), lits.end(),
                       [&](Lit lit) { return is_unsteady[lit.node()] != 0; });
  };
  const EvalOrder order = evaluation_order(*model_);
  for (const EvalStep& step : order.steps) {
    if (step.kind == EvalStep::Kind::And) {
      const Aig::Node& node = model_->aig.node(step.index);
      is_unsteady[step.index] = any({node.a, node.b});
    } else if (step.kind == EvalStep::Kind::State) {
      const StateBit& state = states[step.index];
      is_unsteady[state.output.node()] = any({state.gate, state.value});
      if (any({state.gate})) latch_of_node_[state.output.node()] = -1;
    } else {
      const ReadPortId id = order.read_ports[step.index];
      const MemoryReadPort& port = model_->memories[id.memory].reads[id.port];
      const bool moves = any({port.enable}) || std::any_of(port.address.begin(), port.address.end(),
                                                           [&any](Lit lit) { return any({lit}); });
      for (const Lit lit : port.data) is_unsteady[lit.node()] = moves;
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
