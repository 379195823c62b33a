// Gates with equal operands are one gate; constants fold.
#include "gate/backend/event/logic_block.h"

#include <utility>

#include "heddle/base/check.h"

namespace heddle::gate {
Lit LogicBuilder::add_leaf(std::uint32_t node) {
  HEDDLE_CHECK(block_.gates.empty());
  block_.leaves.push_back(node);
  return Lit(static_cast<std::uint32_t>(block_.leaves.size()), false);
}

Lit LogicBuilder::make_and(Lit a, Lit b) {
  if (b < a) std::swap(a, b);
  if (a == Lit::zero() || a == ~b) return Lit::zero();
  if (a == Lit::one() || a == b) return b;
  return make_gate(BlockGate::Kind::And, a, b);
}

Lit LogicBuilder::make_xor(Lit a, Lit b) {
  const bool is_inverted = a.complemented() != b.complemented();
  a = Lit(a.node(), false);
  b = Lit(b.node(), false);
  if (b < a) std::swap(a, b);
  if (a == b) return Lit::zero() ^ is_inverted;
  if (a.is_constant()) return b ^ is_inverted;
  return make_gate(BlockGate::Kind::Xor, a, b) ^ is_inverted;
}

Lit LogicBuilder::make_gate(BlockGate::Kind kind, Lit a, Lit b) {
  const std::uint64_t key = std::uint64_t{a.code()} << 33 | std::uint64_t{b.code()} << 1 |
                            static_cast<std::uint64_t>(kind == BlockGate::Kind::Xor);
  const auto [at, is_new] = known_.try_emplace(key);
  if (is_new) {
    at->second = Lit(block_.value_count(), false);
    block_.gates.push_back({kind, a, b});
  }
  return at->second;
}

}  // namespace heddle::gate
