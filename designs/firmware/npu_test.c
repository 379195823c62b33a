// The NPU against software: the whole product, accumulation, extreme values, one row, its interrupt.
#include "npu_test.h"

#include "console.h"
#include "npu.h"
#include "trap.h"

static NOINLINE uint32_t fail_unless(bool good, const char *name) {
  if (good) return 0;
  print("FAIL %s\n", name);
  return 1;
}

static FAST uint32_t wrong_elements(const struct matrices *matrices) {
  uint32_t wrong = 0;
  for (int row = 0; row < NPU_M; ++row) {
    for (int column = 0; column < NPU_N; ++column) {
      int32_t is = matrices->c[column / NPU_SIDE][row][column % NPU_SIDE];
      wrong += is != product_element(matrices, row, column);
    }
  }
  return wrong;
}

// One tile on one row of `value`s, weights `weight`; answers whether all results are as expected
// when `before` was in their place.
static NOINLINE bool row_case(int8_t value, int8_t weight, int32_t before, uint32_t clear) {
  struct matrices *m = &npu_matrices;
  for (int i = 0; i < NPU_SIDE; ++i) {
    m->a[0][0][i] = value;
    m->c[0][0][i] = before;
    m->c[0][1][i] = 77;
    for (int j = 0; j < NPU_SIDE; ++j) m->w[0][0][i][j] = weight;
  }
  npu_run(m->a[0], m->w[0][0], m->c[0], 1, NPU_LOAD | NPU_START | clear);
  int32_t expected = (clear != 0 ? 0 : before) + NPU_SIDE * value * weight;
  bool good = true;
  for (int i = 0; i < NPU_SIDE; ++i) {
    good = good && m->c[0][0][i] == expected && m->c[0][1][i] == 77;
  }
  return good;
}

// Weights stay in the array: a run without a load uses them again.
static NOINLINE bool stationary_case(void) {
  struct matrices *m = &npu_matrices;
  bool good = row_case(3, 5, 0, NPU_CLEAR);
  for (int i = 0; i < NPU_SIDE; ++i) m->w[0][0][0][i] = 100;
  npu_run(m->a[0], m->w[0][0], m->c[0], 1, NPU_START);
  for (int i = 0; i < NPU_SIDE; ++i) good = good && m->c[0][0][i] == 240;
  npu_run(m->a[0], m->w[0][0], m->c[0], 1, NPU_LOAD);
  for (int i = 0; i < NPU_SIDE; ++i) good = good && m->c[0][0][i] == 240;
  npu_run(m->a[0], m->w[0][0], m->c[0], 1, NPU_START | NPU_CLEAR);
  for (int i = 0; i < NPU_SIDE; ++i) good = good && m->c[0][0][i] == 3 * 100 + 7 * 3 * 5;
  return good;
}

static NOINLINE bool interrupt_case(void) {
  struct matrices *m = &npu_matrices;
  uint32_t before = irqs.npu;
  interrupts_on(MIE_EXTERNAL);
  NPU_SRC = (uint32_t)m->a[0];
  NPU_DST = (uint32_t)m->c[0];
  NPU_ROWS = 2;
  NPU_CTRL = NPU_START | NPU_CLEAR | NPU_IRQ;
  while (irqs.npu == before) wait_for_interrupt();
  interrupts_off();
  return irqs.npu == before + 1 && NPU_STATUS == 0;
}

uint32_t npu_cases(uint32_t *cases) {
  uint32_t failures = 0;
  product_inputs(&npu_matrices, 0x9E3779B9u);
  npu_product(&npu_matrices);
  failures += fail_unless(wrong_elements(&npu_matrices) == 0, "npu product");
  failures += fail_unless(row_case(-128, -128, 1, NPU_CLEAR), "npu -128 x -128");
  failures += fail_unless(row_case(-128, 127, 1, NPU_CLEAR), "npu -128 x 127");
  failures += fail_unless(row_case(127, 127, -5, 0), "npu accumulate");
  failures += fail_unless(row_case(-1, 1, -2147483640, 0), "npu accumulate near the end");
  failures += fail_unless(row_case(0, -1, 0x7FFFFFFF, 0), "npu add zero");
  failures += fail_unless(stationary_case(), "npu weights stay");
  failures += fail_unless(interrupt_case(), "npu interrupt");
  *cases += 8;
  return failures;
}
