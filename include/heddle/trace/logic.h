// The four-state value of one bit, as every wave and trace of heddle holds it.
#pragma once

#include <cstdint>

namespace heddle::trace {

/// One bit. Bit 0 of the code is the value, bit 1 says that it is not known,
/// so a vector is two planes: values and unknowns (value 1 there means z).
enum class Logic : std::uint8_t { Zero = 0, One = 1, X = 2, Z = 3 };

/// The bit that a boolean stands for.
[[nodiscard]] constexpr Logic logic(bool value) {
  return value ? Logic::One : Logic::Zero;
}

/// Not of a bit; x and z give x, as a gate would.
[[nodiscard]] constexpr Logic complement(Logic bit) {
  switch (bit) {
    case Logic::Zero: return Logic::One;
    case Logic::One: return Logic::Zero;
    case Logic::X:
    case Logic::Z: break;
  }
  return Logic::X;
}

/// `0`, `1`, `x` or `z`.
[[nodiscard]] constexpr char logic_char(Logic bit) {
  return "01xz"[static_cast<unsigned>(bit)];
}

}  // namespace heddle::trace
