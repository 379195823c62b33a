// A matrix product of tiles that lie in the scratchpad, in blocks of the array:
// for each block of weights a preload, then the input's rows streamed past it.
#pragma once

#include "heddle/tile/kernel/tile.h"

namespace heddle::tile::kernel {

/// What a product is made of: its nodes and buffers.
struct ProductIds {
  std::uint32_t preload_node = 0;
  std::uint32_t matmul_node = 0;
  std::uint32_t input = 0;
  std::uint32_t weight_source = 0;  ///< the buffer that weight blocks are taken from
  std::uint32_t weights = 0;        ///< virtual
  std::uint32_t accumulator = 0;
};

/// A half-open range.
struct Span {
  Index begin = 0;
  Index end = 0;
  [[nodiscard]] constexpr Index size() const { return end - begin; }
};

/// accumulator[m][n] += input[m][k] * weights[k][n]. Edge blocks are as small as they are.
/// `wait_weights(k, n)` comes before each preload and `wait_input(m, k)` before each
/// matmul, with the spans that it reads.
template <class WaitWeights, class WaitInput>
void product(Tile& tile, Index m, Index n, Index k, const Target& target, const ProductIds& ids,
             const WaitWeights& wait_weights, const WaitInput& wait_input) {
  for (Index n0 = 0; n0 < n; n0 += target.array_columns) {
    const Span columns{n0, std::min(n, n0 + target.array_columns)};
    for (Index k0 = 0; k0 < k; k0 += target.array_rows) {
      const Span reduction{k0, std::min(k, k0 + target.array_rows)};
      wait_weights(reduction, columns);
      tile.preload(ids.preload_node, reduction.size(), columns.size(), {ids.weight_source},
                   ids.weights);
      for (Index m0 = 0; m0 < m; m0 += target.stream_rows) {
        const Span rows{m0, std::min(m, m0 + target.stream_rows)};
        wait_input(rows, reduction);
        tile.matmul(ids.matmul_node, rows.size(), reduction.size(), columns.size(), ids.input,
                    ids.weights, ids.accumulator);
      }
    }
  }
}

/// What is done to a result before it is stored; bits of a shape argument.
enum Epilogue : Index { kPlain = 0, kBias = 1, kRelu = 2, kGelu = 4, kEpilogueMax = 7 };

/// Nodes that `finish` uses, from its first on.
inline constexpr std::uint32_t kFinishNodes = 5;

/// Applies the epilogue to `elements` of the accumulator and narrows them into `out`.
/// Returns the buffer to store from. The bias must be there already.
inline std::uint32_t finish(Tile& tile, Index elements, Index epilogue, Index element_bits,
                            std::uint32_t first_node, std::uint32_t accumulator, std::uint32_t bias,
                            std::uint32_t out) {
  if ((epilogue & kBias) != 0) {
    tile.vector(first_node, elements, HEDDLE_TILE_ADD, {accumulator, bias}, {accumulator});
  }
  if ((epilogue & kRelu) != 0) {
    tile.vector(first_node + 1, elements, HEDDLE_TILE_ADD, {accumulator}, {accumulator});
  }
  if ((epilogue & kGelu) != 0) {  // x / 2 (1 + erf(x / sqrt 2))
    tile.vector(first_node + 2, elements, HEDDLE_TILE_ERF, {accumulator}, {accumulator});
    tile.vector(first_node + 3, elements, HEDDLE_TILE_MUL, {accumulator}, {accumulator});
  }
  if (element_bits >= 32) return accumulator;
  tile.vector(first_node + 4, elements, HEDDLE_TILE_ADD, {accumulator}, {out});
  return out;
}

/// Bytes of one element while it is accumulated.
[[nodiscard]] constexpr Index accumulator_bytes(Index element_bits) {
  return std::max<Index>(element_bits, 32) / 8;
}

/// Tile sizes worth trying of a dimension: all of it, then powers of two of `block`.
class TileSizes {
 public:
  constexpr TileSizes(Index size, Index block) {
    sizes_[count_++] = size;
    for (Index one = block; one < size && count_ < sizes_.size(); one *= 2) sizes_[count_++] = one;
  }
  [[nodiscard]] constexpr const Index* begin() const { return sizes_.data(); }
  [[nodiscard]] constexpr const Index* end() const { return sizes_.data() + count_; }

 private:
  std::array<Index, 24> sizes_ = {};
  std::size_t count_ = 0;
};

__extension__ using Wide = __int128;

/// Cycles that a tiling takes about: all computing or all moving, whichever is more, and
/// the first tile's loads and the last one's store, which nothing hides.
struct Effort {
  Wide compute_cycles = 0;  ///< of all arrays together, one after another
  Wide bytes = 0;
  Wide exposed_bytes = 0;  ///< of one work-item
  Wide items = 1;

  [[nodiscard]] constexpr Wide cycles(const Target& target) const {
    const Wide rounds = (items + target.cores - 1) / target.cores;
    const Wide compute = compute_cycles * rounds / (items * target.arrays);
    const Wide moving = bytes / target.dram_bytes_per_cycle;
    const Wide edge = exposed_bytes * std::min<Wide>(items, target.cores);
    return std::max(compute, moving) + edge / target.dram_bytes_per_cycle;
  }
};

/// The most of a dimension, and of the elements of a tensor, that kernels take.
inline constexpr Index kSizeMax = Index{1} << 31;
inline constexpr Index kElementsMax = Index{1} << 43;

/// Whether these are the dimensions of a tensor.
[[nodiscard]] constexpr bool is_size(std::initializer_list<Index> dims) {
  Index elements = 1;
  for (const Index one : dims) {
    if (one < 1 || one > kSizeMax || elements > kElementsMax / one) return false;
    elements *= one;
  }
  return true;
}

}  // namespace heddle::tile::kernel
