// Nets and the small values that cells are described with.
#pragma once

#include <cstdint>

#include "heddle/base/ids.h"

namespace heddle::gate {

/// A wire of one bit, dense from zero.
using NetId = StrongId<struct NetTag>;

inline constexpr NetId kNetZero{0};  ///< constant 0
inline constexpr NetId kNetOne{1};   ///< constant 1
inline constexpr NetId kNetX{2};     ///< constant x; z is read as x
inline constexpr std::uint32_t kConstantNetCount = 3;

[[nodiscard]] constexpr bool is_constant(NetId net) {
  return net.value() < kConstantNetCount;
}

/// A value of one bit in a netlist's constants and initial values.
enum class Logic : std::uint8_t { Zero, One, X };

/// A control input of a cell, with the level that makes it act.
struct Control {
  NetId net;  ///< none: the cell has no such control
  bool active_high = true;

  [[nodiscard]] constexpr bool present() const { return !net.is_none(); }
  friend bool operator==(const Control&, const Control&) = default;
};

}  // namespace heddle::gate
