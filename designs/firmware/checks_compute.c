// The work load from SRAM and, on soc_npu, the matrix product; both against the host's answers.
#include "checks.h"
#include "compute.h"
#include "console.h"
#include "expected.h"

#if HAS_NPU
#include "npu.h"
#define REPETITIONS 5u
#define SAMPLES 16
#endif

bool check_compute(void) {
  uint32_t instructions = csr_read(minstret);
  uint32_t cycles = csr_read(mcycle);
  struct compute_result result = compute(COMPUTE_ITERATIONS);
  cycles = csr_read(mcycle) - cycles;
  instructions = csr_read(minstret) - instructions;
  print("compute   list %04x matrix %04x state %04x, checksum %04x ... ", result.list,
        result.matrix, result.state, result.all);
  bool good = verdict(result.all == EXPECTED_COMPUTE);
  print("compute   %u rounds from sram: %u cycles, %u instructions\n",
        (uint32_t)COMPUTE_ITERATIONS, cycles, instructions);
  return good;
}

#if HAS_NPU
bool check_product(void) {
  struct matrices *matrices = &npu_matrices;
  print("npu       %u x %u by %u x %u int8 matrices, %u times\n", (uint32_t)NPU_M, (uint32_t)NPU_K,
        (uint32_t)NPU_K, (uint32_t)NPU_N, REPETITIONS);
  product_inputs(matrices, PRODUCT_SEED);
  uint32_t cycles = csr_read(mcycle);
  for (uint32_t i = 0; i < REPETITIONS; ++i) npu_product(matrices);
  cycles = csr_read(mcycle) - cycles;
  uint32_t checksum = product_checksum(matrices);
  uint32_t macs_in_100 = REPETITIONS * NPU_M * NPU_K * NPU_N / (cycles / 100);
  print("npu       %u cycles, %u.%02u multiplications a cycle\n", cycles, macs_in_100 / 100,
        macs_in_100 % 100);
  print("npu       checksum %08x ... ", checksum);
  bool good = verdict(checksum == EXPECTED_PRODUCT);
  uint32_t errors = 0;
  for (int i = 0; i < SAMPLES; ++i) {
    int row = i * 37 % NPU_M;
    int column = i * 11 % NPU_N;
    int32_t is = matrices->c[column / NPU_SIDE][row][column % NPU_SIDE];
    errors += is != product_element(matrices, row, column);
  }
  print("npu       %u elements again by the core ... ", (uint32_t)SAMPLES);
  return verdict(errors == 0) && good;
}
#endif
