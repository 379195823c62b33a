// The memory system with the DRAM cycle model behind a network without
// contention: fast, because its pseudo-channels need not know of each other.
#pragma once

#include <memory>

#include "heddle/tile/memory_system.h"

namespace heddle::tile::model {

/// A request is seen by its pseudo-channel at the first DRAM edge after it has arrived.
/// Requires: a fixed network, no L2, the cycle model.
[[nodiscard]] std::unique_ptr<MemorySystem> make_cycle_memory(const Machine& machine);

}  // namespace heddle::tile::model
