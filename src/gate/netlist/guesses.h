// Which inputs of a netlist look like clocks and resets.
#pragma once

#include <vector>

#include "heddle/gate/summary.h"

namespace heddle::gate::netlist {

[[nodiscard]] std::vector<ClockGuess> guess_clocks(const FlatNetlist& netlist);
[[nodiscard]] std::vector<ResetGuess> guess_resets(const FlatNetlist& netlist);

}  // namespace heddle::gate::netlist
