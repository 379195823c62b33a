// Is each cell of a module known, and connected as its type asks?
#include <algorithm>

#include "heddle/gate/diagnostics.h"
#include "hierarchy.h"
#include "parameters.h"

namespace heddle::gate::netlist {

void Hierarchy::width_mismatch(const ModuleCell& cell, const CellConnection& connection,
                               std::uint64_t width) {
  faults_.add(diag::kWidthMismatch, connection.at,
              {data_.names->text(connection.port), data_.names->text(cell.name),
               std::to_string(width), std::to_string(connection.bits.count)});
}

void Hierarchy::unknown_port(const ModuleCell& cell, const CellConnection& connection,
                             const std::vector<std::string_view>& known) {
  const std::string_view port = data_.names->text(connection.port);
  faults_.add(diag::kUnknownPort, connection.at,
              {data_.names->text(cell.name), data_.names->text(cell.type), port,
               nearest_help(port, known, "its ports are other ones")});
}

void Hierarchy::check_unknown(const ModuleCell& cell, const CellType& type) {
  const std::string_view name = data_.names->text(cell.type);
  if (type.module != kNoIndex || cell.blackbox) {
    faults_.add(
        diag::kUnknownCell, cell.at,
        {data_.names->text(cell.name), "black-box", name,
         "give the netlist a module with contents of that name, or describe it in the manifest"});
    return;
  }
  std::vector<std::string_view> known;
  const std::vector<std::string> primitives = known_cell_types();
  for (const std::string& one : primitives) known.push_back(one);
  for (const Module& module : data_.modules) known.push_back(data_.names->text(module.name));
  faults_.add(diag::kUnknownCell, cell.at,
              {data_.names->text(cell.name), "unknown", name,
               nearest_help(name, known, "the netlist has no module of that name")});
}

/// A primitive with pins of one bit each. Open outputs dangle; open inputs are faults.
void Hierarchy::check_pins(const ModuleCell& cell, const CellType& type) {
  std::uint32_t connected = 0;
  const std::vector<PinSpec>& pins = type.spec.pins;
  for (std::size_t i = 0; i < cell.connections.count; ++i) {
    const CellConnection& connection = data_.connections[cell.connections.first + i];
    const auto pin = std::find(type.pins.begin(), type.pins.end(), connection.port);
    const auto index = static_cast<std::uint32_t>(pin - type.pins.begin());
    if (pin == type.pins.end()) {
      std::vector<std::string_view> known;
      for (const PinSpec& one : pins) known.push_back(one.name);
      unknown_port(cell, connection, known);
      continue;
    }
    if (connection.bits.count > 1) width_mismatch(cell, connection, 1);
    if (connection.bits.count > 0) connected |= 1U << index;
    pins_[cell.connections.first + i] = index;
  }
  for (std::size_t i = 0; i < pins.size(); ++i) {
    if (pins[i].is_output() || ((connected >> i) & 1U) != 0) continue;
    faults_.add(diag::kMissingPort, cell.at,
                {data_.names->text(cell.name), data_.names->text(cell.type), pins[i].name});
  }
}

bool Hierarchy::is_power(NameId pin) const {
  return std::find(data_.power_pins.begin(), data_.power_pins.end(), pin) != data_.power_pins.end();
}

std::uint32_t Hierarchy::find_port(std::uint32_t module, NameId name) const {
  const std::vector<ModulePort>& ports = data_.modules[module].ports;
  const std::vector<std::uint32_t>& order = infos_[module].ports_by_name;
  const auto found =
      std::lower_bound(order.begin(), order.end(), name,
                       [&](std::uint32_t port, NameId want) { return ports[port].name < want; });
  return found != order.end() && ports[*found].name == name ? *found : kNoIndex;
}

void Hierarchy::check_instance(const ModuleCell& cell, const CellType& type) {
  const std::vector<ModulePort>& ports = data_.modules[type.module].ports;
  if (data_.modules[type.module].ignored) return;
  if (data_.modules[type.module].opaque) {
    faults_.add(diag::kOpaqueCell, cell.at,
                {data_.names->text(cell.name), data_.names->text(cell.type)});
  }
  for (std::size_t i = 0; i < cell.connections.count; ++i) {
    const CellConnection& connection = data_.connections[cell.connections.first + i];
    const std::uint32_t port = find_port(type.module, connection.port);
    if (port == kNoIndex && is_power(connection.port)) continue;
    if (port == kNoIndex) {
      std::vector<std::string_view> known;
      for (const ModulePort& one : ports) known.push_back(data_.names->text(one.name));
      unknown_port(cell, connection, known);
      continue;
    }
    const std::uint32_t width = ports[port].bits.count;
    if (connection.bits.count != 0 && connection.bits.count != width) {
      width_mismatch(cell, connection, width);
    }
    pins_[cell.connections.first + i] = port;
  }
}

void Hierarchy::check_lut(const ModuleCell& cell, CellInfo& info) {
  const CellParameters parameters(data_, cell, faults_);
  const auto width = parameters.number("WIDTH", kLutInputsMax);
  if (!width) return;
  if (*width == 0) return parameters.bad("WIDTH", "0", "at least 1");
  std::uint32_t seen = 0;
  for (const CellConnection& connection : data_.connections_of(cell)) {
    const std::string_view port = data_.names->text(connection.port);
    if (port != "A" && port != "Y") {
      unknown_port(cell, connection, {"A", "Y"});
      continue;
    }
    const std::uint64_t expected = port == "A" ? *width : 1;
    const bool open_output = port == "Y" && connection.bits.count == 0;
    if (connection.bits.count != expected && !open_output) {
      width_mismatch(cell, connection, expected);
    }
    if (port == "A") seen = 1;
  }
  if (seen == 0) {
    faults_.add(diag::kMissingPort, cell.at, {data_.names->text(cell.name), "$lut", "A"});
  }
  const std::uint64_t bits = std::uint64_t{1} << *width;
  if (parameters.find("LUT") == nullptr) return parameters.bad("LUT", "missing", "its table");
  const auto table = parameters.digits("LUT", bits);
  if (!table) return;
  info.payload = static_cast<std::uint32_t>(lut_words_.size());
  lut_words_.resize(lut_words_.size() + (bits + 63) / 64, 0);
  for (std::uint64_t i = 0; i < bits; ++i) {
    if (table->bit(i, Logic::Zero) == Logic::One) {
      lut_words_[info.payload + i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
}

void Hierarchy::check_cell(const ModuleCell& cell, CellInfo& info) {
  const CellType& type = types_[info.type];
  if (type.blackbox || (cell.blackbox && type.spec.kind == CellClass::Unknown)) {
    return check_unknown(cell, type);
  }
  switch (type.spec.kind) {
    case CellClass::Gate:
    case CellClass::Flop:
    case CellClass::Latch:
    case CellClass::Tristate: return check_pins(cell, type);
    case CellClass::Lut: return check_lut(cell, info);
    case CellClass::Memory:
      if (auto shape = read_memory_shape(data_, cell, faults_)) {
        info.payload = static_cast<std::uint32_t>(memory_shapes_.size());
        memory_shapes_.push_back(std::move(*shape));
      }
      return;
    case CellClass::Check:
    case CellClass::Ignored: return;
    case CellClass::WordLevel:
      faults_.add(diag::kWordLevelCell, cell.at,
                  {data_.names->text(cell.name), data_.names->text(cell.type)});
      return;
    case CellClass::Unknown:
      if (type.module != kNoIndex) return check_instance(cell, type);
      // Without a connection it can do nothing: a filler.
      if (cell.connections.count == 0 && data_.drops_fillers) return;
      return check_unknown(cell, type);
  }
}

}  // namespace heddle::gate::netlist
