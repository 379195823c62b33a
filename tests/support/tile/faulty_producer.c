/* A producer that goes wrong in the way its first shape argument asks for, and
 * is a plain copy of `shape[1]` tiles otherwise. The macros make shared objects
 * that are no producers at all. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heddle_tile.h"

enum fault {
  FAULT_NONE,
  FAULT_CRASH_IN_TILE,
  FAULT_CRASH_IN_KERNEL,
  FAULT_ENDLESS_SILENCE,
  FAULT_ENDLESS_CALLS,
  FAULT_ENDLESS_DISPATCH,
  FAULT_EXIT,
  FAULT_NOTHING,
  FAULT_KERNEL_CODE,
  FAULT_TILE_CODE,
  FAULT_SCRIBBLE,
  FAULT_PRINT,
  FAULT_MANY_CALLS,
  FAULT_RING
};

enum { ELEMENTS = 64 };

static const int64_t kDims[] = {ELEMENTS};
static const int64_t kStrides[] = {1};

static void crash(void) {
  raise(SIGSEGV);
}

/* A loop that a compiler may not take for one that ends. */
static void hang(void) {
  for (;;) pause();
}

static int copy(heddle_tile_context* ctx, int64_t tile) {
  const uint32_t id = 0;
  const heddle_tile_buffers none = {0, 0};
  const heddle_tile_buffers one = {&id, 1};
  int code = heddle_tile_dma(ctx, HEDDLE_TILE_LOAD, 0, tile * ELEMENTS, 1, kDims, kStrides, 32, 1,
                             0, none, one);
  code |= heddle_tile_memory_barrier(ctx, 0, ELEMENTS);
  code |= heddle_tile_dma(ctx, HEDDLE_TILE_STORE, 1, tile * ELEMENTS, 1, kDims, kStrides, 32, 0, 0,
                          one, none);
  return code;
}

static int work(heddle_tile_context* ctx, const int64_t* shape, uint32_t n_shape, const int64_t* iv,
                uint32_t n_iv) {
  (void)n_shape;
  (void)n_iv;
  const int is_last = iv[0] == shape[1] - 1;
  if (is_last && shape[0] == FAULT_TILE_CODE) return 7;
  const int code = copy(ctx, iv[0]);
  if (!is_last) return code;
  if (shape[0] == FAULT_CRASH_IN_TILE) crash();
  if (shape[0] == FAULT_ENDLESS_SILENCE) hang();
  if (shape[0] == FAULT_EXIT) exit(3);
  if (shape[0] == FAULT_PRINT) (void)!write(STDOUT_FILENO, "said\n", 5);
  while (shape[0] == FAULT_ENDLESS_CALLS) (void)heddle_tile_compute_barrier(ctx);
  for (int64_t i = 0; shape[0] == FAULT_MANY_CALLS && i < shape[2]; ++i) (void)copy(ctx, iv[0]);
  return code;
}

/* Overwrites what it never was given: the calls that it got. */
static void scribble(heddle_tile_context* ctx) {
  memset((void*)ctx, 0x5A, 64);
}

/* Fills the memory that it shares with its parent, wherever that is. */
static void overwrite_ring(void) {
  FILE* maps = fopen("/proc/self/maps", "r");
  char line[512];
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    unsigned long begin = 0;
    unsigned long end = 0;
    const int is_shared = strstr(line, "rw-s") != NULL && strstr(line, "/dev/zero") != NULL;
    if (!is_shared || sscanf(line, "%lx-%lx", &begin, &end) != 2) continue;
    memset((void*)begin, 0x5A, end - begin);
  }
  hang();
}

static int kernel(heddle_tile_context* ctx, const int64_t* shape, uint32_t n) {
  if (n < 2) return 9;
  if (shape[0] == FAULT_CRASH_IN_KERNEL) crash();
  if (shape[0] == FAULT_KERNEL_CODE) return 5;
  if (shape[0] == FAULT_SCRIBBLE) scribble(ctx);
  if (shape[0] == FAULT_RING) overwrite_ring();
  heddle_tile_tensor(ctx, 0, "in", shape[1] * ELEMENTS, 32);
  heddle_tile_tensor(ctx, 1, "out", shape[1] * ELEMENTS, 32);
  heddle_tile_buffer(ctx, 0, HEDDLE_TILE_SCRATCHPAD, ELEMENTS * 4);
  if (shape[0] == FAULT_NOTHING) return 0;
  for (int64_t tile = 0; tile < shape[1] || shape[0] == FAULT_ENDLESS_DISPATCH; ++tile) {
    const int64_t key = tile % 3 == 0 ? -1 : tile % 3;
    if (heddle_tile_dispatch(ctx, work, shape, n, &tile, 1, key) != 0 && tile >= shape[1]) break;
  }
  return 0;
}

#ifndef FAULT_NO_VERSION
uint32_t heddle_tile_abi(void) {
#ifdef FAULT_WRONG_VERSION
  return HEDDLE_TILE_ABI_VERSION + 7;
#else
  return HEDDLE_TILE_ABI_VERSION;
#endif
}
#endif

#ifdef FAULT_NO_KERNEL
HEDDLE_TILE_EXPORT int some_other_kernel(heddle_tile_context* ctx, const int64_t* shape,
                                         uint32_t n);
int some_other_kernel(heddle_tile_context* ctx, const int64_t* shape, uint32_t n) {
  return kernel(ctx, shape, n);
}
#else
int heddle_tile_kernel(heddle_tile_context* ctx, const int64_t* shape, uint32_t n) {
#ifdef FAULT_WRONG_VERSION
  abort(); /* the version is asked for first */
#endif
  return kernel(ctx, shape, n);
}
#endif
