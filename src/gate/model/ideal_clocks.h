// What an ideal clock tree changes in a model: flops, memory ports and checks
// whose clocks flops derive from an ideal clock sample what stood before the
// instant, however many rounds of clocks come before theirs.
//
// What they sample goes through a state that follows it between instants and
// stands still within one: a new input, `Model::instant`, is high there. So
// every engine gives the same, and X propagation, checks and checkpoints know it.
#pragma once

#include <span>
#include <string>

#include "heddle/gate/model.h"

namespace heddle::gate {

/// `ideal_clocks`: inputs by name; one that is none changes nothing. Inputs and
/// states are added behind the others. Where no clock is derived nothing is.
/// Cost: linear in the cones of clocks.
void hold_for_ideal_clocks(Model& model, std::span<const std::string> ideal_clocks);

}  // namespace heddle::gate
