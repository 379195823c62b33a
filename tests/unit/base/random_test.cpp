// Random streams: known answers, independence of names, bounds, fairness.
#include "heddle/base/random.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "heddle/base/digest.h"

namespace heddle {
namespace {

// Source: kat_vectors of Random123 1.14, `philox4x32 10`.
static_assert(philox4x32_10({0, 0, 0, 0}, {0, 0}) ==
              PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                            {0xffffffff, 0xffffffff}) ==
              PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                            {0xa4093822, 0x299f31d0}) ==
              PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

TEST(RandomStream, derives_its_key_from_seed_and_name) {
  const Digest64 digest = digest_of(std::string_view("\x08\x07\x06\x05\x04\x03\x02\x01jitter", 14));
  const RandomStream stream(0x0102030405060708, "jitter");
  EXPECT_EQ(stream.key()[0], static_cast<std::uint32_t>(digest.value()));
  EXPECT_EQ(stream.key()[1], static_cast<std::uint32_t>(digest.value() >> 32));
}

TEST(RandomStream, places_index_domain_and_attempt_in_the_counter) {
  const RandomStream stream(1, "x");
  const PhiloxCounter block = philox4x32_10({0x55667788, 0x11223344, 7, 3}, stream.key());
  EXPECT_EQ(stream.block(7, 0x1122334455667788, 3), block);
  EXPECT_EQ(stream.at(7, 0x1122334455667788, 3), std::uint64_t{block[1]} << 32 | block[0]);
}

TEST(RandomStream, differs_by_seed_name_domain_and_index) {
  const RandomStream base(1, "a");
  const std::set<std::uint64_t> draws{base.at(0, 0), base.at(0, 1), base.at(1, 0),
                                      RandomStream(2, "a").at(0, 0), RandomStream(1, "b").at(0, 0)};
  EXPECT_EQ(draws.size(), 5U);
}

TEST(RandomStream, draws_the_same_number_for_the_same_place) {
  const RandomStream a(9, "s");
  const RandomStream b(9, "s");
  for (std::uint64_t i = 100; i-- > 0;) EXPECT_EQ(a.below(1000, 2, i), b.below(1000, 2, i));
}

TEST(RandomStream, below_is_the_high_half_of_the_product_when_nothing_is_rejected) {
  const RandomStream stream(3, "s");
  for (std::uint64_t i = 0; i < 100; ++i) {
    // No power of two ever rejects.
    EXPECT_EQ(stream.below(std::uint64_t{1} << 20, 0, i), stream.at(0, i) >> 44);
  }
}

TEST(RandomStream, below_redraws_what_would_be_unfair) {
  // With a bound of 2^63 + 1 half of all first draws are rejected.
  const std::uint64_t bound = (std::uint64_t{1} << 63) + 1;
  const RandomStream stream(4, "s");
  int redrawn = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t draw = stream.below(bound, 0, i);
    EXPECT_LT(draw, bound);
    const auto first =
        static_cast<std::uint64_t>((static_cast<unsigned __int128>(stream.at(0, i)) * bound) >> 64);
    if (draw != first) ++redrawn;
  }
  // Binomial(1000, 1/2): six deviations are 95.
  EXPECT_NEAR(redrawn, 500, 95);
}

TEST(RandomStream, below_is_fair_for_small_bounds) {
  const RandomStream stream(5, "fair");
  constexpr std::uint64_t kDraws = 60'000;
  std::vector<int> seen(6, 0);
  for (std::uint64_t i = 0; i < kDraws; ++i) ++seen[stream.below(6, 0, i)];
  // Deviation of each count: sqrt(60000 * 1/6 * 5/6) = 91; five of them.
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 456);
}

TEST(RandomStream, between_includes_both_ends_and_spans_all_of_int64) {
  const RandomStream stream(6, "s");
  std::set<std::int64_t> seen;
  for (std::uint64_t i = 0; i < 200; ++i) seen.insert(stream.between(-2, 2, 0, i));
  EXPECT_EQ(seen, (std::set<std::int64_t>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(stream.between(7, 7, 0, 0), 7);
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(static_cast<std::uint64_t>(stream.between(kMin, kMax, 0, 5)),
            stream.at(0, 5) + (std::uint64_t{1} << 63));
}

TEST(RandomStreamDeathTest, an_empty_range_is_a_bug) {
  const RandomStream stream(1, "s");
  EXPECT_DEATH(static_cast<void>(stream.below(0, 0, 0)), "bound > 0");
  EXPECT_DEATH(static_cast<void>(stream.between(1, 0, 0, 0)), "least <= most");
}

}  // namespace
}  // namespace heddle
