// The matrix product on the NPU and its checks. A is kRows x kInner, W is kInner x kColumns, both
// int8; C is int32. Matrices are kept as the NPU likes them: blocks of eight columns (A, C) and
// tiles of 8x8 (W), so that a run of the array walks straight through memory.
// The host compiles this header and product.c too, to learn the right checksum.
#ifndef NPU_H
#define NPU_H

#include <stdint.h>

#define NPU_SIDE 8
#define NPU_M 64
#define NPU_K 32
#define NPU_N 32

struct matrices {
  int8_t a[NPU_K / NPU_SIDE][NPU_M][NPU_SIDE];
  int8_t w[NPU_K / NPU_SIDE][NPU_N / NPU_SIDE][NPU_SIDE][NPU_SIDE];
  int32_t c[NPU_N / NPU_SIDE][NPU_M][NPU_SIDE];
};

// Fills A and W with numbers that follow from `seed`.
void product_inputs(struct matrices *matrices, uint32_t seed);

// One element of A x W, by software.
int32_t product_element(const struct matrices *matrices, int row, int column);

// A checksum over all of C.
uint32_t product_checksum(const struct matrices *matrices);

#ifndef HEDDLE_HOST
extern struct matrices npu_matrices;

// C = A x W on the NPU.
void npu_product(struct matrices *matrices);

// One run of the array: optional tile load, then `rows` rows. Waits for its end.
void npu_run(const void *source, const void *weights, void *destination, uint32_t rows,
             uint32_t control);
#endif

#endif
