// Where data lies, and what its types keep of a value.
#include "heddle/system/memory.h"

#include <cmath>
#include <cstring>

#include "heddle/base/random.h"
#include "support/system/one_pe.h"

namespace heddle::system {
namespace {

TEST(Dtype, fp16_goes_through_float_unchanged_and_rounds_to_nearest_even) {
  for (std::uint32_t bits = 0; bits < 65'536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float wide = f16_to_float(half);
    if (std::isnan(wide)) continue;
    ASSERT_EQ(float_to_f16(wide), half) << bits;
    if ((half & 0x7c00) == 0x7c00 || (half & 0x7fff) >= 0x7bff) continue;
    const float next = f16_to_float(static_cast<std::uint16_t>(half + 1));
    const float middle = static_cast<float>((static_cast<double>(wide) + next) / 2);
    ASSERT_EQ(float_to_f16(middle) & 1, 0) << bits;  // a tie goes to the even one
  }
  EXPECT_EQ(float_to_f16(65'519.0F), 0x7bff);
  EXPECT_EQ(float_to_f16(65'520.0F), 0x7c00);
  EXPECT_EQ(float_to_bf16(1.00390625F), 0x3f80);  // a tie
  EXPECT_EQ(float_to_bf16(1.01171875F), 0x3f82);
}

TEST(Memory, holds_what_was_written_and_a_pattern_elsewhere) {
  PagedMemory memory;
  const std::uint64_t at = 3 * PagedMemory::kPageBytes - 5;  // over the end of a page
  std::vector<std::byte> in;
  for (int i = 0; i < 10; ++i) in.push_back(static_cast<std::byte>(i));
  memory.write(at, in);
  std::vector<std::byte> out(30);
  memory.read(at - 10, out);
  for (std::size_t i = 0; i < 30; ++i) {
    const bool is_inside = i >= 10 && i < 20;
    EXPECT_EQ(out[i], is_inside ? in[i - 10] : PagedMemory::kPattern) << i;
  }
}

TEST(Memory, ranges_hold_the_value_and_the_offset_that_were_written_last) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const RandomStream random(seed, "ranges");
    VersionMap map;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> truth(200, {0, 0});  // value 0: none
    for (std::uint32_t i = 1; i <= 60; ++i) {
      const std::uint64_t begin = random.below(190, 0, i);
      const std::uint64_t size = random.below(200 - begin, 1, i);
      const std::uint64_t offset = random.below(1000, 2, i);
      map.write(begin, size, ValueId(i), offset, {});
      for (std::uint64_t k = 0; k < size; ++k) truth[begin + k] = {i, offset + k};
    }
    std::vector<std::pair<std::uint32_t, std::uint64_t>> found(200, {0, 0});
    const std::uint64_t low = random.below(100, 3, 0);
    for (const auto& [begin, segment] : map.overlapping(low, 100)) {
      for (std::uint64_t at = std::max(begin, low); at < std::min(segment->end, low + 100); ++at) {
        EXPECT_EQ(found[at].first, 0U);  // ranges never overlap
        found[at] = {segment->value.value(), segment->value_offset + (at - begin)};
      }
    }
    for (std::uint64_t at = low; at < low + 100; ++at) EXPECT_EQ(found[at], truth[at]) << seed;
  }
}

}  // namespace
}  // namespace heddle::system
