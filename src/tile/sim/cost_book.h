// What each compute of a work-item costs, by table, machine or model, and what was used.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/tile/simulator.h"
#include "tile/sim/live_item.h"

namespace heddle::tile {

class CostBook {
 public:
  CostBook(const Machine& machine, const CycleTable* table) : machine_(&machine), table_(table) {}

  /// Fills in `live.costs`. Errors: tile.cycle-table for a node that the table lacks.
  [[nodiscard]] Status price(LiveItem& live);
  /// Errors: tile.cycle-table for a row that no compute used.
  [[nodiscard]] Status check_all_used() const;
  [[nodiscard]] std::vector<NodeUse> uses() const;

 private:
  [[nodiscard]] CostSource source_of(ComputeKind kind) const;

  const Machine* machine_ = nullptr;
  const CycleTable* table_ = nullptr;
  std::map<std::pair<std::uint32_t, std::uint32_t>, NodeUse> uses_;  ///< by partition and node
};

}  // namespace heddle::tile
