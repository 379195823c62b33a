// Turns the nets of a flat netlist into literals of an AIG, on demand and
// without recursion, cutting combinational loops where it meets them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "heddle/gate/model.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate {

/// Works on one netlist and fills one model's AIG.
class Elaborator {
 public:
  Elaborator(const FlatNetlist& netlist, Aig& aig);

  /// Says that a source of the AIG drives a net.
  void define(NetId net, Lit lit) { lits_[net.value()] = forced(net, lit); }
  /// Puts a choice between whatever drives `net` and `value` before its readers.
  /// To be called before anything else. Requires: no constant; each net once.
  void force(NetId net, Lit enable, Lit value);
  /// The literal of a net; elaborates what it depends on.
  [[nodiscard]] Lit lit(NetId net);
  /// The control as active-high literal; constant false when absent.
  [[nodiscard]] Lit lit(const Control& control);
  [[nodiscard]] std::vector<Lit> lits(const std::vector<NetId>& nets);

  /// From now on every use of the constant x is a source of its own in `out`.
  void keep_unknown(std::vector<UnknownNet>& out) { unknowns_ = &out; }

  /// Where loops were cut: the net, and the source that stands for it.
  struct Cut {
    NetId net;
    Lit source;
  };
  [[nodiscard]] const std::vector<Cut>& cuts() const { return cuts_; }
  /// What drives a net that is forced. Requires: `lit` was asked for it.
  [[nodiscard]] Lit driver_of(NetId net) const { return forces_.at(net).driver; }

 private:
  enum class Mark : std::uint8_t { New, Open, Done };
  void visit(NetId net);
  [[nodiscard]] Lit build(const GateCell& gate);
  [[nodiscard]] Lit build_lut(const GateCell& gate, std::span<const Lit> in);
  [[nodiscard]] Lit cut(NetId net);
  [[nodiscard]] Lit unknown();
  /// What the readers of `net` see of its driver.
  [[nodiscard]] Lit forced(NetId net, Lit driver);

  const FlatNetlist* netlist_;
  Aig* aig_;
  std::vector<Lit> lits_;      ///< by net, valid when marked Done
  std::vector<Mark> marks_;    ///< by net
  std::vector<Lit> cut_lits_;  ///< by net: source of a cut, zero if none
  std::vector<Cut> cuts_;
  std::vector<UnknownNet>* unknowns_ = nullptr;  ///< null: x is 0
  struct Force {
    Lit enable;
    Lit value;
    Lit driver = Lit::zero();
  };
  std::map<NetId, Force> forces_;
};

}  // namespace heddle::gate
