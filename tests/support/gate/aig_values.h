// Values of an AIG under 64 assignments at once: what tests compare with.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "heddle/gate/aig.h"

namespace heddle::gate::testing {

/// Bit `i` of pattern `j` is bit `j` of `i`: six sources with these values see
/// every assignment of theirs.
inline constexpr std::array<std::uint64_t, 6> kAllPatterns{0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC,
                                                           0xF0F0F0F0F0F0F0F0, 0xFF00FF00FF00FF00,
                                                           0xFFFF0000FFFF0000, 0xFFFFFFFF00000000};

/// Evaluates every AND from the values given to sources; `values` is by node.
class AigValues {
 public:
  AigValues(const Aig& aig, std::vector<std::uint64_t> values) : values_(std::move(values)) {
    values_.resize(aig.node_count(), 0);
    for (std::uint32_t node = 1; node < aig.node_count(); ++node) {
      if (!aig.is_source(node)) values_[node] = of(aig.node(node).a) & of(aig.node(node).b);
    }
  }

  [[nodiscard]] std::uint64_t of(Lit lit) const {
    return values_[lit.node()] ^ (lit.complemented() ? ~std::uint64_t{0} : 0);
  }

 private:
  std::vector<std::uint64_t> values_;
};

}  // namespace heddle::gate::testing
