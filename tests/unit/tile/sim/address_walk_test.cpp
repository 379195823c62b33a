// The requests of a transfer against a plain enumeration of its elements.
#include "tile/sim/address_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "heddle/base/random.h"

namespace heddle::tile {
namespace {

struct Transfer {
  WorkItem item;
  Instruction dma;
};

Transfer transfer(std::int64_t offset, const std::vector<std::int64_t>& dims,
                  const std::vector<std::int64_t>& strides, std::uint32_t bits) {
  Transfer t;
  t.item.words = dims;
  t.item.words.insert(t.item.words.end(), strides.begin(), strides.end());
  const auto count = static_cast<std::uint32_t>(dims.size());
  t.dma.opcode = Opcode::Dma;
  t.dma.offset = offset;
  t.dma.element_bits = bits;
  t.dma.dims = Range32{0, count};
  t.dma.strides = Range32{count, count};
  t.dma.elements = 1;
  for (const std::int64_t dim : dims) t.dma.elements *= dim;
  return t;
}

Tensor tensor(std::uint64_t address, std::uint32_t bits) {
  Tensor one;
  one.name = "A";
  one.elements = std::int64_t{1} << 40;
  one.element_bits = bits;
  one.address = address;
  return one;
}

/// Taken in pieces of at most `piece`, as by an engine with so many ports.
std::vector<std::uint64_t> requests(AddressWalk walk, std::uint32_t bytes, std::uint32_t piece) {
  std::vector<std::uint64_t> list;
  while (!walk.done()) {
    const std::uint32_t taken = std::min(piece, walk.count());
    for (std::uint32_t i = 0; i < taken; ++i) {
      list.push_back(walk.address() + std::uint64_t{i} * bytes);
    }
    walk.take(taken);
  }
  return list;
}

TEST(AddressWalk, MakesTheRequestOfEveryElementOnceANeighbourhood) {
  const RandomStream random(1, "address-walk");
  std::uint64_t draw = 0;
  const auto between = [&](std::int64_t least, std::int64_t most) {
    return random.between(least, most, 0, draw++);
  };
  for (int round = 0; round < 2000; ++round) {
    const std::uint32_t bits = 4U << between(0, 4);
    const std::int64_t inner = between(1, 20);
    const std::int64_t middle = between(1, 6);
    const std::int64_t pitch = inner + between(0, 1) * between(0, 40);
    const std::int64_t plane = middle * pitch + between(0, 1) * between(0, 100);
    const std::int64_t outer = between(1, 4);
    const std::int64_t offset = between(0, 500) * 2;
    const Transfer t = transfer(offset, {outer, middle, inner}, {plane, pitch, 1}, bits);
    const std::uint64_t base = 4096 * static_cast<std::uint64_t>(between(0, 9));
    std::vector<std::uint64_t> expected;
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t m = 0; m < middle; ++m) {
        for (std::int64_t i = 0; i < inner; ++i) {
          const auto element = static_cast<std::uint64_t>(offset + o * plane + m * pitch + i);
          const std::uint64_t first = (base + element * bits / 8) / 32 * 32;
          const std::uint64_t last = (base + (element * bits + bits - 1) / 8) / 32 * 32;
          for (std::uint64_t at = first; at <= last; at += 32) {
            if (expected.empty() || at > expected.back()) expected.push_back(at);
          }
        }
      }
    }
    const AddressWalk walk(t.item, t.dma, tensor(base, bits), 0, 32);
    ASSERT_EQ(requests(walk, 32, 1), expected) << "round " << round;
    ASSERT_EQ(requests(walk, 32, 7), expected) << "round " << round;
  }
}

TEST(AddressWalk, SideBySideDimensionsAreOneRun) {
  const Transfer t = transfer(64, {8, 16, 32}, {512, 32, 1}, 32);
  const AddressWalk walk(t.item, t.dma, tensor(4096, 32), 1 << 20, 32);
  EXPECT_EQ(walk.address(), 4096U + (1U << 20) + 64U * 4U);
  EXPECT_EQ(walk.count(), 8U * 16U * 32U * 4U / 32U);
}

TEST(AddressWalk, WalksBackwardsAndStandsStill) {
  const Transfer back = transfer(128, {3, 8}, {-32, 1}, 32);
  EXPECT_EQ(requests(AddressWalk(back.item, back.dma, tensor(0, 32), 0, 32), 32, 9),
            (std::vector<std::uint64_t>{512, 384, 256}));
  const Transfer still = transfer(8, {5, 8}, {0, 1}, 32);
  EXPECT_EQ(requests(AddressWalk(still.item, still.dma, tensor(0, 32), 0, 32), 32, 9),
            (std::vector<std::uint64_t>{32}))
      << "the row that all five share is read once";
}

TEST(AddressWalk, AHugeTransferIsAFewWordsOfState) {
  static_assert(std::is_trivially_copyable_v<AddressWalk>, "no list of addresses");
  static_assert(sizeof(AddressWalk) <= 320);
  const std::int64_t rows = std::int64_t{1} << 20;
  const Transfer t = transfer(0, {rows, rows}, {rows, 1}, 32);  // 4 TiB
  AddressWalk walk(t.item, t.dma, tensor(0, 32), 0, 32);
  std::uint64_t taken = 0;
  while (!walk.done()) {
    EXPECT_EQ(walk.address(), taken * 32);
    taken += walk.count();
    walk.take(walk.count());
  }
  EXPECT_EQ(taken, (std::uint64_t{1} << 42) / 32);
}

}  // namespace
}  // namespace heddle::tile
