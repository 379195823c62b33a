// What both engines play on: cores, memory, work-items and the record of a run, and the
// steps of a cycle that are the same for them. Which cycles there are, and which ready
// instruction issues, is each engine's own business.
#pragma once

#include <memory>
#include <vector>

#include "heddle/tile/simulator.h"
#include "tile/sim/core.h"
#include "tile/sim/cost_book.h"
#include "tile/sim/dispatcher.h"
#include "tile/sim/recorder.h"

namespace heddle::tile {

struct Stage {
  const Machine& machine;
  const RunOptions& options;
  MemorySystem& memory;
  Recorder& recorder;
  Dispatcher& dispatcher;
  std::vector<Core> cores;
  EngineEffort effort;
  bool is_interrupted = false;
  std::vector<ResponseRun> responses;

  [[nodiscard]] SimTime now(std::int64_t cycle) const { return machine.core_clock.edge(cycle); }
  /// Gives the cores what the memory has answered up to this cycle.
  void receive(std::int64_t cycle);
  /// Whether everything is complete, posted stores too.
  [[nodiscard]] bool is_done() const;
  /// Tests the interrupt now and then.
  [[nodiscard]] bool asks_to_stop();
  /// Why nothing can go on. Errors: tile.working-set, tile.deadlock.
  [[nodiscard]] Failure stuck(std::int64_t cycle) const;
};

/// Plays to the end, or until somebody asks to stop. Errors: those of `simulate`.
[[nodiscard]] Status play_events(Stage& stage);
[[nodiscard]] Status play_cycles(Stage& stage);

}  // namespace heddle::tile
