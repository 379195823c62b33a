// out = softmax(Q K) V of each head. Plain: a work-item is a block of queries against
// all keys. Flash: keys come block by block, and what was summed is rescaled as the
// maximum grows, so that scores never have to fit.
//
// Shape arguments (0 or absent: the default): heads (times batch), queries, keys, head
// size, element bits 32, flash 0 or 1; the seven of Target; tile of queries, tile of
// keys (flash); heads of K and V (all). Tensors: Q [heads][queries][size], K [heads]
// [size][keys], so that blocks of it are weights as they lie, V [heads][keys][size], out.
#pragma once

#include "heddle/tile/kernel/product.h"

namespace heddle::tile::kernel {

class Attention {
 public:
  static constexpr std::uint32_t kTargetArg = 6;
  static constexpr std::uint32_t kTileArg = kTargetArg + Target::kArgCount;
  static constexpr std::uint32_t kArgCount = kTileArg + 3;
  using Args = std::array<Index, kArgCount>;

  explicit Attention(const ShapeArgs& args)
      : heads_(args.at(0, 0)),
        queries_(args.at(1, 0)),
        keys_(args.at(2, 0)),
        size_(args.at(3, 0)),
        bits_(args.at(4, 32)),
        is_flash_(args.at(5, 0) == 1),
        target_(Target::from(args, kTargetArg)),
        tile_queries_(args.at(kTileArg, 0)),
        tile_keys_(args.at(kTileArg + 1, 0)),
        key_heads_(args.at(kTileArg + 2, heads_)) {}

  static int kernel(heddle_tile_context* context, const Index* shape, std::uint32_t count) {
    Attention one{ShapeArgs(shape, count)};
    if (!one.is_possible() || !one.choose()) return kCannot;
    return one.dispatch(context);
  }

 private:
  enum Tensors : std::uint32_t { kQ, kK, kV, kO };
  enum Buffers : std::uint32_t {
    kQTile,
    kKTile,
    kVTile,
    kScores,
    kWeights,
    kProbabilities,
    kMax,
    kNewMax,
    kSum,
    kNewSum,
    kRescale,
    kOutSum,
    kOut,
    kPartial
  };
  enum Nodes : std::uint32_t {
    kInit,
    kClear,
    kPreloadK,
    kMatmulK,
    kFindMax,
    kMergeMax = kFindMax + 2,
    kRescaleExp,
    kSubtract,
    kExp,
    kAddUp,
    kMergeSum = kAddUp + 2,
    kRescaleOut,
    kPreloadV,
    kMatmulV,
    kInvert,
    kNormalise
  };
  enum Semaphores : std::uint32_t { kQHere, kKHere, kVHere };

  [[nodiscard]] bool is_possible() const {
    return is_size({heads_, queries_, size_}) && is_size({key_heads_, keys_, size_}) &&
           is_size({queries_, keys_}) && heads_ % key_heads_ == 0 && is_element_width(bits_) &&
           target_.is_valid() && tile_queries_ >= 0 && tile_keys_ >= 0;
  }

  [[nodiscard]] bool fits(Index queries, Index keys) const {
    const Index width = bits_ / 8;
    const Wide moved = (2 * Wide{keys} * size_ + 2 * Wide{queries} * size_) * width;
    const Wide kept = Wide{queries} * keys * width;
    const Wide sums = Wide{queries} * (Wide{keys} + size_) * accumulator_bytes(bits_);
    return 2 * moved + kept <= target_.scratchpad_bytes && 2 * sums <= target_.scratchpad_bytes;
  }
  /// As many queries as fit (K and V come again for each block of them), then keys, but
  /// work for every core.
  [[nodiscard]] bool choose() {
    const Index given_keys = is_flash_ ? tile_keys_ : keys_;
    const Index given_queries = tile_queries_;
    const Index keys_max = std::min(keys_, is_flash_ ? 4 * target_.array_columns : keys_);
    tile_keys_ = given_keys != 0 ? std::min(given_keys, keys_) : keys_max;
    if (given_queries != 0) {
      tile_queries_ = std::min(given_queries, queries_);
      return true;
    }
    const Index share = ceil_div(heads_ * queries_, target_.cores);
    tile_queries_ = std::min(queries_, round_up(std::min(share, queries_), target_.stream_rows));
    while (!fits(tile_queries_, tile_keys_) && tile_queries_ > 1) {
      tile_queries_ = ceil_div(tile_queries_, 2);
    }
    return fits(tile_queries_, tile_keys_);
  }

  [[nodiscard]] Args args() const {
    return {heads_,
            queries_,
            keys_,
            size_,
            bits_,
            is_flash_ ? 1 : 0,
            target_.array_rows,
            target_.array_columns,
            target_.arrays,
            target_.cores,
            target_.scratchpad_bytes,
            target_.dram_bytes_per_cycle,
            target_.stream_rows,
            tile_queries_,
            tile_keys_,
            key_heads_};
  }

