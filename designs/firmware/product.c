// The software side of the matrix product, shared with the host tool of the build.
#include "npu.h"

#ifdef HEDDLE_HOST
#define PRODUCT_CODE
#else
#include "soc.h"
#define PRODUCT_CODE FAST
#endif

typedef uint32_t __attribute__((may_alias)) any_word;

PRODUCT_CODE void product_inputs(struct matrices *matrices, uint32_t seed) {
  any_word *words = (any_word *)matrices;  // A and W lie first, one after the other
  uint32_t state = seed;
  for (unsigned i = 0; i < (sizeof matrices->a + sizeof matrices->w) / sizeof *words; ++i) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    words[i] = state;
  }
}

PRODUCT_CODE int32_t product_element(const struct matrices *matrices, int row, int column) {
  int32_t sum = 0;
  int block = column / NPU_SIDE;
  int lane = column % NPU_SIDE;
  for (int k = 0; k < NPU_K / NPU_SIDE; ++k) {
    for (int i = 0; i < NPU_SIDE; ++i) {
      sum += matrices->a[k][row][i] * matrices->w[k][block][i][lane];
    }
  }
  return sum;
}

PRODUCT_CODE uint32_t product_checksum(const struct matrices *matrices) {
  const int32_t *words = &matrices->c[0][0][0];
  uint32_t sum = 0;
  for (unsigned i = 0; i < NPU_M * NPU_N; ++i) sum = ((sum << 5) | (sum >> 27)) ^ (uint32_t)words[i];
  return sum;
}
