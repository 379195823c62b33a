// The self-test image: every instruction on every vector, exceptions, interrupts, all registers and,
// on soc_npu, the whole matrix product against software. One result line.
#include "console.h"
#include "directed.h"
#include "isa.h"
#include "npu_test.h"

extern uint32_t __arena[], __arena_end[];

static NOINLINE uint32_t run_vectors(uint32_t *vectors) {
  uint32_t failures = 0;
  for (uint32_t i = 0; i < isa_group_count; ++i) {
    uint32_t failed = isa_run(&isa_groups[i]);
    *vectors += isa_groups[i].count;
    failures += failed;
    print("%-8s %u%c", isa_groups[i].name, isa_groups[i].count - failed, i % 6 == 5 ? '\n' : ' ');
  }
  print("\n");
  return failures;
}

void main(void) {
  uint32_t vectors = 0;
  uint32_t cases = 0;
  print("heddle " CHIP_NAME " instruction self-test\n");
  for (uint32_t *word = __arena; word < __arena_end; ++word) *word = 0;
  uint32_t failures = register_cases(&cases);
  failures += exception_cases(&cases);
  failures += interrupt_cases(&cases);
  failures += run_vectors(&vectors);
#if HAS_NPU
  failures += npu_cases(&cases);
#endif
  print("selftest: %s, %u instructions, %u vectors, %u directed cases, %u failures\n",
        failures == 0 ? "PASS" : "FAIL", isa_group_count, vectors, cases, failures);
  print("heddle: done\n");
}
