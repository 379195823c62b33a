// Depthwise convolution, channels last: each channel by its own R x S filter, on the
// vector unit, one fused multiply-add of a whole tile for each (r, s).
//
// Shape arguments (0 or absent: the default): N, H, W, C, R, S, stride 1, padding 0,
// element bits 32, epilogue; the seven of Target; tile P, tile of channels.
#pragma once

#include "heddle/tile/kernel/conv2d.h"

namespace heddle::tile::kernel {

class Depthwise {
 public:
  static constexpr std::uint32_t kTargetArg = 10;
  static constexpr std::uint32_t kTileArg = kTargetArg + Target::kArgCount;
  static constexpr std::uint32_t kArgCount = kTileArg + 2;
  using Args = std::array<Index, kArgCount>;

  explicit Depthwise(const ShapeArgs& args)
      : images_(args.at(0, 0)),
        channels_(args.at(3, 0)),
        bits_(args.at(8, 32)),
        epilogue_(args.at(9, kPlain)),
        rows_{args.at(1, 0), args.at(4, 1), args.at(6, 1), std::max<Index>(0, args.at(7, 0))},
        columns_{args.at(2, 0), args.at(5, 1), args.at(6, 1), std::max<Index>(0, args.at(7, 0))},
        target_(Target::from(args, kTargetArg)),
        tile_p_(args.at(kTileArg, 0)),
        tile_c_(args.at(kTileArg + 1, 0)) {}

  static int kernel(heddle_tile_context* context, const Index* shape, std::uint32_t count) {
    Depthwise one{ShapeArgs(shape, count)};
    if (!one.is_possible() || !one.choose()) return kCannot;
    return one.dispatch(context);
  }

 private:
  enum Tensors : std::uint32_t { kInput, kFilter, kOutput, kBiasTensor };
  enum Buffers : std::uint32_t { kPatch, kFilterTile, kSum, kOut, kBiasTile };
  enum Nodes : std::uint32_t { kInit, kMultiply, kFinish };
  enum Semaphores : std::uint32_t { kPatchHere, kFilterHere, kBiasHere };

  [[nodiscard]] bool is_possible() const {
    return rows_.is_valid() && columns_.is_valid() && target_.is_valid() &&
           is_element_width(bits_) && epilogue_ >= 0 && epilogue_ <= kEpilogueMax && tile_p_ >= 0 &&
           tile_c_ >= 0 && is_size({images_, rows_.input, columns_.input, channels_}) &&
           is_size({rows_.kernel, columns_.kernel, channels_}) &&
           is_size({images_, rows_.outputs(), columns_.outputs(), channels_});
  }
  [[nodiscard]] bool fits(Index p, Index c) const {
    const Wide patch = Wide{rows_.most(p)} * columns_.input * c;
    const Wide filter = Wide{rows_.kernel} * columns_.kernel * c;
    const Wide outputs = Wide{p} * columns_.outputs() * c;
    return 2 * (patch + filter + outputs) * (bits_ / 8) <= target_.scratchpad_bytes &&
           2 * outputs * accumulator_bytes(bits_) <= target_.scratchpad_bytes;
  }
  /// The tiling that moves the least, and of those the one with the shortest ends.
  [[nodiscard]] bool choose() {
    Wide best = -1;
    const Index given_p = tile_p_;
    const Index given_c = tile_c_;
    const Index out_p = rows_.outputs();
    for (const Index p : TileSizes(given_p == 0 ? out_p : std::min(given_p, out_p), 1)) {
      if (given_p != 0 && p != std::min(given_p, out_p)) continue;
      for (const Index c : TileSizes(given_c == 0 ? channels_ : std::min(given_c, channels_), 32)) {
        if ((given_c != 0 && c != std::min(given_c, channels_)) || !fits(p, c)) continue;
        const Wide patch = Wide{rows_.most(p)} * columns_.input * c;
        Effort effort;
        effort.items = Wide{images_} * ceil_div(out_p, p) * ceil_div(channels_, c);
        effort.bytes = effort.items * patch * (bits_ / 8);
        effort.exposed_bytes = 2 * patch * (bits_ / 8);
        const Wide cycles = effort.cycles(target_);
        if (best >= 0 && cycles >= best) continue;
        best = cycles;
        tile_p_ = p;
        tile_c_ = c;
      }
    }
    return best >= 0;
  }

