// Sets the stage, lets the engine play, collects what came of it.
#include <algorithm>

#include "heddle/tile/simulator.h"
#include "tile/sim/stage.h"

namespace heddle::tile {

Result<RunResult> simulate(const Machine& machine, const std::vector<Partition>& partitions,
                           const RunOptions& options) {
  std::unique_ptr<MemorySystem> own_memory;
  if (options.memory == nullptr) own_memory = make_memory_system(machine);
  CostBook costs(machine, options.cycle_table);
  Recorder recorder(options.observer);
  HEDDLE_TRY(Dispatcher dispatcher, Dispatcher::make(machine, partitions, costs, recorder));
  Stage stage{machine,  options,    options.memory != nullptr ? *options.memory : *own_memory,
              recorder, dispatcher, {},
              {},       false,      {}};
  for (std::uint32_t core = 0; core < machine.cores; ++core) {
    stage.cores.emplace_back(machine, core, recorder);
  }
  const bool is_stepped = options.engine == EngineKind::CycleStepped;
  HEDDLE_TRY_STATUS(is_stepped ? play_cycles(stage) : play_events(stage));

  RunResult result;
  result.is_interrupted = stage.is_interrupted;
  if (!stage.is_interrupted) HEDDLE_TRY_STATUS(costs.check_all_used());
  for (const Core& core : stage.cores) {
    result.cycles = std::max(result.cycles, core.last_cycle());
    result.cores.push_back(core.use());
  }
  result.end = stage.now(result.cycles);
  result.partition_cycles = dispatcher.partition_cycles();
  result.operations = recorder.counts();
  result.nodes = costs.uses();
  result.memory = stage.memory.use();
  result.digest = recorder.digest();
  result.effort = stage.effort;
  return result;
}

}  // namespace heddle::tile
