// C[b] = A[b] B[b], row-major, any sizes: a work-item is a tile of C, with the
// reduction inside. Tiles are chosen for the target unless given.
//
// Shape arguments (0 or absent: the default): M, N, K, batch 1, element bits 32,
// epilogue; the seven of Target; tile M, N, K; parts M, N, K, in which tiles are
// moved (default: whole tiles). Tensors: A, B, C, and the bias if asked for.
#pragma once

#include "heddle/tile/kernel/product.h"

namespace heddle::tile::kernel {

class Gemm {
 public:
  static constexpr std::uint32_t kTargetArg = 6;
  static constexpr std::uint32_t kTileArg = kTargetArg + Target::kArgCount;
  static constexpr std::uint32_t kArgCount = kTileArg + 6;
  using Args = std::array<Index, kArgCount>;

  explicit Gemm(const ShapeArgs& args)
      : m_(args.at(0, 0)),
        n_(args.at(1, 0)),
        k_(args.at(2, 0)),
        batch_(args.at(3, 1)),
        bits_(args.at(4, 32)),
        epilogue_(args.at(5, kPlain)),
        target_(Target::from(args, kTargetArg)),
        tile_{args.at(kTileArg, 0), args.at(kTileArg + 1, 0), args.at(kTileArg + 2, 0)},
        part_{args.at(kTileArg + 3, 0), args.at(kTileArg + 4, 0), args.at(kTileArg + 5, 0)} {}

  /// The kernel function.
  static int kernel(heddle_tile_context* context, const Index* shape, std::uint32_t count) {
    Gemm gemm{ShapeArgs(shape, count)};
    if (!gemm.is_possible() || !gemm.choose()) return kCannot;
    return gemm.dispatch(context);
  }

 private:
  struct Sizes {
    Index m = 0;
    Index n = 0;
    Index k = 0;
  };
  enum Tensors : std::uint32_t { kA, kB, kC, kBiasTensor };
  enum Buffers : std::uint32_t { kATile, kBTile, kAccumulator, kWeights, kOut, kBiasTile };
  enum Nodes : std::uint32_t { kInit, kPreload, kMatmul, kFinish };

  [[nodiscard]] bool is_possible() const {
    for (const Index one : {m_, n_, k_, batch_}) {
      if (one < 1 || one > kSizeMax) return false;
    }
    for (const Sizes& sizes : {tile_, part_}) {
      if (sizes.m < 0 || sizes.n < 0 || sizes.k < 0) return false;
    }
    return is_element_width(bits_) && epilogue_ >= 0 && epilogue_ <= kEpilogueMax &&
           target_.is_valid() && is_size({batch_, m_, k_}) && is_size({batch_, k_, n_}) &&
           is_size({batch_, m_, n_});
  }

  [[nodiscard]] Wide input_bytes(const Sizes& tile) const {
    return (Wide{tile.m} * tile.k + Wide{tile.k} * tile.n) * (bits_ / 8);
  }
  /// Loads of this step and the next, and what waits to be stored; accumulators are not
  /// in the scratchpad, but there is not more of them either.
  [[nodiscard]] bool fits(const Sizes& tile) const {
    const Wide narrow = bits_ < 32 ? Wide{tile.m} * tile.n * (bits_ / 8) : 0;
    const Wide sums = Wide{tile.m} * tile.n * accumulator_bytes(bits_);
    return 2 * input_bytes(tile) + 2 * narrow <= target_.scratchpad_bytes &&
           2 * sums <= target_.scratchpad_bytes;
  }

  [[nodiscard]] Effort effort(const Sizes& tile) const {
    const Wide m_tiles = ceil_div(m_, tile.m);
    const Wide n_tiles = ceil_div(n_, tile.n);
    const Wide last_m = m_ - (m_tiles - 1) * tile.m;
    const Wide least = target_.array_rows;  // a preload is not hidden by less
    const Wide rows = (m_tiles - 1) * std::max<Wide>(tile.m, least) + std::max(last_m, least);
    const Wide last_n = n_ - (n_tiles - 1) * tile.n;
    const Wide columns = (n_tiles - 1) * ceil_div(tile.n, target_.array_columns) +
                         ceil_div(static_cast<Index>(last_n), target_.array_columns);
    const Wide width = bits_ / 8;
    Effort effort;
    effort.items = batch_ * m_tiles * n_tiles;
    effort.compute_cycles = batch_ * rows * columns * ceil_div(k_, target_.array_rows);
    effort.bytes =
        batch_ * width * (Wide{m_} * k_ * n_tiles + Wide{k_} * n_ * m_tiles + Wide{m_} * n_);
    effort.exposed_bytes = input_bytes(tile) + Wide{tile.m} * tile.n * width;
    return effort;
  }

