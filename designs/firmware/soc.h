// The chip as the firmware sees it: addresses, register offsets and bits of both chips, and the few
// inline helpers that touch them. The only header with hardware numbers in it.
#ifndef SOC_H
#define SOC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef CHIP_SOC_NPU
#define CHIP_NAME "soc_npu"
#define CHIP_ID 0x48444C32u
#define SRAM_KIB 32
#define HAS_NPU 1
#else
#define CHIP_NAME "soc_mcu"
#define CHIP_ID 0x48444C31u
#define SRAM_KIB 16
#define HAS_NPU 0
#endif

// Code that runs from SRAM: start-up copies this section there together with .data.
#define FAST __attribute__((section(".fast"), noinline))
#define NOINLINE __attribute__((noinline))

#define REG(address) (*(volatile uint32_t *)(address))

#define FLASH_BASE 0x00000000u
#define SRAM_BASE 0x10000000u
#define UNMAPPED_LOW 0x30000000u   // nothing answers here
#define UNMAPPED_HIGH 0x80000000u  // nor here

#define MTIME_LO REG(0x20000000u)
#define MTIME_HI REG(0x20000004u)
#define MTIMECMP_LO REG(0x20000008u)
#define MTIMECMP_HI REG(0x2000000Cu)
#define MSIP REG(0x20000010u)

#define UART0_BASE 0x40000000u
#define UART1_BASE 0x40001000u
#define UART_DATA(base) REG((base) + 0x0u)
#define UART_STATUS(base) REG((base) + 0x4u)
#define UART_DIV(base) REG((base) + 0x8u)
#define UART_IRQ(base) REG((base) + 0xCu)
#define UART_TX_BUSY 1u
#define UART_RX_VALID 2u
#define UART_RX_OVERRUN 4u
#define UART_DIVISOR 16u  // clk cycles a bit, also after reset

#define GPIO_OUT REG(0x40002000u)
#define GPIO_OE REG(0x40002004u)
#define GPIO_IN REG(0x40002008u)
#define GPIO_IRQ REG(0x4000200Cu)
#define GPIO_PENDING REG(0x40002010u)

#define TIMER_CTRL REG(0x40003000u)
#define TIMER_RELOAD REG(0x40003004u)
#define TIMER_COUNT REG(0x40003008u)
#define TIMER_PENDING REG(0x4000300Cu)
#define TIMER_PRESCALER REG(0x40003010u)
#define TIMER_ENABLE 1u
#define TIMER_AUTO 2u
#define TIMER_IRQ 4u

#define SPI_CTRL REG(0x40004000u)
#define SPI_DATA REG(0x40004004u)
#define SPI_STATUS REG(0x40004008u)
#define SPI_MANUAL 1u
#define SPI_BUSY 1u

#define SLOW_CTRL REG(0x40005000u)
#define SLOW_COUNT REG(0x40005004u)
#define SLOW_STATUS REG(0x40005008u)
#define SLOW_ENABLE 1u
#define SLOW_PATTERN(value) ((uint32_t)(value) << 4)
#define SLOW_BUSY 1u

#define SYS_ID REG(0x40006000u)
#define SYS_CLKEN REG(0x40006004u)
#define SYS_SCRATCH REG(0x40006008u)
#define SYS_CAUSE REG(0x40006010u)
#define CLKEN_UART1 1u
#define CLKEN_TIMER 2u
#define CLKEN_GPIO 4u
#define CLKEN_NPU 8u
#define CLKEN_ALL 15u
#define CAUSE_UART0 1u
#define CAUSE_UART1 2u
#define CAUSE_GPIO 4u
#define CAUSE_TIMER 8u
#define CAUSE_NPU 16u

#define NPU_CTRL REG(0x40008000u)
#define NPU_STATUS REG(0x40008004u)
#define NPU_SRC REG(0x40008008u)
#define NPU_WEIGHTS REG(0x4000800Cu)
#define NPU_DST REG(0x40008010u)
#define NPU_ROWS REG(0x40008014u)
#define NPU_START 1u
#define NPU_CLEAR 2u
#define NPU_IRQ 4u
#define NPU_LOAD 8u
#define NPU_BUSY 1u
#define NPU_DONE 2u

#define MSTATUS_MIE 0x8u
#define MSTATUS_MPIE 0x80u
#define MIE_SOFTWARE 0x8u
#define MIE_TIMER 0x80u
#define MIE_EXTERNAL 0x800u
#define IRQ_SOFTWARE 3u
#define IRQ_TIMER 7u
#define IRQ_EXTERNAL 11u

#define csr_read(name)                                  \
  ({                                                    \
    uint32_t value_;                                    \
    __asm__ volatile("csrr %0, " #name : "=r"(value_)); \
    value_;                                             \
  })
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"((uint32_t)(value)) : "memory")
#define csr_set(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"((uint32_t)(bits)) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" ::"r"((uint32_t)(bits)) : "memory")
#define wait_for_interrupt() __asm__ volatile("wfi" ::: "memory")

#endif
