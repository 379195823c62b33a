// What drives each net, and who reads those that nothing drives.
#pragma once

#include <string>
#include <vector>

#include "faults.h"
#include "flattener.h"

namespace heddle::gate::netlist {

/// Fills `FlatNetlist::drivers` and `undriven` and reports what is wrong.
class DriverCheck {
 public:
  /// Keeps references.
  DriverCheck(FlatNetlist& netlist, FlatPlaces& places, const std::vector<std::uint32_t>& tristates,
              Faults& faults);

  void run();

 private:
  /// One place that reads a net.
  struct Reader {
    NetId net;
    DriverKind kind = DriverKind::None;  ///< of cell; `None`: a check cell
    std::uint32_t index = 0;
  };

  void find_drivers();
  void drive(NetId net, Driver driver, SourceOffset at);
  void clash(NetId net, const Driver& second, SourceOffset at);
  void find_inouts();
  void join_tristates();
  void split_port(std::uint32_t index);
  [[nodiscard]] NetId add_net(Driver driver);
  [[nodiscard]] NetId enable_of(NetId net, SourceOffset at);
  void find_readers();
  void read(NetId net, DriverKind kind, std::uint32_t index);
  void read_memory(std::uint32_t index);
  void report_undriven();
  void check_clocks();
  void check_clock(NetId clock, const std::string& cell, SourceOffset at);
  [[nodiscard]] bool is_tristate(const Driver& driver) const;
  [[nodiscard]] std::string describe(DriverKind kind, std::uint32_t index) const;
  [[nodiscard]] SourceOffset place(DriverKind kind, std::uint32_t index) const;
  void unsupported_tristate(std::uint32_t gate, std::string_view why);
  [[nodiscard]] std::string net_name(NetId net);

  FlatNetlist& netlist_;
  FlatPlaces& places_;
  const std::vector<std::uint32_t>& tristates_;
  Faults& faults_;
  /// Three-state drivers of one net: each takes the one before it where it is released.
  struct Chain {
    NetId net;
    std::vector<std::uint32_t> gates;
  };
  std::vector<Chain> chains_;    ///< in order of net
  std::vector<Reader> readers_;  ///< the first reader of each undriven net
  std::vector<bool> has_reader_;
  std::unique_ptr<NetNaming> naming_;  ///< made when the first message needs it
};

}  // namespace heddle::gate::netlist
