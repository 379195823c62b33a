// The value of any literal of a model between two batches, from what the engine
// tells of the sources. Engines keep no value of a net that a LUT swallowed; the
// cone of one net is cheap, and most are asked for seldom.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/gate/backend.h"

namespace heddle::gate {

/// Threads: one at a time.
class NetValues {
 public:
  explicit NetValues(const Aig& aig)
      : aig_(aig), stamps_(aig.node_count(), 0), values_(aig.node_count(), 0) {}

  /// Forgets what was computed: the engine has moved.
  void forget() { ++stamp_; }
  /// Cost: the part of its cone that is not known yet.
  [[nodiscard]] bool value(const Backend& backend, Lit lit);

 private:
  const Aig& aig_;
  std::uint64_t stamp_ = 1;
  std::vector<std::uint64_t> stamps_;  ///< by node: when its value was computed
  std::vector<std::uint8_t> values_;
  std::vector<std::uint32_t> stack_;
};

}  // namespace heddle::gate
