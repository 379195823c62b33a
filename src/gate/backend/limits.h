// Bounds of an engine's loops.
#pragma once

#include <cstdint>

namespace heddle::gate {

/// Clock rounds of an instant, and sweeps of a settle; past it, the design
/// oscillates.
inline constexpr std::uint32_t kRoundsMax = 64;

}  // namespace heddle::gate
