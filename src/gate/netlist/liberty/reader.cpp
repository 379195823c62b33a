// Which statements of a library matter, and where they are kept.
#include "reader.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist::liberty {
namespace {

using Kind = Statement::Kind;

bool is_group(const Statement& statement, std::string_view name) {
  return statement.kind == Kind::Group && statement.name == name;
}

}  // namespace

Reader::Reader(DesignDraft& draft, std::size_t file)
    : draft_(draft), scanner_(draft, draft.text(file)) {}

void Reader::read() {
  while (!scanner_.at_end() && !draft_.too_many()) {
    Statement statement;
    if (!scanner_.next({}, statement)) return;
    if (!is_group(statement, "library")) {
      draft_.error(diag::kLibertySyntax, statement.at,
                   {"'" + std::string(statement.name.substr(0, 80)) + "'", "library (NAME) {"});
      return;
    }
    if (!read_library()) return;
  }
}

bool Reader::read_library() {
  static constexpr auto kWanted = std::to_array<std::string_view>({"cell", "type", "include_file"});
  library_types_.clear();
  Statement statement;
  while (scanner_.next(kWanted, statement) && !draft_.too_many()) {
    if (statement.kind == Kind::End) return true;
    bool good = true;
    if (is_group(statement, "cell")) {
      good = read_cell(statement);
    } else if (is_group(statement, "type")) {
      good = read_type(statement, library_types_);
    } else if (statement.name == "include_file") {
      draft_.error(diag::kLibertySyntax, statement.at,
                   {"an included file", "one file that stands alone"});
    } else if (statement.kind == Kind::Group) {
      good = scanner_.leave();
    }
    if (!good) return false;
  }
  return false;
}

bool Reader::number(std::string_view text, SourceOffset at, std::int64_t& out) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault == std::errc() && end == text.data() + text.size() && out >= -kBusBitsMax &&
      out <= kBusBitsMax) {
    return true;
  }
  draft_.error(diag::kLibertySyntax, at,
               {"'" + std::string(text.substr(0, 80)) + "'", "a small number"});
  out = 0;
  return false;
}

bool Reader::read_type(const Statement& group, BusTypes& types) {
  static constexpr auto kWanted = std::to_array<std::string_view>({"bit_from", "bit_to"});
  BusType type;
  const std::string name(group.argument(0));
  Statement statement;
  while (true) {
    if (!scanner_.next(kWanted, statement)) return false;
    if (statement.kind == Kind::End) break;
    std::int64_t value = 0;
    static_cast<void>(number(statement.value, statement.value_at, value));
    (statement.name == "bit_from" ? type.from : type.to) = static_cast<std::int32_t>(value);
  }
  types.insert_or_assign(name, type);
  return true;
}

bool Reader::read_cell(const Statement& group) {
  static constexpr auto kWanted = std::to_array<std::string_view>(
      {"pin", "bus", "bundle", "ff", "ff_bank", "latch", "latch_bank", "statetable", "pg_pin",
       "type", "clock_gating_integrated_cell"});
  Cell cell;
  cell.name = group.argument(0);
  cell.at = group.at;
  if (cell.name.empty()) {
    draft_.error(diag::kLibertySyntax, group.at, {"a cell without a name", "cell (NAME) {"});
  } else if (!cells_.emplace(cell.name, cell.at).second) {
    draft_.error(diag::kDuplicateName, group.at, {"cell", cell.name});
  }
  BusTypes types = library_types_;
  Statement statement;
  while (true) {
    if (!scanner_.next(kWanted, statement)) return false;
    if (statement.kind == Kind::End) break;
    const std::string_view name = statement.name;
    bool good = true;
    if (statement.kind == Kind::Attribute) {
      if (name == "clock_gating_integrated_cell")
        cell.clock_gate = {statement.value, statement.value_at};
    } else if (statement.kind != Kind::Group) {
      continue;
    } else if (name == "pin" || name == "bus" || name == "bundle" || name == "pg_pin") {
      good = read_pin(statement, types, cell.pins);
    } else if (name == "type") {
      good = read_type(statement, types);
    } else if (name == "statetable") {
      good = read_state_table(statement, cell);
    } else if (name == "clock_gating_integrated_cell") {
      good = scanner_.leave();
    } else {
      good = read_storage(statement, cell);
    }
    if (!good) return false;
  }
  if (!cell.name.empty()) build_cell(draft_, cell);
  return true;
}

/// One group may describe several pins: `pin (A, B) { ... }`.
bool Reader::read_pin(const Statement& group, const BusTypes& types, std::vector<Pin>& pins) {
  Pin pin;
  pin.at = group.at;
  pin.is_supply = group.name == "pg_pin";
  pin.is_bus = group.name == "bus";
  if (pin.is_supply) pin.direction = Pin::Direction::Inout;
  if (!read_pin_body(pin, types)) return false;
  for (const std::string_view name : group.arguments) {
    pins.push_back(pin);
    pins.back().name = name;
  }
  return true;
}

