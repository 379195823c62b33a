// What traps leave behind. Exceptions are recorded and stepped over; interrupts are acknowledged at
// their source and counted.
#ifndef TRAP_H
#define TRAP_H

#include "soc.h"

#define UART1_RING_BYTES 16u
#define IRQ_ORDER_ENTRIES 8u

struct trap_log {
  uint32_t count;  // exceptions since start
  uint32_t cause;  // of the last one
  uint32_t pc;
  uint32_t value;
  uint32_t status;  // mstatus inside the handler, also of interrupts
};

struct irq_log {
  uint32_t software;
  uint32_t timer;
  uint32_t external;
  uint32_t timer_time;    // mtime when the timer interrupt was handled
  uint32_t gpio;          // rising edges reported
  uint32_t gpio_bits;     // pending bits of the last one
  uint32_t apb_timer;
  uint32_t npu;
  uint32_t uart1_count;   // bytes received
  uint32_t pc;            // mepc of the last interrupt
  uint32_t entries;       // interrupts since start
  uint8_t order[IRQ_ORDER_ENTRIES];  // causes, by entry number
  char uart1_ring[UART1_RING_BYTES];
};

extern volatile struct trap_log traps;
extern volatile struct irq_log irqs;

// Called by trap_entry. Answers the address to return to.
uint32_t trap_handle(uint32_t cause, uint32_t pc, uint32_t value, const uint32_t *frame);

// Allows the given mie bits and interrupts as a whole; or forbids all.
void interrupts_on(uint32_t mie_bits);
void interrupts_off(void);

// Sets mtimecmp so that the timer interrupt is due `cycles` from now; answers the due time.
uint32_t timer_due_in(uint32_t cycles);

#endif
