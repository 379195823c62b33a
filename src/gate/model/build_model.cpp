// Netlist to model: sources first, then the logic of every state, memory port
// and output, then names; at last everything is put into the order of names.
#include <algorithm>
#include <array>
#include <utility>

#include "gate/model/checks.h"
#include "gate/model/elaborator.h"
#include "gate/model/ideal_clocks.h"
#include "gate/model/loops.h"
#include "gate/model/memories.h"
#include "heddle/gate/diagnostics.h"
#include "heddle/gate/find_nets.h"
#include "heddle/gate/model.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate {
namespace {

class Builder {
 public:
  Builder(const FlatNetlist& netlist, Diagnostics& warnings, std::span<const std::string> forceable,
          bool keeps_unknown, std::span<const std::string> ideal_clocks)
      : netlist_(netlist),
        keeps_unknown_(keeps_unknown),
        ideal_clocks_(ideal_clocks),
        forced_nets_(find_nets(netlist, forceable)),
        warnings_(warnings),
        elaborator_(netlist, model_.aig),
        naming_(netlist) {}

  Result<Model> build() {
    model_.top = std::string(netlist_.names.text(netlist_.top));
    model_.netlist_digest = netlist_.source_digest;
    for (const NetId net : forced_nets_) {
      // Sources only: the inputs come when everything is in order.
      force_sources_.push_back({model_.aig.add_source(), model_.aig.add_source()});
      elaborator_.force(net, force_sources_.back().first, force_sources_.back().second);
    }
    add_inputs();
    if (keeps_unknown_) add_unknowns();
    HEDDLE_TRY_STATUS(add_state_sources());
    model_.memories = add_memories(netlist_, elaborator_, model_);
    connect_states();
    add_outputs();
    add_names();
    add_checks(netlist_, elaborator_, model_, warnings_);
    add_cuts();
    cut_memory_loops();
    sort_by_name();
    add_force_points();
    hold_for_ideal_clocks(model_, ideal_clocks_);
    mark_loop_breakers(model_);
    return std::move(model_);
  }

 private:
  void add_inputs() {
    for (std::uint32_t index = 0; index < netlist_.ports.size(); ++index) {
      const TopPort& port = netlist_.ports[index];
      for (std::uint32_t bit = 0; bit < port.bits.size(); ++bit) {
        const NetId net = port.bits[bit];
        // An output wired to an input carries its net, but does not drive it.
        const Driver& driver = netlist_.driver(net);
        if (driver.kind != DriverKind::TopInput || driver.index != index || driver.bit != bit) {
          continue;
        }
        const Lit lit = model_.aig.add_source();
        elaborator_.define(net, lit);
        model_.inputs.push_back({port_bit_name(port, bit), lit});
      }
    }
  }

  /// Nets that are x for ever: sources that no engine drives.
  void add_unknowns() {
    elaborator_.keep_unknown(model_.unknowns);
    for (const NetId net : netlist_.undriven) {
      if (net == kNetX) continue;
      const bool is_opaque =
          std::find(netlist_.opaque.begin(), netlist_.opaque.end(), net) != netlist_.opaque.end();
      model_.unknowns.push_back({naming_.name_of(net), model_.aig.add_source(), is_opaque});
      elaborator_.define(net, model_.unknowns.back().lit);
    }
  }

  std::string port_bit_name(const TopPort& port, std::uint32_t bit) const {
    return bit_name(netlist_.names.text(port.name), static_cast<std::uint32_t>(port.bits.size()),
                    port.range, bit);
  }

  Status add_state_sources() {
    Diagnostics errors;
    for (const FlopCell& flop : netlist_.flops) {
      if (flop.clock.is_none()) {
        errors.add(Diagnostic(diag::kGlobalClockFlop, {}, {netlist_.names.full_name(flop.name)}));
      }
      add_state(flop.q, StateKind::Flop, flop.init);
    }
    for (const LatchCell& latch : netlist_.latches) {
      add_state(latch.q, StateKind::Latch, latch.init);
    }
    if (errors.has_errors()) return fail(std::move(errors));
    return {};
  }

  void add_state(NetId q, StateKind kind, Logic init) {
    StateBit state;
    state.name = naming_.name_of(q);
    state.output = model_.aig.add_source();
    state.kind = kind;
    state.initial = init == Logic::One;
    state.is_unknown = init == Logic::X;
    elaborator_.define(q, state.output);
    model_.states.push_back(std::move(state));
  }

  /// `select ? value : otherwise` where the control may be absent.
  Lit controlled(const Control& control, Lit value, Lit otherwise) {
    if (!control.present()) return otherwise;
    return model_.aig.make_mux(elaborator_.lit(control), value, otherwise);
  }

  void connect_states() {
    std::size_t at = 0;
    for (const FlopCell& flop : netlist_.flops) connect(model_.states[at++], flop);
    for (const LatchCell& latch : netlist_.latches) connect(model_.states[at++], latch);
  }

  void connect(StateBit& state, const FlopCell& flop) {
    Aig& g = model_.aig;
    const Lit d = elaborator_.lit(flop.d);
    const Lit reset_value = Lit::zero() ^ (flop.sync_reset_value == Logic::One);
    state.next = controlled(flop.sync_reset, reset_value, d);
    if (flop.enable.present()) {
      const Lit enable = elaborator_.lit(flop.enable);
      const Lit reset = elaborator_.lit(flop.sync_reset);
      state.enable = flop.reset_needs_enable ? enable : g.make_or(enable, reset);
    }
    state.clock = elaborator_.lit(flop.clock) ^ !flop.posedge;
    const Lit load = elaborator_.lit(flop.async_load);
    const Lit load_data =
        flop.async_load.present() ? elaborator_.lit(flop.async_data) : Lit::zero();
    connect_gate(state, flop.clear, flop.set, flop.async_reset, flop.async_reset_value,
                 g.make_and(load, Lit::one()), load_data);
  }

