// The C half of the trap handler, in SRAM so that an interrupt is short wherever it strikes.
#include "trap.h"

#define CAUSE_INTERRUPT 0x80000000u
#define CAUSE_FETCH_FAULT 1u
#define CAUSE_ILLEGAL 2u

volatile struct trap_log traps;
volatile struct irq_log irqs;

static FAST void handle_external(void) {
  uint32_t cause = SYS_CAUSE;
  ++irqs.external;
  if ((cause & CAUSE_UART1) != 0) {
    irqs.uart1_ring[irqs.uart1_count % UART1_RING_BYTES] = (char)UART_DATA(UART1_BASE);
    ++irqs.uart1_count;
  }
  if ((cause & CAUSE_GPIO) != 0) {
    uint32_t bits = GPIO_PENDING;
    GPIO_PENDING = bits;
    irqs.gpio_bits = bits;
    ++irqs.gpio;
  }
  if ((cause & CAUSE_TIMER) != 0) {
    TIMER_PENDING = 1;
    ++irqs.apb_timer;
  }
#if HAS_NPU
  if ((cause & CAUSE_NPU) != 0) {
    NPU_STATUS = NPU_DONE;
    ++irqs.npu;
  }
#endif
}

static FAST void handle_interrupt(uint32_t number) {
  irqs.order[irqs.entries % IRQ_ORDER_ENTRIES] = (uint8_t)number;
  ++irqs.entries;
  if (number == IRQ_SOFTWARE) {
    MSIP = 0;
    ++irqs.software;
  } else if (number == IRQ_TIMER) {
    irqs.timer_time = MTIME_LO;
    MTIMECMP_HI = 0xFFFFFFFFu;
    ++irqs.timer;
  } else {
    handle_external();
  }
}

FAST uint32_t trap_handle(uint32_t cause, uint32_t pc, uint32_t value, const uint32_t *frame) {
  traps.status = csr_read(mstatus);
  if ((cause & CAUSE_INTERRUPT) != 0) {
    irqs.pc = pc;
    handle_interrupt(cause & 31u);
    return pc;
  }
  ++traps.count;
  traps.cause = cause;
  traps.pc = pc;
  traps.value = value;
  // Where a fetch faulted or cleared memory is executed there is no next instruction: return to the
  // caller of whatever jumped there.
  bool lost = cause == CAUSE_FETCH_FAULT || (cause == CAUSE_ILLEGAL && value == 0);
  return lost ? frame[0] : pc + 4;
}

NOINLINE void interrupts_on(uint32_t mie_bits) {
  csr_write(mie, mie_bits);
  csr_set(mstatus, MSTATUS_MIE);
}

NOINLINE void interrupts_off(void) {
  csr_clear(mstatus, MSTATUS_MIE);
  csr_write(mie, 0);
}

NOINLINE uint32_t timer_due_in(uint32_t cycles) {
  uint32_t due = MTIME_LO + cycles;  // runs are short: the low word never wraps
  MTIMECMP_LO = due;
  MTIMECMP_HI = 0;
  return due;
}
