// Manual flash commands, from SRAM. The command bytes must lie in SRAM too.
#include "flash.h"

static FAST uint8_t exchange(uint8_t byte) {
  SPI_DATA = byte;
  while ((SPI_STATUS & SPI_BUSY) != 0) {
  }
  return (uint8_t)SPI_DATA;
}

FAST void flash_command(const uint8_t *command, uint32_t sent, uint8_t *answer, uint32_t received) {
  SPI_CTRL = SPI_MANUAL;
  for (uint32_t i = 0; i < sent; ++i) exchange(command[i]);
  for (uint32_t i = 0; i < received; ++i) answer[i] = exchange(0);
  while ((SPI_STATUS & SPI_BUSY) != 0) {
  }
  SPI_CTRL = 0;
}
