// Checks of what boot stands on: identity, flash, SRAM, the core's traps and instructions.
#include "checks.h"
#include "console.h"
#include "directed.h"
#include "flash.h"
#include "isa.h"

#define MARCH_BASE 0x10003000u
#define MARCH_WORDS 20
#define WRITE_ENABLE_LATCH 2u

bool verdict(bool good) {
  print(good ? "ok\n" : "FAIL\n");
  return good;
}

bool check_chip(void) {
  uint32_t id = SYS_ID;
  uint32_t misa = csr_read(misa);
  print("chip      id %08x, misa %08x, hart %u ... ", id, misa, csr_read(mhartid));
  return verdict(id == CHIP_ID && misa == 0x40001100u);
}

bool check_flash_id(void) {
  uint8_t command[4] = {FLASH_READ_ID, 0, 0, 0};
  uint8_t id[3];
  uint8_t device;
  uint8_t status[2];
  flash_command(command, 1, id, 3);
  command[0] = FLASH_RELEASE;
  flash_command(command, 4, &device, 1);
  command[0] = FLASH_WRITE_ENABLE;
  flash_command(command, 1, 0, 0);
  command[0] = FLASH_STATUS;
  flash_command(command, 1, &status[0], 1);
  command[0] = FLASH_WRITE_DISABLE;
  flash_command(command, 1, 0, 0);
  command[0] = FLASH_STATUS;
  flash_command(command, 1, &status[1], 1);
  print("flash     jedec %02x %02x %02x, device %02x, status %02x %02x ... ", id[0], id[1], id[2],
        device, status[0], status[1]);
  return verdict(id[0] == 0xEF && id[1] == 0x40 && id[2] == 0x18 && device == 0x17 &&
                 status[0] == WRITE_ENABLE_LATCH && status[1] == 0);
}

// The same bytes by execute-in-place reads and by a manual fast read.
bool check_flash_data(void) {
  static const char kMotto[] = "first the shed, then the cloth";
  uint32_t address = (uint32_t)kMotto;
  uint8_t command[5] = {FLASH_FAST_READ, (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                        (uint8_t)address, 0};
  uint8_t copy[sizeof kMotto];
  flash_command(command, sizeof command, copy, sizeof copy);
  bool same = true;
  for (uint32_t i = 0; i < sizeof copy; ++i) same = same && copy[i] == (uint8_t)kMotto[i];
  print("flash     \"%s\" ... ", (const char *)copy);
  return verdict(same);
}

bool check_exceptions(void) {
  uint32_t cases = 0;
  uint32_t failures = exception_cases(&cases);
  print("traps     %u exceptions taken and returned from ... ", cases);
  return verdict(failures == 0);
}

bool check_interrupts(void) {
  uint32_t cases = 0;
  uint32_t failures = interrupt_cases(&cases) + register_cases(&cases);
  print("traps     %u cases of interrupts, clock gate, csrs ... ", cases);
  return verdict(failures == 0);
}

static uint32_t march_word(uint32_t index) { return 0xA5A50F0Fu ^ index * 0x01010101u; }

static NOINLINE uint32_t march_up(volatile uint32_t *words, uint32_t read, uint32_t write) {
  uint32_t errors = 0;
  for (uint32_t i = 0; i < MARCH_WORDS; ++i) {
    errors += words[i] != (march_word(i) ^ read);
    words[i] = march_word(i) ^ write;
  }
  return errors;
}

static NOINLINE uint32_t march_down(volatile uint32_t *words, uint32_t read, uint32_t write) {
  uint32_t errors = 0;
  for (uint32_t i = MARCH_WORDS; i-- > 0;) {
    errors += words[i] != (march_word(i) ^ read);
    words[i] = march_word(i) ^ write;
  }
  return errors;
}

// March C-: up w0; up r0 w1; up r1 w0; down r0 w1; down r1 w0; r0. "1" is the complement.
bool check_memory_march(void) {
  volatile uint32_t *words = &REG(MARCH_BASE);
  for (uint32_t i = 0; i < MARCH_WORDS; ++i) words[i] = march_word(i);
  uint32_t errors = march_up(words, 0, ~0u);
  errors += march_up(words, ~0u, 0);
  errors += march_down(words, 0, ~0u);
  errors += march_down(words, ~0u, 0);
  errors += march_up(words, 0, 0);
  print("sram      march c- over %u words at %08x ... ", (uint32_t)MARCH_WORDS, MARCH_BASE);
  return verdict(errors == 0);
}

// Every byte and half-word lane alone.
bool check_memory_lanes(void) {
  volatile uint32_t *word = &REG(MARCH_BASE);
  volatile uint8_t *bytes = (volatile uint8_t *)MARCH_BASE;
  volatile uint16_t *halves = (volatile uint16_t *)MARCH_BASE;
  bool good = true;
  for (uint32_t lane = 0; lane < 4; ++lane) {
    *word = 0x11223344u;
    bytes[lane] = 0xEE;
    uint32_t shift = 8 * lane;
    good = good && *word == ((0x11223344u & ~(0xFFu << shift)) | 0xEEu << shift);
  }
  for (uint32_t lane = 0; lane < 2; ++lane) {
    *word = 0x11223344u;
    halves[lane] = 0xBEEF;
    good = good && *word == (lane == 0 ? 0x1122BEEFu : 0xBEEF3344u);
  }
  print("sram      byte and half-word lanes ... ");
  return verdict(good);
}

bool check_instructions(void) {
  uint32_t vectors = 0;
  uint32_t failures = 0;
  for (uint32_t i = 0; i < isa_group_count; ++i) {
    vectors += isa_groups[i].count;
    failures += isa_run(&isa_groups[i]);
  }
  print("isa       %u instructions, %u vectors ... ", isa_group_count, vectors);
  return verdict(failures == 0);
}
