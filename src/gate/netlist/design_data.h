// The tables of a hierarchical netlist, as compact as a million cells ask for.
//
// Nets are numbered for each module on its own: 0, 1 and 2 are the constants,
// the others are dense in the order of the text. Everything that a message may
// point at keeps its byte offset; lines are counted only when one is written.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/gate/names.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate::netlist {

using SourceOffset = std::uint32_t;
using LocalNet = std::uint32_t;

/// Consecutive entries of one of the pools of `DesignData`.
struct Run {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// A piece of the text.
struct TextSpan {
  SourceOffset start = 0;
  std::uint32_t length = 0;
};

/// A parameter's or attribute's value as it is written.
struct ConstantText {
  enum class Kind : std::uint8_t { None, String, Number, Other };
  Kind kind = Kind::None;
  TextSpan text;     ///< a string without its quotes
  NameId unescaped;  ///< what it says where that differs, else none
};

struct CellParameter {
  NameId name;
  ConstantText value;
};

struct CellConnection {
  NameId port;
  Run bits;
  SourceOffset at = 0;
};

struct ModuleCell {
  NameId name;
  NameId type;
  NameId source;
  Run connections;
  Run parameters;
  SourceOffset at = 0;
  bool blackbox = false;
};

struct ModulePort {
  NameId name;
  PortDirection direction = PortDirection::Input;
  BusRange range;
  Run bits;
  SourceOffset at = 0;
};

struct ModuleNet {
  NameId name;
  NameId source;
  Run bits;
  BusRange range;
  ConstantText init;
  SourceOffset at = 0;
  bool hidden = false;
};

struct Module {
  NameId name;
  SourceOffset at = 0;
  bool top = false;
  bool blackbox = false;
  bool has_source = false;  ///< it has a `src` attribute: somebody wrote it
  bool liberty = false;     ///< a library cell, as its attribute or its file says
  bool opaque = false;      ///< nobody says what it does: its outputs are x
  bool ignored = false;     ///< its instances vanish, whatever is connected to them
  NameId task;              ///< `display`, `finish`...: its attribute `heddle_task`, or none
  NameId unsupported;       ///< what it holds that is no structure, or none
  SourceOffset unsupported_at = 0;
  LocalNet net_count = kConstantNetCount;
  std::vector<ModulePort> ports;
  std::vector<ModuleCell> cells;
  std::vector<ModuleNet> nets;
};

/// One file among the text of a design.
struct SourceFile {
  std::string name;
  SourceOffset start = 0;
  std::uint32_t bytes = 0;
};

struct DesignData {
  std::string text;               ///< what was read: one file after another
  std::vector<SourceFile> files;  ///< at least one, ascending
  std::uint64_t text_digest = 0;
  std::shared_ptr<const NamePool> names;
  std::vector<Module> modules;
  std::vector<CellConnection> connections;  ///< pool of `ModuleCell`
  std::vector<CellParameter> parameters;    ///< pool of `ModuleCell`
  std::vector<LocalNet> bits;               ///< pool of connections, ports and nets
  /// Cells of unknown type without a connection do not matter: place and route
  /// writes them into Verilog. In JSON they are mistakes.
  bool drops_fillers = false;
  /// Pins that are ignored on every cell: supplies. In order.
  std::vector<NameId> power_pins;

  [[nodiscard]] std::string_view text_of(const ConstantText& value) const {
    if (!value.unescaped.is_none()) return names->text(value.unescaped);
    return std::string_view(text).substr(value.text.start, value.text.length);
  }
  [[nodiscard]] std::span<const LocalNet> bits_of(Run run) const {
    return std::span(bits).subspan(run.first, run.count);
  }
  [[nodiscard]] std::span<const CellConnection> connections_of(const ModuleCell& cell) const {
    return std::span(connections).subspan(cell.connections.first, cell.connections.count);
  }
  [[nodiscard]] std::span<const CellParameter> parameters_of(const ModuleCell& cell) const {
    return std::span(parameters).subspan(cell.parameters.first, cell.parameters.count);
  }
};

}  // namespace heddle::gate::netlist
