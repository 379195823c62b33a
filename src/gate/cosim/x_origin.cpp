// At one edge: breadth first from the net over bits that are x, a flop at a time;
// then the components that no other feeds (Tarjan 1972), of which the first met is
// the origin. If that is a flop that was known before, the same from what it took
// when it became x.
#include "gate/cosim/x_origin.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "gate/cosim/engine_run.h"

namespace heddle::gate {
namespace {

constexpr std::uint32_t kNone = ~0U;

class Search {
 public:
  Search(const Model& model, const Backend& engine)
      : model_(model),
        engine_(engine),
        bit_of_(model.aig.node_count(), kNone),
        mark_(model.aig.node_count(), 0) {
    for (std::uint32_t i = 0; i < model.states.size(); ++i) {
      owner_.emplace(model.states[i].output.node(), Owner{Owner::Kind::State, i, 0});
    }
    for (std::uint32_t i = 0; i < model.inputs.size(); ++i) {
      owner_.emplace(model.inputs[i].lit.node(), Owner{Owner::Kind::Input, i, 0});
    }
    for (std::uint32_t i = 0; i < model.unknowns.size(); ++i) {
      owner_.emplace(model.unknowns[i].lit.node(), Owner{Owner::Kind::Net, i, 0});
    }
    for (std::uint32_t m = 0; m < model.memories.size(); ++m) {
      for (std::uint32_t p = 0; p < model.memories[m].reads.size(); ++p) {
        for (const Lit lit : model.memories[m].reads[p].data) {
          owner_.emplace(lit.node(), Owner{Owner::Kind::Read, m, p});
        }
      }
    }
  }

  /// What is nearest behind some literals, and what is between. Nothing where none
  /// of them is x.
  struct Found {
    std::optional<std::uint32_t> state;  ///< that it is
    XOrigin origin;
  };
  Found run(const std::vector<Lit>& lits) {
    bits_.push_back({});  // whoever reads the literals
    follow(lits, 0);
    for (std::uint32_t at = 1; at < bits_.size() && bits_.size() < kXOriginBitsMax; ++at) {
      follow(feeders(bits_[at].node), at);
    }
    const std::uint32_t bit = nearest_origin();
    Found found{.state = std::nullopt, .origin = describe(bit)};
    if (bit != 0 && owner_.at(bits_[bit].node).kind == Owner::Kind::State) {
      found.state = owner_.at(bits_[bit].node).index;
    }
    return found;
  }

 private:
  struct Owner {
    enum class Kind : std::uint8_t { State, Input, Net, Read };
    Kind kind = Kind::State;
    std::uint32_t index = 0;
    std::uint32_t port = 0;
  };
  /// A source of the graph that is x, in the order in which it was met.
  struct Bit {
    std::uint32_t node = 0;
    std::uint32_t from = kNone;  ///< the bit nearer to the net
    std::vector<std::uint32_t> fed_by = {};
  };

  /// What makes a source x.
  [[nodiscard]] std::vector<Lit> feeders(std::uint32_t node) const {
    const Owner owner = owner_.at(node);
    if (owner.kind == Owner::Kind::State) {
      const StateBit& state = model_.states[owner.index];
      return {state.next, state.enable, state.gate, state.value, state.clock};
    }
    if (owner.kind != Owner::Kind::Read) return {};
    const MemoryReadPort& port = model_.memories[owner.index].reads[owner.port];
    std::vector<Lit> lits = port.address;
    lits.push_back(port.enable);
    return lits;
  }

