// The clock cone of a model: what settles while clock inputs move and flops
// still hold the values that they are about to sample.
//
// Which states follow their gates in that first settle decides what a short
// pulse on an asynchronous control does, so it is defined once, on the model as
// it was elaborated, and not on what an engine's optimiser left of it.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/gate/model.h"

namespace heddle::gate {

struct ClockCone {
  /// By AIG node: whether a clock depends on it within one settle.
  std::vector<std::uint8_t> contains;
  /// The ANDs of clock gates (see `ClockGates`). They move with their clocks;
  /// what their latches follow does not belong to the cone on their account.
  std::vector<std::uint32_t> gates;
};

/// Cost: linear in the cone.
[[nodiscard]] ClockCone clock_cone(const Model& model);

}  // namespace heddle::gate