  /// Fills in the sizes that were not given.
  [[nodiscard]] bool choose() {
    Wide best = -1;
    const Sizes given = tile_;
    for (const Index m : candidates(given.m, m_, target_.stream_rows)) {
      for (const Index n : candidates(given.n, n_, target_.array_columns)) {
        for (const Index k : candidates(given.k, k_, target_.array_rows)) {
          const Sizes tile{m, n, k};
          const bool is_given = given.m != 0 && given.n != 0 && given.k != 0;
          if (!is_given && !fits(tile)) continue;
          const Wide cycles = effort(tile).cycles(target_);
          if (best >= 0 && cycles >= best) continue;
          best = cycles;
          tile_ = tile;
        }
      }
    }
    if (best < 0) return false;
    part_ = {limited(part_.m, tile_.m), limited(part_.n, tile_.n), limited(part_.k, tile_.k)};
    return a_parts() + b_parts() < HEDDLE_TILE_MAX_SLOTS;
  }
  static TileSizes candidates(Index given, Index size, Index block) {
    return given == 0 ? TileSizes(size, block) : TileSizes(std::min(given, size), size);
  }
  static Index limited(Index given, Index all) { return given == 0 ? all : std::min(given, all); }

  [[nodiscard]] Wide a_parts() const {
    return Wide{ceil_div(tile_.m, part_.m)} * ceil_div(tile_.k, part_.k);
  }
  [[nodiscard]] Wide b_parts() const {
    return Wide{ceil_div(tile_.k, part_.k)} * ceil_div(tile_.n, part_.n);
  }
  [[nodiscard]] Args args() const {
    return {m_,
            n_,
            k_,
            batch_,
            bits_,
            epilogue_,
            target_.array_rows,
            target_.array_columns,
            target_.arrays,
            target_.cores,
            target_.scratchpad_bytes,
            target_.dram_bytes_per_cycle,
            target_.stream_rows,
            tile_.m,
            tile_.n,
            tile_.k,
            part_.m,
            part_.n,
            part_.k};
  }

  [[nodiscard]] int dispatch(heddle_tile_context* context) const {
    Kernel kernel(context, bits_);
    kernel.tensor("A", batch_ * m_ * k_);
    kernel.tensor("B", batch_ * k_ * n_);
    kernel.tensor("C", batch_ * m_ * n_);
    if ((epilogue_ & kBias) != 0) kernel.tensor("bias", n_);
    const Index width = bits_ / 8;
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, tile_.m * tile_.k * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, tile_.k * tile_.n * width);
    kernel.buffer(HEDDLE_TILE_ACCUMULATOR, tile_.m * tile_.n * accumulator_bytes(bits_));
    kernel.buffer(HEDDLE_TILE_WEIGHTS, target_.array_rows * target_.array_columns * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, tile_.m * tile_.n * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, tile_.n * width);
    for (Index b = 0; b < batch_; ++b) {
      for (Index m = 0; m < m_; m += tile_.m) {
        for (Index n = 0; n < n_ && kernel.result() == 0; n += tile_.n) {
          kernel.dispatch(tile_function, args(), std::array<Index, 3>{b, m, n});
        }
      }
    }
    return kernel.result();
  }

  static int tile_function(heddle_tile_context* context, const Index* shape, std::uint32_t count,
                           const Index* iv, std::uint32_t) {
    Tile tile(context, ShapeArgs(shape, count).at(4, 32));
    Gemm(ShapeArgs(shape, count)).work(tile, iv[0], iv[1], iv[2]);
    return tile.result();
  }

