// Looks at two engines that ought to be in the same state: which flops,
// latches, outputs and memory bits differ, and what could be the cause.
#pragma once

#include <string>
#include <vector>

#include "heddle/gate/backend.h"

namespace heddle::gate {

/// A bit that two engines hold differently.
struct Difference {
  std::string name;
  bool expected = false;   ///< what the reference has
  std::vector<Lit> roots;  ///< what the bit is made from
};

/// Every difference: states, then outputs, then memories, each in order of name.
[[nodiscard]] std::vector<Difference> find_differences(const Model& model, const Backend& reference,
                                                       const Backend& tested);

/// The logic behind some differences.
struct Cone {
  std::uint64_t gates = 0;            ///< ANDs behind the first difference
  std::vector<std::string> suspects;  ///< named gates behind every one, nearest first
};

/// At most `kConesMax` differences are followed, `kSuspectsMax` nets named.
/// Cost: a walk of the graph a difference.
[[nodiscard]] Cone common_cone(const Model& model, const std::vector<Difference>& differences);

inline constexpr std::size_t kConesMax = 64;
inline constexpr std::size_t kSuspectsMax = 16;

}  // namespace heddle::gate
