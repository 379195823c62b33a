// Convolution as implicit products: out[n,p,q,k] += in[n, p*stride+r-padding,
// q*stride+s-padding, c] * filter[r,s,c,k], channels last. A work-item is a block of
// output positions and filters; for each (r, s) the positions are streamed past the
// channels' weights. Where few channels would leave array rows idle, the S*C values
// of a filter row, neighbours in memory, are reduced at once ("folded").
//
// Shape arguments (0 or absent: the default): N, H, W, C, filters, R, S, stride 1,
// padding 0 (-1 is 0 too), element bits 32, epilogue; the seven of Target; tile of
// images, P, Q, filters, channels; fold (0 chosen, 1 never, 2 always).
#pragma once

#include "heddle/tile/kernel/product.h"

namespace heddle::tile::kernel {

/// One axis of a window: what a range of outputs reads of the input.
struct Window {
  Index input = 0;
  Index kernel = 1;
  Index stride = 1;
  Index padding = 0;

  [[nodiscard]] constexpr Index outputs() const {
    return (input + 2 * padding - kernel) / stride + 1;
  }
  [[nodiscard]] constexpr bool is_valid() const {
    return input >= 1 && kernel >= 1 && stride >= 1 && padding >= 0 && input <= kSizeMax &&
           kernel <= kSizeMax && stride <= kSizeMax && padding < kernel &&
           input + 2 * padding >= kernel;
  }
  /// `size` inputs from `begin` on, each `step` after the one before.
  struct Reach {
    Index begin = 0;
    Index size = 0;
    Index step = 1;
  };
  /// What outputs [begin, end) read, padding left out; a window of one skips what lies
  /// between.
  [[nodiscard]] constexpr Reach of(Span out) const {
    if (kernel == 1) return {out.begin * stride, out.size(), stride};
    const Index begin = std::max<Index>(0, out.begin * stride - padding);
    return {begin, std::min(input, (out.end - 1) * stride - padding + kernel) - begin, 1};
  }
  /// The most inputs that `count` outputs read.
  [[nodiscard]] constexpr Index most(Index count) const {
    return kernel == 1 ? count : std::min(input, (count - 1) * stride + kernel);
  }
};

class Conv2d {
 public:
  static constexpr std::uint32_t kTargetArg = 11;
  static constexpr std::uint32_t kTileArg = kTargetArg + Target::kArgCount;
  static constexpr std::uint32_t kArgCount = kTileArg + 6;
  using Args = std::array<Index, kArgCount>;

  explicit Conv2d(const ShapeArgs& args)
      : images_(args.at(0, 0)),
        channels_(args.at(3, 0)),
        filters_(args.at(4, 0)),
        bits_(args.at(9, 32)),
        epilogue_(args.at(10, kPlain)),
        rows_{args.at(1, 0), args.at(5, 1), args.at(7, 1), std::max<Index>(0, args.at(8, 0))},
        columns_{args.at(2, 0), args.at(6, 1), args.at(7, 1), std::max<Index>(0, args.at(8, 0))},
        target_(Target::from(args, kTargetArg)),
        tile_{args.at(kTileArg, 0), args.at(kTileArg + 1, 0), args.at(kTileArg + 2, 0),
              args.at(kTileArg + 3, 0), args.at(kTileArg + 4, 0)},
        fold_(args.at(kTileArg + 5, 0)) {}

  static int kernel(heddle_tile_context* context, const Index* shape, std::uint32_t count) {
    Conv2d conv{ShapeArgs(shape, count)};
    if (!conv.is_possible() || !conv.choose()) return kCannot;
    return conv.dispatch(context);
  }

 private:
  struct Sizes {
    Index images = 0;
    Index p = 0;
    Index q = 0;
    Index filters = 0;
    Index channels = 0;
    [[nodiscard]] constexpr Wide positions() const { return Wide{images} * p * q; }
  };
  enum Tensors : std::uint32_t { kInput, kFilter, kOutput, kBiasTensor };
  enum Buffers : std::uint32_t { kPatch, kFilterTile, kAccumulator, kWeights, kOut, kBiasTile };
  enum Nodes : std::uint32_t { kInit, kPreload, kMatmul, kFinish };
  enum Semaphores : std::uint32_t { kPatchHere, kFilterHere, kBiasHere };

  [[nodiscard]] bool is_possible() const {
    for (const Index one : {tile_.images, tile_.p, tile_.q, tile_.filters, tile_.channels}) {
      if (one < 0) return false;
    }
    return rows_.is_valid() && columns_.is_valid() && target_.is_valid() &&
           is_element_width(bits_) && epilogue_ >= 0 && epilogue_ <= kEpilogueMax && fold_ >= 0 &&
           fold_ <= 2 && is_size({images_, rows_.input, columns_.input, channels_}) &&
           is_size({rows_.kernel, columns_.kernel, channels_, filters_}) &&
           is_size({images_, rows_.outputs(), columns_.outputs(), filters_});
  }

