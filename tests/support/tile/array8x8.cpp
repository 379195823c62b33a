#include "support/tile/array8x8.h"

#include <algorithm>

namespace heddle::tile::test {

namespace {

constexpr std::int64_t kSize = 8;

/// One inner tile: `rows` x `reduction` by `reduction` x `columns`.
void add_tile(ListSource& source, std::int64_t rows, std::int64_t reduction, std::int64_t columns,
              bool is_last) {
  ItemBuilder item(source);
  item.load(0, Block{0, rows, reduction, 0}, 0, 0);
  item.load(1, Block{0, reduction, columns, 0}, 1, 1);
  item.wait(0, rows * reduction);
  item.wait(1, reduction * columns);
  for (std::int64_t m = 0; m < columns; m += kSize) {
    for (std::int64_t c = 0; c < reduction; c += kSize) {
      const std::int64_t deep = std::min(kSize, reduction - c);
      const std::int64_t wide = std::min(kSize, columns - m);
      item.preload(0, deep, wide, {1}, 3);
      item.matmul(1, rows, deep, wide, {0, 3, 2}, {2});
    }
  }
  if (is_last) item.store(2, Block{0, rows, columns, 0}, 2);
  item.end();
}

}  // namespace

std::unique_ptr<ListSource> inner_tiles(const InnerTiles& layer) {
  auto source = std::make_unique<ListSource>();
  source->info.name = "inner tiles";
  const std::int64_t pixels = layer.tile_rows * layer.tile_image_rows;
  source->tensor("input", pixels * layer.tile_reduction, 8);
  source->tensor("weights", layer.tile_reduction * layer.tile_columns, 8);
  source->tensor("output", pixels * layer.tile_columns, 8);
  for (const BufferKind kind : {BufferKind::Scratchpad, BufferKind::Scratchpad,
                                BufferKind::Accumulator, BufferKind::Weights}) {
    source->buffer(kind, 1 << 16);
  }
  for (std::int64_t p = 0; p < layer.image_rows; p += layer.tile_image_rows) {
    for (std::int64_t q = 0; q < layer.rows; q += layer.tile_rows) {
      const std::int64_t rows = std::min(layer.tile_rows, layer.rows - q) *
                                std::min(layer.tile_image_rows, layer.image_rows - p);
      for (std::int64_t m = 0; m < layer.columns; m += layer.tile_columns) {
        for (std::int64_t tap = 0; tap < layer.taps; ++tap) {
          for (std::int64_t c = 0; c < layer.reduction; c += layer.tile_reduction) {
            const bool is_last =
                tap + 1 == layer.taps && c + layer.tile_reduction >= layer.reduction;
            add_tile(*source, rows, std::min(layer.tile_reduction, layer.reduction - c),
                     std::min(layer.tile_columns, layer.columns - m), is_last);
          }
        }
      }
    }
  }
  return source;
}

std::int64_t streaming_bound(const InnerTiles& layer) {
  const auto blocks = [](std::int64_t size) { return (size + kSize - 1) / kSize; };
  return blocks(layer.reduction) * blocks(layer.columns) *
         std::max(layer.rows * layer.image_rows, kSize) * layer.taps;
}

}  // namespace heddle::tile::test
