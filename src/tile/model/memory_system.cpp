// Chooses the memory system that fits what a machine asks for.
#include "heddle/tile/memory_system.h"

#include "heddle/tile/machine.h"
#include "tile/model/memory_bandwidth.h"

namespace heddle::tile {

std::unique_ptr<MemorySystem> make_memory_system(const Machine& machine) {
  return model::make_bandwidth_memory(machine);
}

}  // namespace heddle::tile
