// Backwards from every clock, through gates, values and read addresses.
#include "gate/program/clock_cone.h"

#include "gate/program/clock_gates.h"

namespace heddle::gate {
namespace {

class Marker {
 public:
  explicit Marker(const Model& model)
      : model_(model),
        gates_(model),
        state_of_(model.aig.node_count(), nullptr),
        read_of_(model.aig.node_count(), nullptr) {
    cone_.contains.assign(model.aig.node_count(), 0);
    for (const StateBit& state : model.states) {
      if (state.has_gate()) state_of_[state.output.node()] = &state;
    }
    for (const Memory& memory : model.memories) {
      for (const MemoryReadPort& port : memory.reads) {
        for (const Lit lit : port.data) read_of_[lit.node()] = &port;
      }
    }
  }

  ClockCone run() {
    for (const StateBit& state : model_.states) {
      if (state.has_clock()) mark_clock(state.clock);
    }
    for (const Memory& memory : model_.memories) {
      for (const MemoryWritePort& port : memory.writes) mark_clock(port.clock);
    }
    while (!work_.empty()) {
      const std::uint32_t node = work_.back();
      work_.pop_back();
      mark_below(node);
    }
    return std::move(cone_);
  }

 private:
  void mark_clock(Lit clock) {
    while (const auto gate = gates_.find(model_.aig, clock)) {
      cone_.gates.push_back(clock.node());
      clock = gate->clock;
    }
    mark(clock);
  }

  void mark(Lit lit) {
    if (lit.is_constant() || cone_.contains[lit.node()] != 0) return;
    cone_.contains[lit.node()] = 1;
    work_.push_back(lit.node());
  }

  void mark_below(std::uint32_t node) {
    if (!model_.aig.is_source(node)) {
      mark(model_.aig.node(node).a);
      mark(model_.aig.node(node).b);
    } else if (const StateBit* state = state_of_[node]) {
      mark(state->gate);
      mark(state->value);
    } else if (const MemoryReadPort* port = read_of_[node]) {
      mark(port->enable);
      for (const Lit lit : port->address) mark(lit);
    }
  }

  const Model& model_;
  ClockGates gates_;
  std::vector<const StateBit*> state_of_;  ///< by AIG node: a state with a gate
  std::vector<const MemoryReadPort*> read_of_;
  std::vector<std::uint32_t> work_;
  ClockCone cone_;
};

}  // namespace

ClockCone clock_cone(const Model& model) {
  return Marker(model).run();
}

}  // namespace heddle::gate
