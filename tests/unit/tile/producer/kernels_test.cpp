// The kernels do the work they are for: a work-item loads all that its outputs
// need, multiplies each pair once, stores each output once; edges are no larger
// than they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "heddle/base/random.h"
#include "heddle/tile/kernel/attention.h"
#include "heddle/tile/kernel/conv2d.h"
#include "heddle/tile/kernel/depthwise.h"
#include "heddle/tile/kernel/gemm.h"
#include "heddle/tile/kernel/rowwise.h"
#include "unit/tile/producer/kernel_audit.h"

namespace heddle::tile {
namespace {

using kernel::Attention;
using kernel::Conv2d;
using kernel::Depthwise;
using kernel::Elementwise;
using kernel::Gemm;
using kernel::Layernorm;
using kernel::Reduce;
using kernel::Softmax;
using test::audit_kernel;
using test::ItemAudit;
using test::KernelAudit;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Shape = std::vector<std::int64_t>;

std::int64_t at(std::int64_t row, std::int64_t column, std::int64_t columns) {
  return row * columns + column;
}

struct GemmShape {
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
  std::int64_t batch = 1;
};

/// Multiplies what an item has loaded, and compares what it stores with the definition.
void expect_item_multiplies(const ItemAudit& item, const GemmShape& shape) {
  std::map<std::int64_t, std::vector<std::int64_t>> rows;     // m: every k in order of loading
  std::map<std::int64_t, std::vector<std::int64_t>> columns;  // n: every k
  const std::int64_t b = item.induction[0];
  for (const std::int64_t a : item.loaded.at(0)) {
    rows[a / shape.k - b * shape.m].push_back(a % shape.k);
  }
  for (const std::int64_t one : item.loaded.at(1)) {
    columns[one % shape.n].push_back(one / shape.n - b * shape.k);
  }
  std::vector<std::int64_t> all_k(static_cast<std::size_t>(shape.k));
  for (std::size_t i = 0; i < all_k.size(); ++i) all_k[i] = static_cast<std::int64_t>(i);
  for (auto& [m, ks] : rows) {
    std::sort(ks.begin(), ks.end());
    ASSERT_EQ(ks, all_k) << "row " << m << " of A comes once, and whole";
  }
  for (auto& [n, ks] : columns) {
    std::sort(ks.begin(), ks.end());
    ASSERT_EQ(ks, all_k) << "column " << n << " of B comes once, and whole";
  }
  std::set<std::int64_t> stored;
  for (const std::int64_t c : item.stored.at(2)) stored.insert(c);
  ASSERT_EQ(stored.size(), rows.size() * columns.size());
  for (const auto& [m, unused_k] : rows) {
    for (const auto& [n, unused_m] : columns) {
      ASSERT_TRUE(stored.contains(at(b * shape.m + m, n, shape.n)));
    }
  }
  // Each weight of B is preloaded once, and all of the item's rows stream past it.
  const auto m = static_cast<std::int64_t>(rows.size());
  EXPECT_EQ(item.preload_area, static_cast<std::int64_t>(columns.size()) * shape.k);
  EXPECT_THAT(item.streamed, testing::Each(m));
  EXPECT_EQ(item.macs, m * item.preload_area) << "edge tiles are no full tiles";
}

void expect_multiplies(const Shape& args) {
  const auto arg = [&](std::size_t i, std::int64_t fallback) {
    return args.size() > i && args[i] != 0 ? args[i] : fallback;
  };
  const GemmShape shape{args[0], args[1], args[2], arg(3, 1)};
  const KernelAudit audit = audit_kernel(Gemm::kernel, args);
  ASSERT_EQ(audit.problem, "") << testing::PrintToString(args);
  EXPECT_TRUE(audit.stores_once(2)) << testing::PrintToString(args);
  EXPECT_EQ(audit.macs(), shape.m * shape.n * shape.k * shape.batch);
  for (const ItemAudit& item : audit.items) {
    expect_item_multiplies(item, shape);
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << testing::PrintToString(args);
      return;
    }
  }
}

/// Target of an 8 x 8 array with 64 KiB.
Shape small_target(Shape args) {
  for (const std::int64_t one : {8, 8, 1, 1, 65536, 16, 8}) args.push_back(one);
  return args;
}

TEST(GemmKernel, multiplies_any_shape_with_tiles_of_its_own_choice) {
  for (const std::int64_t bits : {8, 16, 32, 64}) {
    for (const Shape& mnk : {Shape{1, 1, 1}, Shape{8, 8, 8}, Shape{7, 9, 17}, Shape{100, 3, 50},
                             Shape{3, 130, 41}, Shape{64, 64, 200}}) {
      Shape args = mnk;
      args.insert(args.end(), {2, bits, 0});
      expect_multiplies(small_target(args));
    }
  }
}

TEST(GemmKernel, multiplies_any_shape_with_any_tiles_and_parts) {
  const RandomStream random(7, "gemm");
  for (std::uint32_t i = 0; i < 150; ++i) {
    std::uint64_t draw = 0;
    const auto below = [&](std::int64_t n) { return random.between(0, n - 1, i, draw++); };
    Shape args = {1 + below(40), 1 + below(40), 1 + below(40), 1 + below(2), 32, 0};
    args = small_target(args);
    for (int size = 0; size < 6; ++size) args.push_back(1 + below(40));
    expect_multiplies(args);
    if (HasFailure()) return;
  }
}

TEST(GemmKernel, describes_the_published_256_cubed_instruction_for_instruction) {
  const KernelAudit audit =
      audit_kernel(Gemm::kernel, {256, 256, 256, 1, 32, 0, 128, 128, 2, 1, 0, 0, 0, 256, 256, 256});
  ASSERT_EQ(audit.problem, "");
  ASSERT_EQ(audit.items.size(), 1U);
  const ItemAudit& item = audit.items.front();
  EXPECT_EQ(item.loads, 2);
  EXPECT_EQ(item.stores, 1);
  EXPECT_EQ(item.waits, 12);
  EXPECT_THAT(item.computes,
              ElementsAre(std::pair(ComputeKind::Vector, 1), std::pair(ComputeKind::Preload, 4),
                          std::pair(ComputeKind::Matmul, 8)));
}

TEST(GemmKernel, describes_the_published_1024_cubed_in_four_steps) {
  const KernelAudit audit = audit_kernel(Gemm::kernel, {1024, 1024, 1024, 1, 32, 0, 128, 128, 2, 1,
                                                        0, 0, 0, 1024, 1024, 256, 128, 1024, 256});
  ASSERT_EQ(audit.problem, "");
  ASSERT_EQ(audit.items.size(), 1U);
  const ItemAudit& item = audit.items.front();
  EXPECT_EQ(item.loads, 4 * (8 + 1));
  EXPECT_EQ(item.stores, 8);
  EXPECT_EQ(item.computes.at(ComputeKind::Preload), 64);
  EXPECT_EQ(item.computes.at(ComputeKind::Matmul), 512);
}

TEST(GemmKernel, of_two_reduction_tiles_in_parts_has_no_colliding_slot) {
  // Published: 256 x 512 x 256 (M, K, N) in 128 x 128 parts, two K tiles.
  const Shape args = {256, 256, 512, 1,   32,  0,   128, 128, 2,  1,
                      0,   0,   0,   256, 256, 256, 128, 128, 128};
  expect_multiplies(args);
}

TEST(GemmKernel, chooses_tiles_that_fill_the_arrays_of_every_core) {
  // Four cores, 128 MACs a byte of tile edge: no core may be without a work-item.
  const KernelAudit audit =
      audit_kernel(Gemm::kernel, {2048, 2048, 64, 1, 16, 0, 128, 128, 2, 4, 8 << 20, 1024, 0});
  ASSERT_EQ(audit.problem, "");
  EXPECT_GE(audit.items.size(), 4U);
  EXPECT_EQ(audit.items.size() % 4, 0U);
  for (const ItemAudit& item : audit.items) EXPECT_EQ(item.macs, audit.items.front().macs);
}

TEST(GemmKernel, finishes_with_bias_and_activation) {
  const KernelAudit audit =
      audit_kernel(Gemm::kernel, {16, 8, 8, 1, 16, kernel::kBias | kernel::kRelu | kernel::kGelu});
  ASSERT_EQ(audit.problem, "");
  EXPECT_TRUE(audit.loads_all(3));
  // Clear, bias, relu, two of gelu, and the narrowing to 16 bits.
  EXPECT_EQ(audit.items.front().computes.at(ComputeKind::Vector), 6);
}

TEST(GemmKernel, refuses_shapes_that_cannot_be) {
  for (const Shape& args :
       {Shape{}, Shape{1, 1}, Shape{-1, 1, 1}, Shape{1, 1, 1, -1}, Shape{1, 1, 1, 1, 12},
        Shape{1, 1, 1, 1, 32, 8}, Shape{1, 1, 1, 1, 32, 0, -1}, Shape{INT64_MAX, INT64_MAX, 1},
        Shape{1 << 30, 1 << 30, 1 << 30}}) {
    const KernelAudit audit = audit_kernel(Gemm::kernel, args);
    EXPECT_THAT(audit.problem, AllOf(HasSubstr("tile.kernel-refused"), HasSubstr("returned 2")))
        << testing::PrintToString(args);
  }
}

struct ConvShape {
  std::int64_t n = 1;
  std::int64_t h = 1;
  std::int64_t w = 1;
  std::int64_t c = 1;
  std::int64_t k = 1;
  std::int64_t r = 1;
  std::int64_t s = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;

