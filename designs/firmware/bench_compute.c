// Bench image: computes from SRAM and nothing else, boot_parameter rounds of it.
#include "compute.h"
#include "console.h"

extern const uint32_t boot_parameter;

void main(void) {
  print("heddle " CHIP_NAME " compute, %u rounds\n", boot_parameter);
  struct compute_result result = compute(boot_parameter);
  print("checksum %04x\nheddle: done\n", result.all);
}
