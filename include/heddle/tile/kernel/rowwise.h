// Kernels of the vector and cross-lane units: chains of elementwise operations,
// reductions, softmax and layernorm of rows. A work-item is a run of elements, or
// whole rows.
#pragma once

#include "heddle/tile/kernel/product.h"

namespace heddle::tile::kernel {

/// How many of `count` equal parts a work-item takes: enough items to keep every core
/// loading, computing and storing at once, and four of them fit.
/// Returns 0 if not even one does.
[[nodiscard]] constexpr Index chunk(Index count, Wide part_bytes, const Target& target,
                                    Index given) {
  const Wide most = target.scratchpad_bytes / (4 * part_bytes);
  if (given != 0) return std::min(given, count);
  const Index balanced = ceil_div(count, 8 * target.cores);
  return static_cast<Index>(std::min<Wide>(most, balanced));
}

/// out = op_n(... op_1(in_1, in_2, ...)). Without operations, a copy.
///
/// Shape arguments: elements, inputs 1, element bits 32; the seven of Target; elements of
/// a tile; then operations (heddle_tile_operation), one an argument.
class Elementwise {
 public:
  static constexpr std::uint32_t kTargetArg = 3;
  static constexpr std::uint32_t kTileArg = kTargetArg + Target::kArgCount;
  static constexpr std::uint32_t kOperationsMax = HEDDLE_TILE_MAX_SHAPE_ARGS - kTileArg - 1;
  static constexpr Index kInputsMax = 8;

  static int kernel(heddle_tile_context* context, const Index* shape, std::uint32_t count) {
    const ShapeArgs args(shape, count);
    const Index elements = args.at(0, 0);
    const Index inputs = args.at(1, 1);
    const Index bits = args.at(2, 32);
    const Target target = Target::from(args, kTargetArg);
    if (elements < 1 || elements > kElementsMax || inputs < 1 || inputs > kInputsMax ||
        !is_element_width(bits) || !target.is_valid() || args.at(kTileArg, 0) < 0) {
      return kCannot;
    }
    constexpr Index kLeast = 4096;  // below that a tile is all startup
    const Index groups = ceil_div(elements, kLeast);
    const Index given = args.at(kTileArg, 0);
    const Index fitting = chunk(groups, Wide{kLeast} * (inputs + 1) * bits / 8, target, 0);
    const Index size =
        std::min(elements, given != 0 ? given : std::max<Index>(1, fitting) * kLeast);
    Kernel kernel(context, bits);
    for (Index i = 0; i < inputs; ++i) kernel.tensor("input", elements);
    kernel.tensor("output", elements);
    for (Index i = 0; i <= inputs; ++i) kernel.buffer(HEDDLE_TILE_SCRATCHPAD, size * bits / 8);
    std::array<Index, HEDDLE_TILE_MAX_SHAPE_ARGS> resolved{};
    const std::uint32_t used = std::min(count, HEDDLE_TILE_MAX_SHAPE_ARGS);
    std::copy_n(shape, used, resolved.begin());
    resolved[kTileArg] = size;
    int code = kernel.result();
    for (Index at = 0; at < elements && code == 0; at += size) {
      code = heddle_tile_dispatch(context, tile_function, resolved.data(),
                                  std::max(used, kTileArg + 1), &at, 1, -1);
    }
    return code;
  }

 private:
  static int tile_function(heddle_tile_context* context, const Index* shape, std::uint32_t count,
                           const Index* iv, std::uint32_t) {
    const ShapeArgs args(shape, count);
    const auto inputs = static_cast<std::uint32_t>(args.at(1, 1));
    const Index size = std::min(args.at(kTileArg, 1), args.at(0, 0) - iv[0]);
    const std::uint32_t out = inputs;
    Tile tile(context, args.at(2, 32));
    for (std::uint32_t i = 0; i < inputs; ++i) tile.load(Box(i, iv[0], {{size, 1}}), i, i);
    for (std::uint32_t i = 0; i < inputs; ++i) tile.wait(i, size);
    const std::uint32_t operations = args.count_from(kTileArg + 1);
    for (std::uint32_t i = 0; i < operations; ++i) {
      const auto operation = static_cast<heddle_tile_operation>(shape[kTileArg + 1 + i]);
      if (i > 0) {
        tile.vector(i, size, operation, {out}, {out});
      } else {
        tile.vector_of_first(i, size, operation, inputs, out);
      }
    }
    tile.store(Box(inputs, iv[0], {{size, 1}}), operations == 0 ? 0 : out);
    return tile.result();
  }
};

/// What the kernels of rows have in common: rows, columns, element bits 32; the seven of
/// Target; rows of a tile.
struct Rows {
  static constexpr std::uint32_t kTargetArg = 3;
  static constexpr std::uint32_t kTileArg = kTargetArg + Target::kArgCount;
  static constexpr std::uint32_t kArgCount = kTileArg + 2;
  using Args = std::array<Index, kArgCount>;

