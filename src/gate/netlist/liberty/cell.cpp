// Pins become ports, functions become gates, and every kind of storage one
// flop or latch a bit.
#include "cell.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "expression.h"
#include "gate/netlist/storage_table.h"
#include "heddle/gate/diagnostics.h"
#include "state_table.h"

namespace heddle::gate::netlist::liberty {
namespace {

std::string indexed(std::string_view name, std::int32_t index) {
  return std::string(name) + "[" + std::to_string(index) + "]";
}

class CellBuilder {
 public:
  CellBuilder(DesignDraft& draft, const Cell& cell)
      : draft_(draft), cell_(cell), builder_(draft.data(), draft.names(), cell.name, cell.at) {}

  void run() {
    for (const Pin& pin : cell_.pins) add_pin(pin);
    for (const Storage& storage : cell_.storages) declare(storage);
    for (const StateTable& table : cell_.tables) declare(table);
    for (const Storage& storage : cell_.storages) build(storage);
    for (const StateTable& table : cell_.tables) build(table);
    for (const Pin& pin : cell_.pins) drive(pin);
    if (!has_function_ && cell_.clock_gate.present()) build_clock_gate();
    Module& module = builder_.module();
    module.opaque = has_output_ && !has_function_;
    static_cast<void>(draft_.add_module(builder_.finish(), ModuleOrigin::Library));
  }

 private:
  /// A name: one net, or those of a bus, bundle or bank from bit 0 on.
  using Nets = std::vector<LocalNet>;

  void add_pin(const Pin& pin) {
    if (pin.direction == Pin::Direction::Internal) {
      nets_[std::string(pin.name)] = {builder_.add_net()};
      return;
    }
    const PortDirection direction = pin.direction == Pin::Direction::Input ? PortDirection::Input
                                    : pin.direction == Pin::Direction::Output
                                        ? PortDirection::Output
                                        : PortDirection::Inout;
    has_output_ = has_output_ || (direction != PortDirection::Input && !pin.is_supply);
    NamePool& names = draft_.names();
    Nets nets;
    if (!pin.members.empty()) {
      for (const std::string_view member : pin.members) {
        const LocalNet net = add_port(member, direction, pin.at);
        nets.push_back(net);
      }
    } else if (pin.is_bus) {
      const std::int32_t low = std::min(pin.from, pin.to);
      const std::int32_t width = std::max(pin.from, pin.to) - low + 1;
      for (std::int32_t i = 0; i < width; ++i) {
        const LocalNet net = builder_.add_net();
        nets.push_back(net);
        const std::int32_t index = pin.from < pin.to ? pin.to - i : low + i;
        nets_[indexed(pin.name, index)] = {net};
      }
      builder_.add_port(names.intern(pin.name), direction, {low, pin.from < pin.to}, nets, pin.at);
    } else {
      nets.push_back(add_port(pin.name, direction, pin.at));
    }
    nets_[std::string(pin.name)] = nets;
  }

  LocalNet add_port(std::string_view name, PortDirection direction, SourceOffset at) {
    const LocalNet net = builder_.add_net();
    builder_.add_port(draft_.names().intern(name), direction, {}, {&net, 1}, at);
    nets_[std::string(name)] = {net};
    return net;
  }

  void declare(const Storage& storage) {
    for (const std::string_view name : {storage.variable, storage.inverse}) {
      if (name.empty()) continue;
      Nets nets;
      for (std::uint32_t bit = 0; bit < storage.width; ++bit) nets.push_back(builder_.add_net());
      builder_.add_name(draft_.names().intern(name), {}, nets, storage.at);
      nets_[std::string(name)] = std::move(nets);
    }
  }

  void declare(const StateTable& table) {
    for (const std::string& node : words_of(table.nodes)) {
      if (nets_.contains(node)) continue;  // a pin of that name
      const LocalNet net = builder_.add_net();
      builder_.add_name(draft_.names().intern(node), {}, {&net, 1}, table.at);
      nets_[node] = {net};
    }
  }

