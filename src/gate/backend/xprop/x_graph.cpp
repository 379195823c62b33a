// Items from the evaluation order that all engines share; multiplexers by their
// shape; clocks with their clock gates taken off, to find the domains of the
// program that rise with them.
#include "gate/backend/xprop/x_graph.h"

#include <algorithm>
#include <map>
#include <optional>

#include "gate/program/clock_cone.h"
#include "gate/program/clock_gates.h"
#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

bool is_and(const Aig& aig, Lit lit) {
  return !lit.is_constant() && !aig.is_source(lit.node());
}

/// The operands of a node that is ~(s & t) & ~(~s & e): s, t and e.
std::optional<std::array<Lit, 3>> as_mux(const Aig& aig, std::uint32_t node) {
  const Aig::Node& top = aig.node(node);
  if (!top.a.complemented() || !top.b.complemented()) return {};
  if (!is_and(aig, top.a) || !is_and(aig, top.b)) return {};
  const Aig::Node& p = aig.node(top.a.node());
  const Aig::Node& q = aig.node(top.b.node());
  if (p.a == ~q.a) return std::array{p.a, p.b, q.b};
  if (p.a == ~q.b) return std::array{p.a, p.b, q.a};
  if (p.b == ~q.a) return std::array{p.b, p.a, q.b};
  if (p.b == ~q.b) return std::array{p.b, p.a, q.a};
  return {};
}

XItem logic_item(const Aig& aig, std::uint32_t node) {
  if (const auto mux = as_mux(aig, node)) return {XItem::Kind::Mux, node, *mux};
  return {XItem::Kind::And, node, {aig.node(node).a, aig.node(node).b, Lit()}};
}

bool may_miss(const Memory& memory, const MemoryReadPort& port) {
  if (memory.start_offset != 0 || port.address.size() >= 64) return true;
  return std::uint64_t{1} << port.address.size() > memory.depth;
}

}  // namespace

XGraph::XGraph(const Program& program) {
  const Model& model = program.model;
  add_steps(model);
  add_clocks(program);
  mark_cone(model);
  drop_unread(program);
  connect(model);
}

void XGraph::add_steps(const Model& model) {
  EvalOrder order = evaluation_order(model);
  reads = std::move(order.read_ports);
  reads_of_memory.resize(model.memories.size());
  item_of_node.assign(model.aig.node_count(), kNone);
  state_of_node.assign(model.aig.node_count(), kNone);
  gate_of_state.assign(model.states.size(), kNone);
  pending_of_state.assign(model.states.size(), kNone);
  for (const ReadPortId& id : reads) {
    const Memory& memory = model.memories[id.memory];
    read_may_miss.push_back(static_cast<std::uint8_t>(may_miss(memory, memory.reads[id.port])));
  }
  for (const EvalStep& step : order.steps) {
    const auto place = static_cast<std::uint32_t>(items.size());
    if (step.kind == EvalStep::Kind::And) {
      item_of_node[step.index] = place;
      items.push_back(logic_item(model.aig, step.index));
    } else if (step.kind == EvalStep::Kind::State) {
      gate_of_state[step.index] = place;
      items.push_back({XItem::Kind::Gate, step.index});
    } else {
      reads_of_memory[reads[step.index].memory].push_back(place);
      items.push_back({XItem::Kind::Read, step.index});
    }
  }
  first_breaker = static_cast<std::uint32_t>(items.size());
  for (std::uint32_t i = 0; i < model.states.size(); ++i) {
    state_of_node[model.states[i].output.node()] = i;
    if (!model.states[i].breaks_loop) continue;
    gate_of_state[i] = static_cast<std::uint32_t>(items.size());
    items.push_back({XItem::Kind::Gate, i});
  }
  first_pending = static_cast<std::uint32_t>(items.size());
  for (std::uint32_t i = 0; i < model.states.size(); ++i) {
    if (!model.states[i].has_clock()) continue;
    pending_of_state[i] = static_cast<std::uint32_t>(items.size());
    items.push_back({XItem::Kind::Pending, i});
  }
}

