// Chooses the memory system that fits what a machine asks for.
#include "heddle/tile/memory_system.h"

#include "heddle/tile/machine.h"
#include "tile/model/memory_bandwidth.h"
#include "tile/model/memory_cycle.h"
#include "tile/model/memory_network.h"

namespace heddle::tile {

std::unique_ptr<MemorySystem> make_memory_system(const Machine& machine) {
  if (machine.noc.kind != NocKind::Fixed || machine.l2) return model::make_network_memory(machine);
  if (machine.dram.kind == DramKind::Cycle) return model::make_cycle_memory(machine);
  return model::make_bandwidth_memory(machine);
}

}  // namespace heddle::tile
