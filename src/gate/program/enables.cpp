// Matching multiplexers in the AIG, from the outermost inwards.
#include "gate/program/enables.h"

#include <utility>

namespace heddle::gate {
namespace {

/// How many multiplexers deep a held value is looked for.
constexpr int kDepthMax = 6;

struct Mux {
  Lit select;
  Lit then;
  Lit otherwise;
};

bool is_and(const Aig& aig, Lit lit) {
  return !lit.is_constant() && !aig.is_source(lit.node());
}

/// Matches `lit` = ~(~(s & t) & ~(~s & e)).
std::optional<Mux> match_mux(const Aig& aig, Lit lit) {
  if (!lit.complemented() || !is_and(aig, lit)) return {};
  const Aig::Node top = aig.node(lit.node());
  if (!top.a.complemented() || !top.b.complemented()) return {};
  if (!is_and(aig, top.a) || !is_and(aig, top.b)) return {};
  const Aig::Node x = aig.node(top.a.node());
  const Aig::Node y = aig.node(top.b.node());
  for (const auto& [select, then] : {std::pair(x.a, x.b), std::pair(x.b, x.a)}) {
    if (y.a == ~select) return Mux{select, then, y.b};
    if (y.b == ~select) return Mux{select, then, y.a};
  }
  return {};
}

std::optional<HoldSplit> split(Aig& aig, Lit next, Lit held, int depth);

std::optional<HoldSplit> split_mux(Aig& aig, const Mux& mux, Lit held, int depth) {
  if (mux.otherwise == held) return HoldSplit{mux.select, mux.then};
  if (mux.then == held) return HoldSplit{~mux.select, mux.otherwise};
  if (const auto inner = split(aig, mux.otherwise, held, depth + 1)) {
    return HoldSplit{aig.make_or(mux.select, inner->enable),
                     aig.make_mux(mux.select, mux.then, inner->data)};
  }
  if (const auto inner = split(aig, mux.then, held, depth + 1)) {
    return HoldSplit{aig.make_or(~mux.select, inner->enable),
                     aig.make_mux(mux.select, inner->data, mux.otherwise)};
  }
  return {};
}

/// A synchronous reset: `keep & inner`, where `inner` may hold.
std::optional<HoldSplit> split_and(Aig& aig, Lit next, Lit held, int depth) {
  if (next.complemented() || !is_and(aig, next)) return {};
  const Aig::Node node = aig.node(next.node());
  for (const auto& [keep, inner] : {std::pair(node.a, node.b), std::pair(node.b, node.a)}) {
    if (inner == held) return HoldSplit{~keep, Lit::zero()};
    if (const auto below = split(aig, inner, held, depth + 1)) {
      return HoldSplit{aig.make_or(~keep, below->enable), aig.make_and(keep, below->data)};
    }
  }
  return {};
}

std::optional<HoldSplit> split(Aig& aig, Lit next, Lit held, int depth) {
  if (depth > kDepthMax) return {};
  // A function holds `held` where its complement holds `~held`.
  for (const bool inverted : {false, true}) {
    const Lit lit = next ^ inverted;
    std::optional<HoldSplit> found;
    if (const auto mux = match_mux(aig, lit)) {
      found = split_mux(aig, *mux, held ^ inverted, depth);
    } else {
      found = split_and(aig, lit, held ^ inverted, depth);
    }
    if (found) return HoldSplit{found->enable, found->data ^ inverted};
  }
  return {};
}

}  // namespace

std::optional<HoldSplit> split_hold(Aig& aig, Lit next, Lit held) {
  return split(aig, next, held, 0);
}

}  // namespace heddle::gate
