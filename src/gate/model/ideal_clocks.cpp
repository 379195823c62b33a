// First which clocks come from an ideal one through flops, then the states.
#include "gate/model/ideal_clocks.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace heddle::gate {
namespace {

/// Clocks by node: a falling edge is as derived as a rising one.
class DerivedClocks {
 public:
  DerivedClocks(const Model& model, const std::set<std::uint32_t>& ideal_nodes)
      : model_(model), ideal_nodes_(ideal_nodes), seen_(model.aig.node_count(), 0) {
    for (const StateBit& state : model.states) {
      if (state.has_clock()) clock_of_flop_.emplace(state.output.node(), state.clock.node());
    }
  }

  /// Those on whose way from an ideal clock there is a flop.
  std::set<std::uint32_t> find() {
    for (const auto& [flop, clock] : clock_of_flop_) look_behind(clock);
    for (const Memory& memory : model_.memories) {
      for (const MemoryWritePort& port : memory.writes) look_behind(port.clock.node());
    }
    std::set<std::uint32_t> derived;
    for (bool moves = true; moves;) {
      moves = false;
      for (const auto& [clock, behind] : clocks_) {
        if (std::any_of(behind.flops.begin(), behind.flops.end(),
                        [this](std::uint32_t flop) { return is_ideal(clock_of_flop_.at(flop)); })) {
          moves = derived.insert(clock).second || moves;
          reached_.insert(clock);
        }
      }
    }
    return derived;
  }

 private:
  struct Behind {
    std::vector<std::uint32_t> flops;
    bool has_ideal = false;
  };

  [[nodiscard]] bool is_ideal(std::uint32_t clock) const {
    return clocks_.at(clock).has_ideal || reached_.count(clock) != 0;
  }

  /// Through gates only: what stands before the latch of a clock gate makes no edge.
  void look_behind(std::uint32_t clock) {
    const auto [at, is_new] = clocks_.try_emplace(clock);
    if (!is_new) return;
    Behind& behind = at->second;
    ++epoch_;
    std::vector<std::uint32_t> open{clock};
    while (!open.empty()) {
      const std::uint32_t node = open.back();
      open.pop_back();
      if (node == 0 || std::exchange(seen_[node], epoch_) == epoch_) continue;
      if (!model_.aig.is_source(node)) {
        open.push_back(model_.aig.node(node).a.node());
        open.push_back(model_.aig.node(node).b.node());
      } else if (clock_of_flop_.count(node) != 0) {
        behind.flops.push_back(node);
      } else {
        behind.has_ideal = behind.has_ideal || ideal_nodes_.count(node) != 0;
      }
    }
  }

  const Model& model_;
  const std::set<std::uint32_t>& ideal_nodes_;
  std::map<std::uint32_t, std::uint32_t> clock_of_flop_;  ///< by node of its output
  std::map<std::uint32_t, Behind> clocks_;
  std::set<std::uint32_t> reached_;  ///< clocks that come from an ideal one
  std::vector<std::uint32_t> seen_;  ///< by node: the search that saw it last
  std::uint32_t epoch_ = 0;
};

/// Makes the states, one for each literal that is sampled.
class Holder {
 public:
  explicit Holder(Model& model) : model_(model), instant_(model.aig.add_source()) {}

  void hold(Lit& lit, const std::string& whose) {
    if (lit.is_constant()) return;
    const Lit positive = lit ^ lit.complemented();
    const auto [at, is_new] = held_.try_emplace(positive.node());
    if (is_new) {
      StateBit state;
      state.name = whose + " (before the instant)";
      state.output = model_.aig.add_source();
      state.gate = ~instant_;
      state.value = positive;
      state.kind = StateKind::Held;
      at->second = state.output;
      states_.push_back(std::move(state));
    }
    lit = at->second ^ lit.complemented();
  }

  void hold(std::vector<Lit>& lits, const std::string& whose) {
    for (Lit& lit : lits) hold(lit, whose);
  }

  void finish() {
    model_.instant = static_cast<std::int32_t>(model_.inputs.size());
    model_.inputs.push_back({kForcePrefix + std::string("instant"), instant_});
    model_.states.insert(model_.states.end(), states_.begin(), states_.end());
  }

 private:
  Model& model_;
  Lit instant_;
  std::map<std::uint32_t, Lit> held_;  ///< by node
  std::vector<StateBit> states_;
};

}  // namespace

void hold_for_ideal_clocks(Model& model, std::span<const std::string> ideal_clocks) {
  std::set<std::uint32_t> ideal_nodes;
  for (const PortBit& input : model.inputs) {
    if (std::find(ideal_clocks.begin(), ideal_clocks.end(), input.name) != ideal_clocks.end()) {
      ideal_nodes.insert(input.lit.node());
    }
  }
  if (ideal_nodes.empty()) return;
  const std::set<std::uint32_t> derived = DerivedClocks(model, ideal_nodes).find();
  if (derived.empty()) return;
  Holder holder(model);
  for (StateBit& state : model.states) {
    if (derived.count(state.clock.node()) == 0) continue;
    holder.hold(state.next, state.name);
    holder.hold(state.enable, state.name);
  }
  for (Memory& memory : model.memories) {
    for (MemoryWritePort& port : memory.writes) {
      if (derived.count(port.clock.node()) == 0) continue;
      holder.hold(port.any_enable, memory.name);
      holder.hold(port.enable, memory.name);
      holder.hold(port.address, memory.name);
      holder.hold(port.data, memory.name);
    }
  }
  holder.finish();
}

}  // namespace heddle::gate