  Index rows = 0;
  Index columns = 0;
  Index bits = 32;
  Index tile = 0;
  Index extra = 0;  ///< the argument after those of all
  Target target;

  explicit Rows(const ShapeArgs& args)
      : rows(args.at(0, 0)),
        columns(args.at(1, 0)),
        bits(args.at(2, 32)),
        tile(args.at(kTileArg, 0)),
        extra(args.at(kTileArg + 1, 0)),
        target(Target::from(args, kTargetArg)) {}

  /// Chooses the tile; false if it cannot be done. `copies`: tiles of rows at once.
  [[nodiscard]] bool choose(Index copies) {
    if (!is_size({rows, columns}) || !is_element_width(bits) || !target.is_valid() || tile < 0) {
      return false;
    }
    tile = chunk(rows, Wide{columns} * copies * bits / 8, target, tile);
    return tile > 0;
  }
  int dispatch(heddle_tile_function function, Kernel& kernel) const {
    const Args args = {rows,
                       columns,
                       bits,
                       target.array_rows,
                       target.array_columns,
                       target.arrays,
                       target.cores,
                       target.scratchpad_bytes,
                       target.dram_bytes_per_cycle,
                       target.stream_rows,
                       tile,
                       extra};
    for (Index row = 0; row < rows && kernel.result() == 0; row += tile) {
      kernel.dispatch(function, args, std::array<Index, 1>{row});
    }
    return kernel.result();
  }
  [[nodiscard]] Index count(Index first) const { return std::min(tile, rows - first); }
  [[nodiscard]] Box box(std::uint32_t tensor, Index first) const {
    return {tensor, first * columns, {{count(first), columns}, {columns, 1}}};
  }
  [[nodiscard]] Index tile_bytes() const { return tile * columns * bits / 8; }
  /// Vector lanes that are reduced together: as wide as an array's row of results.
  [[nodiscard]] Index lanes() const { return target.array_columns; }
  /// Of a tile's rows folded to the lanes.
  [[nodiscard]] Index partial_bytes() const { return tile * std::min(columns, lanes()) * bits / 8; }
};

/// out[row] = in[row][0] op in[row][1] op ...
/// Shape arguments: those of `Rows`, then the operation.
class Reduce {
 public:
  static int kernel(heddle_tile_context* context, const Index* shape, std::uint32_t count) {
    Rows rows{ShapeArgs(shape, count)};
    if (!rows.choose(1) || rows.extra < 0 || rows.extra > HEDDLE_TILE_ERF) return kCannot;
    Kernel kernel(context, rows.bits);
    kernel.tensor("input", rows.rows * rows.columns);
    kernel.tensor("output", rows.rows);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.tile_bytes());
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.tile * rows.bits / 8);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.partial_bytes());
    return rows.dispatch(tile_function, kernel);
  }

 private:
  static int tile_function(heddle_tile_context* context, const Index* shape, std::uint32_t count,
                           const Index* iv, std::uint32_t) {
    const Rows rows{ShapeArgs(shape, count)};
    const Index n = rows.count(iv[0]);
    Tile tile(context, rows.bits);
    tile.load(rows.box(0, iv[0]), 0, 0);
    tile.wait(0, n * rows.columns);
    tile.reduce(0, n, rows.columns, rows.lanes(), static_cast<heddle_tile_operation>(rows.extra), 0,
                2, 1);
    tile.store(Box(1, iv[0], {{n, 1}}), 1);
    return tile.result();
  }
};

