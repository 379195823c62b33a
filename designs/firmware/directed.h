// Directed tests of what vectors cannot reach: exceptions, interrupts, counters, all registers.
// Each answers how many of its cases failed and adds the number of cases to *cases; failures are
// printed as they are found.
#ifndef DIRECTED_H
#define DIRECTED_H

#include "soc.h"

uint32_t exception_cases(uint32_t *cases);
uint32_t interrupt_cases(uint32_t *cases);
uint32_t register_cases(uint32_t *cases);

#endif
