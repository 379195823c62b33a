// A work-item while it is on a core: its instructions, their dependencies and how far
// each has come. Reused for later items, so that lists keep their capacity.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/tile/simulator.h"
#include "heddle/tile/trace.h"
#include "tile/graph/dependencies.h"
#include "tile/model/compute.h"

namespace heddle::tile {

/// The weights that a preload brings. Units: core cycles.
struct WeightTile {
  std::uint32_t array = 0;
  std::uint32_t matmuls_left = 0;
  std::int64_t ready = 0;
  std::int64_t free_at = 0;  ///< so far: when the last matmul has streamed (or drained)
  bool has_slot = false;
};

struct LiveItem {
  WorkItem item;
  const KernelInfo* kernel = nullptr;
  std::uint64_t dram_base = 0;  ///< added to the addresses of the kernel's tensors
  std::uint32_t partition = 0;
  std::uint64_t sequence = 0;  ///< in order of arrival on the core

  DependencyGraph graph;
  std::vector<OperationCost> costs;
  std::vector<InstructionTimes> times;
  std::vector<std::uint32_t> waits_to_issue;
  std::vector<std::uint32_t> waits_to_finish;
  std::vector<std::uint32_t> units;
  std::vector<WeightTile> weights;           ///< of preloads
  std::vector<std::uint64_t> version_bytes;  ///< occupied now
  std::uint64_t pool_bytes = 0;              ///< of this item alone
  std::size_t unfinished = 0;

  [[nodiscard]] const Instruction& at(std::uint32_t i) const { return item.instructions[i]; }
};

/// One instruction of a live item. Never ordered by its pointer.
struct Ref {
  LiveItem* live = nullptr;
  std::uint32_t instruction = 0;

  [[nodiscard]] const Instruction& get() const { return live->at(instruction); }
  [[nodiscard]] InstructionTimes& times() const { return live->times[instruction]; }
  /// Oldest item first, then program order.
  friend bool operator<(const Ref& a, const Ref& b) {
    if (a.live->sequence != b.live->sequence) return a.live->sequence < b.live->sequence;
    return a.instruction < b.instruction;
  }
};

/// `work-item 3, instruction 7 (load of 'A')`.
[[nodiscard]] std::string name_of(const LiveItem& live, std::uint32_t instruction);
[[nodiscard]] inline std::string name_of(const Ref& ref) {
  return name_of(*ref.live, ref.instruction);
}

}  // namespace heddle::tile
