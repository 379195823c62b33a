// Cells and names of nets in a Yosys JSON text.
#include "heddle/gate/diagnostics.h"
#include "yosys_reader.h"

namespace heddle::gate::netlist {

bool YosysReader::read_cell(Value value, Module& module, NameId name, SourceOffset at) {
  ModuleCell cell;
  cell.name = name;
  cell.at = at;
  std::uint32_t seen = 0;
  const auto field = [&](std::string_view text, SourceOffset key_at, Value& item) {
    const Key key = key_of(text);
    if (key != kOther && !first_time(key, seen, text, key_at)) return true;
    switch (key) {
      case kType: return read_name(item, "'type'", cell.type);
      case kAttributes: return read_cell_attributes(item, cell);
      case kConnections: return read_connections(item, cell);
      case kParameters: return read_parameters(item, cell);
      default: return true;
    }
  };
  const std::size_t faults = errors_.error_count();
  if (!each_field(value, "a cell", field)) return false;
  if (errors_.error_count() == faults) {
    if ((seen & kType) == 0) missing_key("a cell", "type", at);
    if ((seen & kConnections) == 0) missing_key("a cell", "connections", at);
  }
  module.cells.push_back(cell);
  return true;
}

bool YosysReader::read_cell_attributes(Value value, ModuleCell& cell) {
  return each_field(value, "'attributes'", [&](std::string_view key, SourceOffset, Value& item) {
    if (key == "src") return read_name(item, "'src'", cell.source);
    if (key != "blackbox") return true;
    ConstantText text;
    if (!read_constant(item, text)) return false;
    cell.blackbox = is_true(text);
    return true;
  });
}

bool YosysReader::read_connections(Value value, ModuleCell& cell) {
  cell.connections.first = static_cast<std::uint32_t>(data_.connections.size());
  pin_marks_.reset();
  const auto field = [&](std::string_view key, SourceOffset at, Value& item) {
    CellConnection connection;
    connection.port = names_.intern(key);
    connection.at = at;
    if (!pin_marks_.mark(connection.port)) {
      add(diag::kDuplicateName, at, {"connection", key});
      return true;
    }
    if (!read_bits(item, "a connection", connection.bits)) return false;
    data_.connections.push_back(connection);
    return true;
  };
  const bool followed = each_field(value, "'connections'", field);
  cell.connections.count =
      static_cast<std::uint32_t>(data_.connections.size()) - cell.connections.first;
  return followed;
}

/// Makes the name of a memory's array a name like others, without the backslash
/// that Yosys puts before public names inside of values.
void YosysReader::intern_memory_name(ConstantText& value) {
  if (value.kind != ConstantText::Kind::String) return;
  std::string text(constant_text(value));
  if (text.starts_with('\\')) text.erase(0, 1);
  if (!text.empty()) value.unescaped = names_.intern(text);
}

bool YosysReader::read_parameters(Value value, ModuleCell& cell) {
  cell.parameters.first = static_cast<std::uint32_t>(data_.parameters.size());
  pin_marks_.reset();
  const auto field = [&](std::string_view key, SourceOffset at, Value& item) {
    CellParameter parameter;
    parameter.name = names_.intern(key);
    if (!pin_marks_.mark(parameter.name)) {
      add(diag::kDuplicateName, at, {"parameter", key});
      return true;
    }
    if (!read_constant(item, parameter.value)) return false;
    if (key == "MEMID") intern_memory_name(parameter.value);
    data_.parameters.push_back(parameter);
    return true;
  };
  const bool followed = each_field(value, "'parameters'", field);
  cell.parameters.count =
      static_cast<std::uint32_t>(data_.parameters.size()) - cell.parameters.first;
  return followed;
}

bool YosysReader::read_net_attributes(Value value, ModuleNet& net) {
  return each_field(value, "'attributes'", [&](std::string_view key, SourceOffset, Value& item) {
    if (key == "src") return read_name(item, "'src'", net.source);
    if (key == "init") return read_constant(item, net.init);
    return true;
  });
}

bool YosysReader::read_net(Value value, Module& module, NameId name, SourceOffset at) {
  ModuleNet net;
  net.name = name;
  net.at = at;
  std::uint32_t seen = 0;
  const auto field = [&](std::string_view text, SourceOffset key_at, Value& item) {
    const Key key = key_of(text);
    if (key != kOther && !first_time(key, seen, text, key_at)) return true;
    std::int32_t number = 0;
    switch (key) {
      case kBits: return read_bits(item, "'bits'", net.bits);
      case kAttributes: return read_net_attributes(item, net);
      case kOffset: return read_integer(item, "'offset'", net.range.offset);
      case kUpto:
        if (!read_integer(item, "'upto'", number)) return false;
        net.range.upto = number != 0;
        return true;
      case kHideName:
        if (!read_integer(item, "'hide_name'", number)) return false;
        net.hidden = number != 0;
        return true;
      default: return true;
    }
  };
  const std::size_t faults = errors_.error_count();
  if (!each_field(value, "a net", field)) return false;
  if (errors_.error_count() == faults && (seen & kBits) == 0) missing_key("a net", "bits", at);
  module.nets.push_back(net);
  return true;
}

}  // namespace heddle::gate::netlist
