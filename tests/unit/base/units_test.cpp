// Units and ids: what their operators mean; what must not compile is in
// tests/compile_fail.
#include "heddle/base/units.h"

#include <gtest/gtest.h>

#include <limits>

#include "heddle/base/ids.h"

namespace heddle {
namespace {

template <class A, class B>
concept Adds = requires(A a, B b) { a + b; };
template <class A, class B>
concept Subtracts = requires(A a, B b) { a - b; };
template <class A, class B>
concept Compares = requires(A a, B b) { a < b; } || requires(A a, B b) { a == b; };
template <class A, class B>
concept Converts = std::is_convertible_v<A, B> || std::is_constructible_v<B, A>;

/// Whether `A` has nothing to do with any of `Others`.
template <class A, class... Others>
constexpr bool kStandsApart =
    ((!Adds<A, Others> && !Subtracts<A, Others> && !Compares<A, Others> && !Converts<A, Others>) &&
     ...);

TEST(Units, no_unit_mixes_with_any_other_or_with_numbers) {
  static_assert(kStandsApart<Picoseconds, Cycles, Bytes, BytesPerSecond>);
  static_assert(kStandsApart<Cycles, Picoseconds, Bytes, BytesPerSecond, SimTime>);
  static_assert(kStandsApart<Bytes, Picoseconds, Cycles, BytesPerSecond, SimTime>);
  static_assert(kStandsApart<BytesPerSecond, Picoseconds, Cycles, Bytes, SimTime>);
  static_assert(kStandsApart<SimTime, Cycles, Bytes, BytesPerSecond>);
  static_assert(!Adds<SimTime, SimTime> && !Adds<Picoseconds, SimTime>);
  static_assert(!Subtracts<Picoseconds, SimTime> && !Compares<SimTime, Picoseconds>);
  static_assert(!Converts<SimTime, Picoseconds> && !Converts<Picoseconds, SimTime>);
  static_assert(!Adds<Picoseconds, std::int64_t> && !Adds<SimTime, std::int64_t>);
  static_assert(!std::is_convertible_v<std::int64_t, Picoseconds>);
  static_assert(!std::is_convertible_v<Picoseconds, std::int64_t>);
  static_assert(!std::is_convertible_v<std::int64_t, SimTime>);
}

TEST(Units, add_subtract_and_scale_within_a_unit) {
  static_assert(Picoseconds(3) + Picoseconds(4) == Picoseconds(7));
  static_assert(Bytes(3) - Bytes(4) == Bytes(-1));
  static_assert(Cycles(3) * 4 == Cycles(12));
  static_assert(4 * Cycles(3) == Cycles(12));
  static_assert(Cycles(3) < Cycles(4));
  Bytes sum(1);
  sum += Bytes(5);
  sum -= Bytes(2);
  EXPECT_EQ(sum, Bytes(4));
  EXPECT_EQ(Picoseconds().count(), 0);
}

TEST(SimTime, differs_by_durations) {
  static_assert(SimTime(100) - SimTime(30) == Picoseconds(70));
  static_assert(SimTime(100) + Picoseconds(5) == SimTime(105));
  static_assert(SimTime(100) - Picoseconds(5) == SimTime(95));
  static_assert(SimTime(1) < SimTime(2));
  SimTime now;
  now += Picoseconds(7);
  EXPECT_EQ(now.ps(), 7);
}

TEST(Division, names_its_rounding_also_for_negative_numerators) {
  for (std::int64_t n = -20; n <= 20; ++n) {
    for (std::int64_t d = 1; d <= 7; ++d) {
      const std::int64_t floor = divide_floor(n, d);
      const std::int64_t ceil = divide_ceil(n, d);
      EXPECT_TRUE(floor * d <= n && n < (floor + 1) * d) << n << "/" << d;
      EXPECT_TRUE((ceil - 1) * d < n && n <= ceil * d) << n << "/" << d;
    }
  }
  static_assert(ratio_floor(Picoseconds(10), Picoseconds(4)) == 2);
  static_assert(ratio_ceil(Picoseconds(10), Picoseconds(4)) == 3);
}

TEST(TransferTime, rounds_up_and_does_not_overflow_inside) {
  // 1 byte at 3 bytes/s takes a third of 10^12 ps.
  static_assert(transfer_time_ceil(Bytes(1), BytesPerSecond(3)) == Picoseconds(333'333'333'334));
  static_assert(transfer_time_ceil(Bytes(0), BytesPerSecond(3)) == Picoseconds(0));
  // 1 TiB at 1 TiB/s: the product is past 64 bits, the quotient is a second.
  constexpr std::int64_t kTebi = std::int64_t{1} << 40;
  static_assert(transfer_time_ceil(Bytes(kTebi), BytesPerSecond(kTebi)) ==
                Picoseconds(1'000'000'000'000));
}

TEST(UnitsDeathTest, dividing_by_nothing_is_a_bug) {
  EXPECT_DEATH(static_cast<void>(divide_floor(1, 0)), "denominator > 0");
  EXPECT_DEATH(static_cast<void>(divide_ceil(1, -1)), "denominator > 0");
  EXPECT_DEATH(static_cast<void>(transfer_time_ceil(Bytes(1), BytesPerSecond(0))), "rate");
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_DEATH(static_cast<void>(transfer_time_ceil(Bytes(kMost), BytesPerSecond(1))), "ps");
}

TEST(StrongId, is_none_until_it_is_given_a_value) {
  using NetId = StrongId<struct NetTag>;
  static_assert(NetId().is_none());
  static_assert(NetId::none() == NetId());
  static_assert(!NetId(0).is_none());
  static_assert(NetId(3).value() == 3);
  static_assert(NetId(3) < NetId(4));
  static_assert(NetId(7) < NetId::none());
  EXPECT_EQ(std::hash<NetId>()(NetId(5)), std::hash<std::uint32_t>()(5));
}

}  // namespace
}  // namespace heddle
