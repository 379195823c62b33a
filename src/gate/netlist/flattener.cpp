// Instances: scopes, the merging of ports, names and initial values.
#include "flattener.h"

#include "heddle/gate/diagnostics.h"
#include "parameters.h"

namespace heddle::gate::netlist {
namespace {

constexpr Wire kUnset = 0xFFFFFFFF;

}  // namespace

Flattener::Flattener(const DesignData& data, const Hierarchy& hierarchy, Faults& faults)
    : data_(data), hierarchy_(hierarchy), faults_(faults) {}

Draft Flattener::run(std::uint32_t top) {
  const Module& module_data = data_.modules[top];
  const ModuleInfo& info = hierarchy_.info(top);
  FlatNetlist& netlist = out_.netlist;
  netlist.names.pool = data_.names;
  netlist.top = module_data.name;
  netlist.names.scopes.push_back({ScopeId::none(), module_data.name, module_data.name, false});
  maps_.resize(info.depth + std::size_t{1});
  maps_[0].assign(module_data.net_count, kUnset);
  module(top, ScopeId(0), 0);
  top_ports(module_data, maps_[0]);
  return std::move(out_);
}

void Flattener::merge(Wire inner, Wire outer, const CellConnection& connection) {
  if (out_.wires.merge(inner, outer)) return;
  static constexpr std::string_view kNames[] = {"constant 0", "constant 1", "constant x"};
  const std::string_view a = kNames[out_.wires.root(inner)];
  const std::string_view b = kNames[out_.wires.root(outer)];
  faults_.add(diag::kMultipleDrivers, connection.at, {a, data_.names->text(connection.port), b});
}

/// Makes the contents of a module whose map at `depth` holds what its ports meet.
void Flattener::module(std::uint32_t index, ScopeId scope, std::size_t depth) {
  const Module& data = data_.modules[index];
  Map& map = maps_[depth];
  for (Wire constant = 0; constant < kConstantNetCount; ++constant) map[constant] = constant;
  for (Wire& wire : map) {
    if (wire == kUnset) wire = out_.wires.add();
  }
  names(index, scope, map);
  const ModuleInfo& info = hierarchy_.info(index);
  for (std::size_t i = 0; i < data.cells.size(); ++i) {
    if (faults_.too_many()) return;
    const CellType& type = hierarchy_.types()[info.infos[i].type];
    if (type.module != kNoIndex) {
      instance(data.cells[i], type, scope, depth);
    } else {
      primitive(data.cells[i], info.infos[i], scope, map);
    }
  }
}

void Flattener::instance(const ModuleCell& cell, const CellType& type, ScopeId scope,
                         std::size_t depth) {
  const Module& inner = data_.modules[type.module];
  if (inner.ignored) return;
  const Map& outer_map = maps_[depth];
  Map& inner_map = maps_[depth + 1];
  inner_map.assign(inner.net_count, kUnset);
  for (Wire constant = 0; constant < kConstantNetCount; ++constant) inner_map[constant] = constant;
  for (std::size_t i = 0; i < cell.connections.count; ++i) {
    const std::size_t index = cell.connections.first + i;
    const CellConnection& connection = data_.connections[index];
    if (hierarchy_.pin_of(index) == kNoIndex) continue;  // a supply
    const ModulePort& port = inner.ports[hierarchy_.pin_of(index)];
    const std::span<const LocalNet> outside = data_.bits_of(connection.bits);
    const std::span<const LocalNet> inside = data_.bits_of(port.bits);
    const bool is_unknown = inner.opaque && port.direction == PortDirection::Output;
    for (std::size_t bit = 0; bit < outside.size(); ++bit) {
      // An output on x is left open: nothing reads it.
      if (port.direction == PortDirection::Output && outside[bit] == kNetX.value()) continue;
      const Wire wire = outer_map[outside[bit]];
      if (is_unknown) out_.netlist.opaque.push_back(NetId(wire));
      Wire& slot = inner_map[inside[bit]];
      if (slot == kUnset) {
        slot = wire;
      } else {
        merge(slot, wire, connection);
      }
    }
  }
  std::vector<Scope>& scopes = out_.netlist.names.scopes;
  const auto inner_scope = ScopeId(static_cast<std::uint32_t>(scopes.size()));
  scopes.push_back({scope, cell.name, inner.name, hierarchy_.info(type.module).library});
  module(type.module, inner_scope, depth + 1);
}

void Flattener::names(std::uint32_t index, ScopeId scope, const Map& map) {
  const Module& data = data_.modules[index];
  const bool library = hierarchy_.info(index).library;
  FlatNetlist& netlist = out_.netlist;
  const auto add = [&](NameId local, Run bits) -> NetName& {
    const auto first = static_cast<std::uint32_t>(netlist.name_bits.size());
    for (const LocalNet bit : data_.bits_of(bits)) netlist.name_bits.push_back(NetId(map[bit]));
    NetName& name = netlist.net_names.emplace_back();
    name.name = {scope, local};
    name.first_bit = first;
    name.width = bits.count;
    name.library = library;
    return name;
  };
  for (const ModuleNet& net : data.nets) {
    const auto name_index = static_cast<std::uint32_t>(netlist.net_names.size());
    NetName& name = add(net.name, net.bits);
    name.source = net.source;
    name.range = net.range;
    name.hidden = net.hidden;
    if (net.init.kind != ConstantText::Kind::None) init(net, name_index, netlist.bits(name));
  }
  for (const std::uint32_t port : hierarchy_.info(index).unnamed_ports) {
    add(data.ports[port].name, data.ports[port].bits).range = data.ports[port].range;
  }
}

void Flattener::init(const ModuleNet& net, std::uint32_t name, std::span<const NetId> bits) {
  const std::string_view text = data_.text_of(net.init);
  const bool is_string = net.init.kind == ConstantText::Kind::String;
  if (!is_string || text.find_first_not_of("01xz") != std::string_view::npos ||
      text.size() > bits.size()) {
    faults_.add(diag::kBadInit, net.at,
                {data_.names->text(net.name), text.substr(0, 80), std::to_string(bits.size())});
    return;
  }
  const Digits digits(text);
  for (std::uint32_t bit = 0; bit < bits.size(); ++bit) {
    const Logic value = digits.bit(bit, Logic::X);
    if (value != Logic::X) out_.inits.push_back({bits[bit].value(), value, name, bit, net.at});
  }
}

void Flattener::top_ports(const Module& module, const Map& map) {
  for (const ModulePort& port : module.ports) {
    TopPort flat;
    flat.name = port.name;
    flat.direction = port.direction;
    flat.range = port.range;
    for (const LocalNet bit : data_.bits_of(port.bits)) flat.bits.push_back(NetId(map[bit]));
    out_.netlist.ports.push_back(std::move(flat));
    out_.places.ports.push_back(port.at);
  }
}

}  // namespace heddle::gate::netlist