  [[nodiscard]] int dispatch(heddle_tile_context* context) const {
    Kernel kernel(context, bits_);
    const Index width = bits_ / 8;
    const Index wide = accumulator_bytes(bits_);
    kernel.tensor("Q", heads_ * queries_ * size_);
    kernel.tensor("K", key_heads_ * size_ * keys_);
    kernel.tensor("V", key_heads_ * keys_ * size_);
    kernel.tensor("O", heads_ * queries_ * size_);
    const Index scores = tile_queries_ * tile_keys_;
    const Index outputs = tile_queries_ * size_;
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, outputs * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, size_ * tile_keys_ * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, tile_keys_ * size_ * width);
    kernel.buffer(HEDDLE_TILE_ACCUMULATOR, scores * wide);
    kernel.buffer(HEDDLE_TILE_WEIGHTS, target_.array_rows * target_.array_columns * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, scores * width);
    for (int i = 0; i < 5; ++i) kernel.buffer(HEDDLE_TILE_SCRATCHPAD, tile_queries_ * wide);
    kernel.buffer(HEDDLE_TILE_ACCUMULATOR, outputs * wide);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, outputs * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD,
                  tile_queries_ * std::min(tile_keys_, target_.array_columns) * wide);
    for (Index head = 0; head < heads_; ++head) {
      for (Index q = 0; q < queries_ && kernel.result() == 0; q += tile_queries_) {
        kernel.dispatch(tile_function, args(), std::array<Index, 2>{head, q});
      }
    }
    return kernel.result();
  }

  static int tile_function(heddle_tile_context* context, const Index* shape, std::uint32_t count,
                           const Index* iv, std::uint32_t) {
    Tile tile(context, ShapeArgs(shape, count).at(4, 32));
    Attention(ShapeArgs(shape, count)).work(tile, iv[0], iv[1]);
    return tile.result();
  }

  void work(Tile& tile, Index head, Index q0) const {
    const Index q = std::min(tile_queries_, queries_ - q0);
    const Box queries(kQ, (head * queries_ + q0) * size_, {{q, size_}, {size_, 1}});
    tile.load(queries, kQTile, kQHere);
    tile.vector(kInit, q * size_, HEDDLE_TILE_ADD, {}, {kOutSum, kMax, kSum});
    for (Index k0 = 0; k0 < keys_; k0 += tile_keys_) {
      step(tile, head * key_heads_ / heads_, q, {k0, std::min(keys_, k0 + tile_keys_)});
    }
    tile.vector(kInvert, q, HEDDLE_TILE_DIV, {kSum}, {kSum});
    tile.vector(kNormalise, q * size_, HEDDLE_TILE_MUL, {kOutSum, kSum}, {kOut});
    tile.store(Box(kO, queries.offset, {{q, size_}, {size_, 1}}), kOut);
  }

  /// One block of keys: scores, their part of the softmax, their part of the output.
  void step(Tile& tile, Index head, Index q, Span keys) const {
    const Index n = keys.size();
    tile.load(Box(kK, head * size_ * keys_ + keys.begin, {{size_, keys_}, {n, 1}}), kKTile, kKHere);
    tile.load(Box(kV, (head * keys_ + keys.begin) * size_, {{n, size_}, {size_, 1}}), kVTile,
              kVHere);
    tile.vector(kClear, q * n, HEDDLE_TILE_ADD, {}, {kScores});
    product(
        tile, q, n, size_, target_, {kPreloadK, kMatmulK, kQTile, kKTile, kWeights, kScores},
        [&](Span, Span) { tile.wait(kKHere, size_ * n); },
        [&](Span, Span) { tile.wait(kQHere, q * size_); });
    tile.reduce(kFindMax, q, n, target_.array_columns, HEDDLE_TILE_ADD, kScores, kPartial, kNewMax);
    if (is_flash_) rescale(tile, q, keys.begin > 0);
    const std::uint32_t max = is_flash_ ? kMax : kNewMax;
    tile.vector(kSubtract, q * n, HEDDLE_TILE_MUL, {kScores, max}, {kProbabilities});
    tile.vector(kExp, q * n, HEDDLE_TILE_EXP, {kProbabilities}, {kProbabilities});
    tile.reduce(kAddUp, q, n, target_.array_columns, HEDDLE_TILE_ADD, kProbabilities, kPartial,
                kNewSum);
    if (is_flash_) {
      tile.vector(kMergeSum, q, HEDDLE_TILE_MUL, {kSum, kRescale, kNewSum}, {kSum});
    } else {
      tile.vector(kMergeSum, q, HEDDLE_TILE_ADD, {kNewSum}, {kSum});
    }
    product(
        tile, q, size_, n, target_,
        {kPreloadV, kMatmulV, kProbabilities, kVTile, kWeights, kOutSum},
        [&](Span, Span) { tile.wait(kVHere, n * size_); }, [](Span, Span) {});
  }

  /// rescale = exp(old maximum - new one), for the sums and the output so far.
  void rescale(Tile& tile, Index q, bool has_output) const {
    tile.vector(kMergeMax, q, HEDDLE_TILE_ADD, {kMax, kNewMax}, {kMax});
    tile.vector(kRescaleExp, q, HEDDLE_TILE_EXP, {kMax, kNewMax}, {kRescale});
    if (!has_output) return;
    tile.vector(kRescaleOut, q * size_, HEDDLE_TILE_MUL, {kOutSum, kRescale}, {kOutSum});
  }

  Index heads_ = 0;
  Index queries_ = 0;
  Index keys_ = 0;
  Index size_ = 0;
  Index bits_ = 32;
  bool is_flash_ = false;
  Target target_;
  Index tile_queries_ = 0;
  Index tile_keys_ = 0;
  Index key_heads_ = 1;
};

}  // namespace heddle::tile::kernel
