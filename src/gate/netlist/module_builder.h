// Puts one module together: nets, aliases between them, ports, cells.
//
// Front ends whose formats say `assign a = b` number nets freely and tell the
// builder which are one; `finish` renumbers them densely, constants first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "design_data.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate::netlist {

/// A net, or its complement.
struct Signal {
  LocalNet net = 0;
  bool inverted = false;

  [[nodiscard]] Signal operator~() const { return {net, !inverted}; }
  [[nodiscard]] bool is_constant() const { return net < 2; }
  friend bool operator==(const Signal&, const Signal&) = default;
};
inline constexpr Signal kSignalZero{0, false};
inline constexpr Signal kSignalOne{1, false};

/// A pin of a cell with what is connected to it.
struct PinNet {
  std::string_view pin;
  LocalNet net = 0;
};

class ModuleBuilder {
 public:
  /// Keeps references. Modules are built one at a time.
  ModuleBuilder(DesignData& data, NamePool& names, std::string_view name, SourceOffset at);

  [[nodiscard]] Module& module() { return module_; }
  [[nodiscard]] LocalNet add_net();
  /// Makes two nets one. False for two different constants.
  [[nodiscard]] bool alias(LocalNet a, LocalNet b);

  void add_port(NameId name, PortDirection direction, BusRange range,
                std::span<const LocalNet> bits, SourceOffset at);
  ModuleNet& add_name(NameId name, BusRange range, std::span<const LocalNet> bits, SourceOffset at);

  /// Cells that a netlist spells out: begin, connections and parameters, end.
  void begin_cell(NameId name, NameId type, SourceOffset at);
  void connect(NameId port, std::span<const LocalNet> bits, SourceOffset at);
  void add_parameter(NameId name, NameId digits);
  void end_cell() { module_.cells.push_back(cell_); }

  /// A one-bit primitive with a name made up.
  void primitive(std::string_view type, std::initializer_list<PinNet> pins, SourceOffset at);
  void primitive(std::string_view type, std::span<const PinNet> pins, SourceOffset at);
  /// A `$lut`: bit i of `table` for the inputs' value i.
  void lut(std::span<const LocalNet> inputs, const std::vector<bool>& table, LocalNet output,
           SourceOffset at);

  // Logic. Constants and complements are folded.
  [[nodiscard]] Signal make_and(Signal a, Signal b, SourceOffset at);
  [[nodiscard]] Signal make_or(Signal a, Signal b, SourceOffset at);
  [[nodiscard]] Signal make_xor(Signal a, Signal b, SourceOffset at);
  [[nodiscard]] Signal make_mux(Signal select, Signal one, Signal zero, SourceOffset at);
  /// A net that carries `signal`.
  [[nodiscard]] LocalNet net_of(Signal signal, SourceOffset at);
  /// Drives `net` with `signal` through a buffer or inverter.
  void drive(LocalNet net, Signal signal, SourceOffset at);

  /// A flop or latch and its asynchronous controls; absent ones are constant 0.
  struct Storage {
    bool is_latch = false;
    Signal clock;  ///< rising edge; of a latch its enable
    Signal data;
    Signal clear = kSignalZero;  ///< wins over `set`
    Signal set = kSignalZero;
    LocalNet q = 0;
    SourceOffset at = 0;
  };
  void storage(const Storage& storage);

  /// Whether anything drives or computes something: the module has a function.
  [[nodiscard]] bool has_cells() const { return !module_.cells.empty() || aliased_; }

  /// The module, its nets numbered densely.
  [[nodiscard]] Module finish();

 private:
  [[nodiscard]] LocalNet root(LocalNet net);
  [[nodiscard]] Signal binary(std::string_view type, Signal a, Signal b, SourceOffset at);
  [[nodiscard]] NameId next_name();

  DesignData& data_;
  NamePool& names_;
  Module module_;
  ModuleCell cell_;
  std::size_t first_bit_ = 0;
  std::vector<LocalNet> parents_;
  std::uint32_t made_up_ = 0;
  bool aliased_ = false;
};

}  // namespace heddle::gate::netlist