  /// Remembers what is wrong: it matters only where the cell is used.
  void unsupported(const std::string& what, SourceOffset at) {
    Module& module = builder_.module();
    if (!module.unsupported.is_none()) return;
    module.unsupported = draft_.names().intern(what);
    module.unsupported_at = at;
  }

  /// Vectors give their bit `bit`, everything else itself.
  [[nodiscard]] std::optional<Signal> resolve(std::string_view name, std::uint32_t bit) const {
    const auto found = nets_.find(name);
    if (found == nets_.end()) return std::nullopt;
    const Nets& nets = found->second;
    return Signal{nets[nets.size() == 1 ? 0 : std::min<std::size_t>(bit, nets.size() - 1)], false};
  }

  std::optional<Signal> function(const Value& value, std::uint32_t bit, Signal absent) {
    if (!value.present()) return absent;
    std::string why;
    const Resolver resolver = [&](std::string_view name) { return resolve(name, bit); };
    const std::optional<Signal> out = build_function(builder_, value.text, resolver, value.at, why);
    if (!out) {
      unsupported("the function '" + std::string(value.text.substr(0, 200)) + "': " + why,
                  value.at);
    }
    return out;
  }

  void build(const Storage& storage) {
    if (storage.clock_too.present()) {
      return unsupported("storage with a second clock", storage.clock_too.at);
    }
    if (storage.both_variable == 'T') {
      return unsupported("storage that toggles while it is set and cleared", storage.at);
    }
    for (std::uint32_t bit = 0; bit < storage.width; ++bit) build(storage, bit);
  }

  void build(const Storage& storage, std::uint32_t bit) {
    const auto clock = function(storage.clock, bit, kSignalZero);
    const auto data = function(storage.data, bit, kSignalZero);
    const auto clear = function(storage.clear, bit, kSignalZero);
    const auto preset = function(storage.preset, bit, kSignalZero);
    if (!clock || !data || !clear || !preset) return;
    ModuleBuilder::Storage flat;
    flat.is_latch = storage.is_latch;
    flat.clock = *clock;
    flat.data = *data;
    flat.clear = *clear;
    flat.set = *preset;
    flat.at = storage.at;
    const bool both = *clear != kSignalZero && *preset != kSignalZero;
    if (both && (storage.both_variable == 'H' || storage.both_variable == 'N')) {
      flat.clear = builder_.make_and(*clear, ~*preset, storage.at);
    }
    if (storage.variable.empty()) return;
    flat.q = nets_.find(storage.variable)->second[bit];
    if (both && storage.both_variable == 'N') hold_while_both(flat, *clear, *preset);
    builder_.storage(flat);
    if (storage.inverse.empty()) return;
    Signal inverse{flat.q, true};
    const char a = storage.both_variable;
    const char b = storage.both_inverse;
    if (both && (b == 'L' || b == 'H') && a == b) {
      const Signal when = builder_.make_and(*clear, *preset, storage.at);
      inverse = builder_.make_mux(when, b == 'H' ? kSignalOne : kSignalZero, inverse, storage.at);
    }
    builder_.drive(nets_.find(storage.inverse)->second[bit], inverse, storage.at);
  }

  /// Cleared and preset at once, nothing changes, whatever the clock does.
  void hold_while_both(ModuleBuilder::Storage& flat, Signal clear, Signal preset) {
    const Signal both = builder_.make_and(clear, preset, flat.at);
    flat.set = builder_.make_and(preset, ~clear, flat.at);
    if (flat.is_latch) {
      flat.clock = builder_.make_and(flat.clock, ~both, flat.at);
    } else {
      flat.data = builder_.make_mux(both, {flat.q, false}, flat.data, flat.at);
    }
  }

  void build(const StateTable& table) {
    const std::vector<std::string> inputs = words_of(table.inputs);
    const std::vector<std::string> nodes = words_of(table.nodes);
    std::vector<Signal> signals;
    std::string why;
    for (const std::string& input : inputs) {
      const std::optional<Signal> signal = resolve(input, 0);
      if (!signal && why.empty()) why = "'" + input + "' is no pin of the cell";
      signals.push_back(signal.value_or(kSignalZero));
    }
    for (std::size_t node = 0; node < nodes.size() && why.empty(); ++node) {
      const std::optional<StorageTable> rows =
          read_state_rows(table.table.text, inputs.size(), nodes.size(), node, why);
      const std::optional<TableMeaning> meaning = rows ? explain(*rows, why) : std::nullopt;
      if (meaning) build_table(builder_, *meaning, signals, nets_.at(nodes[node])[0], table.at);
    }
    if (why.empty()) return;
    unsupported("a state table: " + why, table.table.present() ? table.table.at : table.at);
  }

