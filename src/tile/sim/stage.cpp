#include "tile/sim/stage.h"

#include <algorithm>

namespace heddle::tile {

namespace {
constexpr std::uint64_t kCyclesBetweenLooks = 1 << 14;
}

void Stage::receive(std::int64_t cycle) {
  const SimTime time = now(cycle);
  if (memory.next_change() > time) return;
  responses.clear();
  memory.advance(time, responses);
  for (const ResponseRun& response : responses) cores[response.core].respond(response, cycle);
}

bool Stage::is_done() const {
  return dispatcher.is_done() && std::none_of(cores.begin(), cores.end(),
                                              [](const Core& core) { return core.is_active(); });
}

bool Stage::asks_to_stop() {
  if (++effort.cycles_visited % kCyclesBetweenLooks != 0) return false;
  is_interrupted = options.interrupt.is_requested();
  return is_interrupted;
}

}  // namespace heddle::tile
