// The memory system of machines with an L2 or a network that contends: two
// networks, slices of L2 in front of the channels, and DRAM.
#pragma once

#include <memory>

#include "heddle/tile/memory_system.h"

namespace heddle::tile::model {

/// Steps on the edges of the network's clock while anything is under way. A request enters the
/// network at the edge after it was sent. A read comes back through the second network; a write
/// is complete when DRAM, or the L2, has it.
[[nodiscard]] std::unique_ptr<MemorySystem> make_network_memory(const Machine& machine);

}  // namespace heddle::tile::model
