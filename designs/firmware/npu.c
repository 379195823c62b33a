// Driver of the NPU, in SRAM: the core polls while the DMA and the array share the SRAM with it.
#include "npu.h"

#include "soc.h"

__attribute__((section(".matrices"))) struct matrices npu_matrices;

FAST void npu_run(const void *source, const void *weights, void *destination, uint32_t rows,
                  uint32_t control) {
  NPU_SRC = (uint32_t)source;
  NPU_WEIGHTS = (uint32_t)weights;
  NPU_DST = (uint32_t)destination;
  NPU_ROWS = rows;
  NPU_CTRL = control;
  while ((NPU_STATUS & NPU_DONE) == 0) {
  }
  NPU_STATUS = NPU_DONE;
}

FAST void npu_product(struct matrices *matrices) {
  for (int n = 0; n < NPU_N / NPU_SIDE; ++n) {
    for (int k = 0; k < NPU_K / NPU_SIDE; ++k) {
      uint32_t control = NPU_LOAD | NPU_START | (k == 0 ? NPU_CLEAR : 0u);
      npu_run(matrices->a[k], matrices->w[k][n], matrices->c[n], NPU_M, control);
    }
  }
}
