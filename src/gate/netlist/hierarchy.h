// The module graph below a top module: what each cell is an instance of, that
// it is connected as its type asks, that no module contains itself and that
// the flat result stays within bounds. Everything that can be said about a
// module once is checked here, once, and not again for each of its instances.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cell_types.h"
#include "design_data.h"
#include "faults.h"
#include "heddle/gate/design.h"

namespace heddle::gate::netlist {

inline constexpr std::uint32_t kNoIndex = 0xFFFFFFFF;

/// What a cell's type name stands for in this design.
struct CellType {
  CellSpec spec;                    ///< of a primitive
  std::vector<NameId> pins;         ///< names of `spec.pins`
  std::uint32_t module = kNoIndex;  ///< of an instance: index of the module
  bool blackbox = false;            ///< a module without contents
  NameId task;                      ///< of a black box that is a check: what it does
};

/// What was found out about one cell, parallel to `Module::cells`.
struct CellInfo {
  std::uint32_t type = 0;            ///< index into `Hierarchy::types`
  std::uint32_t payload = kNoIndex;  ///< `$lut`: first word of its table; memory: its shape
};

/// Parallel to `DesignData::modules`.
struct ModuleInfo {
  bool reached = false;
  bool library = false;     ///< a leaf that came from a cell library
  std::uint32_t depth = 0;  ///< levels of instances below it
  std::uint64_t cells = 0;  ///< of its flat form, saturating
  std::uint64_t bits = 0;   ///< likewise: nets, names and memory contents
  std::vector<CellInfo> infos;
  std::vector<std::uint32_t> unnamed_ports;  ///< ports that no net is named after
  std::vector<std::uint32_t> ports_by_name;  ///< indices of ports in order of `NameId`
};

class Hierarchy {
 public:
  /// Keeps references to all.
  Hierarchy(const DesignData& data, const FlattenOptions& options, Faults& faults);

  /// Finds the top module; none after a fault.
  [[nodiscard]] std::optional<std::uint32_t> find_top(std::string_view name);
  /// Visits and checks every module below `top`.
  void check(std::uint32_t top);

  [[nodiscard]] const std::vector<CellType>& types() const { return types_; }
  [[nodiscard]] const ModuleInfo& info(std::uint32_t module) const { return infos_[module]; }
  /// Which pin of its cell's type (or port of its module) a connection meets,
  /// parallel to `DesignData::connections`; `kNoIndex` for cells without fixed pins.
  [[nodiscard]] std::uint32_t pin_of(std::size_t connection) const { return pins_[connection]; }
  [[nodiscard]] std::vector<std::uint64_t> take_lut_words() { return std::move(lut_words_); }
  /// Memories as their parameters describe them; their nets are `LocalNet`s.
  [[nodiscard]] const std::vector<MemoryCell>& memory_shapes() const { return memory_shapes_; }

 private:
  struct Visit {
    std::uint32_t module = 0;
    std::size_t next_cell = 0;
  };

  // hierarchy.cpp
  [[nodiscard]] std::uint32_t type_of(NameId name);
  void enter(std::uint32_t module);
  void leave(std::uint32_t module);
  void report_recursion(const std::vector<Visit>& path, std::uint32_t module);
  void prepare(std::uint32_t module);

  // cell_checks.cpp
  void check_cell(const ModuleCell& cell, CellInfo& info);
  void check_unknown(const ModuleCell& cell, const CellType& type);
  void check_pins(const ModuleCell& cell, const CellType& type);
  void check_instance(const ModuleCell& cell, const CellType& type);
  void check_lut(const ModuleCell& cell, CellInfo& info);
  [[nodiscard]] bool is_power(NameId pin) const;
  [[nodiscard]] std::uint32_t find_port(std::uint32_t module, NameId name) const;
  void unknown_port(const ModuleCell& cell, const CellConnection& connection,
                    const std::vector<std::string_view>& known);
  void width_mismatch(const ModuleCell& cell, const CellConnection& connection,
                      std::uint64_t width);

  const DesignData& data_;
  const FlattenOptions& options_;
  Faults& faults_;
  std::vector<std::uint32_t> module_of_name_;  ///< by `NameId`
  std::vector<std::uint32_t> type_of_name_;    ///< by `NameId`
  std::vector<CellType> types_;
  std::vector<ModuleInfo> infos_;
  std::vector<std::uint8_t> on_path_;
  std::vector<std::uint32_t> pins_;
  std::vector<std::uint64_t> lut_words_;
  std::vector<MemoryCell> memory_shapes_;
};

/// Decodes the parameters and connections of a `$mem_v2`; none after a fault.
[[nodiscard]] std::optional<MemoryCell> read_memory_shape(const DesignData& data,
                                                          const ModuleCell& cell, Faults& faults);

}  // namespace heddle::gate::netlist
