// Walks the tree of instances below the top module and puts down a flat cell
// for each primitive, on wires that `Wires` merges as ports meet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "design_data.h"
#include "faults.h"
#include "heddle/gate/netlist.h"
#include "hierarchy.h"
#include "wires.h"

namespace heddle::gate::netlist {

/// Where each flat cell stands in the text, parallel to the netlist's tables.
struct FlatPlaces {
  std::vector<SourceOffset> ports;
  std::vector<SourceOffset> gates;
  std::vector<SourceOffset> flops;
  std::vector<SourceOffset> latches;
  std::vector<SourceOffset> memories;
  std::vector<SourceOffset> checks;
};

/// An initial value that a name gives to one of its bits.
struct InitClaim {
  Wire wire = 0;
  Logic value = Logic::X;
  std::uint32_t name = 0;  ///< index into `FlatNetlist::net_names`
  std::uint32_t bit = 0;
  SourceOffset at = 0;
};

/// Everything that the walk makes. Nets of `netlist` are `Wire`s until `finish`.
struct Draft {
  FlatNetlist netlist;
  FlatPlaces places;
  Wires wires;
  std::vector<InitClaim> inits;
  std::vector<std::uint32_t> tristates;  ///< gates that stand for `$_TBUF_`, ascending
};

class Flattener {
 public:
  /// Keeps references. Requires: `hierarchy` checked without faults.
  Flattener(const DesignData& data, const Hierarchy& hierarchy, Faults& faults);

  [[nodiscard]] Draft run(std::uint32_t top);

 private:
  using Map = std::vector<Wire>;  ///< by `LocalNet`

  void module(std::uint32_t index, ScopeId scope, std::size_t depth);
  void instance(const ModuleCell& cell, const CellType& type, ScopeId scope, std::size_t depth);
  void primitive(const ModuleCell& cell, const CellInfo& info, ScopeId scope, const Map& map);
  void gate(const ModuleCell& cell, const CellType& type, ScopeId scope, const Map& map);
  void lut(const ModuleCell& cell, const CellInfo& info, ScopeId scope, const Map& map);
  void flop(const ModuleCell& cell, const CellType& type, ScopeId scope, const Map& map);
  void latch(const ModuleCell& cell, const CellType& type, ScopeId scope, const Map& map);
  void memory(const ModuleCell& cell, const CellInfo& info, ScopeId scope, const Map& map);
  void check(const ModuleCell& cell, NameId task, ScopeId scope, const Map& map);
  void top_ports(const Module& module, const Map& map);
  void names(std::uint32_t index, ScopeId scope, const Map& map);
  void init(const ModuleNet& net, std::uint32_t name, std::span<const NetId> bits);
  void merge(Wire inner, Wire outer, const CellConnection& connection);
  /// Wires on the pins of a primitive, by index into its type's pins.
  void fill_pins(const ModuleCell& cell, const CellType& type, const Map& map);

  const DesignData& data_;
  const Hierarchy& hierarchy_;
  Faults& faults_;
  Draft out_;
  std::vector<Map> maps_;    ///< by depth, reused from instance to instance
  std::vector<NetId> pins_;  ///< of the cell at hand
};

}  // namespace heddle::gate::netlist