  [[nodiscard]] Args args() const {
    return {images_,
            rows_.input,
            columns_.input,
            channels_,
            rows_.kernel,
            columns_.kernel,
            rows_.stride,
            rows_.padding,
            bits_,
            epilogue_,
            target_.array_rows,
            target_.array_columns,
            target_.arrays,
            target_.cores,
            target_.scratchpad_bytes,
            target_.dram_bytes_per_cycle,
            target_.stream_rows,
            tile_p_,
            tile_c_};
  }

  [[nodiscard]] int dispatch(heddle_tile_context* context) const {
    Kernel kernel(context, bits_);
    const Index out_p = rows_.outputs();
    const Index spots = rows_.kernel * columns_.kernel;
    const Index width = bits_ / 8;
    const Index outputs = tile_p_ * columns_.outputs() * tile_c_;
    kernel.tensor("input", images_ * rows_.input * columns_.input * channels_);
    kernel.tensor("filter", spots * channels_);
    kernel.tensor("output", images_ * out_p * columns_.outputs() * channels_);
    if ((epilogue_ & kBias) != 0) kernel.tensor("bias", channels_);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, rows_.most(tile_p_) * columns_.input * tile_c_ * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, spots * tile_c_ * width);
    kernel.buffer(HEDDLE_TILE_ACCUMULATOR, outputs * accumulator_bytes(bits_));
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, outputs * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, tile_c_ * width);
    for (Index n = 0; n < images_; ++n) {
      for (Index p = 0; p < out_p; p += tile_p_) {
        for (Index c = 0; c < channels_ && kernel.result() == 0; c += tile_c_) {
          kernel.dispatch(tile_function, args(), std::array<Index, 3>{n, p, c});
        }
      }
    }
    return kernel.result();
  }

  static int tile_function(heddle_tile_context* context, const Index* shape, std::uint32_t count,
                           const Index* iv, std::uint32_t) {
    Tile tile(context, ShapeArgs(shape, count).at(8, 32));
    Depthwise(ShapeArgs(shape, count)).work(tile, iv[0], iv[1], iv[2]);
    return tile.result();
  }

  void work(Tile& tile, Index n, Index p0, Index c0) const {
    const Index p = std::min(tile_p_, rows_.outputs() - p0);
    const Index c = std::min(tile_c_, channels_ - c0);
    const Index out_q = columns_.outputs();
    const Index spots = rows_.kernel * columns_.kernel;
    const Window::Reach rows = rows_.of({p0, p0 + p});
    const Index row = columns_.input * channels_;
    const Box patch(kInput, (n * rows_.input + rows.begin) * row + c0,
                    {{rows.size, rows.step * row}, {columns_.input, channels_}, {c, 1}});
    tile.load(patch, kPatch, kPatchHere);
    tile.load(Box(kFilter, c0, {{spots, channels_}, {c, 1}}), kFilterTile, kFilterHere);
    const bool has_bias = (epilogue_ & kBias) != 0;
    if (has_bias) tile.load(Box(kBiasTensor, c0, {{c, 1}}), kBiasTile, kBiasHere);
    const Index outputs = p * out_q * c;
    tile.vector(kInit, outputs, HEDDLE_TILE_ADD, {}, {kSum});
    tile.wait(kFilterHere, spots * c);
    tile.wait(kPatchHere, patch.elements());
    for (Index spot = 0; spot < spots; ++spot) {
      tile.vector(kMultiply, outputs, HEDDLE_TILE_MUL, {kPatch, kFilterTile, kSum}, {kSum});
    }
    if (has_bias) tile.wait(kBiasHere, c);
    const std::uint32_t from =
        finish(tile, outputs, epilogue_, bits_, kFinish, kSum, kBiasTile, kOut);
    tile.store(Box(kOutput, (n * rows_.outputs() + p0) * out_q * channels_ + c0,
                   {{p * out_q, channels_}, {c, 1}}),
               from);
  }

  Index images_ = 0;
  Index channels_ = 0;
  Index bits_ = 32;
  Index epilogue_ = kPlain;
  Window rows_;
  Window columns_;
  Target target_;
  Index tile_p_ = 0;
  Index tile_c_ = 0;
};

}  // namespace heddle::tile::kernel
