// Which cut of the AIG each node becomes a LUT with.
//
// Priority cuts (Mishchenko et al., "Combinational and Sequential Mapping with
// Priority Cuts", ICCAD 2007): each node keeps a few best cuts, merged from its
// fan-ins' cuts; two area-flow passes, the second with the first's fan-out
// counts. Area comes first: an event engine pays for every fan-out edge, while
// depth only adds levels to look through.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "heddle/gate/aig.h"

namespace heddle::gate {

/// At most six leaves, ascending by node.
struct Cut {
  static constexpr std::uint32_t kLeavesMax = 6;
  std::array<std::uint32_t, kLeavesMax> leaves{};
  std::uint8_t leaf_count = 0;
};

/// What the mapper must know of a graph.
struct CutProblem {
  const Aig* aig = nullptr;
  /// AND nodes in an order in which each comes after its fan-ins; what is not
  /// in it is a leaf.
  std::vector<std::uint32_t> order;
  /// References from outside of the graph, by node; a node with one is a root.
  std::vector<std::uint32_t> outside_references;
};

/// The chosen cut of every AND node, by node; of others, the trivial one.
/// Cost: about 0.5 us a node. Determinism: a function of the problem.
[[nodiscard]] std::vector<Cut> choose_cuts(const CutProblem& problem);

/// The function of `root` over the leaves of `cut`: bit i of the result is its
/// value when leaf j has bit j of i.
[[nodiscard]] std::uint64_t cut_function(const Aig& aig, Lit root, const Cut& cut);

}  // namespace heddle::gate
