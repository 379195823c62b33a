// Seeing through clock gates: a flop behind one is a flop with an enable.
#pragma once

#include <optional>
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
/// round and on the same values. It falls with the latch as it was before it
/// opened, which nobody keeps: flops that take the fall are left alone.
///
/// A clock that depends on a loop's breaker may fall and rise again within one
/// settle, opening the latch in between; a gate of such a clock is none.
///
/// By the same argument what the latch follows cannot move the AND while clock
/// inputs settle, so it is no part of the clock cone; every engine agrees on that.
class ClockGates {
 public:
  explicit ClockGates(const Model& model);

  /// A gate's clock and latch.
  struct Gate {
    Lit clock;
    Lit latch;
  };
  /// The gate that makes `clock`, if one does. Cost: a few look-ups.
  [[nodiscard]] std::optional<Gate> find(const Aig& aig, Lit clock) const;
  /// Takes gates off `clock`, one behind the other.
  [[nodiscard]] GatedClock see_through(Aig& aig, Lit clock) const;

 private:
  [[nodiscard]] bool holds_while_high(Lit latch, Lit clock) const;
  /// Drops the latches whose gates may change more than once in a settle.
  void drop_unsteady();

  const Model* model_;
  std::vector<std::int32_t> latch_of_node_;  ///< by AIG node: index of a latch, or -1
};

}  // namespace heddle::gate
