// Layers as the inner tiles that an 8x8 array works off, one work-item a tile: rows x
// reduction x columns, weights in blocks of 8 x 8.
#pragma once

#include <cstdint>
#include <memory>

#include "support/tile/builder.h"

namespace heddle::tile::test {

/// A layer and its inner tile. A convolution multiplies `taps` times, once a kernel position,
/// its output pixels by its channels, tile by tile of `tile_rows` pixels.
struct InnerTiles {
  std::int64_t rows = 0, reduction = 0, columns = 0;
  std::int64_t tile_rows = 0, tile_reduction = 0, tile_columns = 0;
  std::int64_t taps = 1;
  std::int64_t image_rows = 1;  ///< `rows` are those of one of them
  std::int64_t tile_image_rows = 1;
};

[[nodiscard]] std::unique_ptr<ListSource> inner_tiles(const InnerTiles& layer);

/// The streaming alone: blocks of weights times rows, eight at least.
[[nodiscard]] std::int64_t streaming_bound(const InnerTiles& layer);

}  // namespace heddle::tile::test
