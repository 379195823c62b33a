// Where a flow's time comes from. A list gets one time when it is admitted, and
// that is all the time its tasks can see; process times are taken in ticks and
// only ever reach the log's timing stream and the statistics.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace heddle::flow {

/// An instant in nanoseconds since the clock's origin.
struct FlowTime {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(FlowTime, FlowTime) = default;
};

/// How ticks become nanoseconds: ns = (ticks - origin) * multiplier / 2^32.
struct ClockScale {
  std::uint64_t origin_ticks = 0;
  std::uint64_t multiplier = std::uint64_t{1} << 32;
  std::int64_t unix_origin_ns = 0;  ///< when the origin was, since 1970; 0: not known

  [[nodiscard]] constexpr std::int64_t to_ns(std::uint64_t ticks) const {
    const auto since = static_cast<__int128>(static_cast<std::int64_t>(ticks - origin_ticks));
    return static_cast<std::int64_t>((since * static_cast<__int128>(multiplier)) >> 32);
  }
};

/// Threads: `admit` and `wait_until` from the admitting thread, in order of
/// clid; `ticks` from any.
class Clock {
 public:
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  /// The admission time of list `clid`. `now_ticks` is a reading of `ticks` just
  /// taken, so that a real clock need not be read twice.
  [[nodiscard]] virtual FlowTime admit(std::uint64_t clid, std::uint64_t now_ticks) = 0;
  /// A reading for process times.
  [[nodiscard]] virtual std::uint64_t ticks() = 0;
  /// Whether `ticks` is the processor's time stamp counter, which the executors
  /// then read themselves.
  [[nodiscard]] virtual bool is_tsc() const { return false; }
  [[nodiscard]] virtual ClockScale scale() const { return {}; }
  /// Lets time pass until `deadline`, for at most some milliseconds of it so that the
  /// caller can look at a stop request. Returns the time now.
  virtual FlowTime wait_until(FlowTime deadline) = 0;
  /// What the log says of this clock: `real`, `mock`, `replay`.
  [[nodiscard]] virtual const char* name() const = 0;

 protected:
  Clock() = default;
};

/// The machine's time since the clock was made: the time stamp counter where it is
/// invariant (calibrated for 10 ms), else CLOCK_MONOTONIC.
[[nodiscard]] std::unique_ptr<Clock> make_real_clock();

/// List n is admitted at `start_ns` + n * `step_ns`. Ticks stand still.
/// Determinism: a function of the clid.
class MockClock final : public Clock {
 public:
  explicit MockClock(std::int64_t start_ns = 0, std::int64_t step_ns = 1'000'000)
      : start_ns_(start_ns), step_ns_(step_ns) {}
  FlowTime admit(std::uint64_t clid, std::uint64_t) override {
    return {start_ns_ + static_cast<std::int64_t>(clid) * step_ns_};
  }
  std::uint64_t ticks() override { return 0; }
  FlowTime wait_until(FlowTime deadline) override { return deadline; }
  const char* name() const override { return "mock"; }

 private:
  std::int64_t start_ns_ = 0;
  std::int64_t step_ns_ = 0;
};

/// The admission times of a recorded run, asked for in order of clid.
class ReplayClock final : public Clock {
 public:
  explicit ReplayClock(std::function<std::int64_t(std::uint64_t clid)> recorded_ns)
      : recorded_ns_(std::move(recorded_ns)) {}
  FlowTime admit(std::uint64_t clid, std::uint64_t) override { return {recorded_ns_(clid)}; }
  std::uint64_t ticks() override { return 0; }
  FlowTime wait_until(FlowTime deadline) override { return deadline; }
  const char* name() const override { return "replay"; }

 private:
  std::function<std::int64_t(std::uint64_t)> recorded_ns_;
};

}  // namespace heddle::flow
