// Tensors lie packed at their real sizes, and no two tiles share an address.
#include "heddle/tile/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle::tile {
namespace {

using testing::HasSubstr;

TEST(Tensors, are_packed_at_page_aligned_real_sizes) {
  // Bases a fixed 1 MiB apart would let the second overlap the third.
  std::vector<Tensor> tensors = {{"a", 5000, 8}, {"b", std::int64_t{3} << 18, 32},
                                 {"c", 1, 64},   {"d", 4096, 8},
                                 {"e", 4097, 8}, {"f", 1, 16}};
  ASSERT_TRUE(place_tensors(tensors));
  std::vector<std::uint64_t> addresses;
  for (const Tensor& tensor : tensors) addresses.push_back(tensor.address);
  constexpr std::uint64_t kPage = 4096;
  const std::uint64_t c = 2 * kPage + (std::uint64_t{3} << 20);
  EXPECT_THAT(addresses,
              testing::ElementsAre(0, 2 * kPage, c, c + kPage, c + 2 * kPage, c + 4 * kPage));
}

TEST(Tensors, tiles_of_one_do_not_alias_whatever_its_base) {
  // The address is base + index x width; shifting the sum by the width would map
  // bases to (base + index) x width, where neighbouring tensors overlap.
  std::vector<Tensor> tensors = {{"a", 100, 8}, {"b", 8192, 32}, {"c", 8192, 32}};
  ASSERT_TRUE(place_tensors(tensors));
  EXPECT_EQ(element_address(tensors[1], 0), 4096U);
  EXPECT_EQ(element_address(tensors[1], 1), 4100U);
  EXPECT_EQ(element_address(tensors[1], 8191), 4096U + 4 * 8191U);
  EXPECT_EQ(element_address(tensors[2], 0), 4096U + 32768U);
}

TEST(Tensors, that_cannot_be_are_refused_with_the_reason) {
  const auto said = [](Tensor tensor) {
    std::vector<Tensor> tensors = {{"first", 1, 8}, std::move(tensor)};
    const Status placed = place_tensors(tensors);
    return placed ? std::string() : placed.error().to_string();
  };
  EXPECT_THAT(said({"t", 0, 32}), HasSubstr("tile.bad-tensor"));
  EXPECT_THAT(said({"t", 0, 32}), HasSubstr("tensor 1 't': 0 elements"));
  EXPECT_THAT(said({"t", 8, 24}), HasSubstr("elements of 24 bits"));
  EXPECT_THAT(said({"t", INT64_MAX, 64}), HasSubstr("at most"));
  EXPECT_EQ(said({"t", 8, 64}), "");
}

}  // namespace
}  // namespace heddle::tile