/// out = exp(in - max) / sum(exp(in - max)) of each row.
/// Shape arguments: those of `Rows`.
class Softmax {
 public:
  static int kernel(heddle_tile_context* context, const Index* shape, std::uint32_t count) {
    Rows rows{ShapeArgs(shape, count)};
    if (!rows.choose(2)) return kCannot;
    Kernel kernel(context, rows.bits);
    kernel.tensor("input", rows.rows * rows.columns);
    kernel.tensor("output", rows.rows * rows.columns);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.tile_bytes());
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.tile_bytes());
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.tile * rows.bits / 8);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.tile * rows.bits / 8);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.partial_bytes());
    return rows.dispatch(tile_function, kernel);
  }

 private:
  enum Buffers : std::uint32_t { kIn, kOut, kMax, kSum, kPartial };
  enum Nodes : std::uint32_t { kFindMax, kSubtract = 2, kExp, kAddUp, kInvert = 6, kScale };

  static int tile_function(heddle_tile_context* context, const Index* shape, std::uint32_t count,
                           const Index* iv, std::uint32_t) {
    const Rows rows{ShapeArgs(shape, count)};
    const Index n = rows.count(iv[0]);
    const Index elements = n * rows.columns;
    Tile tile(context, rows.bits);
    tile.load(rows.box(0, iv[0]), kIn, 0);
    tile.wait(0, elements);
    tile.reduce(kFindMax, n, rows.columns, rows.lanes(), HEDDLE_TILE_ADD, kIn, kPartial, kMax);
    tile.vector(kSubtract, elements, HEDDLE_TILE_ADD, {kIn, kMax}, {kOut});
    tile.vector(kExp, elements, HEDDLE_TILE_EXP, {kOut}, {kOut});
    tile.reduce(kAddUp, n, rows.columns, rows.lanes(), HEDDLE_TILE_ADD, kOut, kPartial, kSum);
    tile.vector(kInvert, n, HEDDLE_TILE_DIV, {kSum}, {kSum});
    tile.vector(kScale, elements, HEDDLE_TILE_MUL, {kOut, kSum}, {kOut});
    tile.store(rows.box(1, iv[0]), kOut);
    return tile.result();
  }
};

/// out = (in - mean) / sqrt(variance + epsilon) * gamma + beta of each row.
/// Shape arguments: those of `Rows`.
class Layernorm {
 public:
  static int kernel(heddle_tile_context* context, const Index* shape, std::uint32_t count) {
    Rows rows{ShapeArgs(shape, count)};
    if (!rows.choose(4)) return kCannot;
    Kernel kernel(context, rows.bits);
    kernel.tensor("input", rows.rows * rows.columns);
    kernel.tensor("output", rows.rows * rows.columns);
    kernel.tensor("gamma", rows.columns);
    kernel.tensor("beta", rows.columns);
    for (int i = 0; i < 3; ++i) kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.tile_bytes());
    for (int i = 0; i < 2; ++i) {
      kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.tile * rows.bits / 8);
    }
    for (int i = 0; i < 2; ++i) {
      kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.columns * rows.bits / 8);
    }
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows.partial_bytes());
    return rows.dispatch(tile_function, kernel);
  }

 private:
  enum Buffers : std::uint32_t { kIn, kOut, kSquare, kMean, kDeviation, kGamma, kBeta, kPartial };
  enum Nodes : std::uint32_t {
    kAddUp,
    kMeanOf = 2,
    kCentre,
    kSquareIt,
    kAddSquares,
    kRoot = 7,
    kNormalise,
    kAffine
  };

  static int tile_function(heddle_tile_context* context, const Index* shape, std::uint32_t count,
                           const Index* iv, std::uint32_t) {
    const Rows rows{ShapeArgs(shape, count)};
    const Index n = rows.count(iv[0]);
    const Index elements = n * rows.columns;
    Tile tile(context, rows.bits);
    tile.load(rows.box(0, iv[0]), kIn, 0);
    tile.load(Box(2, 0, {{rows.columns, 1}}), kGamma, 1);
    tile.load(Box(3, 0, {{rows.columns, 1}}), kBeta, 1);
    tile.wait(0, elements);
    tile.reduce(kAddUp, n, rows.columns, rows.lanes(), HEDDLE_TILE_ADD, kIn, kPartial, kMean);
    tile.vector(kMeanOf, n, HEDDLE_TILE_MUL, {kMean}, {kMean});
    tile.vector(kCentre, elements, HEDDLE_TILE_ADD, {kIn, kMean}, {kOut});
    tile.vector(kSquareIt, elements, HEDDLE_TILE_MUL, {kOut}, {kSquare});
    tile.reduce(kAddSquares, n, rows.columns, rows.lanes(), HEDDLE_TILE_ADD, kSquare, kPartial,
                kDeviation);
    tile.vector(kRoot, n, HEDDLE_TILE_SQRT, {kDeviation}, {kDeviation});
    tile.vector(kNormalise, elements, HEDDLE_TILE_MUL, {kOut, kDeviation}, {kOut});
    tile.wait(1, 2 * rows.columns);
    tile.vector(kAffine, elements, HEDDLE_TILE_MUL, {kOut, kGamma, kBeta}, {kOut});
    tile.store(rows.box(1, iv[0]), kOut);
    return tile.result();
  }
};

}  // namespace heddle::tile::kernel
