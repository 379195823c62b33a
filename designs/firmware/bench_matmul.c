// Bench image of soc_npu: the matrix product on the NPU, boot_parameter times.
#include "console.h"
#include "npu.h"

extern const uint32_t boot_parameter;

static FAST void repeat(uint32_t times) {
  for (uint32_t i = 0; i < times; ++i) npu_product(&npu_matrices);
}

void main(void) {
  product_inputs(&npu_matrices, PRODUCT_SEED);
  print("heddle " CHIP_NAME " matmul, %u products\n", boot_parameter);
  repeat(boot_parameter);
  print("checksum %08x\nheddle: done\n", product_checksum(&npu_matrices));
}
