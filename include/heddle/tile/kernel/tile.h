// What C++ kernels are written with: the calls of heddle_tile.h in a form that
// is hard to get wrong. Header-only, std alone: a producer links nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "heddle_tile.h"

namespace heddle::tile::kernel {

using Index = std::int64_t;

/// Requires: `b` > 0, `a` >= 0.
[[nodiscard]] constexpr Index ceil_div(Index a, Index b) {
  return (a + b - 1) / b;
}
[[nodiscard]] constexpr Index round_up(Index a, Index b) {
  return ceil_div(a, b) * b;
}

/// Shape arguments with defaults for those that are absent or 0.
class ShapeArgs {
 public:
  constexpr ShapeArgs(const Index* values, std::uint32_t count) : values_(values), count_(count) {}

  [[nodiscard]] constexpr Index at(std::uint32_t index, Index fallback) const {
    return index < count_ && values_[index] != 0 ? values_[index] : fallback;
  }
  /// Those from `index` on.
  [[nodiscard]] constexpr std::uint32_t count_from(std::uint32_t index) const {
    return count_ > index ? count_ - index : 0;
  }

 private:
  const Index* values_ = nullptr;
  std::uint32_t count_ = 0;
};

/// What a tiling is chosen for: the part of a machine that kernels know.
struct Target {
  Index array_rows = 128;     ///< of the reduction
  Index array_columns = 128;  ///< of the output
  Index arrays = 2;           ///< a core
  Index cores = 1;
  Index scratchpad_bytes = Index{16} << 20;
  Index dram_bytes_per_cycle = 512;  ///< of all cores together
  Index stream_rows = 0;             ///< of one matmul at most; 0: as many as the array has

  static constexpr std::uint32_t kArgCount = 7;

  /// Reads itself from shape arguments `first` and on, in the order above.
  [[nodiscard]] static constexpr Target from(const ShapeArgs& args, std::uint32_t first) {
    Target target;
    target.array_rows = args.at(first, target.array_rows);
    target.array_columns = args.at(first + 1, target.array_columns);
    target.arrays = args.at(first + 2, target.arrays);
    target.cores = args.at(first + 3, target.cores);
    target.scratchpad_bytes = args.at(first + 4, target.scratchpad_bytes);
    target.dram_bytes_per_cycle = args.at(first + 5, target.dram_bytes_per_cycle);
    target.stream_rows = args.at(first + 6, target.array_rows);
    return target;
  }
  [[nodiscard]] constexpr bool is_valid() const {
    constexpr Index kMax = Index{1} << 40;
    for (const Index one : {array_rows, array_columns, arrays, cores, scratchpad_bytes,
                            dram_bytes_per_cycle, stream_rows}) {
      if (one < 1 || one > kMax) return false;
    }
    return true;
  }
};

[[nodiscard]] constexpr bool is_element_width(Index bits) {
  return bits == 8 || bits == 16 || bits == 32 || bits == 64;
}

/// A part of a tensor: up to four dimensions, outermost first. Units: elements.
struct Box {
  static constexpr std::uint32_t kRankMax = 4;
  struct Axis {
    Index size = 1;
    Index stride = 1;
  };

  std::uint32_t tensor = 0;
  Index offset = 0;
  std::array<Axis, kRankMax> axes = {};
  std::uint32_t rank = 0;

  Box(std::uint32_t of, Index at, std::initializer_list<Axis> list) : tensor(of), offset(at) {
    for (const Axis& axis : list) add(axis);
    if (rank == 0) axes[rank++] = {1, 1};
  }
  [[nodiscard]] Index elements() const {
    Index count = 1;
    for (std::uint32_t i = 0; i < rank; ++i) count *= axes[i].size;
    return count;
  }

 private:
  /// An axis of one is left out; one that goes on where the next begins is one with it.
  void add(const Axis& axis) {
    if (axis.size == 1) return;
    if (rank > 0 && axes[rank - 1].stride == axis.size * axis.stride) {
      axes[rank - 1] = {axes[rank - 1].size * axis.size, axis.stride};
    } else {
      axes[rank++] = axis;
    }
  }
};

using BufferIds = std::initializer_list<std::uint32_t>;

/// Calls of one work-item. After a refusal the rest does nothing.
class Tile {
 public:
  explicit Tile(heddle_tile_context* context, Index element_bits)
      : context_(context), bits_(static_cast<std::uint32_t>(element_bits)) {}