void XGraph::add_clocks(const Program& program) {
  const Model& model = program.model;
  const ClockGates gates(model);
  std::map<Lit, std::uint32_t> index_of;
  std::map<NodeRef, std::uint32_t> domain_of;
  for (std::uint32_t d = 0; d < program.domains.size(); ++d) {
    domain_of.emplace(program.domains[d].clock, d);
  }
  clocks_of_domain.resize(program.domains.size());
  const auto clock_of = [&](Lit lit) {
    const auto [at, is_new] = index_of.emplace(lit, static_cast<std::uint32_t>(clocks.size()));
    if (!is_new) return at->second;
    XClock clock{.lit = lit};
    Lit root = lit;
    while (const auto gate = gates.find(model.aig, root)) {
      clock.latches.push_back(gate->latch);
      root = gate->clock;
    }
    const auto domain =
        domain_of.find(NodeRef(program.node_of_aig[root.node()], root.complemented()));
    HEDDLE_CHECK(domain != domain_of.end());
    clock.domain = domain->second;
    clocks_of_domain[clock.domain].push_back(at->second);
    clocks.push_back(std::move(clock));
    return at->second;
  };
  clock_of_state.assign(model.states.size(), kNone);
  for (std::uint32_t i = 0; i < model.states.size(); ++i) {
    if (!model.states[i].has_clock()) continue;
    clock_of_state[i] = clock_of(model.states[i].clock);
    clocks[clock_of_state[i]].states.push_back(i);
  }
  for (std::uint32_t m = 0; m < model.memories.size(); ++m) {
    for (std::uint32_t p = 0; p < model.memories[m].writes.size(); ++p) {
      // A constant never rises.
      const Lit clock = model.memories[m].writes[p].clock;
      if (!clock.is_constant()) {
        clocks[clock_of(clock)].writes.push_back(static_cast<std::uint32_t>(writes.size()));
      }
      writes.push_back({m, p});
    }
  }
}

void XGraph::mark_cone(const Model& model) {
  ClockCone cone = clock_cone(model);
  for (const std::uint32_t node : cone.gates) cone.contains[node] = 1;
  clock_gates = std::move(cone.gates);
  is_in_cone.assign(items.size(), 0);
  for (std::uint32_t i = 0; i < first_pending; ++i) {
    const XItem& item = items[i];
    if (item.kind == XItem::Kind::Read) {
      const ReadPortId id = reads[item.index];
      for (const Lit lit : model.memories[id.memory].reads[id.port].data) {
        is_in_cone[i] |= cone.contains[lit.node()];
      }
    } else {
      const bool is_state = item.kind == XItem::Kind::Gate;
      is_in_cone[i] = cone.contains[is_state ? model.states[item.index].output.node() : item.index];
    }
  }
}

template <class Visit>
void XGraph::for_each_operand(const Model& model, const XItem& item, const Visit& visit) const {
  switch (item.kind) {
    case XItem::Kind::And:
    case XItem::Kind::Mux:
      for (const Lit lit : item.used()) visit(lit);
      return;
    case XItem::Kind::Read: {
      const ReadPortId id = reads[item.index];
      const MemoryReadPort& port = model.memories[id.memory].reads[id.port];
      visit(port.enable);
      for (const Lit lit : port.address) visit(lit);
      return;
    }
    case XItem::Kind::Gate: {
      const StateBit& state = model.states[item.index];
      for (const Lit lit : {state.gate, state.value, state.output}) visit(lit);
      return;
    }
    case XItem::Kind::Pending: {
      const StateBit& state = model.states[item.index];
      for (const Lit lit : {state.gate, state.enable, state.next, state.output}) visit(lit);
      return;
    }
  }
}

/// The products inside of a multiplexer are no operands of it: where nobody else
/// reads them nobody has to know them.
void XGraph::drop_unread(const Program& program) {
  const Model& model = program.model;
  std::vector<std::uint8_t> is_read(model.aig.node_count(), 0);
  const auto mark = [&is_read](Lit lit) { is_read[lit.node()] = 1; };
  for (const PortBit& port : model.outputs) mark(port.lit);
  for (const Lit lit : program.observed_lits) mark(lit);
  for (const XClock& clock : clocks) mark(clock.lit);
  for (const Memory& memory : model.memories) {
    for (const MemoryWritePort& port : memory.writes) {
      mark(port.any_enable);
      for (const auto* lits : {&port.enable, &port.address, &port.data}) {
        for (const Lit lit : *lits) mark(lit);
      }
    }
  }
  for (std::uint32_t i = first_breaker; i < items.size(); ++i) {
    for_each_operand(model, items[i], mark);
  }
  is_dropped_.assign(items.size(), 0);
  // Against the order: whoever reads an item was looked at before it.
  for (std::uint32_t i = first_breaker; i-- > 0;) {
    const bool is_logic = items[i].kind == XItem::Kind::And || items[i].kind == XItem::Kind::Mux;
    if (is_logic && is_read[items[i].index] == 0) {
      is_dropped_[i] = 1;
    } else {
      for_each_operand(model, items[i], mark);
    }
  }
}

void XGraph::connect(const Model& model) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;  // node, item
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    if (is_dropped_[i] != 0) continue;
    for_each_operand(model, items[i], [&](Lit lit) {
      if (!lit.is_constant()) edges.emplace_back(lit.node(), i);
    });
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  auto at = edges.begin();
  for (std::uint32_t node = 0; node < model.aig.node_count(); ++node) {
    first_reader_.push_back(static_cast<std::uint32_t>(readers_.size()));
    for (; at != edges.end() && at->first == node; ++at) readers_.push_back(at->second);
  }
  first_reader_.push_back(static_cast<std::uint32_t>(readers_.size()));
}

}  // namespace heddle::gate