  [[nodiscard]] Wide patch_elements(const Sizes& tile) const {
    return Wide{tile.images} * rows_.most(tile.p) * columns_.most(tile.q) * tile.channels;
  }
  [[nodiscard]] Wide filter_elements(const Sizes& tile) const {
    return Wide{rows_.kernel} * columns_.kernel * tile.channels * tile.filters;
  }
  [[nodiscard]] bool fits(const Sizes& tile) const {
    const Wide outputs = tile.positions() * tile.filters;
    const Wide narrow = bits_ < 32 ? outputs * (bits_ / 8) : 0;
    const Wide inputs = (patch_elements(tile) + filter_elements(tile)) * (bits_ / 8);
    return 2 * inputs + 2 * narrow <= target_.scratchpad_bytes &&
           2 * outputs * accumulator_bytes(bits_) <= target_.scratchpad_bytes;
  }
  /// Blocks of the reduction that one output needs.
  [[nodiscard]] Wide reduction_blocks(Index channels, bool is_folded) const {
    const Index r = rows_.kernel;
    const Index s = columns_.kernel;
    return is_folded ? Wide{r} * ceil_div(s * channels, target_.array_rows)
                     : Wide{r} * s * ceil_div(channels, target_.array_rows);
  }

  [[nodiscard]] Effort effort(const Sizes& tile) const {
    const Wide spots = Wide{ceil_div(images_, tile.images)} * ceil_div(rows_.outputs(), tile.p) *
                       ceil_div(columns_.outputs(), tile.q);
    const Wide groups = ceil_div(filters_, tile.filters);
    const Wide steps = ceil_div(channels_, tile.channels);
    const Wide blocks =
        Wide{ceil_div(filters_, target_.array_columns)} * reduction_blocks(channels_, fold_ == 2);
    const Wide positions = Wide{images_} * rows_.outputs() * columns_.outputs();
    const Wide width = bits_ / 8;
    Effort effort;
    effort.items = spots * groups;
    effort.compute_cycles = blocks * std::max<Wide>(positions, spots * target_.array_rows);
    effort.bytes = width * (effort.items * steps * (patch_elements(tile) + filter_elements(tile)) +
                            positions * filters_);
    effort.exposed_bytes =
        width * (patch_elements(tile) + filter_elements(tile) + tile.positions() * tile.filters);
    return effort;
  }

  [[nodiscard]] bool choose() {
    if (fold_ == 0) {
      const bool is_shorter =
          reduction_blocks(channels_, true) < reduction_blocks(channels_, false);
      fold_ = is_shorter ? 2 : 1;
    }
    const Sizes given = tile_;
    Wide best = -1;
    for (const Index images : candidates(given.images, images_, 1)) {
      for (const Index p : candidates(given.p, rows_.outputs(), 1)) {
        for (const Index q : candidates(given.q, columns_.outputs(), 8)) {
          if (images > 1 && (p < rows_.outputs() || q < columns_.outputs())) continue;
          choose_depth({images, p, q, given.filters, given.channels}, best);
        }
      }
    }
    return best >= 0;
  }
  void choose_depth(const Sizes& given, Wide& best) {
    for (const Index filters : candidates(given.filters, filters_, target_.array_columns)) {
      for (const Index channels : candidates(given.channels, channels_, target_.array_rows)) {
        if (fold_ == 2 && channels < channels_) continue;
        const Sizes tile{given.images, given.p, given.q, filters, channels};
        if (!fits(tile)) continue;
        const Wide cycles = effort(tile).cycles(target_);
        if (best >= 0 && cycles >= best) continue;
        best = cycles;
        tile_ = tile;
      }
    }
  }
  static TileSizes candidates(Index given, Index size, Index block) {
    return given == 0 ? TileSizes(size, block) : TileSizes(std::min(given, size), size);
  }

  [[nodiscard]] Args args() const {
    return {images_,
            rows_.input,
            columns_.input,
            channels_,
            filters_,
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
            tile_.images,
            tile_.p,
            tile_.q,
            tile_.filters,
            tile_.channels,
            fold_};
  }

  [[nodiscard]] int dispatch(heddle_tile_context* context) const {
    Kernel kernel(context, bits_);
    const Index p = rows_.outputs();
    const Index q = columns_.outputs();
    const Index width = bits_ / 8;
    const auto outputs = static_cast<Index>(tile_.positions()) * tile_.filters;
    kernel.tensor("input", images_ * rows_.input * columns_.input * channels_);
    kernel.tensor("filter", rows_.kernel * columns_.kernel * channels_ * filters_);
    kernel.tensor("output", images_ * p * q * filters_);
    if ((epilogue_ & kBias) != 0) kernel.tensor("bias", filters_);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, static_cast<Index>(patch_elements(tile_)) * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, static_cast<Index>(filter_elements(tile_)) * width);
    kernel.buffer(HEDDLE_TILE_ACCUMULATOR, outputs * accumulator_bytes(bits_));
    kernel.buffer(HEDDLE_TILE_WEIGHTS, target_.array_rows * target_.array_columns * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, outputs * width);
    kernel.buffer(HEDDLE_TILE_SCRATCHPAD, tile_.filters * width);
    for (Index n = 0; n < images_; n += tile_.images) {
      for (Index p0 = 0; p0 < p; p0 += tile_.p) {
        for (Index q0 = 0; q0 < q; q0 += tile_.q) {
          for (Index k = 0; k < filters_ && kernel.result() == 0; k += tile_.filters) {
            kernel.dispatch(tile_function, args(), std::array<Index, 4>{n, p0, q0, k});
          }
        }
      }
    }
    return kernel.result();
  }

