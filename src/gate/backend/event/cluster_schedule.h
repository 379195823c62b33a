// The order in which a cluster's gates are computed, and when each value is
// read for the last time: what a register allocator needs.
#pragma once

#include <cstdint>
#include <vector>

#include "gate/backend/event/event_plan.h"

namespace heddle::gate {

/// One step: a gate, an output, or one bit of a toggle word.
struct ClusterStep {
  enum class Kind : std::uint8_t { Gate, Output, Toggle };
  Kind kind = Kind::Gate;
  std::uint32_t index = 0;  ///< of the gate, the output or the toggle word
  std::uint32_t bit = 0;    ///< of the toggle word
};

struct ClusterSchedule {
  explicit ClusterSchedule(const ClusterBody& body);

  std::vector<ClusterStep> steps;
  /// By value of the block: the steps that read it, ascending.
  std::vector<std::vector<std::uint32_t>> reads;
};

}  // namespace heddle::gate