  void connect(StateBit& state, const LatchCell& latch) {
    const Lit enable = elaborator_.lit(latch.enable);
    const Lit d = latch.enable.present() ? elaborator_.lit(latch.d) : Lit::zero();
    connect_gate(state, latch.clear, latch.set, latch.async_reset, latch.async_reset_value, enable,
                 d);
  }

  /// Clear before set before reset before load.
  void connect_gate(StateBit& state, const Control& clear, const Control& set, const Control& reset,
                    Logic reset_value, Lit load, Lit load_data) {
    Aig& g = model_.aig;
    const std::array<Lit, 4> controls{elaborator_.lit(clear), elaborator_.lit(set),
                                      elaborator_.lit(reset), load};
    state.gate = g.make_or(controls);
    Lit value = load_data;
    value = controlled(reset, Lit::zero() ^ (reset_value == Logic::One), value);
    value = controlled(set, Lit::one(), value);
    state.value = controlled(clear, Lit::zero(), value);
  }

  void add_outputs() {
    for (const TopPort& port : netlist_.ports) {
      for (std::uint32_t bit = 0; bit < port.bits.size(); ++bit) {
        const NetId net = port.bits[bit];
        const bool is_driven_outside = netlist_.driver(net).kind == DriverKind::TopInput;
        if (port.direction == PortDirection::Input ||
            (port.direction == PortDirection::Inout && is_driven_outside)) {
          continue;
        }
        model_.outputs.push_back({port_bit_name(port, bit), elaborator_.lit(net)});
      }
    }
  }

  void add_names() {
    for (const NetName& net : netlist_.net_names) {
      if (net.library) continue;
      NamedNet named;
      named.name = netlist_.names.full_name(net.name);
      named.first_bit = static_cast<std::uint32_t>(model_.name_bits.size());
      named.width = net.width;
      named.is_upto = net.range.upto;
      named.lsb_index = net.range.upto ? net.range.offset + static_cast<std::int32_t>(net.width) - 1
                                       : net.range.offset;
      named.is_hidden = net.hidden;
      for (const NetId bit : netlist_.bits(net)) model_.name_bits.push_back(elaborator_.lit(bit));
      model_.names.push_back(std::move(named));
    }
  }

  void add_force_points() {
    for (std::size_t i = 0; i < forced_nets_.size(); ++i) {
      const NetId net = forced_nets_[i];
      const std::string name = naming_.name_of(net);
      const Lit seen = elaborator_.lit(net);
      const auto first = static_cast<std::uint32_t>(model_.inputs.size());
      model_.inputs.push_back({kForcePrefix + ("force " + name), force_sources_[i].first});
      model_.inputs.push_back({kForcePrefix + ("value " + name), force_sources_[i].second});
      model_.forces.push_back({seen, elaborator_.driver_of(net), first, first + 1});
    }
  }

  /// After everything is elaborated: no cut appears any more.
  void add_cuts() {
    for (const Elaborator::Cut& cut : elaborator_.cuts()) {
      StateBit state;
      state.name = naming_.name_of(cut.net);
      state.output = cut.source;
      state.gate = Lit::one();
      state.value = elaborator_.lit(cut.net);
      state.kind = StateKind::Loop;
      state.is_unknown = true;
      warnings_.add(Diagnostic(diag::kCombinationalLoop, {}, {state.name}));
      model_.states.push_back(std::move(state));
    }
  }

  /// Where a memory's address depends on what it reads, the data that the logic
  /// sees become states, which a loop can be broken at, behind the port's own.
  void cut_memory_loops() {
    for (auto looping = reads_in_loops(model_); !looping.empty();
         looping = reads_in_loops(model_)) {
      const Memory& memory = model_.memories[looping.front().memory];
      MemoryReadPort& port = model_.memories[looping.front().memory].reads[looping.front().port];
      warnings_.add(Diagnostic(diag::kCombinationalLoop, {}, {memory.name}));
      for (std::size_t bit = 0; bit < port.data.size(); ++bit) {
        StateBit state;
        state.name = memory.name + ".read" + std::to_string(looping.front().port) + "[" +
                     std::to_string(bit) + "]";
        state.output = std::exchange(port.data[bit], model_.aig.add_source());
        state.gate = Lit::one();
        state.value = port.data[bit];
        state.kind = StateKind::Loop;
        state.is_unknown = true;
        model_.states.push_back(std::move(state));
      }
    }
  }

  void sort_by_name() {
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    std::stable_sort(model_.inputs.begin(), model_.inputs.end(), by_name);
    std::stable_sort(model_.outputs.begin(), model_.outputs.end(), by_name);
    std::stable_sort(model_.states.begin(), model_.states.end(), by_name);
    std::stable_sort(model_.memories.begin(), model_.memories.end(), by_name);
    std::stable_sort(model_.names.begin(), model_.names.end(), by_name);
  }

  const FlatNetlist& netlist_;
  bool keeps_unknown_ = false;
  std::span<const std::string> ideal_clocks_;
  std::vector<NetId> forced_nets_;
  std::vector<std::pair<Lit, Lit>> force_sources_;  ///< enable and value of each
  Diagnostics& warnings_;
  Model model_;
  Elaborator elaborator_;
  NetNaming naming_;
};

}  // namespace

Result<Model> build_model(const FlatNetlist& netlist, Diagnostics& warnings,
                          std::span<const std::string> forceable, bool keeps_unknown,
                          std::span<const std::string> ideal_clocks) {
  return Builder(netlist, warnings, forceable, keeps_unknown, ideal_clocks).build();
}

}  // namespace heddle::gate
