/* y = max(x, 0) as a producer in C: tiles of x are loaded, one operation of the
 * vector unit each, and stored.
 *
 * Shape arguments: elements, and elements of a tile (default 16384). */
#include "heddle_tile.h"

enum { X, Y };      /* tensors */
enum { TILE };      /* buffers */
enum { MAXIMUM };   /* nodes: one for each operation in this source */
enum { TILE_HERE }; /* semaphores */
enum { ELEMENT_BITS = 32 };

static int64_t tile_of(const int64_t* shape, uint32_t n) {
  return n > 1 && shape[1] > 0 ? shape[1] : 16384;
}

/* One work-item: elements iv[0] and on. The last tile is as small as it is. */
static int relu_tile(heddle_tile_context* ctx, const int64_t* shape, uint32_t n, const int64_t* iv,
                     uint32_t n_iv) {
  (void)n_iv;
  const int64_t left = shape[0] - iv[0];
  const int64_t size = left < tile_of(shape, n) ? left : tile_of(shape, n);
  const int64_t stride = 1;
  const int64_t maximum[] = {size, HEDDLE_TILE_ADD}; /* a maximum costs what an addition does */
  const uint32_t id = TILE;
  const heddle_tile_buffers tile = {&id, 1};
  const heddle_tile_buffers none = {0, 0};

  heddle_tile_dma(ctx, HEDDLE_TILE_LOAD, X, iv[0], 1, &size, &stride, ELEMENT_BITS, 1, TILE_HERE,
                  none, tile);
  heddle_tile_memory_barrier(ctx, TILE_HERE, size);
  heddle_tile_compute(ctx, MAXIMUM, HEDDLE_TILE_VECTOR, maximum, 2, tile, tile);
  return heddle_tile_dma(ctx, HEDDLE_TILE_STORE, Y, iv[0], 1, &size, &stride, ELEMENT_BITS, 0, 0,
                         tile, none);
}

int heddle_tile_kernel(heddle_tile_context* ctx, const int64_t* shape, uint32_t n) {
  if (n < 1 || shape[0] < 1) return 2; /* not these shapes */
  heddle_tile_tensor(ctx, X, "x", shape[0], ELEMENT_BITS);
  heddle_tile_tensor(ctx, Y, "y", shape[0], ELEMENT_BITS);
  heddle_tile_buffer(ctx, TILE, HEDDLE_TILE_SCRATCHPAD, tile_of(shape, n) * ELEMENT_BITS / 8);
  int code = 0;
  for (int64_t first = 0; first < shape[0] && code == 0; first += tile_of(shape, n)) {
    code = heddle_tile_dispatch(ctx, relu_tile, shape, n, &first, 1, -1);
  }
  return code;
}

uint32_t heddle_tile_abi(void) {
  return HEDDLE_TILE_ABI_VERSION;
}
