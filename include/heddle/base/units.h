// Strong units. Explicit constructors, and only the operators that mean
// something: an instant minus an instant is a duration, a duration plus a
// number of bytes does not compile.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "heddle/base/check.h"

namespace heddle {

/// A quantity of one unit, counted in whole `int64`s.
/// Threads: a value. Determinism: integers only; division names its rounding.
template <class Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t count) : count_(count) {}

  [[nodiscard]] constexpr std::int64_t count() const { return count_; }

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity(a.count_ + b.count_);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity(a.count_ - b.count_);
  }
  friend constexpr Quantity operator*(Quantity a, std::int64_t n) { return Quantity(a.count_ * n); }
  friend constexpr Quantity operator*(std::int64_t n, Quantity a) { return a * n; }
  constexpr Quantity& operator+=(Quantity b) { return *this = *this + b; }
  constexpr Quantity& operator-=(Quantity b) { return *this = *this - b; }

 private:
  std::int64_t count_ = 0;
};

using Picoseconds = Quantity<struct PicosecondsUnit>;        ///< a duration
using Cycles = Quantity<struct CyclesUnit>;                  ///< of one named clock
using Bytes = Quantity<struct BytesUnit>;                    ///< a size
using BytesPerSecond = Quantity<struct BytesPerSecondUnit>;  ///< a bandwidth

/// An instant of simulated time: picoseconds since the run began.
class SimTime {
 public:
  constexpr SimTime() = default;
  constexpr explicit SimTime(std::int64_t ps) : ps_(ps) {}

  [[nodiscard]] constexpr std::int64_t ps() const { return ps_; }

  friend constexpr auto operator<=>(SimTime, SimTime) = default;
  friend constexpr SimTime operator+(SimTime t, Picoseconds d) {
    return SimTime(t.ps_ + d.count());
  }
  friend constexpr SimTime operator-(SimTime t, Picoseconds d) {
    return SimTime(t.ps_ - d.count());
  }
  friend constexpr Picoseconds operator-(SimTime a, SimTime b) {
    return Picoseconds(a.ps_ - b.ps_);
  }
  constexpr SimTime& operator+=(Picoseconds d) { return *this = *this + d; }

 private:
  std::int64_t ps_ = 0;
};

/// Quotient towards minus infinity. Requires: `denominator` > 0.
[[nodiscard]] constexpr std::int64_t divide_floor(std::int64_t numerator,
                                                  std::int64_t denominator) {
  HEDDLE_CHECK(denominator > 0);
  const std::int64_t quotient = numerator / denominator;
  return quotient - (numerator % denominator < 0 ? 1 : 0);
}

/// Quotient towards plus infinity. Requires: `denominator` > 0.
[[nodiscard]] constexpr std::int64_t divide_ceil(std::int64_t numerator, std::int64_t denominator) {
  HEDDLE_CHECK(denominator > 0);
  const std::int64_t quotient = numerator / denominator;
  return quotient + (numerator % denominator > 0 ? 1 : 0);
}

/// How many whole `step`s fit into `span`. Requires: `step` > 0.
template <class Unit>
[[nodiscard]] constexpr std::int64_t ratio_floor(Quantity<Unit> span, Quantity<Unit> step) {
  return divide_floor(span.count(), step.count());
}

/// How many `step`s cover `span`. Requires: `step` > 0.
template <class Unit>
[[nodiscard]] constexpr std::int64_t ratio_ceil(Quantity<Unit> span, Quantity<Unit> step) {
  return divide_ceil(span.count(), step.count());
}

/// The time to move `size` at `rate`, rounded up. 128-bit inside.
/// Requires: `size` >= 0, `rate` > 0, less than 106 days (each checked).
[[nodiscard]] constexpr Picoseconds transfer_time_ceil(Bytes size, BytesPerSecond rate) {
  HEDDLE_CHECK(size.count() >= 0);
  HEDDLE_CHECK(rate.count() > 0);
  const __int128 byte_ps = static_cast<__int128>(size.count()) * 1'000'000'000'000;
  const __int128 ps = (byte_ps + rate.count() - 1) / rate.count();
  HEDDLE_CHECK(ps <= std::numeric_limits<std::int64_t>::max());
  return Picoseconds(static_cast<std::int64_t>(ps));
}

}  // namespace heddle
