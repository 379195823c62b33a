// Nets under construction: a forest in which aliases are merged.
//
// A wire's root is the smallest number of its set, so the constants stay roots
// and the result does not depend on the order of merging.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "heddle/gate/nets.h"

namespace heddle::gate::netlist {

using Wire = std::uint32_t;

class Wires {
 public:
  Wires() {
    for (Wire wire = 0; wire < kConstantNetCount; ++wire) parents_.push_back(wire);
  }

  [[nodiscard]] Wire add() {
    const auto wire = static_cast<Wire>(parents_.size());
    parents_.push_back(wire);
    return wire;
  }

  [[nodiscard]] Wire root(Wire wire) {
    while (parents_[wire] != wire) {
      parents_[wire] = parents_[parents_[wire]];
      wire = parents_[wire];
    }
    return wire;
  }

  /// Makes two wires one. False, and nothing done, for two different constants.
  [[nodiscard]] bool merge(Wire a, Wire b) {
    a = root(a);
    b = root(b);
    if (a == b) return true;
    if (a > b) std::swap(a, b);
    if (b < kConstantNetCount) return false;
    parents_[b] = a;
    return true;
  }

  [[nodiscard]] std::size_t count() const { return parents_.size(); }

 private:
  std::vector<Wire> parents_;
};

}  // namespace heddle::gate::netlist
