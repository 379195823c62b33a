// The order of all edges of a run: clocks merged by a heap in whole
// picoseconds, with no table of a common multiple, and the reset and the
// constant inputs as data operations.
//
// The k-th rising edge of a clock with period P and phase F is at F + kP, its
// k-th falling edge at F + kP + floor(P/2). A clock with jitter J has each of
// them moved by a whole number of picoseconds from -J to J, but not before 0; the
// next one counts from where this one would have been, so nothing drifts. Clock
// edges that coincide are one edge of the run. Edges are numbered from 0.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/random.h"
#include "heddle/gate/edge.h"
#include "heddle/gate/peripheral.h"

namespace heddle::gate {

/// A clock input; starts low.
struct ScheduledClock {
  std::uint32_t input = 0;     ///< index into `Model::inputs`
  std::int64_t period_ps = 2;  ///< 2 .. `kPeriodPsMax`
  std::int64_t phase_ps = 0;   ///< of the first rising edge, 0 .. `kPeriodPsMax`
  std::int64_t jitter_ps = 0;  ///< 0 .. `jitter_ps_max(period_ps)`
  std::string name{};          ///< with the seed it keys the jitter: see `jitter_stream`

  static constexpr std::int64_t kPeriodPsMax = std::int64_t{1} << 50;

  /// The most that keeps a clock's own edges apart and in order: twice as much is
  /// less than the shorter half of the period, so it is below a quarter of it.
  [[nodiscard]] static constexpr std::int64_t jitter_ps_max(std::int64_t period_ps) {
    return (period_ps / 2 - 1) / 2;
  }
};

/// Where a clock's displacements come from: the n-th of its edges, rising and
/// falling ones counted from 0, is moved by `between(-jitter_ps, jitter_ps, 0, n)`.
[[nodiscard]] RandomStream jitter_stream(std::uint64_t seed, const std::string& clock_name);

/// A reset input: active from edge 0 on, released in step (1) of the edge after
/// `rising_edges` rising edges of `clock` were executed.
struct ScheduledReset {
  std::uint32_t input = 0;
  bool active_level = false;
  std::uint32_t clock = 0;  ///< index into the clocks
  std::uint64_t rising_edges = 0;
};

/// Input changes at a certain edge: in step (1) of the first edge that is neither
/// before `edge` nor before `time_ps`.
struct TimedOps {
  std::uint64_t edge = 0;
  std::int64_t time_ps = 0;
  std::vector<EdgeOp> ops = {};
};

struct ScheduleSpec {
  static constexpr std::size_t kClocksMax = 32;  ///< bits of `EdgeInfo::rising`

  std::vector<ScheduledClock> clocks;  ///< 1 .. `kClocksMax`
  std::optional<ScheduledReset> reset;
  std::vector<EdgeOp> constants;  ///< inputs set at edge 0 for good
  /// Applied in this order where several come at one edge, after everything else.
  std::vector<TimedOps> timed;
  std::uint64_t edge_count_max = std::numeric_limits<std::uint64_t>::max();
  /// No edge after this instant is run.
  std::int64_t time_ps_max = std::int64_t{1} << 62;
  std::uint64_t seed = 1;  ///< of the jitter
};

/// Hands out the edges of a run in order. Requires: a sound spec (checked).
/// Threads: one at a time. Cost: about 20 ns an edge, and
/// as much for each change of a clock with jitter.
class Schedule {
 public:
  explicit Schedule(ScheduleSpec spec);

  /// Begins `window` and appends the next edges: `count` of them, or those left
  /// before the instant `before_ps`. Returns how many.
  std::uint32_t fill(EdgeWindow& window, std::uint32_t count,
                     std::int64_t before_ps = std::numeric_limits<std::int64_t>::max());

  /// Passes over the edges before `edge`; false when the run ends sooner.
  /// Requires: they were not handed out yet. Cost: as handing them out.
  [[nodiscard]] bool skip_to(std::uint64_t edge);

  /// How many more edges may come: exact when an edge count ends the run,
  /// else an upper bound.
  [[nodiscard]] std::uint64_t edges_left_max() const { return spec_.edge_count_max - edge_; }
  /// Why no edge is left; `None` while there is one.
  [[nodiscard]] StopReason exhausted() const;
  [[nodiscard]] std::uint64_t next_edge() const { return edge_; }
  /// The instant of that edge, whether or not the run ends before.
  [[nodiscard]] std::int64_t next_time_ps() const { return heap_.front().time_ps; }

 private:
  /// The next change of one clock.
  struct Event {
    std::int64_t time_ps = 0;
    std::uint32_t clock = 0;
    bool rises = true;
  };
  /// Where one clock is.
  struct Progress {
    std::int64_t nominal_ps = 0;  ///< of its next change, without jitter
    std::uint64_t change = 0;     ///< number of its next change
    RandomStream jitter;
  };

  void append_next(EdgeWindow& window);
  [[nodiscard]] Event next_event(std::uint32_t clock) const;
  void replace_first(const Event& event);
  void add_data_ops();
  void add_timed_ops(std::int64_t time_ps);

  ScheduleSpec spec_;
  std::vector<Progress> progress_;  ///< by clock
  std::vector<Event> heap_;
  std::uint64_t edge_ = 0;
  std::uint64_t reset_left_ = 0;  ///< rising edges until the reset is released
  bool in_reset_ = false;
  std::vector<std::uint32_t> timed_left_;  ///< into `ScheduleSpec::timed`
  std::vector<EdgeOp> data_ops_;
  std::vector<EdgeOp> clock_ops_;
};

}  // namespace heddle::gate