  /// The parts of a tile, and the semaphores that say they have arrived: those of A from
  /// 0 on, those of B after them.
  [[nodiscard]] std::uint32_t a_semaphore(Index m, Index k) const {
    return static_cast<std::uint32_t>(m / part_.m * ceil_div(tile_.k, part_.k) + k / part_.k);
  }
  [[nodiscard]] std::uint32_t b_semaphore(Index k, Index n) const {
    const Index first = static_cast<Index>(a_parts());
    return static_cast<std::uint32_t>(first + k / part_.k * ceil_div(tile_.n, part_.n) +
                                      n / part_.n);
  }

  void work(Tile& tile, Index b, Index m0, Index n0) const {
    const Index m = std::min(tile_.m, m_ - m0);
    const Index n = std::min(tile_.n, n_ - n0);
    tile.vector(kInit, m * n, HEDDLE_TILE_ADD, {}, {kAccumulator});
    const auto bias = static_cast<std::uint32_t>(a_parts() + b_parts());
    if ((epilogue_ & kBias) != 0) tile.load(Box(kBiasTensor, n0, {{n, 1}}), kBiasTile, bias);
    for (Index k0 = 0; k0 < k_; k0 += tile_.k)
      step(tile, b, m0, n0, k0, {m, n, std::min(tile_.k, k_ - k0)});
    if ((epilogue_ & kBias) != 0) tile.wait(bias, n);
    const std::uint32_t from =
        finish(tile, m * n, epilogue_, bits_, kFinish, kAccumulator, kBiasTile, kOut);
    for (Index pm = 0; pm < m; pm += part_.m) {
      for (Index pn = 0; pn < n; pn += part_.n) {
        tile.store(Box(kC, (b * m_ + m0 + pm) * n_ + n0 + pn,
                       {{std::min(part_.m, m - pm), n_}, {std::min(part_.n, n - pn), 1}}),
                   from);
      }
    }
  }

  /// One step of the reduction: loads of both tiles, in parts, then their product.
  void step(Tile& tile, Index b, Index m0, Index n0, Index k0, const Sizes& size) const {
    for (Index pm = 0; pm < size.m; pm += part_.m) {
      for (Index pk = 0; pk < size.k; pk += part_.k) {
        tile.load(Box(kA, (b * m_ + m0 + pm) * k_ + k0 + pk,
                      {{std::min(part_.m, size.m - pm), k_}, {std::min(part_.k, size.k - pk), 1}}),
                  kATile, a_semaphore(pm, pk));
      }
    }
    for (Index pk = 0; pk < size.k; pk += part_.k) {
      for (Index pn = 0; pn < size.n; pn += part_.n) {
        tile.load(Box(kB, (b * k_ + k0 + pk) * n_ + n0 + pn,
                      {{std::min(part_.k, size.k - pk), n_}, {std::min(part_.n, size.n - pn), 1}}),
                  kBTile, b_semaphore(pk, pn));
      }
    }
    // A block may reach into several parts; it waits for each.
    const auto each_part = [](Span span, Index part, const auto& visit) {
      for (Index at = span.begin / part * part; at < span.end; at += part) visit(at);
    };
    product(
        tile, size.m, size.n, size.k, target_,
        {kPreload, kMatmul, kATile, kBTile, kWeights, kAccumulator},
        [&](Span k, Span n) {
          each_part(k, part_.k, [&](Index pk) {
            each_part(n, part_.n, [&](Index pn) {
              tile.wait(b_semaphore(pk, pn),
                        std::min(part_.k, size.k - pk) * std::min(part_.n, size.n - pn));
            });
          });
        },
        [&](Span m, Span k) {
          each_part(m, part_.m, [&](Index pm) {
            each_part(k, part_.k, [&](Index pk) {
              tile.wait(a_semaphore(pm, pk),
                        std::min(part_.m, size.m - pm) * std::min(part_.k, size.k - pk));
            });
          });
        });
  }

  Index m_ = 0;
  Index n_ = 0;
  Index k_ = 0;
  Index batch_ = 1;
  Index bits_ = 32;
  Index epilogue_ = kPlain;
  Target target_;
  Sizes tile_;
  Sizes part_;
};

}  // namespace heddle::tile::kernel
