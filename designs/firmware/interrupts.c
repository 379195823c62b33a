// Interrupts: pending bits, both enables, order of priority, wfi, and the counters and identity
// registers that machine mode must have.
#include "console.h"
#include "directed.h"
#include "trap.h"

uint32_t register_check(void);
uint32_t minstret_check(void);

static NOINLINE uint32_t fail_unless(bool good, const char *name) {
  if (good) return 0;
  print("FAIL %s\n", name);
  return 1;
}

static NOINLINE void raise_timer(void) {
  MTIMECMP_LO = 0;
  MTIMECMP_HI = 0;
}

static NOINLINE void drop_timer(void) { MTIMECMP_HI = 0xFFFFFFFFu; }

// The APB timer as an external interrupt: due after one tick.
static NOINLINE void raise_external(void) {
  TIMER_PRESCALER = 0;
  TIMER_RELOAD = 1;
  TIMER_CTRL = TIMER_ENABLE | TIMER_IRQ;
  while (TIMER_PENDING == 0) {
  }
}

static NOINLINE void drop_external(void) {
  TIMER_CTRL = 0;
  TIMER_PENDING = 1;
}

static NOINLINE uint32_t pending_cases(void) {
  uint32_t failures = 0;
  uint32_t entries = irqs.entries;
  csr_write(mie, 0);
  csr_set(mstatus, MSTATUS_MIE);
  failures += fail_unless(csr_read(mip) == 0, "mip idle");
  MSIP = 1;
  failures += fail_unless(csr_read(mip) == MIE_SOFTWARE, "mip software");
  MSIP = 0;
  raise_timer();
  failures += fail_unless(csr_read(mip) == MIE_TIMER, "mip timer");
  drop_timer();
  raise_external();
  failures += fail_unless(csr_read(mip) == MIE_EXTERNAL, "mip external");
  failures += fail_unless(SYS_CAUSE == CAUSE_TIMER, "cause timer");
  drop_external();
  failures += fail_unless(csr_read(mip) == 0, "mip dropped");
  csr_clear(mstatus, MSTATUS_MIE);
  csr_write(mie, MIE_SOFTWARE);
  MSIP = 1;
  failures += fail_unless(irqs.entries == entries, "masked");
  wait_for_interrupt();  // pending and enabled in mie: goes on although MIE is clear
  failures += fail_unless(irqs.entries == entries, "wfi masked");
  csr_set(mstatus, MSTATUS_MIE);
  failures += fail_unless(irqs.entries == entries + 1 && MSIP == 0, "unmasked");
  interrupts_off();
  return failures;
}

static NOINLINE uint32_t priority_cases(void) {
  uint32_t first = irqs.entries;
  raise_timer();
  MSIP = 1;
  raise_external();
  csr_write(mie, MIE_SOFTWARE | MIE_TIMER | MIE_EXTERNAL);
  csr_set(mstatus, MSTATUS_MIE);
  for (int i = 0; i < 20 && irqs.entries < first + 3; ++i) {
  }
  interrupts_off();
  drop_external();
  bool good = irqs.entries == first + 3 && irqs.order[first % IRQ_ORDER_ENTRIES] == IRQ_EXTERNAL &&
              irqs.order[(first + 1) % IRQ_ORDER_ENTRIES] == IRQ_SOFTWARE &&
              irqs.order[(first + 2) % IRQ_ORDER_ENTRIES] == IRQ_TIMER;
  return fail_unless(good, "priority");
}

static NOINLINE uint32_t wake_cases(void) {
  uint32_t before = irqs.timer;
  interrupts_on(MIE_TIMER);
  uint32_t due = timer_due_in(500);
  while (irqs.timer == before) wait_for_interrupt();
  interrupts_off();
  uint32_t late = irqs.timer_time - due;
  return fail_unless(irqs.timer == before + 1 && late < 400, "wake by timer") +
         fail_unless((traps.status & (MSTATUS_MIE | MSTATUS_MPIE)) == MSTATUS_MPIE, "irq mstatus");
}

// The clock of a gated peripheral stands still; the peripheral keeps its state.
static NOINLINE uint32_t gate_cases(void) {
  TIMER_PRESCALER = 0;
  TIMER_RELOAD = 0x00FFFFFFu;
  TIMER_CTRL = TIMER_ENABLE;
  uint32_t before = TIMER_COUNT;
  uint32_t running = TIMER_COUNT;
  SYS_CLKEN = CLKEN_ALL & ~CLKEN_TIMER;
  uint32_t wait_until = MTIME_LO + 4000;
  while (MTIME_LO < wait_until) {
  }
  SYS_CLKEN = CLKEN_ALL;
  uint32_t after = TIMER_COUNT;
  TIMER_CTRL = 0;
  TIMER_PENDING = 1;
  return fail_unless(running < before, "timer runs") +
         fail_unless(after < running && running - after < 2000, "timer gated");
}

uint32_t interrupt_cases(uint32_t *cases) {
  uint32_t failures = pending_cases() + priority_cases() + wake_cases() + gate_cases();
  *cases += 9 + 1 + 2 + 2;
  return failures;
}

static NOINLINE uint32_t csr_cases(void) {
  uint32_t failures = 0;
  failures += fail_unless(csr_read(misa) == 0x40001100u, "misa");
  failures += fail_unless((csr_read(mvendorid) | csr_read(marchid) | csr_read(mimpid) |
                           csr_read(mhartid)) == 0,
                          "identity");
  failures += fail_unless((csr_read(mstatus) & 0x1800u) == 0x1800u, "mpp");
  uint32_t vector = csr_read(mtvec);
  csr_write(mtvec, vector | 3u);
  failures += fail_unless(csr_read(mtvec) == vector, "mtvec direct");
  csr_write(mtvec, vector);
  csr_write(mepc, 0x10000007u);
  failures += fail_unless(csr_read(mepc) == 0x10000004u, "mepc aligned");
  csr_write(mcause, 0x8000000Bu);
  failures += fail_unless(csr_read(mcause) == 0x8000000Bu, "mcause holds");
  csr_write(mtval, 0xCAFE1234u);
  failures += fail_unless(csr_read(mtval) == 0xCAFE1234u, "mtval holds");
  return failures;
}

static NOINLINE uint32_t counter_cases(void) {
  uint32_t cycles = csr_read(mcycle);
  uint32_t time = MTIME_LO;
  uint32_t time_passed = MTIME_LO - time;
  uint32_t cycles_passed = csr_read(mcycle) - cycles;
  return fail_unless(minstret_check() == 4, "minstret") +
         fail_unless(time_passed != 0 && time_passed < cycles_passed, "mcycle and mtime") +
         fail_unless((csr_read(mcycleh) | csr_read(minstreth) | MTIME_HI) == 0, "high halves");
}

uint32_t register_cases(uint32_t *cases) {
  uint32_t failures = csr_cases() + counter_cases();
  *cases += 7 + 3 + 1;
  return failures + fail_unless(register_check() == 32, "register file");
}