  /// Notes the sources that are x behind some literals as what feeds bit `at`.
  void follow(const std::vector<Lit>& lits, std::uint32_t at) {
    ++stamp_;
    std::vector<std::uint32_t> work;
    const auto reach = [&](Lit lit) {
      if (lit.is_constant() || mark_[lit.node()] == stamp_) return;
      mark_[lit.node()] = stamp_;
      if (engine_.is_x(lit)) work.push_back(lit.node());
    };
    for (const Lit lit : lits) reach(lit);
    for (std::size_t i = 0; i < work.size(); ++i) {
      const std::uint32_t node = work[i];
      if (!model_.aig.is_source(node)) {
        reach(model_.aig.node(node).a);
        reach(model_.aig.node(node).b);
        continue;
      }
      if (bit_of_[node] == kNone) {
        bit_of_[node] = static_cast<std::uint32_t>(bits_.size());
        bits_.push_back({node, at});
      }
      if (bit_of_[node] != at) bits_[at].fed_by.push_back(bit_of_[node]);
    }
  }

  /// The first bit met whose component nothing outside of it feeds.
  [[nodiscard]] std::uint32_t nearest_origin() const {
    const std::vector<std::uint32_t> component = components();
    std::vector<std::uint8_t> is_fed(bits_.size(), 0);
    for (std::uint32_t bit = 0; bit < bits_.size(); ++bit) {
      for (const std::uint32_t feeder : bits_[bit].fed_by) {
        if (component[feeder] != component[bit]) is_fed[component[bit]] = 1;
      }
    }
    for (std::uint32_t bit = 1; bit < bits_.size(); ++bit) {
      if (is_fed[component[bit]] == 0) return bit;
    }
    return static_cast<std::uint32_t>(bits_.size()) - 1;
  }

  /// By bit, the number of its strongly connected component.
  [[nodiscard]] std::vector<std::uint32_t> components() const {
    std::vector<std::uint32_t> order(bits_.size(), kNone);
    std::vector<std::uint32_t> low(bits_.size(), 0);
    std::vector<std::uint32_t> component(bits_.size(), kNone);
    std::vector<std::uint32_t> open;
    std::vector<std::pair<std::uint32_t, std::size_t>> stack{{0, 0}};
    std::uint32_t next = 0;
    std::uint32_t count = 0;
    while (!stack.empty()) {
      const std::uint32_t bit = stack.back().first;
      if (stack.back().second == 0) {
        order[bit] = low[bit] = next++;
        open.push_back(bit);
      }
      if (stack.back().second < bits_[bit].fed_by.size()) {
        const std::uint32_t feeder = bits_[bit].fed_by[stack.back().second++];
        if (order[feeder] == kNone) {
          stack.emplace_back(feeder, 0);
        } else if (component[feeder] == kNone) {
          low[bit] = std::min(low[bit], order[feeder]);
        }
        continue;
      }
      if (low[bit] == order[bit]) {
        std::uint32_t member = kNone;
        while (member != bit) {
          member = open.back();
          open.pop_back();
          component[member] = count;
        }
        ++count;
      }
      stack.pop_back();
      if (!stack.empty()) {
        const std::uint32_t below = stack.back().first;
        low[below] = std::min(low[below], low[bit]);
      }
    }
    return component;
  }

  [[nodiscard]] std::string name(std::uint32_t bit) const {
    const Owner owner = owner_.at(bits_[bit].node);
    switch (owner.kind) {
      case Owner::Kind::State: return model_.states[owner.index].name;
      case Owner::Kind::Input: return model_.inputs[owner.index].name;
      case Owner::Kind::Net: return model_.unknowns[owner.index].name;
      case Owner::Kind::Read: break;
    }
    return model_.memories[owner.index].name;
  }

  [[nodiscard]] XOrigin describe(std::uint32_t bit) const {
    XOrigin origin;
    if (bit == 0) return origin;
    const Owner owner = owner_.at(bits_[bit].node);
    const std::string quoted = "'" + name(bit) + "'";
    switch (owner.kind) {
      case Owner::Kind::State: {
        const StateBit& state = model_.states[owner.index];
        const std::string kind = state.kind == StateKind::Latch  ? "latch "
                                 : state.kind == StateKind::Loop ? "loop "
                                                                 : "flop ";
        origin.source = kind + quoted +
                        (state.is_unknown ? ", which has no value at power-up"
                                          : ", which took an x at an earlier edge");
        break;
      }
      case Owner::Kind::Input: origin.source = "input " + quoted + ", which nothing drives"; break;
      case Owner::Kind::Net:
        origin.source = (model_.unknowns[owner.index].is_opaque ? "the unknown cell that drives "
                                                                : "the undriven net ") +
                        quoted;
        break;
      case Owner::Kind::Read:
        origin.source = "memory " + quoted + ", at a word that is x or outside of it";
        break;
    }
    for (std::uint32_t at = bits_[bit].from; at != kNone && at != 0; at = bits_[at].from) {
      origin.through.push_back(name(at));
    }
    return origin;
  }

