// The network without contention: so many cycles there and back, counted on the
// edges of its clock, half of them (rounded down) on the way there.
#pragma once

#include "heddle/tile/machine.h"

namespace heddle::tile::model {

/// Threads: a value but for the last conversions it remembers.
class FixedNoc {
 public:
  explicit FixedNoc(const NocSpec& spec)
      : clock_(spec.clock), there_(spec.latency_cycles / 2), back_(spec.latency_cycles - there_) {}

  /// When what a core sends at `now` is at the memory.
  [[nodiscard]] SimTime arrival(SimTime now) {
    if (now != sent_) {
      sent_ = now;
      arrived_ = clock_.edge(clock_.cycle_at_or_after(now) + there_);
    }
    return arrived_;
  }

  /// When what the memory has at `at` is at the core.
  [[nodiscard]] SimTime response(SimTime at) {
    if (at != done_) {
      done_ = at;
      returned_ = clock_.edge(clock_.cycle_at_or_after(at) + back_);
    }
    return returned_;
  }

 private:
  ClockRate clock_;
  std::int64_t there_ = 0;
  std::int64_t back_ = 0;
  SimTime sent_{-1};
  SimTime arrived_;
  SimTime done_{-1};
  SimTime returned_;
};

}  // namespace heddle::tile::model
