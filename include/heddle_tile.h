/* The producer ABI: what a compiled kernel calls to describe its work.
 *
 * A producer is a shared object with two exported functions and nothing else:
 *
 *     uint32_t heddle_tile_abi(void);        returns HEDDLE_TILE_ABI_VERSION
 *     int heddle_tile_kernel(heddle_tile_context *ctx, const int64_t *shape_args, uint32_t n);
 *
 * The kernel declares tensors and buffers, then dispatches tile functions; each
 * of those describes one work-item by `dma`, `compute` and barriers. A producer
 * knows no time, no data and no number of cores. It returns 0, or anything else
 * to say that it cannot do these shapes.
 *
 * Every call returns 0, or non-zero once something was refused (a producer in a
 * process of its own may learn of it late); from then on calls do nothing and the
 * producer returns when it likes. Lists are copied
 * before a call returns. Threads: the one that called the kernel. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HEDDLE_TILE_ABI_VERSION 1u

/* Limits of one call: more is refused. Semaphores and node ids are below MAX_SLOTS. */
#define HEDDLE_TILE_MAX_DIMS 8u
#define HEDDLE_TILE_MAX_SLOTS 65536u
#define HEDDLE_TILE_MAX_BUFFERS 16u
#define HEDDLE_TILE_MAX_SHAPE_ARGS 32u
#define HEDDLE_TILE_MAX_IV 16u

enum heddle_tile_direction { HEDDLE_TILE_LOAD = 0, HEDDLE_TILE_STORE = 1 };

/* What a buffer is. An accumulator and the virtual weights that tie a preload to
 * its matmuls are not charged to the scratchpad. */
enum heddle_tile_buffer_kind {
  HEDDLE_TILE_SCRATCHPAD = 0,
  HEDDLE_TILE_ACCUMULATOR = 1,
  HEDDLE_TILE_WEIGHTS = 2
};

/* Kinds of compute and what their `dims` mean:
 *   VECTOR      {elements, heddle_tile_operation}
 *   PRELOAD     {reduction rows, columns} of a weight tile
 *   MATMUL      {streamed rows, reduction rows, columns}; it reads the weights of its
 *               preload (none: the unit is free to choose), and where it reads the buffer
 *               that it writes, it accumulates there
 *   CROSS_LANE  {groups, elements of a group, heddle_tile_operation}: one result a group */
enum heddle_tile_compute_kind {
  HEDDLE_TILE_VECTOR = 0,
  HEDDLE_TILE_PRELOAD = 1,
  HEDDLE_TILE_MATMUL = 2,
  HEDDLE_TILE_CROSS_LANE = 3
};

enum heddle_tile_operation {
  HEDDLE_TILE_ADD = 0, /* also sub, max, min, compare, select, copy, cast */
  HEDDLE_TILE_MUL = 1, /* also a fused multiply-add */
  HEDDLE_TILE_DIV = 2,
  HEDDLE_TILE_SQRT = 3, /* also rsqrt */
  HEDDLE_TILE_EXP = 4,
  HEDDLE_TILE_LOG = 5,
  HEDDLE_TILE_TANH = 6,
  HEDDLE_TILE_ERF = 7,
  HEDDLE_TILE_TRANSPOSE = 8 /* cross-lane only */
};

typedef struct heddle_tile_context heddle_tile_context;

/* A tile function: describes one work-item. `iv` are its induction values. */
typedef int (*heddle_tile_function)(heddle_tile_context* ctx, const int64_t* shape_args,
                                    uint32_t n_shape, const int64_t* iv, uint32_t n_iv);

/* Buffer ids of one call. */
typedef struct heddle_tile_buffers {
  const uint32_t* ids;
  uint32_t count;
} heddle_tile_buffers;

/* What the loader gives; producers use the functions below instead. */
typedef struct heddle_tile_calls {
  int (*tensor)(heddle_tile_context*, uint32_t arg_id, const char* name, int64_t elements,
                uint32_t elem_bits);
  int (*buffer)(heddle_tile_context*, uint32_t id, int kind, int64_t bytes);
  int (*dma)(heddle_tile_context*, int direction, uint32_t arg_id, int64_t offset_elems,
             uint32_t ndim, const int64_t* dims, const int64_t* strides, uint32_t elem_bits,
             int is_async, uint32_t semaphore, heddle_tile_buffers reads,
             heddle_tile_buffers writes);
  int (*compute)(heddle_tile_context*, uint32_t node_id, int kind, const int64_t* dims,
                 uint32_t ndim, heddle_tile_buffers reads, heddle_tile_buffers writes);
  int (*memory_barrier)(heddle_tile_context*, uint32_t semaphore, int64_t expected_elems);
  int (*compute_barrier)(heddle_tile_context*);
  int (*dispatch)(heddle_tile_context*, heddle_tile_function function, const int64_t* shape_args,
                  uint32_t n_shape, const int64_t* iv, uint32_t n_iv, int64_t key);
} heddle_tile_calls;

