// The two clocks of every bench and the edges they make. A clock starts at 0, rises at
// phase + k * period and falls floor(period / 2) later; an edge is an instant with a clock event.
#pragma once

#include <algorithm>
#include <cstdint>

namespace soc_sim {

/// One clock. Units: picoseconds.
class Clock {
 public:
  Clock(std::int64_t period_ps, std::int64_t phase_ps)
      : high_ps_(period_ps / 2), low_ps_(period_ps - period_ps / 2), next_ps_(phase_ps) {}

  std::int64_t next_ps() const { return next_ps_; }
  bool level() const { return level_; }

  /// Takes the pending change.
  void toggle() {
    level_ = !level_;
    next_ps_ += level_ ? high_ps_ : low_ps_;
  }

 private:
  std::int64_t high_ps_;
  std::int64_t low_ps_;
  std::int64_t next_ps_;
  bool level_ = false;
};

/// What happens at one edge.
struct Edge {
  std::int64_t time_ps = 0;
  bool clk = false;  // levels after the edge
  bool clk_slow = false;
  bool clk_rises = false;
};

class ClockSchedule {
 public:
  /// Ensures: times rise strictly from call to call.
  Edge next() {
    Edge edge;
    edge.time_ps = std::min(clk_.next_ps(), slow_.next_ps());
    if (clk_.next_ps() == edge.time_ps) {
      clk_.toggle();
      edge.clk_rises = clk_.level();
    }
    if (slow_.next_ps() == edge.time_ps) slow_.toggle();
    edge.clk = clk_.level();
    edge.clk_slow = slow_.level();
    return edge;
  }

 private:
  Clock clk_{20000, 0};
  Clock slow_{61034, 7000};
};

}  // namespace soc_sim
