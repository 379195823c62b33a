// The real clock. The time stamp counter is used where the processor says that it
// runs at one rate whatever the core does; its rate is measured against
// CLOCK_MONOTONIC, which costs 10 ms once.
#include "heddle/flow/clock.h"

#include <time.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

#include <algorithm>

namespace heddle::flow {
namespace {

constexpr std::int64_t kCalibrationNs = 10'000'000;
constexpr std::int64_t kWaitNsMax = 5'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::int64_t read_clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

bool has_invariant_tsc() {
#if defined(__x86_64__)
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr unsigned kInvariant = 1U << 8;
  return __get_cpuid(0x8000'0007, &a, &b, &c, &d) != 0 && (d & kInvariant) != 0;
#else
  return false;
#endif
}

std::uint64_t read_tsc() {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return 0;
#endif
}

class RealClock final : public Clock {
 public:
  RealClock() : is_tsc_(has_invariant_tsc()) {
    const std::int64_t begin_ns = read_clock(CLOCK_MONOTONIC);
    scale_.origin_ticks = RealClock::ticks();
    scale_.unix_origin_ns = read_clock(CLOCK_REALTIME);
    if (!is_tsc_) return;
    std::int64_t now_ns = begin_ns;
    while (now_ns - begin_ns < kCalibrationNs) now_ns = read_clock(CLOCK_MONOTONIC);
    const auto ticks = static_cast<unsigned __int128>(read_tsc() - scale_.origin_ticks);
    const auto ns = static_cast<unsigned __int128>(now_ns - begin_ns) << 32;
    scale_.multiplier = static_cast<std::uint64_t>(ns / std::max<unsigned __int128>(ticks, 1));
  }

  FlowTime admit(std::uint64_t, std::uint64_t now_ticks) override {
    return {scale_.to_ns(now_ticks)};
  }
  std::uint64_t ticks() override {
    return is_tsc_ ? read_tsc() : static_cast<std::uint64_t>(read_clock(CLOCK_MONOTONIC));
  }
  bool is_tsc() const override { return is_tsc_; }
  ClockScale scale() const override { return scale_; }

  FlowTime wait_until(FlowTime deadline) override {
    const std::int64_t left = std::min(deadline.ns - scale_.to_ns(ticks()), kWaitNsMax);
    if (left > 0) {
      const timespec time{left / kNsPerSecond, left % kNsPerSecond};
      clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
    }
    return {scale_.to_ns(ticks())};
  }
  const char* name() const override { return "real"; }

 private:
  bool is_tsc_ = false;
  ClockScale scale_;
};

}  // namespace

std::unique_ptr<Clock> make_real_clock() {
  return std::make_unique<RealClock>();
}

}  // namespace heddle::flow