  static int tile_function(heddle_tile_context* context, const Index* shape, std::uint32_t count,
                           const Index* iv, std::uint32_t) {
    Tile tile(context, ShapeArgs(shape, count).at(9, 32));
    Conv2d(ShapeArgs(shape, count)).work(tile, iv[0], iv[1], iv[2], iv[3]);
    return tile.result();
  }

  void work(Tile& tile, Index n0, Index p0, Index q0, Index k0) const {
    const Index out_p = rows_.outputs();
    const Index out_q = columns_.outputs();
    const Sizes size{std::min(tile_.images, images_ - n0), std::min(tile_.p, out_p - p0),
                     std::min(tile_.q, out_q - q0), std::min(tile_.filters, filters_ - k0),
                     tile_.channels};
    const auto outputs = static_cast<Index>(size.positions()) * size.filters;
    tile.vector(kInit, outputs, HEDDLE_TILE_ADD, {}, {kAccumulator});
    const bool has_bias = (epilogue_ & kBias) != 0;
    if (has_bias) tile.load(Box(kBiasTensor, k0, {{size.filters, 1}}), kBiasTile, kBiasHere);
    for (Index c0 = 0; c0 < channels_; c0 += tile_.channels) {
      const Index channels = std::min(tile_.channels, channels_ - c0);
      const Index patch = load_patch(tile, {n0, n0 + size.images}, rows_.of({p0, p0 + size.p}),
                                     columns_.of({q0, q0 + size.q}), {c0, c0 + channels});
      const Index filter = load_filter(tile, {c0, c0 + channels}, {k0, k0 + size.filters});
      multiply(tile, static_cast<Index>(size.positions()), size.filters, channels, patch, filter);
    }
    if (has_bias) tile.wait(kBiasHere, size.filters);
    const std::uint32_t from =
        finish(tile, outputs, epilogue_, bits_, kFinish, kAccumulator, kBiasTile, kOut);
    tile.store(Box(kOutput, ((n0 * out_p + p0) * out_q + q0) * filters_ + k0,
                   {{size.images, out_p * out_q * filters_},
                    {size.p, out_q * filters_},
                    {size.q, filters_},
                    {size.filters, 1}}),
               from);
  }

  /// Each returns how many elements it loads.
  Index load_patch(Tile& tile, Span images, Window::Reach rows, Window::Reach columns,
                   Span channels) const {
    const Index row = columns_.input * channels_;
    const Box box(kInput,
                  (images.begin * rows_.input + rows.begin) * row + columns.begin * channels_ +
                      channels.begin,
                  {{images.size(), rows_.input * row},
                   {rows.size, rows.step * row},
                   {columns.size, columns.step * channels_},
                   {channels.size(), 1}});
    tile.load(box, kPatch, kPatchHere);
    return box.elements();
  }
  Index load_filter(Tile& tile, Span channels, Span filters) const {
    const Index spot = channels_ * filters_;
    const Box box(kFilter, channels.begin * filters_ + filters.begin,
                  {{rows_.kernel, columns_.kernel * spot},
                   {columns_.kernel, spot},
                   {channels.size(), filters_},
                   {filters.size(), 1}});
    tile.load(box, kFilterTile, kFilterHere);
    return box.elements();
  }

  /// One product for each (r, s), or for each r when folded.
  void multiply(Tile& tile, Index positions, Index filters, Index channels, Index patch,
                Index filter) const {
    const bool is_folded = fold_ == 2;
    const Index products = rows_.kernel * (is_folded ? 1 : columns_.kernel);
    const Index reduction = is_folded ? columns_.kernel * channels : channels;
    for (Index i = 0; i < products; ++i) {
      product(
          tile, positions, filters, reduction, target_,
          {kPreload, kMatmul, kPatch, kFilterTile, kWeights, kAccumulator},
          [&](Span, Span) { tile.wait(kFilterHere, filter); },
          [&](Span, Span) { tile.wait(kPatchHere, patch); });
    }
  }

  Index images_ = 0;
  Index channels_ = 0;
  Index filters_ = 0;
  Index bits_ = 32;
  Index epilogue_ = kPlain;
  Window rows_;
  Window columns_;
  Target target_;
  Sizes tile_;
  Index fold_ = 0;
};

}  // namespace heddle::tile::kernel
