// Where a flop on a derived clock takes data of a flop that its clock is
// derived through, or of one that fires before it in the same instant.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/gate/netlist.h"
#include "heddle/gate/summary.h"

namespace heddle::gate::netlist {

/// Up to `kDerivedPathsMax` such paths, in order of the flops; `count`: all of them.
[[nodiscard]] std::vector<DerivedPath> find_derived_paths(const FlatNetlist& netlist,
                                                          std::uint64_t& count);

}  // namespace heddle::gate::netlist
