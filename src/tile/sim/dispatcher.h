// Hands work-items to cores as these get room, so that no more are made than are live,
// and one a partition that waits for its core.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/tile/simulator.h"
#include "tile/sim/core.h"
#include "tile/sim/cost_book.h"

namespace heddle::tile {

class Dispatcher {
 public:
  /// Errors: tile.partition.
  [[nodiscard]] static Result<Dispatcher> make(const Machine& machine,
                                               const std::vector<Partition>& partitions,
                                               CostBook& costs, Recorder& recorder);

  /// Gives items to the cores that have room. Errors: those of the sources, tile.cycle-table,
  /// tile.working-set for a load that is larger than the scratchpad.
  [[nodiscard]] Status fill(std::vector<Core>& cores, std::int64_t cycle);
  /// Takes back what is complete. Returns whether anything was.
  bool collect(std::vector<Core>& cores, std::int64_t cycle);

  /// Whether every item of every partition is complete.
  [[nodiscard]] bool is_done() const;
  [[nodiscard]] std::vector<std::int64_t> partition_cycles() const;

 private:
  struct State {
    WorkItemSource* source = nullptr;
    std::vector<std::uint32_t> cores;
    std::uint64_t dram_base = 0;
    std::unique_ptr<LiveItem> waiting;
    std::size_t next_core = 0;
    std::size_t live = 0;
    bool is_exhausted = false;
    std::int64_t end_cycle = 0;
  };

  Dispatcher(const Machine& machine, CostBook& costs, Recorder& recorder)
      : machine_(&machine), costs_(&costs), recorder_(&recorder) {}
  [[nodiscard]] Status fill(State& state, std::uint32_t partition, std::vector<Core>& cores,
                            std::int64_t cycle);
  [[nodiscard]] Result<bool> fetch(State& state, std::uint32_t partition);
  [[nodiscard]] Status check_loads(const LiveItem& live, std::uint32_t core) const;
  /// The core that takes the waiting item now; kNone: none has room.
  [[nodiscard]] static std::uint32_t pick(State& state, const std::vector<Core>& cores);

  const Machine* machine_ = nullptr;
  CostBook* costs_ = nullptr;
  Recorder* recorder_ = nullptr;
  GraphRules rules_;
  std::vector<State> states_;
  std::vector<std::unique_ptr<LiveItem>> spare_;
};

}  // namespace heddle::tile
