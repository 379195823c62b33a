// Digests: published XXH3 values, streaming, hexadecimal, chains.
#include "heddle/base/digest.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

namespace heddle {
namespace {

/// The pseudo-random buffer of xxHash's own sanity check.
std::string sanity_buffer(std::size_t size) {
  std::string out;
  std::uint64_t state = 2654435761U;
  for (std::size_t i = 0; i < size; ++i) {
    out.push_back(static_cast<char>(state >> 56));
    state *= 11400714785074694797U;
  }
  return out;
}

/// Source: XSUM_XXH3_testdata of xxHash's sanity check, seed 0.
constexpr std::array<std::pair<std::size_t, std::uint64_t>, 13> kKnownAnswers{{
    {0, 0x2D06800538D394C2},
    {1, 0xC44BDFF4074EECDB},
    {6, 0x27B56A84CD2D7325},
    {12, 0xA713DAF0DFBB77E7},
    {24, 0xA3FE70BF9D3510EB},
    {48, 0x397DA259ECBA1F11},
    {80, 0xBCDEFBBB2C47C90A},
    {195, 0xCD94217EE362EC3A},
    {403, 0xCDEB804D65C6DEA4},
    {512, 0x617E49599013CB6B},
    {2048, 0xDD59E2C3A5F038E0},
    {2240, 0x6E73A90539CF2948},
    {2367, 0xCB37AEB9E5D361ED},
}};

TEST(Digest, gives_the_published_xxh3_values) {
  for (const auto& [size, value] : kKnownAnswers) {
    EXPECT_EQ(digest_of(sanity_buffer(size)).value(), value) << size << " bytes";
  }
}

TEST(DigestStream, does_not_care_how_bytes_are_cut) {
  const std::string text = sanity_buffer(2367);
  for (const std::size_t piece : {1U, 7U, 256U, 2000U}) {
    DigestStream stream;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      stream.add(std::string_view(text).substr(at, piece));
    }
    EXPECT_EQ(stream.digest(), digest_of(text)) << piece;
  }
}

TEST(DigestStream, feeds_integers_least_significant_byte_first) {
  DigestStream stream;
  stream.add_u8(0x01);
  stream.add_u32(0x05040302);
  stream.add_u64(0x0D0C0B0A09080706);
  stream.add_i64(-2);
  EXPECT_EQ(stream.digest(),
            digest_of(std::string_view("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D"
                                       "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
                                       21)));
}

TEST(DigestStream, keeps_neighbouring_texts_apart) {
  DigestStream a;
  a.add_text("ab");
  a.add_text("c");
  DigestStream b;
  b.add_text("a");
  b.add_text("bc");
  EXPECT_NE(a.digest(), b.digest());
}

TEST(DigestStream, can_be_read_copied_and_reset_on_the_way) {
  DigestStream stream;
  stream.add("one");
  EXPECT_EQ(stream.digest(), digest_of("one"));
  DigestStream copy = stream;
  copy.add("two");
  EXPECT_EQ(copy.digest(), digest_of("onetwo"));
  EXPECT_EQ(stream.digest(), digest_of("one"));
  stream = copy;
  EXPECT_EQ(stream.digest(), digest_of("onetwo"));
  stream.reset();
  EXPECT_EQ(stream.digest(), digest_of(""));
}

TEST(Digest, of_words_is_that_of_their_little_endian_bytes) {
  const std::vector<std::uint64_t> words{0x0807060504030201, 0x100F0E0D0C0B0A09};
  EXPECT_EQ(digest_of(words),
            digest_of("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10"));
}

TEST(Digest, chain_depends_on_both_links_and_their_order) {
  const Digest64 a(1);
  const Digest64 b(2);
  EXPECT_EQ(chain(a, b), digest_of(std::vector<std::uint64_t>{1, 2}));
  EXPECT_NE(chain(a, b), chain(b, a));
}

TEST(Digest64, hexadecimal_round_trips) {
  const Digest64 digest(0x0123456789ABCDEF);
  EXPECT_EQ(digest.to_hex(), "0123456789abcdef");
  EXPECT_EQ(Digest64::from_hex("0123456789abcdef"), digest);
  EXPECT_EQ(Digest64::from_hex("0123456789ABCDEF"), digest);
}

TEST(Digest64, from_hex_takes_sixteen_digits_and_nothing_else) {
  for (const auto* text : {"", "0123", "0123456789abcdef0", "0123456789abcdeg", "0x23456789abcdef",
                           " 123456789abcdef"}) {
    EXPECT_EQ(Digest64::from_hex(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace heddle
