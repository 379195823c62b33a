// An independent judge of DRAM commands: JEDEC's rules as a table of least
// distances between pairs of commands, tried on every pair. It shares no code
// with the scheduler.
#pragma once

#include <string>
#include <vector>

#include "tile/model/dram_timing.h"

namespace heddle::tile {

/// The first rule that a stream of commands breaks, in words; empty when it is legal.
[[nodiscard]] std::string first_violation(const DramSpec& spec,
                                          const std::vector<model::DramEvent>& events);

}  // namespace heddle::tile
