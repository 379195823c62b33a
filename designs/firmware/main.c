// The main image: boots in place from flash, shows and checks every part of the chip, stops.
#include "checks.h"
#include "console.h"

static NOINLINE void banner(void) {
  print("heddle " CHIP_NAME ", rv32im, %u KiB sram, executing from spi flash\n"
        "  |  |  |  |  |  |  |  |\n"
        "--o--|--o--|--o--|--o--|--  warp and weft, gate by gate\n"
        "--|--o--|--o--|--o--|--o--\n"
        "  |  |  |  |  |  |  |  |\n",
        (uint32_t)SRAM_KIB);
}

typedef bool (*check)(void);

static const check kBefore[] = {check_chip,       check_flash_id,   check_flash_data,
                                check_exceptions, check_interrupts};
static const check kAfter[] = {check_software_interrupt, check_machine_timer, check_apb_timer,
                               check_memory_march,       check_memory_lanes,  check_slow_island,
                               check_instructions,       check_compute,
#if HAS_NPU
                               check_product,
#endif
                               check_gpio,               check_uart1};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static NOINLINE uint32_t run(const check *checks, uint32_t count) {
  uint32_t passed = 0;
  for (uint32_t i = 0; i < count; ++i) passed += checks[i]();
  return passed;
}

void main(void) {
  const uint32_t total = COUNT(kBefore) + COUNT(kAfter);
  banner();
  uint32_t passed = run(kBefore, COUNT(kBefore));
  arm_inputs();
  passed += run(kAfter, COUNT(kAfter));
  print("%s      %u of %u checks, %u cycles\n", passed == total ? "PASS" : "FAIL", passed, total,
        MTIME_LO);
  print("heddle: done\n");
}
