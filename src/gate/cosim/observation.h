// Which literals of the design a run looks at, each once: waves and the hash of
// the outputs share them.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "heddle/gate/aig.h"

namespace heddle::gate {

/// An observed value: a place in the engine's list, perhaps complemented, or a
/// constant of the design.
struct ObservedBit {
  std::int32_t index = -1;  ///< into `Program::observed`; -1: the constant `complement`
  bool complement = false;
};

class Observation {
 public:
  /// Asks for a literal; the same node is observed once.
  ObservedBit add(Lit lit) {
    if (lit.is_constant()) return {-1, lit.complemented()};
    const auto [place, fresh] =
        places_.emplace(lit.node(), static_cast<std::int32_t>(literals_.size()));
    if (fresh) literals_.push_back(Lit(lit.node(), false));
    return {place->second, lit.complemented()};
  }

  /// What to compile with.
  [[nodiscard]] const std::vector<Lit>& literals() const { return literals_; }

 private:
  std::map<std::uint32_t, std::int32_t> places_;
  std::vector<Lit> literals_;
};

}  // namespace heddle::gate
