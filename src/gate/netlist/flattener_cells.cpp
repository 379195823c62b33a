// Primitive cells: one flat cell each, its pins on wires.
#include "flattener.h"

namespace heddle::gate::netlist {

void Flattener::fill_pins(const ModuleCell& cell, const CellType& type, const Map& map) {
  pins_.assign(type.pins.size(), NetId::none());
  for (std::size_t i = 0; i < cell.connections.count; ++i) {
    const std::size_t index = cell.connections.first + i;
    const CellConnection& connection = data_.connections[index];
    if (connection.bits.count == 0) continue;
    pins_[hierarchy_.pin_of(index)] = NetId(map[data_.bits[connection.bits.first]]);
  }
  for (std::size_t pin = 0; pin < pins_.size(); ++pin) {
    const bool open = pins_[pin].is_none() || pins_[pin] == kNetX;
    if (open && type.spec.pins[pin].is_output()) pins_[pin] = NetId(out_.wires.add());
  }
}

void Flattener::primitive(const ModuleCell& cell, const CellInfo& info, ScopeId scope,
                          const Map& map) {
  const CellType& type = hierarchy_.types()[info.type];
  switch (type.spec.kind) {
    case CellClass::Gate:
    case CellClass::Tristate: return gate(cell, type, scope, map);
    case CellClass::Lut: return lut(cell, info, scope, map);
    case CellClass::Flop: return flop(cell, type, scope, map);
    case CellClass::Latch: return latch(cell, type, scope, map);
    case CellClass::Memory: return memory(cell, info, scope, map);
    case CellClass::Check: return check(cell, type.task, scope, map);
    default: return;
  }
}

void Flattener::gate(const ModuleCell& cell, const CellType& type, ScopeId scope, const Map& map) {
  fill_pins(cell, type, map);
  FlatNetlist& netlist = out_.netlist;
  GateCell flat;
  flat.name = {scope, cell.name};
  flat.source = cell.source;
  flat.op = type.spec.op;
  flat.first_input = static_cast<std::uint32_t>(netlist.gate_inputs.size());
  if (type.spec.kind == CellClass::Tristate) {
    // Released, the net floats: it is x.
    flat.op = GateOp::Mux;
    pins_.insert(pins_.begin(), kNetX);
    out_.tristates.push_back(static_cast<std::uint32_t>(netlist.gates.size()));
  }
  flat.output = pins_.back();
  flat.input_count = static_cast<std::uint8_t>(pins_.size() - 1);
  netlist.gate_inputs.insert(netlist.gate_inputs.end(), pins_.begin(), pins_.end() - 1);
  netlist.gates.push_back(flat);
  out_.places.gates.push_back(cell.at);
}

void Flattener::lut(const ModuleCell& cell, const CellInfo& info, ScopeId scope, const Map& map) {
  FlatNetlist& netlist = out_.netlist;
  GateCell flat;
  flat.name = {scope, cell.name};
  flat.source = cell.source;
  flat.op = GateOp::Lut;
  flat.first_init = info.payload;
  flat.first_input = static_cast<std::uint32_t>(netlist.gate_inputs.size());
  for (const CellConnection& connection : data_.connections_of(cell)) {
    const std::span<const LocalNet> bits = data_.bits_of(connection.bits);
    if (data_.names->text(connection.port) == "A") {
      for (const LocalNet bit : bits) netlist.gate_inputs.push_back(NetId(map[bit]));
      flat.input_count = static_cast<std::uint8_t>(bits.size());
    } else if (!bits.empty() && map[bits[0]] != kNetX.value()) {
      flat.output = NetId(map[bits[0]]);
    }
  }
  if (flat.output.is_none()) flat.output = NetId(out_.wires.add());
  netlist.gates.push_back(flat);
  out_.places.gates.push_back(cell.at);
}

void Flattener::flop(const ModuleCell& cell, const CellType& type, ScopeId scope, const Map& map) {
  fill_pins(cell, type, map);
  FlopCell flat = type.spec.flop;
  flat.name = {scope, cell.name};
  flat.source = cell.source;
  for (std::size_t pin = 0; pin < pins_.size(); ++pin) {
    switch (type.spec.pins[pin].role) {
      case PinRole::Clock: flat.clock = pins_[pin]; break;
      case PinRole::Data: flat.d = pins_[pin]; break;
      case PinRole::Output: flat.q = pins_[pin]; break;
      case PinRole::Enable: flat.enable.net = pins_[pin]; break;
      case PinRole::SyncReset: flat.sync_reset.net = pins_[pin]; break;
      case PinRole::AsyncReset: flat.async_reset.net = pins_[pin]; break;
      case PinRole::Set: flat.set.net = pins_[pin]; break;
      case PinRole::Clear: flat.clear.net = pins_[pin]; break;
      case PinRole::Load: flat.async_load.net = pins_[pin]; break;
      case PinRole::LoadData: flat.async_data = pins_[pin]; break;
      default: break;
    }
  }
  out_.netlist.flops.push_back(flat);
  out_.places.flops.push_back(cell.at);
}

void Flattener::latch(const ModuleCell& cell, const CellType& type, ScopeId scope, const Map& map) {
  fill_pins(cell, type, map);
  LatchCell flat = type.spec.latch;
  flat.name = {scope, cell.name};
  flat.source = cell.source;
  for (std::size_t pin = 0; pin < pins_.size(); ++pin) {
    switch (type.spec.pins[pin].role) {
      case PinRole::Data: flat.d = pins_[pin]; break;
      case PinRole::Output: flat.q = pins_[pin]; break;
      case PinRole::Enable: flat.enable.net = pins_[pin]; break;
      case PinRole::AsyncReset: flat.async_reset.net = pins_[pin]; break;
      case PinRole::Set: flat.set.net = pins_[pin]; break;
      case PinRole::Clear: flat.clear.net = pins_[pin]; break;
      default: break;
    }
  }
  out_.netlist.latches.push_back(flat);
  out_.places.latches.push_back(cell.at);
}

void Flattener::memory(const ModuleCell& cell, const CellInfo& info, ScopeId scope,
                       const Map& map) {
  MemoryCell flat = hierarchy_.memory_shapes()[info.payload];
  flat.name.scope = scope;
  const auto place = [&](NetId& net) {
    if (!net.is_none()) net = NetId(map[net.value()]);
  };
  for (MemoryCell::ReadPort& port : flat.reads) {
    for (NetId& net : port.address) place(net);
    for (NetId& net : port.data) {
      place(net);
      if (net == kNetX) net = NetId(out_.wires.add());
    }
    place(port.clock);
    place(port.enable);
    place(port.async_reset);
    place(port.sync_reset);
  }
  for (MemoryCell::WritePort& port : flat.writes) {
    for (std::vector<NetId>* nets : {&port.address, &port.data, &port.enable}) {
      for (NetId& net : *nets) place(net);
    }
    place(port.clock);
  }
  out_.netlist.memories.push_back(std::move(flat));
  out_.places.memories.push_back(cell.at);
}

void Flattener::check(const ModuleCell& cell, NameId task, ScopeId scope, const Map& map) {
  CheckCell flat;
  flat.name = {scope, cell.name};
  flat.source = cell.source;
  flat.type = task.is_none() ? cell.type : task;
  for (const CellConnection& connection : data_.connections_of(cell)) {
    CheckCell::Port& port = flat.ports.emplace_back();
    port.name = connection.port;
    for (const LocalNet bit : data_.bits_of(connection.bits)) port.bits.push_back(NetId(map[bit]));
  }
  for (const CellParameter& parameter : data_.parameters_of(cell)) {
    flat.parameters.push_back({parameter.name, std::string(data_.text_of(parameter.value))});
  }
  out_.netlist.checks.push_back(std::move(flat));
  out_.places.checks.push_back(cell.at);
}

}  // namespace heddle::gate::netlist