  /// An asynchronous load; `wait(semaphore, ...)` joins it.
  void load(const Box& box, std::uint32_t buffer, std::uint32_t semaphore) {
    transfer(HEDDLE_TILE_LOAD, box, 1, semaphore, {}, {buffer});
  }
  void store(const Box& box, std::uint32_t buffer) {
    transfer(HEDDLE_TILE_STORE, box, 0, 0, {buffer}, {});
  }
  void wait(std::uint32_t semaphore, Index elements) {
    keep(heddle_tile_memory_barrier(context_, semaphore, elements));
  }
  void vector(std::uint32_t node, Index elements, heddle_tile_operation operation, BufferIds reads,
              BufferIds writes) {
    compute(node, HEDDLE_TILE_VECTOR, {elements, operation}, reads, writes);
  }
  /// Reads buffers 0 to `count` - 1, as many as 8.
  void vector_of_first(std::uint32_t node, Index elements, heddle_tile_operation operation,
                       std::uint32_t count, std::uint32_t written) {
    static constexpr std::array<std::uint32_t, 8> kIds = {0, 1, 2, 3, 4, 5, 6, 7};
    const std::array<Index, 2> dims = {elements, operation};
    keep(heddle_tile_compute(context_, node, HEDDLE_TILE_VECTOR, dims.data(), 2,
                             {kIds.data(), count}, {&written, 1}));
  }
  void cross_lane(std::uint32_t node, Index groups, Index size, heddle_tile_operation operation,
                  BufferIds reads, BufferIds writes) {
    compute(node, HEDDLE_TILE_CROSS_LANE, {groups, size, operation}, reads, writes);
  }
  /// One result a group of `size`: the vector unit folds what is wider than `lanes` into
  /// `partial`, and across lanes goes only the rest. Nodes `node` and `node` + 1.
  void reduce(std::uint32_t node, Index groups, Index size, Index lanes,
              heddle_tile_operation operation, std::uint32_t from, std::uint32_t partial,
              std::uint32_t to) {
    if (size > lanes) vector(node, groups * size, operation, {from}, {partial});
    cross_lane(node + 1, groups, std::min(size, lanes), operation, {size > lanes ? partial : from},
               {to});
  }
  void preload(std::uint32_t node, Index rows, Index columns, BufferIds reads,
               std::uint32_t weights) {
    compute(node, HEDDLE_TILE_PRELOAD, {rows, columns}, reads, {weights});
  }
  /// Accumulates into `accumulator`.
  void matmul(std::uint32_t node, Index rows, Index reduction, Index columns, std::uint32_t input,
              std::uint32_t weights, std::uint32_t accumulator) {
    compute(node, HEDDLE_TILE_MATMUL, {rows, reduction, columns}, {input, weights, accumulator},
            {accumulator});
  }
  /// What a tile function returns.
  [[nodiscard]] int result() const { return code_; }

 private:
  static heddle_tile_buffers list(BufferIds ids) {
    return {ids.begin(), static_cast<std::uint32_t>(ids.size())};
  }
  void keep(int code) {
    if (code_ == 0) code_ = code;
  }
  void transfer(int direction, const Box& box, int is_async, std::uint32_t semaphore,
                BufferIds reads, BufferIds writes) {
    std::array<Index, Box::kRankMax> dims{};
    std::array<Index, Box::kRankMax> strides{};
    for (std::uint32_t i = 0; i < box.rank; ++i) {
      dims[i] = box.axes[i].size;
      strides[i] = box.axes[i].stride;
    }
    keep(heddle_tile_dma(context_, direction, box.tensor, box.offset, box.rank, dims.data(),
                         strides.data(), bits_, is_async, semaphore, list(reads), list(writes)));
  }
  void compute(std::uint32_t node, int kind, std::initializer_list<Index> dims, BufferIds reads,
               BufferIds writes) {
    keep(heddle_tile_compute(context_, node, kind, dims.begin(),
                             static_cast<std::uint32_t>(dims.size()), list(reads), list(writes)));
  }

  heddle_tile_context* context_ = nullptr;
  std::uint32_t bits_ = 32;
  int code_ = 0;
};

/// Declarations and dispatches of a kernel function.
class Kernel {
 public:
  Kernel(heddle_tile_context* context, Index element_bits)
      : context_(context), bits_(static_cast<std::uint32_t>(element_bits)) {}

  /// Tensors and buffers get their ids in order, from 0.
  void tensor(const char* name, Index elements) {
    keep(heddle_tile_tensor(context_, tensors_++, name, elements, bits_));
  }
  void buffer(heddle_tile_buffer_kind kind, Index bytes) {
    keep(heddle_tile_buffer(context_, buffers_++, kind, bytes));
  }
  template <std::size_t ShapeCount, std::size_t Count>
  void dispatch(heddle_tile_function function, const std::array<Index, ShapeCount>& shape,
                const std::array<Index, Count>& induction, Index key = -1) {
    keep(heddle_tile_dispatch(context_, function, shape.data(), ShapeCount, induction.data(), Count,
                              key));
  }
  [[nodiscard]] int result() const { return code_; }

 private:
  void keep(int code) {
    if (code_ == 0) code_ = code;
  }

  heddle_tile_context* context_ = nullptr;
  std::uint32_t bits_ = 32;
  std::uint32_t tensors_ = 0;
  std::uint32_t buffers_ = 0;
  int code_ = 0;
};

/// What a kernel function returns for shapes that it cannot do.
inline constexpr int kCannot = 2;

}  // namespace heddle::tile::kernel

/// Makes `kernel_function` the producer of this shared object.
#define HEDDLE_TILE_KERNEL(kernel_function)                                             \
  extern "C" std::uint32_t heddle_tile_abi(void) {                                      \
    return HEDDLE_TILE_ABI_VERSION;                                                     \
  }                                                                                     \
  extern "C" int heddle_tile_kernel(heddle_tile_context* context, const int64_t* shape, \
                                    uint32_t count) {                                   \
    return kernel_function(context, shape, count);                                      \
  }                                                                                     \
  static_assert(true)
