// A Liberty cell as its text says it, and the module that is made of it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gate/netlist/design_draft.h"

namespace heddle::gate::netlist::liberty {

/// An attribute's value and its place.
struct Value {
  std::string_view text;
  SourceOffset at = 0;

  [[nodiscard]] bool present() const { return !text.empty(); }
};

/// A `pin`, `bus` or `bundle`.
struct Pin {
  enum class Direction : std::uint8_t { Input, Output, Inout, Internal };
  enum class Clocking : std::uint8_t { None, Clock, Enable, Test, Output, Observe };
  std::string_view name;
  SourceOffset at = 0;
  Direction direction = Direction::Input;
  Clocking clocking = Clocking::None;  ///< role in an integrated clock gate
  Value function;                      ///< `function`, or else `state_function`
  Value three_state;
  Value internal_node;
  bool has_input_map = false;
  bool is_bus = false;
  bool is_supply = false;
  std::int32_t from = 0;  ///< of a bus: as its type says
  std::int32_t to = 0;
  std::vector<std::string_view> members;  ///< of a bundle
  std::vector<Pin> bits;                  ///< pins within a bus or bundle that say more
};

/// An `ff`, `latch`, or one of their banks.
struct Storage {
  bool is_latch = false;
  std::string_view variable;
  std::string_view inverse;
  std::uint32_t width = 1;
  bool is_bank = false;
  Value clock;      ///< `clocked_on`, `enable`
  Value clock_too;  ///< `clocked_on_also`, `enable_also`
  Value data;       ///< `next_state`, `data_in`
  Value clear;
  Value preset;
  char both_variable = '\0';  ///< `clear_preset_var1`
  char both_inverse = '\0';   ///< `clear_preset_var2`
  SourceOffset at = 0;
};

struct StateTable {
  std::string_view inputs;
  std::string_view nodes;
  Value table;
  SourceOffset at = 0;
};

struct Cell {
  std::string_view name;
  SourceOffset at = 0;
  std::vector<Pin> pins;
  std::vector<Storage> storages;
  std::vector<StateTable> tables;
  Value clock_gate;  ///< `clock_gating_integrated_cell`
};

/// Adds the module of a cell to the draft.
/// Errors: `gate.netlist.liberty-syntax` for functions and tables that make no sense.
void build_cell(DesignDraft& draft, const Cell& cell);

}  // namespace heddle::gate::netlist::liberty
