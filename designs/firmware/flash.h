// Manual access to the flash: commands shifted out through the SPI registers while no instruction
// is fetched from it.
#ifndef FLASH_H
#define FLASH_H

#include "soc.h"

#define FLASH_READ_ID 0x9Fu
#define FLASH_RELEASE 0xABu
#define FLASH_STATUS 0x05u
#define FLASH_WRITE_ENABLE 0x06u
#define FLASH_WRITE_DISABLE 0x04u
#define FLASH_FAST_READ 0x0Bu

// Sends `sent` bytes of `command`, then receives `received` bytes into `answer`. Interrupts must not
// run code from flash meanwhile: theirs is in SRAM.
void flash_command(const uint8_t *command, uint32_t sent, uint8_t *answer, uint32_t received);

#endif