bool Reader::read_pin_body(Pin& pin, const BusTypes& types) {
  static constexpr auto kWanted = std::to_array<std::string_view>(
      {"direction", "function", "state_function", "three_state", "internal_node", "input_map",
       "bus_type", "members", "pin", "clock_gate_clock_pin", "clock_gate_enable_pin",
       "clock_gate_test_pin", "clock_gate_out_pin", "clock_gate_obs_pin"});
  Statement statement;
  while (true) {
    if (!scanner_.next(kWanted, statement)) return false;
    if (statement.kind == Kind::End) return true;
    if (statement.kind == Kind::Attribute) {
      pin_attribute(statement, types, pin);
    } else if (statement.name == "members") {
      for (std::string_view list : statement.arguments) {
        while (!list.empty()) {
          const std::size_t start = list.find_first_not_of(", \t\r\n\\");
          if (start == std::string_view::npos) break;
          list.remove_prefix(start);
          const std::string_view one = list.substr(0, list.find_first_of(", \t\r\n\\"));
          pin.members.push_back(one);
          list.remove_prefix(one.size());
        }
      }
    } else if (is_group(statement, "pin")) {
      if (!read_pin(statement, types, pin.bits)) return false;
    } else if (statement.kind == Kind::Group && !scanner_.leave()) {
      return false;
    }
  }
}

void Reader::pin_attribute(const Statement& statement, const BusTypes& types, Pin& pin) {
  const Value value{statement.value, statement.value_at};
  const std::string_view name = statement.name;
  const bool is_true = value.text == "true";
  if (name == "direction") {
    if (value.text == "input") pin.direction = Pin::Direction::Input;
    if (value.text == "output") pin.direction = Pin::Direction::Output;
    if (value.text == "inout") pin.direction = Pin::Direction::Inout;
    if (value.text == "internal") pin.direction = Pin::Direction::Internal;
  } else if (name == "function") {
    pin.function = value;
  } else if (name == "state_function") {
    if (!pin.function.present()) pin.function = value;
  } else if (name == "three_state") {
    pin.three_state = value;
  } else if (name == "internal_node") {
    pin.internal_node = value;
  } else if (name == "input_map") {
    pin.has_input_map = true;
  } else if (name == "bus_type") {
    const auto type = types.find(value.text);
    if (type == types.end()) {
      draft_.error(
          diag::kLibertySyntax, value.at,
          {"the type '" + std::string(value.text.substr(0, 80)) + "'", "one that the library has"});
      return;
    }
    pin.from = type->second.from;
    pin.to = type->second.to;
  } else if (is_true && name == "clock_gate_clock_pin") {
    pin.clocking = Pin::Clocking::Clock;
  } else if (is_true && name == "clock_gate_enable_pin") {
    pin.clocking = Pin::Clocking::Enable;
  } else if (is_true && name == "clock_gate_test_pin") {
    pin.clocking = Pin::Clocking::Test;
  } else if (is_true && name == "clock_gate_out_pin") {
    pin.clocking = Pin::Clocking::Output;
  } else if (is_true && name == "clock_gate_obs_pin") {
    pin.clocking = Pin::Clocking::Observe;
  }
}

bool Reader::read_storage(const Statement& group, Cell& cell) {
  static constexpr auto kWanted = std::to_array<std::string_view>(
      {"clocked_on", "clocked_on_also", "next_state", "clear", "preset", "clear_preset_var1",
       "clear_preset_var2", "enable", "enable_also", "data_in"});
  Storage storage;
  storage.at = group.at;
  storage.is_latch = group.name.starts_with("latch");
  storage.is_bank = group.name.ends_with("_bank");
  storage.variable = group.argument(0);
  storage.inverse = group.argument(1);
  std::int64_t width = 1;
  if (storage.is_bank && number(group.argument(2), group.at, width) && width < 1) width = 1;
  storage.width = static_cast<std::uint32_t>(std::max<std::int64_t>(width, 1));
  Statement statement;
  while (true) {
    if (!scanner_.next(kWanted, statement)) return false;
    if (statement.kind == Kind::End) break;
    if (statement.kind == Kind::Group && !scanner_.leave()) return false;
    if (statement.kind != Kind::Attribute) continue;
    const Value value{statement.value, statement.value_at};
    const std::string_view name = statement.name;
    if (name == "clocked_on" || name == "enable") storage.clock = value;
    if (name == "clocked_on_also" || name == "enable_also") storage.clock_too = value;
    if (name == "next_state" || name == "data_in") storage.data = value;
    if (name == "clear") storage.clear = value;
    if (name == "preset") storage.preset = value;
    if (name == "clear_preset_var1" && value.present()) storage.both_variable = value.text[0];
    if (name == "clear_preset_var2" && value.present()) storage.both_inverse = value.text[0];
  }
  cell.storages.push_back(storage);
  return true;
}

bool Reader::read_state_table(const Statement& group, Cell& cell) {
  static constexpr auto kWanted = std::to_array<std::string_view>({"table"});
  StateTable table;
  table.inputs = group.argument(0);
  table.nodes = group.argument(1);
  table.at = group.at;
  Statement statement;
  while (true) {
    if (!scanner_.next(kWanted, statement)) return false;
    if (statement.kind == Kind::End) break;
    if (statement.kind == Kind::Group && !scanner_.leave()) return false;
    if (statement.kind == Kind::Attribute) table.table = {statement.value, statement.value_at};
  }
  cell.tables.push_back(table);
  return true;
}

}  // namespace heddle::gate::netlist::liberty
