// Seeing through clock gates: a flop behind one is a flop with an enable.
#pragma once

#include <vector>

#include "heddle/gate/model.h"

namespace heddle::gate {

/// Clock and enable of a flop or write port as the engines need them.
struct GatedClock {
  Lit clock;
  Lit enable = Lit::one();
};

/// Finds gates of the usual form: an AND of a clock and a latch that is open
/// while that clock is low. The latch cannot change while the clock is high, so
/// the AND rises exactly when the clock rises with the latch high, in the same
/// round and on the same values; its inverse falls alike.
class ClockGates {
 public:
  explicit ClockGates(const Model& model);

  /// Takes gates off `clock`, one behind the other. Cost: a few look-ups.
  [[nodiscard]] GatedClock see_through(Aig& aig, Lit clock) const;

 private:
  [[nodiscard]] bool holds_while_high(Lit latch, Lit clock) const;

  const Model* model_;
  std::vector<std::int32_t> latch_of_node_;  ///< by AIG node: index of a latch, or -1
};

}  // namespace heddle::gate
