// Finding the enable of a flop that the netlist spelled out as logic.
#pragma once

#include <optional>

#include "heddle/gate/aig.h"

namespace heddle::gate {

/// What a flop takes and when: `enable ? data : held`.
struct HoldSplit {
  Lit enable;
  Lit data;
};

/// Where some path of multiplexers, synchronous resets and sets through `next`
/// ends in `held`, the flop's own output, splits it: `e ? d : q`,
/// `~r & (e ? d : q)`, `load ? a : shift ? b : q` and so on. Standard cells often
/// have no enable flop; without this every enable would reach every flop as a
/// fan-out.
[[nodiscard]] std::optional<HoldSplit> split_hold(Aig& aig, Lit next, Lit held);

}  // namespace heddle::gate
