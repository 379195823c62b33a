// Checks of timers, the slow island, GPIO and UART1.
#include "checks.h"
#include "console.h"
#include "trap.h"

#define CLK_PERIOD_PS 20000u
#define SLOW_PERIOD_PS 61034u
#define RISING_BIT 1u
#define GPIO_STIMULUS 0xA5u  // what the bench drives in
#define UART1_BYTES 7u       // and sends: heddle?

bool check_software_interrupt(void) {
  uint32_t before = irqs.software;
  csr_set(mie, MIE_SOFTWARE);
  for (uint32_t i = 0; i < 3; ++i) {
    MSIP = 1;
    while (MSIP != 0) {
    }
  }
  csr_clear(mie, MIE_SOFTWARE);
  print("irq       %u software interrupts ... ", irqs.software - before);
  return verdict(irqs.software == before + 3);
}

bool check_machine_timer(void) {
  uint32_t before = irqs.timer;
  uint32_t latest = 0;
  csr_set(mie, MIE_TIMER);
  for (uint32_t i = 0; i < 3; ++i) {
    uint32_t due = timer_due_in(3000);
    while (irqs.timer == before + i) wait_for_interrupt();
    uint32_t late = irqs.timer_time - due;
    if (late > latest) latest = late;
  }
  csr_clear(mie, MIE_TIMER);
  print("irq       3 timer interrupts, at most %u cycles late ... ", latest);
  return verdict(latest < 400);
}

bool check_apb_timer(void) {
  uint32_t before = irqs.apb_timer;
  uint32_t start = MTIME_LO;
  TIMER_PRESCALER = 4;
  TIMER_RELOAD = 999;
  TIMER_CTRL = TIMER_ENABLE | TIMER_AUTO | TIMER_IRQ;
  while (irqs.apb_timer < before + 4) wait_for_interrupt();
  TIMER_CTRL = 0;
  uint32_t cycles = MTIME_LO - start;
  print("timer     4 reloads of 1000 x 5 in %u cycles ... ", cycles);
  return verdict(cycles >= 20000 && cycles < 22000);
}

static NOINLINE void slow_control(uint32_t control) {
  SLOW_CTRL = control;
  while ((SLOW_STATUS & SLOW_BUSY) != 0) {
  }
}

// Counts of the slow clock against mtime: right to within the handshakes.
bool check_slow_island(void) {
  slow_control(SLOW_ENABLE | SLOW_PATTERN(5));
  uint32_t first = SLOW_COUNT;
  uint32_t start = MTIME_LO;
  uint32_t last = first;
  while (last - first < 3000) last = SLOW_COUNT;
  uint32_t cycles = MTIME_LO - start;
  slow_control(SLOW_PATTERN(10));
  uint32_t held = SLOW_COUNT;
  bool holds = held == SLOW_COUNT;
  uint32_t expected = cycles / 100u * CLK_PERIOD_PS / (SLOW_PERIOD_PS / 100u);
  uint32_t counted = last - first;
  uint32_t error = counted > expected ? counted - expected : expected - counted;
  print("slow      %u slow ticks in %u cycles, then held ... ", counted, cycles);
  return verdict(holds && error < 40 && held >= last);
}

void arm_inputs(void) {
  UART_DIV(UART1_BASE) = UART_DIVISOR;
  UART_IRQ(UART1_BASE) = 1;
  GPIO_OE = 0x3C;
  GPIO_OUT = 0x18;
  GPIO_IRQ = RISING_BIT;
  interrupts_on(MIE_EXTERNAL);
}

bool check_gpio(void) {
  uint32_t in = GPIO_IN;
  print("gpio      out %02x oe %02x in %02x, %u rising edge ... ", GPIO_OUT, GPIO_OE, in, irqs.gpio);
  GPIO_OUT = 0x24;
  return verdict(GPIO_OUT == 0x24 && in == GPIO_STIMULUS && irqs.gpio == 1 &&
                 (irqs.gpio_bits & RISING_BIT) != 0);
}

// What UART1 received by interrupt goes back in capitals.
bool check_uart1(void) {
  uint32_t give_up = MTIME_LO + 40000;
  while (irqs.uart1_count < UART1_BYTES && MTIME_LO < give_up) {
  }
  uint32_t count = irqs.uart1_count;
  print("uart1     received \"");
  for (uint32_t i = 0; i < count && i < UART1_RING_BYTES; ++i) {
    char byte = irqs.uart1_ring[i];
    uart_put(UART0_BASE, byte);
    if (byte >= 'a' && byte <= 'z') byte = (char)(byte - 'a' + 'A');
    uart_put(UART1_BASE, byte);
  }
  uart_put(UART1_BASE, '\n');
  print("\", sent back in capitals ... ");
  bool overrun = (UART_STATUS(UART1_BASE) & UART_RX_OVERRUN) != 0;
  return verdict(count == UART1_BYTES && !overrun);
}