  [[nodiscard]] std::int64_t p() const { return (h + 2 * padding - r) / stride + 1; }
  [[nodiscard]] std::int64_t q() const { return (w + 2 * padding - s) / stride + 1; }
  [[nodiscard]] Shape args() const { return {n, h, w, c, k, r, s, stride, padding, 32, 0}; }
};

/// Whether `item` has loaded every input and weight that output `out` is a sum of.
bool has_loaded_for(const ConvShape& shape, const ItemAudit& item, std::int64_t out) {
  const auto has = [&](std::uint32_t tensor, std::int64_t element) {
    const auto& list = item.loaded.at(tensor);
    return std::binary_search(list.begin(), list.end(), element);
  };
  const std::int64_t k = out % shape.k;
  const std::int64_t q = out / shape.k % shape.q();
  const std::int64_t p = out / shape.k / shape.q() % shape.p();
  const std::int64_t n = out / shape.k / shape.q() / shape.p();
  for (std::int64_t r = 0; r < shape.r; ++r) {
    for (std::int64_t s = 0; s < shape.s; ++s) {
      const std::int64_t h = p * shape.stride + r - shape.padding;
      const std::int64_t w = q * shape.stride + s - shape.padding;
      if (h < 0 || h >= shape.h || w < 0 || w >= shape.w) continue;
      for (std::int64_t c = 0; c < shape.c; ++c) {
        if (!has(0, ((n * shape.h + h) * shape.w + w) * shape.c + c)) return false;
        if (!has(1, ((r * shape.s + s) * shape.c + c) * shape.k + k)) return false;
      }
    }
  }
  return true;
}

void expect_convolves(const ConvShape& shape, const Shape& args) {
  KernelAudit audit = audit_kernel(Conv2d::kernel, args);
  ASSERT_EQ(audit.problem, "") << testing::PrintToString(args);
  EXPECT_TRUE(audit.stores_once(2)) << testing::PrintToString(args);
  EXPECT_EQ(audit.macs(), shape.n * shape.p() * shape.q() * shape.k * shape.r * shape.s * shape.c);
  for (ItemAudit& item : audit.items) {
    for (auto& [tensor, elements] : item.loaded) {
      std::sort(elements.begin(), elements.end());
      EXPECT_EQ(std::adjacent_find(elements.begin(), elements.end()), elements.end())
          << "an element of tensor " << tensor << " comes twice";
    }
    for (const std::int64_t out : item.stored.at(2)) {
      ASSERT_TRUE(has_loaded_for(shape, item, out)) << out << testing::PrintToString(args);
    }
  }
}

TEST(ConvKernel, loads_what_each_output_needs_and_multiplies_no_more) {
  for (const ConvShape& shape :
       {ConvShape{1, 9, 9, 3, 8, 3, 3, 1, 1}, ConvShape{2, 12, 10, 20, 12, 3, 3, 2, 1},
        ConvShape{1, 16, 16, 3, 9, 7, 7, 2, 3}, ConvShape{3, 8, 8, 10, 17, 1, 1, 2, 0},
        ConvShape{1, 7, 20, 9, 5, 1, 5, 1, 0}, ConvShape{1, 5, 5, 1, 1, 5, 5, 1, 0},
        ConvShape{1, 6, 6, 33, 9, 2, 3, 3, 1}}) {
    expect_convolves(shape, small_target(shape.args()));
    for (const Shape& tile :
         {Shape{1, 2, 3, 8, 8, 1}, Shape{1, 3, 100, 5, 100, 2}, Shape{2, 0, 0, 3, 4, 1}}) {
      Shape args = small_target(shape.args());
      args.insert(args.end(), tile.begin(), tile.end());
      expect_convolves(shape, args);
    }
    if (HasFailure()) return;
  }
}

TEST(ConvKernel, folds_a_filter_row_where_channels_are_few) {
  // 7x7 with 3 channels on 128 rows: 7 reductions of 21 instead of 49 of 3.
  const Shape conv1 = {1, 224, 224, 3, 64, 7, 7, 2, 3, 16, 0};
  const KernelAudit folded = audit_kernel(Conv2d::kernel, conv1);
  ASSERT_EQ(folded.problem, "");
  EXPECT_EQ(folded.items.front().preload_area, 7 * 21 * 64);
  EXPECT_EQ(folded.items.front().streamed.size(), 7U);
  Shape plain = conv1;
  plain.resize(Conv2d::kArgCount);
  plain.back() = 1;
  EXPECT_EQ(audit_kernel(Conv2d::kernel, plain).items.front().streamed.size(), 49U);
}

TEST(ConvKernel, refuses_shapes_that_cannot_be) {
  for (const Shape& args : {Shape{}, Shape{1, 8, 8, 3}, Shape{1, 2, 8, 3, 4, 3, 3, 1, 0},
                            Shape{1, 8, 8, 3, 4, 3, 3, -1}, Shape{1, 8, 8, 3, 4, 3, 3, 1, 3},
                            Shape{1, 8, 8, 3, 4, 3, 3, 1, 0, 12}}) {
    EXPECT_THAT(audit_kernel(Conv2d::kernel, args).problem, HasSubstr("tile.kernel-refused"))
        << testing::PrintToString(args);
  }
}

TEST(DepthwiseKernel, loads_and_stores_each_tile_and_multiplies_each_position) {
  const ConvShape shape{2, 20, 18, 70, 1, 3, 3, 2, 1};
  const Shape args = small_target({2, 20, 18, 70, 3, 3, 2, 1, 32, 0});
  const KernelAudit audit = audit_kernel(Depthwise::kernel, args);
  ASSERT_EQ(audit.problem, "");
  EXPECT_TRUE(audit.stores_once(2));
  EXPECT_TRUE(audit.loads_all(1));
  std::int64_t worked = 0;
  for (const ItemAudit& item : audit.items) worked += item.elements.at(ComputeKind::Vector);
  // Once to clear, then once for each of nine weights.
  EXPECT_EQ(worked, (1 + 9) * shape.n * shape.p() * shape.q() * shape.c);
  EXPECT_GT(audit.items.size(), 2U) << "64 KiB do not hold an image";
}

TEST(RowKernels, store_every_row_once_and_work_on_every_element) {
  const Shape shape = small_target({37, 50, 32});
  const std::int64_t elements = 37 * 50;
  const std::int64_t folded = 37 * 8;  // a reduction folds 50 columns to the 8 lanes first
  for (const auto& [kernel, vector, cross_lane] :
       {std::tuple<KernelFunction, std::int64_t, std::int64_t>{Softmax::kernel, 5 * elements + 37,
                                                               2 * folded},
        {Layernorm::kernel, 6 * elements + 2 * 37, 2 * folded},
        {Reduce::kernel, elements, folded}}) {
    const KernelAudit audit = audit_kernel(kernel, shape);
    ASSERT_EQ(audit.problem, "");
    EXPECT_TRUE(audit.stores_once(1));
    EXPECT_TRUE(audit.loads_all(0));
    std::int64_t worked[2] = {};
    for (const ItemAudit& item : audit.items) {
      worked[0] += item.elements.at(ComputeKind::Vector);
      worked[1] += item.elements.at(ComputeKind::CrossLane);
    }
    EXPECT_EQ(worked[0], vector);
    EXPECT_EQ(worked[1], cross_lane);
  }
  // Rows no wider than the lanes have nothing to fold.
  const KernelAudit narrow = audit_kernel(Reduce::kernel, small_target({37, 8, 32}));
  ASSERT_EQ(narrow.problem, "");
  EXPECT_FALSE(narrow.items.front().computes.contains(ComputeKind::Vector));
  EXPECT_THAT(audit_kernel(Softmax::kernel, small_target({4, 100000, 32})).problem,
              HasSubstr("tile.kernel-refused"))
      << "a row that does not fit is no softmax of ours";
}

TEST(ElementwiseKernel, chains_operations_and_copies_without_any) {
  Shape args = small_target({100000, 2, 16});
  const KernelAudit copy = audit_kernel(Elementwise::kernel, args);
  ASSERT_EQ(copy.problem, "");
  EXPECT_TRUE(copy.stores_once(2));
  EXPECT_TRUE(copy.items.front().computes.empty());
  args.insert(args.end(), {0, HEDDLE_TILE_MUL, HEDDLE_TILE_ADD, HEDDLE_TILE_TANH});
  const KernelAudit chain = audit_kernel(Elementwise::kernel, args);
  ASSERT_EQ(chain.problem, "");
  EXPECT_TRUE(chain.stores_once(2));
  std::int64_t worked = 0;
  for (const ItemAudit& item : chain.items) worked += item.elements.at(ComputeKind::Vector);
  EXPECT_EQ(worked, 3 * 100000);
  args.push_back(HEDDLE_TILE_TRANSPOSE);
  EXPECT_THAT(audit_kernel(Elementwise::kernel, args).problem, HasSubstr("tile.bad-shape"));
}

TEST(AttentionKernel, multiplies_each_query_with_each_key_once_plain_and_flash) {
  for (const std::int64_t flash : {0, 1}) {
    for (const std::int64_t key_heads : {0, 2}) {
      Shape args = small_target({4, 37, 45, 12, 32, flash});
      args.insert(args.end(), {10, flash == 1 ? 16 : 0, key_heads});
      const KernelAudit audit = audit_kernel(Attention::kernel, args);
      ASSERT_EQ(audit.problem, "");
      EXPECT_TRUE(audit.stores_once(3));
      for (const std::uint32_t tensor : {0U, 1U, 2U}) EXPECT_TRUE(audit.loads_all(tensor));
      EXPECT_EQ(audit.items.size(), 4U * 4U);
      EXPECT_EQ(audit.macs(), 2 * 4 * 37 * 45 * 12);
      EXPECT_EQ(audit.items.front().loads, 1 + 2 * (flash == 1 ? 3 : 1));
    }
  }
  EXPECT_THAT(audit_kernel(Attention::kernel, small_target({1, 4, 100000, 64, 32, 0})).problem,
              HasSubstr("tile.kernel-refused"));
  EXPECT_EQ(audit_kernel(Attention::kernel, small_target({1, 4, 10000, 64, 32, 1})).problem, "");
}

}  // namespace
}  // namespace heddle::tile
