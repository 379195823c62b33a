// Straight-line logic: what a cluster computes, as two-input gates over the
// values that it loads.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "heddle/gate/aig.h"

namespace heddle::gate {

/// A gate of a block. Operands are `Lit`s over the block's own values: 0 is
/// constant false, then the leaves, then the gates in order.
struct BlockGate {
  enum class Kind : std::uint8_t { And, Xor };
  Kind kind = Kind::And;
  Lit a;
  Lit b;  ///< of an Xor neither operand is complemented
};

/// Loads `leaves`, computes `gates`.
struct LogicBlock {
  std::vector<std::uint32_t> leaves;  ///< program nodes
  std::vector<BlockGate> gates;

  [[nodiscard]] std::uint32_t first_gate() const {
    return 1 + static_cast<std::uint32_t>(leaves.size());
  }
  [[nodiscard]] std::uint32_t value_count() const {
    return first_gate() + static_cast<std::uint32_t>(gates.size());
  }
};

/// Makes a block. Leaves are declared first, then gates.
class LogicBuilder {
 public:
  /// Requires: no gate was made yet.
  [[nodiscard]] Lit add_leaf(std::uint32_t node);
  [[nodiscard]] Lit make_and(Lit a, Lit b);
  [[nodiscard]] Lit make_xor(Lit a, Lit b);
  [[nodiscard]] LogicBlock take() { return std::move(block_); }

 private:
  [[nodiscard]] Lit make_gate(BlockGate::Kind kind, Lit a, Lit b);

  LogicBlock block_;
  std::map<std::uint64_t, Lit> known_;  ///< by kind and operands
};

}  // namespace heddle::gate
