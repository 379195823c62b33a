#include "gate/cosim/bench/net_values.h"

namespace heddle::gate {

bool NetValues::value(const Backend& backend, Lit lit) {
  stamps_[0] = stamp_;  // the constant
  stack_.assign(1, lit.node());
  const auto is_known = [this](Lit one) { return stamps_[one.node()] == stamp_; };
  const auto known = [this](Lit one) { return (values_[one.node()] != 0) != one.complemented(); };
  while (!stack_.empty()) {
    const std::uint32_t node = stack_.back();
    if (stamps_[node] == stamp_) {
      stack_.pop_back();
      continue;
    }
    const Aig::Node& gate = aig_.node(node);
    if (aig_.is_source(node)) {
      values_[node] = backend.source(Lit(node, false)) ? 1 : 0;
    } else if (is_known(gate.a) && is_known(gate.b)) {
      values_[node] = known(gate.a) && known(gate.b) ? 1 : 0;
    } else {
      if (!is_known(gate.a)) stack_.push_back(gate.a.node());
      if (!is_known(gate.b)) stack_.push_back(gate.b.node());
      continue;
    }
    stamps_[node] = stamp_;
    stack_.pop_back();
  }
  return known(lit);
}

}  // namespace heddle::gate
