// Values as people read them, and names.
#include "trace/value_text.h"

#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>

#include "heddle/trace/wave_hierarchy.h"

namespace heddle::trace::test {
namespace {

TEST(ValueText, hexadecimal_equals_the_library_for_all_values_of_ten_bits) {
  for (unsigned value = 0; value < 1024; ++value) {
    for (const std::size_t width : {10U, 11U, 12U, 13U}) {
      std::string bits;
      for (std::size_t i = width; i > 0; --i)
        bits.push_back((value >> (i - 1) & 1) != 0 ? '1' : '0');
      std::ostringstream expected;
      expected << std::hex << std::setfill('0') << std::setw(static_cast<int>((width + 3) / 4))
               << value;
      ASSERT_EQ(hex_text(bits), expected.str());
      ASSERT_EQ(decimal_text(bits), std::to_string(value));
    }
  }
}

TEST(ValueText, unknown_digits_say_whether_they_are_whole) {
  EXPECT_EQ(hex_text("xxxx1010zzzz"), "xaz");
  EXPECT_EQ(hex_text("xx10x1"), "x?");
  EXPECT_EQ(hex_text("x"), "x");
  EXPECT_EQ(decimal_text("1x"), "?");
}

TEST(ValueText, decimal_goes_beyond_64_bits) {
  // 2^100, from bc.
  EXPECT_EQ(decimal_text("1" + std::string(100, '0')), "1267650600228229401496703205376");
}

TEST(WaveHierarchy, equal_bit_lists_share_a_signal_and_others_do_not) {
  WaveHierarchy tree;
  const WaveBit a = WaveBit::of(WaveSource(3));
  const WaveBit not_a = WaveBit::of(WaveSource(3), true);
  const WaveSignal first = tree.add("a", a);
  EXPECT_EQ(tree.add("b", a), first);
  EXPECT_NE(tree.add("c", not_a), first);
  EXPECT_NE(tree.add("d", WaveBit::constant(Logic::One)),
            tree.add("e", WaveBit::constant(Logic::Zero)));
  EXPECT_EQ(tree.source_count(), 4U);
  EXPECT_EQ(tree.signal_count(), 4U);
}

TEST(WaveHierarchy, full_names_follow_the_scopes) {
  WaveHierarchy tree;
  tree.enter("top");
  tree.add("x", WaveBit::of(WaveSource(0)));
  tree.enter("in");
  tree.add("y", WaveBit::of(WaveSource(0)));
  tree.leave();
  tree.add("z", WaveBit::of(WaveSource(1)));
  EXPECT_EQ(tree.full_names(), (std::vector<std::string>{"top.x", "top.in.y", "top.z"}));
}

}  // namespace
}  // namespace heddle::trace::test
