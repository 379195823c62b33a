// Building the and-inverter graph: folding, structural hashing.
#include "heddle/gate/aig.h"

#include <utility>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::size_t kFirstTableSize = 1024;

std::size_t hash_pair(Lit a, Lit b) {
  const std::uint64_t key = (static_cast<std::uint64_t>(a.code()) << 32) | b.code();
  return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ULL) >> 20);
}

}  // namespace

Aig::Aig() : table_(kFirstTableSize, 0) {
  nodes_.push_back({});
}

Aig Aig::from_nodes(std::vector<Node> nodes) {
  HEDDLE_CHECK(!nodes.empty());
  Aig aig;
  aig.nodes_ = std::move(nodes);
  for (std::uint32_t id = 1; id < aig.node_count(); ++id) {
    if (aig.is_source(id)) continue;
    ++aig.and_count_;
    if (aig.and_count_ * 2 >= aig.table_.size()) aig.grow_table();
    aig.table_[aig.find_slot(aig.nodes_[id].a, aig.nodes_[id].b)] = id;
  }
  return aig;
}

Lit Aig::add_source() {
  nodes_.push_back({});
  return Lit(node_count() - 1, false);
}

Lit Aig::make_and(Lit a, Lit b) {
  if (b < a) std::swap(a, b);
  if (a == Lit::zero() || a == ~b) return Lit::zero();
  if (a == Lit::one() || a == b) return b;
  // x & (x & y) = x & y, and x & (~x & y) = 0.
  if (!b.complemented() && !is_source(b.node())) {
    const Node& inner = nodes_[b.node()];
    if (inner.a == a || inner.b == a) return b;
    if (inner.a == ~a || inner.b == ~a) return Lit::zero();
  }
  const std::size_t slot = find_slot(a, b);
  if (table_[slot] != 0) return Lit(table_[slot], false);
  nodes_.push_back({a, b});
  const std::uint32_t id = node_count() - 1;
  table_[slot] = id;
  ++and_count_;
  if (static_cast<std::size_t>(and_count_) * 2 >= table_.size()) grow_table();
  return Lit(id, false);
}

Lit Aig::make_xor(Lit a, Lit b) {
  return ~make_and(~make_and(a, ~b), ~make_and(~a, b));
}

Lit Aig::make_mux(Lit select, Lit then, Lit otherwise) {
  if (then == otherwise) return then;
  return ~make_and(~make_and(select, then), ~make_and(~select, otherwise));
}

Lit Aig::make_and(std::span<const Lit> inputs) {
  // A balanced tree keeps the depth logarithmic.
  if (inputs.empty()) return Lit::one();
  if (inputs.size() == 1) return inputs[0];
  const std::size_t half = inputs.size() / 2;
  return make_and(make_and(inputs.first(half)), make_and(inputs.subspan(half)));
}

Lit Aig::make_or(std::span<const Lit> inputs) {
  if (inputs.empty()) return Lit::zero();
  if (inputs.size() == 1) return inputs[0];
  const std::size_t half = inputs.size() / 2;
  return make_or(make_or(inputs.first(half)), make_or(inputs.subspan(half)));
}

std::size_t Aig::find_slot(Lit a, Lit b) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = hash_pair(a, b) & mask;
  while (table_[slot] != 0) {
    const Node& node = nodes_[table_[slot]];
    if (node.a == a && node.b == b) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

void Aig::grow_table() {
  std::vector<std::uint32_t> old = std::exchange(table_, {});
  table_.assign(old.size() * 2, 0);
  for (const std::uint32_t id : old) {
    if (id != 0) table_[find_slot(nodes_[id].a, nodes_[id].b)] = id;
  }
}

}  // namespace heddle::gate
