// One depth-first search serves both: breakers are where it meets itself, and
// its post-order is the evaluation order.
#include "gate/model/loops.h"

namespace heddle::gate {
namespace {

/// What a source of the AIG belongs to.
struct SourceOwner {
  enum class Kind : std::uint8_t { None, State, Read };
  Kind kind = Kind::None;
  std::uint32_t index = 0;
};

class Search {
 public:
  explicit Search(const Model& model)
      : model_(model), owners_(model.aig.node_count()), marks_(model.aig.node_count(), Mark::New) {
    for (std::uint32_t i = 0; i < model.states.size(); ++i) {
      if (!model.states[i].has_gate()) continue;
      owners_[model.states[i].output.node()] = {SourceOwner::Kind::State, i};
    }
    for (std::uint32_t m = 0; m < model.memories.size(); ++m) {
      for (std::uint32_t p = 0; p < model.memories[m].reads.size(); ++p) {
        for (const Lit data : model.memories[m].reads[p].data) {
          owners_[data.node()] = {SourceOwner::Kind::Read,
                                  static_cast<std::uint32_t>(order_.read_ports.size())};
        }
        order_.read_ports.push_back({m, p});
      }
    }
    read_is_listed_.assign(order_.read_ports.size(), false);
  }

  /// States that were met while they were being visited.
  std::vector<std::uint32_t> breakers;
  /// The same for read ports on loops without a state.
  std::vector<ReadPortId> reads;

  EvalOrder run() {
    // Gated states first and in order, so that breakers are well defined.
    for (const StateBit& state : model_.states) {
      if (state.has_gate()) visit(state.output.node());
    }
    // A breaker is no step: what it depends on must be in the order all the same.
    for (const StateBit& state : model_.states) {
      if (state.has_gate() && state.breaks_loop) {
        visit(state.gate.node());
        visit(state.value.node());
      }
    }
    for (std::uint32_t node = 1; node < model_.aig.node_count(); ++node) visit(node);
    return std::move(order_);
  }

 private:
  enum class Mark : std::uint8_t { New, Open, Done };
  struct Frame {
    std::uint32_t node = 0;
    std::uint32_t next = 0;
  };

  /// The `i`-th node that `node` reads in a sweep, or false past the last.
  bool dependence(std::uint32_t node, std::uint32_t i, std::uint32_t& out) const {
    if (!model_.aig.is_source(node)) {
      const Aig::Node& n = model_.aig.node(node);
      if (i >= 2) return false;
      out = (i == 0 ? n.a : n.b).node();
      return true;
    }
    const SourceOwner owner = owners_[node];
    if (owner.kind == SourceOwner::Kind::State) {
      const StateBit& state = model_.states[owner.index];
      if (i >= 2 || state.breaks_loop) return false;
      out = (i == 0 ? state.gate : state.value).node();
      return true;
    }
    if (owner.kind == SourceOwner::Kind::Read) {
      const ReadPortId id = order_.read_ports[owner.index];
      const MemoryReadPort& port = model_.memories[id.memory].reads[id.port];
      if (i > port.address.size()) return false;
      out = (i == 0 ? port.enable : port.address[i - 1]).node();
      return true;
    }
    return false;
  }

  void visit(std::uint32_t first) {
    if (marks_[first] != Mark::New) return;
    std::vector<Frame> stack{{first, 0}};
    marks_[first] = Mark::Open;
    while (!stack.empty()) {
      Frame& frame = stack.back();
      std::uint32_t below = 0;
      if (dependence(frame.node, frame.next, below)) {
        ++frame.next;
        if (marks_[below] == Mark::New) {
          marks_[below] = Mark::Open;
          stack.push_back({below, 0});
        } else if (marks_[below] == Mark::Open) {
          break_at(stack, below);
        }
        continue;
      }
      finish(frame.node);
      stack.pop_back();
    }
  }

  /// A loop runs through the stack from `node` on: its first state breaks it.
  void break_at(const std::vector<Frame>& stack, std::uint32_t node) {
    std::size_t at = stack.size();
    while (at > 0 && stack[at - 1].node != node) --at;
    for (const SourceOwner::Kind kind : {SourceOwner::Kind::State, SourceOwner::Kind::Read}) {
      for (std::size_t i = at == 0 ? 0 : at - 1; i < stack.size(); ++i) {
        const SourceOwner owner = owners_[stack[i].node];
        if (owner.kind != kind) continue;
        if (kind == SourceOwner::Kind::State) breakers.push_back(owner.index);
        if (kind == SourceOwner::Kind::Read) reads.push_back(order_.read_ports[owner.index]);
        return;
      }
    }
  }

  void finish(std::uint32_t node) {
    marks_[node] = Mark::Done;
    if (!model_.aig.is_source(node)) {
      order_.steps.push_back({EvalStep::Kind::And, node});
      return;
    }
    const SourceOwner owner = owners_[node];
    if (owner.kind == SourceOwner::Kind::State) {
      if (!model_.states[owner.index].breaks_loop) {
        order_.steps.push_back({EvalStep::Kind::State, owner.index});
      }
    } else if (owner.kind == SourceOwner::Kind::Read && !read_is_listed_[owner.index]) {
      read_is_listed_[owner.index] = true;
      order_.steps.push_back({EvalStep::Kind::Read, owner.index});
    }
  }

  const Model& model_;
  std::vector<SourceOwner> owners_;
  std::vector<Mark> marks_;
  EvalOrder order_;
  std::vector<bool> read_is_listed_;
};

}  // namespace

std::vector<ReadPortId> reads_in_loops(const Model& model) {
  Search search(model);
  static_cast<void>(search.run());
  return std::move(search.reads);
}

void mark_loop_breakers(Model& model) {
  // Breaking one loop may leave another: repeat until none is met.
  while (true) {
    Search search(model);
    static_cast<void>(search.run());
    if (search.breakers.empty()) return;
    for (const std::uint32_t index : search.breakers) model.states[index].breaks_loop = true;
  }
}

EvalOrder evaluation_order(const Model& model) {
  return Search(model).run();
}

}  // namespace heddle::gate
