// Text on UART0: a small printf of our own, running from SRAM.
#ifndef CONSOLE_H
#define CONSOLE_H

#include "soc.h"

// Sends one byte; waits while the transmitter is busy.
void uart_put(uint32_t base, char byte);

// Conversions: %c %s %d %u %x %% with an optional '-' (left-justified), '0' and a decimal width.
// Anything else is sent as it stands. All numbers are 32 bits wide (so the compiler's own format
// check, for which this target's uint32_t is a long, does not apply).
void print(const char *format, ...);

#endif
