// A tiled matrix multiplication as a list of work-items: C (M x N) = A (M x K) B (K x N),
// an output tile an item, reduced in steps of a K tile.
#pragma once

#include <cstdint>
#include <memory>

#include "support/tile/builder.h"

namespace heddle::tile::test {

struct Gemm {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t tile_m = 0, tile_n = 0, tile_k = 0;  ///< of an item and of a step
  std::int64_t sub_m = 0;                           ///< rows of A a load; 0: the whole tile
  std::int64_t array = 128;  ///< a matmul: rows streamed, reduced and columns
  std::int64_t stream = 0;   ///< rows streamed a matmul; 0: as the array
  std::uint32_t bits = 32;
  bool loads_b_first = false;
  bool is_m_outer = false;   ///< each load of A has a buffer, and all columns run over it
  bool has_barrier = false;  ///< a compute barrier before the store
};

/// Nodes: 0 clears the accumulator, 1 preloads, 2 multiplies.
[[nodiscard]] std::unique_ptr<ListSource> gemm(const Gemm& gemm);

}  // namespace heddle::tile::test