  void drive(const Pin& pin) {
    const auto found = nets_.find(pin.name);
    const Nets nets = found == nets_.end() ? Nets{} : found->second;
    if (pin.function.present() || pin.internal_node.present()) {
      for (std::uint32_t bit = 0; bit < nets.size(); ++bit) drive(pin, nets[bit], bit);
    }
    for (const Pin& one : pin.bits) {
      const auto net = nets_.find(one.name);
      if (net == nets_.end() || !one.function.present()) continue;
      drive(one, net->second[0], 0);
    }
  }

  void drive(const Pin& pin, LocalNet net, std::uint32_t bit) {
    has_function_ = true;
    if (pin.has_input_map) unsupported("a pin with an input map", pin.at);
    const Value& value = pin.function.present() ? pin.function : pin.internal_node;
    const std::optional<Signal> signal = function(value, bit, kSignalZero);
    if (!signal || (signal->net == net && !signal->inverted)) return;
    if (!pin.three_state.present()) return builder_.drive(net, *signal, value.at);
    const std::optional<Signal> released = function(pin.three_state, bit, kSignalZero);
    if (!released) return;
    const LocalNet data = builder_.net_of(*signal, value.at);
    const LocalNet enable = builder_.net_of(~*released, value.at);
    builder_.primitive("$_TBUF_", {{"A", data}, {"E", enable}, {"Y", net}}, value.at);
  }

  [[nodiscard]] Signal clocking(Pin::Clocking role) const {
    for (const Pin& pin : cell_.pins) {
      if (pin.clocking == role) return {nets_.find(pin.name)->second[0], false};
    }
    return kSignalZero;
  }

  /// A clock gate that only says which kind it is: `latch_posedge_precontrol`...
  /// Source: Liberty reference manual, "clock_gating_integrated_cell".
  void build_clock_gate() {
    const std::string_view kind = cell_.clock_gate.text;
    const Signal clock = clocking(Pin::Clocking::Clock);
    const Signal test = clocking(Pin::Clocking::Test);
    const Signal out = clocking(Pin::Clocking::Output);
    const bool posedge = kind.find("posedge") != std::string_view::npos;
    const bool is_known = posedge || kind.find("negedge") != std::string_view::npos;
    const bool late = kind.find("postcontrol") != std::string_view::npos;
    const SourceOffset at = cell_.clock_gate.at;
    if (!is_known || clock == kSignalZero || out == kSignalZero) return;
    Signal enable = clocking(Pin::Clocking::Enable);
    if (!late) enable = builder_.make_or(enable, test, at);
    if (kind.starts_with("latch")) {
      ModuleBuilder::Storage latch;
      latch.is_latch = true;
      latch.clock = posedge ? ~clock : clock;
      latch.data = enable;
      latch.q = builder_.add_net();
      latch.at = at;
      builder_.storage(latch);
      builder_.add_name(draft_.names().intern("enable"), {}, {&latch.q, 1}, at);
      enable = {latch.q, false};
    } else if (!kind.starts_with("none")) {
      return;
    }
    if (late) enable = builder_.make_or(enable, test, at);
    const Signal gated =
        posedge ? builder_.make_and(clock, enable, at) : builder_.make_or(clock, ~enable, at);
    builder_.drive(out.net, gated, at);
    has_function_ = true;
  }

  DesignDraft& draft_;
  const Cell& cell_;
  ModuleBuilder builder_;
  std::map<std::string, Nets, std::less<>> nets_;
  bool has_output_ = false;
  bool has_function_ = false;
};

}  // namespace

void build_cell(DesignDraft& draft, const Cell& cell) {
  CellBuilder(draft, cell).run();
}

}  // namespace heddle::gate::netlist::liberty
