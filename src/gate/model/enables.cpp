// Matching multiplexers in the AIG.
#include "gate/model/enables.h"

#include <array>
#include <optional>

namespace heddle::gate {
namespace {

/// `select ? data : held`.
struct HoldMux {
  Lit select;
  Lit data;
};

/// Matches `lit` = ~(~(s & d) & ~(~s & q)) with q = `held`.
std::optional<HoldMux> match_hold(const Aig& aig, Lit lit, Lit held) {
  if (!lit.complemented() || lit.is_constant() || aig.is_source(lit.node())) return {};
  const Aig::Node& top = aig.node(lit.node());
  for (const auto& [hold, load] : {std::pair(top.a, top.b), std::pair(top.b, top.a)}) {
    if (!hold.complemented() || !load.complemented()) continue;
    if (aig.is_source(hold.node()) || aig.is_source(load.node())) continue;
    const Aig::Node& h = aig.node(hold.node());
    const Aig::Node& l = aig.node(load.node());
    if (h.a != held && h.b != held) continue;
    const Lit not_select = h.a == held ? h.b : h.a;
    if (l.a == ~not_select) return HoldMux{l.a, l.b};
    if (l.b == ~not_select) return HoldMux{l.b, l.a};
  }
  return {};
}

}  // namespace

void split_enable(Aig& aig, StateBit& state) {
  // next = e ? d : q, or its complement.
  for (const bool inverted : {false, true}) {
    if (const auto mux = match_hold(aig, state.next ^ inverted, state.output ^ inverted)) {
      state.enable = mux->select;
      state.next = mux->data ^ inverted;
      return;
    }
  }
  // next = ~r & (e ? d : q), or a set: the complement of the same.
  for (const bool is_set : {false, true}) {
    const Lit lit = state.next ^ is_set;
    if (lit.complemented() || lit.is_constant() || aig.is_source(lit.node())) continue;
    const Aig::Node& node = aig.node(lit.node());
    for (const auto& [keep, inner] : {std::pair(node.a, node.b), std::pair(node.b, node.a)}) {
      for (const bool inverted : {false, true}) {
        const auto mux = match_hold(aig, inner ^ inverted, state.output ^ is_set ^ inverted);
        if (!mux) continue;
        state.enable = aig.make_or(mux->select, ~keep);
        state.next = aig.make_and(keep, mux->data ^ inverted) ^ is_set;
        return;
      }
    }
  }
}

}  // namespace heddle::gate
