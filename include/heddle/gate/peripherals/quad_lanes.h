// The four data lanes that serial memories share, at the pins of the design.
//
// `Memory` is a peripheral with the roles `kIoIn` and `kIoOe` of four lanes each,
// the record `kClash`, and a state with `io`, `io_driven` and `clash`: the levels
// that it gives, the lanes that it drives, those last seen driven by both sides.
#pragma once

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

/// Gives the lanes of `driven` their levels and lets go of the others.
template <class Memory, class Out>
HEDDLE_HOST_DEVICE void set_quad_lanes(typename Memory::State& state, unsigned levels,
                                       unsigned driven, Out& out) {
  const unsigned changed = (state.io ^ levels) | (state.io_driven ^ driven);
  if (changed == 0) return;
  for (unsigned i = 0; i < 4; ++i) {
    if ((changed >> i & 1U) == 0) continue;
    if ((driven >> i & 1U) != 0) {
      out.drive(Memory::kIoIn + i, (levels >> i & 1U) != 0);
    } else {
      out.release(Memory::kIoIn + i);
    }
  }
  state.io = static_cast<std::uint8_t>(levels);
  state.io_driven = static_cast<std::uint8_t>(driven);
}

/// Says once when the design drives a lane that the memory drives.
template <class Memory, class Out>
HEDDLE_HOST_DEVICE void watch_quad_lanes(typename Memory::State& state, const PinSample& in,
                                         Out& out) {
  const std::uint32_t both =
      state.io_driven == 0 ? 0 : in.levels(Memory::kIoOe, 4, false) & state.io_driven;
  if ((both & ~std::uint32_t{state.clash}) != 0) out.record(Memory::kClash, both);
  state.clash = static_cast<std::uint8_t>(both);
}

}  // namespace heddle::gate
