// The checks of the main image. Each prints its lines and answers whether all was well.
#ifndef CHECKS_H
#define CHECKS_H

#include "soc.h"

bool check_chip(void);
bool check_flash_id(void);
bool check_flash_data(void);
bool check_exceptions(void);
bool check_interrupts(void);
bool check_memory_march(void);
bool check_memory_lanes(void);
bool check_instructions(void);
bool check_software_interrupt(void);
bool check_machine_timer(void);
bool check_apb_timer(void);
bool check_slow_island(void);
bool check_compute(void);
bool check_product(void);  // soc_npu only
bool check_gpio(void);
bool check_uart1(void);

// Enables the interrupts of UART1 reception and of a rising edge on GPIO 0, which stay on.
void arm_inputs(void);

// Ends a line with "ok" or "FAIL"; hands its argument back.
bool verdict(bool good);

#endif