  const Model& model_;
  const Backend& engine_;
  std::map<std::uint32_t, Owner> owner_;  ///< by AIG node
  std::vector<Bit> bits_;
  std::vector<std::uint32_t> bit_of_;  ///< by AIG node
  std::vector<std::uint32_t> mark_;    ///< by AIG node: stamp of the last visit
  std::uint32_t stamp_ = 0;
};

/// An engine that has run `edge`; null where it cannot.
std::unique_ptr<EngineRun> run_to(std::string_view engine, const Program& program,
                                  const RunPlan& plan, std::uint64_t edge) {
  Result<std::unique_ptr<EngineRun>> run = EngineRun::start(engine, program, plan, {});
  constexpr std::uint64_t kBatchEdges = 4096;
  while (run && (*run)->schedule().next_edge() <= edge) {
    const std::uint64_t left = edge + 1 - (*run)->schedule().next_edge();
    const auto batch = (*run)->advance(static_cast<std::uint32_t>(std::min(left, kBatchEdges)));
    if (!batch || batch->executed == 0) return nullptr;
  }
  return run ? std::move(*run) : nullptr;
}

/// The edge at which a state that is x at `edge` became so; none: at power-up.
std::optional<std::uint64_t> became_x(std::string_view engine, const Program& program,
                                      const RunPlan& plan, std::uint32_t state,
                                      std::uint64_t edge) {
  const Result<std::unique_ptr<EngineRun>> run = EngineRun::start(engine, program, plan, {});
  if (!run) return {};
  std::optional<std::uint64_t> since;
  bool was_x = (*run)->backend().is_x_state(state);
  for (std::uint64_t at = 0; at <= edge; ++at) {
    const auto batch = (*run)->advance(1);
    if (!batch || batch->executed == 0) return {};
    const bool is_x = (*run)->backend().is_x_state(state);
    if (is_x && !was_x) since = at;
    was_x = is_x;
  }
  return since;
}

}  // namespace

XOrigin find_x_origin(std::string_view engine, const Program& program, const RunPlan& plan, Lit net,
                      std::uint64_t edge) {
  const Model& model = program.model;
  XOrigin origin;
  std::vector<Lit> lits{net};
  for (std::size_t step = 0; step < kXOriginStepsMax; ++step) {
    const std::unique_ptr<EngineRun> run = run_to(engine, program, plan, edge);
    if (run == nullptr) break;
    Search::Found found = Search(model, run->backend()).run(lits);
    if (found.origin.source.empty()) break;
    // Nearer to the net than what was found now are those found before.
    found.origin.through.insert(found.origin.through.end(), origin.through.begin(),
                                origin.through.end());
    origin = std::move(found.origin);
    if (!found.state) break;
    const std::optional<std::uint64_t> since = became_x(engine, program, plan, *found.state, edge);
    const StateBit& state = model.states[*found.state];
    if (!since || *since == 0) break;
    origin.source = "'" + state.name + "', which became x at edge " + std::to_string(*since);
    origin.through.insert(origin.through.begin(), state.name);
    lits = {state.next, state.enable, state.gate, state.value, state.clock};
    edge = *since - 1;
  }
  // The last of what was passed through is the source itself where nothing fed it.
  if (!origin.through.empty() && origin.source.starts_with("'" + origin.through.front() + "',")) {
    origin.through.erase(origin.through.begin());
  }
  return origin;
}

}  // namespace heddle::gate
