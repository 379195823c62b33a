// Clusters one gate at a time: for those of the clock cone, which have to tell
// of each node that toggles, and where no machine code can be made.
#pragma once

#include <cstdint>
#include <vector>

#include "gate/backend/event/event_memory.h"
#include "gate/backend/event/event_plan.h"

namespace heddle::gate {

class ClusterInterpreter {
 public:
  /// Runs `body`; calls `toggle(node)` for each output that has to toggle, which
  /// flips its value and sets the bits of its fan-out.
  template <class Toggle>
  void run(const ClusterBody& body, EventMemory& memory, const Toggle& toggle) {
    ++memory.cluster_runs();
    evaluate(body, memory.values());
    for (const ClusterOutput& out : body.outputs) {
      if (get(out.value) != (memory.values()[out.node] != 0)) toggle(out.node);
    }
    for (const ClusterToggles& toggles : body.toggles) {
      std::uint64_t word = 0;
      for (std::size_t i = 0; i < toggles.bits.size(); ++i) {
        word |= std::uint64_t{get(toggles.bits[i])} << i;
      }
      memory.toggles()[toggles.word] = word;
      memory.armed()[toggles.word / 64] |= std::uint64_t{1} << (toggles.word % 64);
    }
  }

 private:
  [[nodiscard]] bool get(Lit lit) const { return (bits_[lit.node()] != 0) != lit.complemented(); }

  void evaluate(const ClusterBody& body, const std::uint8_t* values) {
    bits_.assign(1, 0);
    for (const std::uint32_t leaf : body.block.leaves) bits_.push_back(values[leaf]);
    for (const BlockGate& gate : body.block.gates) {
      const bool a = get(gate.a);
      const bool b = get(gate.b);
      bits_.push_back(gate.kind == BlockGate::Kind::And ? a && b : a != b);
    }
  }

  std::vector<std::uint8_t> bits_;  ///< by value of the block
};

}  // namespace heddle::gate
