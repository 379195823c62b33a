// A binary heap holds the next change of every clock. An edge takes every
// change at the earliest instant; each is replaced at the top of the heap by the
// clock's next one, which then sinks to its place.
#include "heddle/gate/schedule.h"

#include <algorithm>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

/// Orders the heap: the earliest first, ties by clock.
constexpr auto kEarlier = [](const auto& a, const auto& b) {
  return a.time_ps != b.time_ps ? a.time_ps < b.time_ps : a.clock < b.clock;
};

}  // namespace

RandomStream jitter_stream(std::uint64_t seed, const std::string& clock_name) {
  return RandomStream(seed, "jitter of clock " + clock_name);
}

Schedule::Schedule(ScheduleSpec spec) : spec_(std::move(spec)) {
  HEDDLE_CHECK(!spec_.clocks.empty());
  HEDDLE_CHECK(spec_.clocks.size() <= ScheduleSpec::kClocksMax);
  HEDDLE_CHECK(spec_.time_ps_max <= (std::int64_t{1} << 62));
  for (std::uint32_t i = 0; i < spec_.clocks.size(); ++i) {
    const ScheduledClock& clock = spec_.clocks[i];
    HEDDLE_CHECK(clock.period_ps >= 2);
    HEDDLE_CHECK(clock.period_ps <= ScheduledClock::kPeriodPsMax);
    HEDDLE_CHECK(clock.phase_ps >= 0);
    HEDDLE_CHECK(clock.phase_ps <= ScheduledClock::kPeriodPsMax);
    HEDDLE_CHECK(clock.jitter_ps >= 0);
    HEDDLE_CHECK(clock.jitter_ps <= ScheduledClock::jitter_ps_max(clock.period_ps));
    progress_.push_back({clock.phase_ps, 0, jitter_stream(spec_.seed, clock.name)});
    heap_.push_back(next_event(i));
  }
  std::sort(heap_.begin(), heap_.end(), kEarlier);  // a sorted list is a heap
  for (std::uint32_t i = 0; i < spec_.timed.size(); ++i) timed_left_.push_back(i);
  if (spec_.reset) {
    HEDDLE_CHECK(spec_.reset->clock < spec_.clocks.size());
    reset_left_ = spec_.reset->rising_edges;
    in_reset_ = reset_left_ > 0;
  }
}

std::uint32_t Schedule::fill(EdgeWindow& window, std::uint32_t count, std::int64_t before_ps) {
  window.begin(edge_);
  std::uint32_t filled = 0;
  while (filled < count && exhausted() == StopReason::None && next_time_ps() < before_ps) {
    append_next(window);
    ++filled;
  }
  return filled;
}

bool Schedule::skip_to(std::uint64_t edge) {
  constexpr std::uint64_t kSkippedAtOnce = 4096;
  EdgeWindow skipped;
  while (edge_ < edge && exhausted() == StopReason::None) {
    fill(skipped, static_cast<std::uint32_t>(std::min(edge - edge_, kSkippedAtOnce)));
  }
  return edge_ == edge;
}

StopReason Schedule::exhausted() const {
  if (edge_ >= spec_.edge_count_max) return StopReason::Edges;
  return heap_.front().time_ps > spec_.time_ps_max ? StopReason::Time : StopReason::None;
}

void Schedule::append_next(EdgeWindow& window) {
  data_ops_.clear();
  clock_ops_.clear();
  add_data_ops();
  if (!timed_left_.empty()) add_timed_ops(heap_.front().time_ps);
  EdgeInfo info{.edge = edge_, .time_ps = heap_.front().time_ps, .in_reset = in_reset_ ? 1U : 0U};
  while (heap_.front().time_ps == info.time_ps) {
    const Event event = heap_.front();
    const ScheduledClock& clock = spec_.clocks[event.clock];
    clock_ops_.push_back({clock.input, event.rises ? 1U : 0U});
    if (event.rises) info.rising |= 1U << event.clock;
    const std::int64_t half = clock.period_ps / 2;
    Progress& progress = progress_[event.clock];
    progress.nominal_ps += event.rises ? half : clock.period_ps - half;
    ++progress.change;
    replace_first(next_event(event.clock));
  }
  window.append(info, data_ops_, clock_ops_);
  if (in_reset_ && (info.rising >> spec_.reset->clock & 1U) != 0) --reset_left_;
  ++edge_;
}

Schedule::Event Schedule::next_event(std::uint32_t clock) const {
  const Progress& progress = progress_[clock];
  Event event{.time_ps = progress.nominal_ps, .clock = clock, .rises = (progress.change & 1U) == 0};
  if (const std::int64_t most = spec_.clocks[clock].jitter_ps; most > 0) {
    event.time_ps += progress.jitter.between(-most, most, 0, progress.change);
    event.time_ps = std::max<std::int64_t>(event.time_ps, 0);
  }
  return event;
}

/// Constants and the reset's level at edge 0, and the reset's release.
void Schedule::add_data_ops() {
  if (edge_ == 0) {
    data_ops_ = spec_.constants;
    if (spec_.reset) {
      const bool level = spec_.reset->active_level == in_reset_;
      data_ops_.push_back({spec_.reset->input, level ? 1U : 0U});
    }
  } else if (in_reset_ && reset_left_ == 0) {
    in_reset_ = false;
    data_ops_.push_back({spec_.reset->input, spec_.reset->active_level ? 0U : 1U});
  }
}

void Schedule::add_timed_ops(std::int64_t time_ps) {
  std::erase_if(timed_left_, [&](std::uint32_t index) {
    const TimedOps& timed = spec_.timed[index];
    if (edge_ < timed.edge || time_ps < timed.time_ps) return false;
    data_ops_.insert(data_ops_.end(), timed.ops.begin(), timed.ops.end());
    return true;
  });
}

void Schedule::replace_first(const Event& event) {
  std::size_t place = 0;
  for (std::size_t child = 1; child < heap_.size(); child = 2 * place + 1) {
    if (child + 1 < heap_.size() && kEarlier(heap_[child + 1], heap_[child])) ++child;
    if (!kEarlier(heap_[child], event)) break;
    heap_[place] = heap_[child];
    place = child;
  }
  heap_[place] = event;
}

}  // namespace heddle::gate
