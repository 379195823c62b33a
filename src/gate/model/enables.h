// Finding the enable of a flop that the netlist spelled out as logic.
#pragma once

#include "heddle/gate/model.h"

namespace heddle::gate {

/// Where `state.next` is `e ? d : q`, perhaps under a synchronous reset to 0 or
/// 1, splits it into `enable` and `next`. Standard cells often have no enable
/// flop; without this every enable would reach every flop as a fan-out.
void split_enable(Aig& aig, StateBit& state);

}  // namespace heddle::gate