struct heddle_tile_context {
  const heddle_tile_calls* calls;
};

/* Declares a tensor in DRAM: `elements` of `elem_bits` (8, 16, 32 or 64). `name` labels pictures.
 * Kernel function only, before the first dispatch; ids are dense from 0. */
static inline int heddle_tile_tensor(heddle_tile_context* ctx, uint32_t arg_id, const char* name,
                                     int64_t elements, uint32_t elem_bits) {
  return ctx->calls->tensor(ctx, arg_id, name, elements, elem_bits);
}

/* Declares an on-chip buffer of the tile functions: `bytes` of each of its versions.
 * Kernel function only, before the first dispatch; ids are dense from 0. */
static inline int heddle_tile_buffer(heddle_tile_context* ctx, uint32_t id, int kind,
                                     int64_t bytes) {
  return ctx->calls->buffer(ctx, id, kind, bytes);
}

/* Moves dims[0] x .. x dims[ndim-1] elements between tensor `arg_id`, from element
 * `offset_elems` on with `strides` in elements (0 repeats, in a load), and the scratchpad. A
 * load writes buffers, a store reads them. An asynchronous load goes on by itself and adds its
 * elements to `semaphore`, and a wait must join it; a synchronous one is complete before what
 * depends on its buffers begins. Stores, and synchronous loads, signal nothing. */
static inline int heddle_tile_dma(heddle_tile_context* ctx, int direction, uint32_t arg_id,
                                  int64_t offset_elems, uint32_t ndim, const int64_t* dims,
                                  const int64_t* strides, uint32_t elem_bits, int is_async,
                                  uint32_t semaphore, heddle_tile_buffers reads,
                                  heddle_tile_buffers writes) {
  return ctx->calls->dma(ctx, direction, arg_id, offset_elems, ndim, dims, strides, elem_bits,
                         is_async, semaphore, reads, writes);
}

/* One operation of a unit. `node_id` names the operation in the kernel's source: every
 * time it runs it has the same kind, and a cycle table gives costs by it. */
static inline int heddle_tile_compute(heddle_tile_context* ctx, uint32_t node_id, int kind,
                                      const int64_t* dims, uint32_t ndim, heddle_tile_buffers reads,
                                      heddle_tile_buffers writes) {
  return ctx->calls->compute(ctx, node_id, kind, dims, ndim, reads, writes);
}

/* Waits for the current generation of `semaphore`: all asynchronous loads since the
 * generation began, `expected_elems` elements together. Any number of waits may join one
 * generation; the first load after a wait begins the next. */
static inline int heddle_tile_memory_barrier(heddle_tile_context* ctx, uint32_t semaphore,
                                             int64_t expected_elems) {
  return ctx->calls->memory_barrier(ctx, semaphore, expected_elems);
}

/* Waits for the computes before it, in machines that say so; else recorded and ignored. */
static inline int heddle_tile_compute_barrier(heddle_tile_context* ctx) {
  return ctx->calls->compute_barrier(ctx);
}

/* One work-item: `function` with these arguments, called after the kernel function has
 * returned. Work-items of one `key` stay on one core, in order; -1 for none. Kernel
 * function only. */
static inline int heddle_tile_dispatch(heddle_tile_context* ctx, heddle_tile_function function,
                                       const int64_t* shape_args, uint32_t n_shape,
                                       const int64_t* iv, uint32_t n_iv, int64_t key) {
  return ctx->calls->dispatch(ctx, function, shape_args, n_shape, iv, n_iv, key);
}

#if defined(__GNUC__)
#define HEDDLE_TILE_EXPORT __attribute__((visibility("default")))
#else
#define HEDDLE_TILE_EXPORT
#endif

HEDDLE_TILE_EXPORT uint32_t heddle_tile_abi(void);
HEDDLE_TILE_EXPORT int heddle_tile_kernel(heddle_tile_context* ctx, const int64_t* shape_args,
                                          uint32_t n);

#ifdef __cplusplus
}
#endif
