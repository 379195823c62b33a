// Exceptions: every cause that the core can raise, with mepc, mtval, and no write to the register
// that the instruction names.
#include "console.h"
#include "directed.h"
#include "trap.h"

#define UNTOUCHED 0x5EEDu
#define VALUE_ANY 0xFFFFFFFFu       // mtval is not compared
#define VALUE_PC_PLUS_6 0xFFFFFFFEu
#define SRAM_WORD 0x10003000u       // free memory in the arena
#define SRAM_END (SRAM_BASE + SRAM_KIB * 1024u)

typedef uint64_t (*stub)(uint32_t operand);

uint64_t stub_ecall(uint32_t), stub_ebreak(uint32_t), stub_illegal_zero(uint32_t),
    stub_illegal_ones(uint32_t), stub_illegal_funct7(uint32_t), stub_illegal_compressed(uint32_t),
    stub_csr_absent(uint32_t), stub_csr_read_only(uint32_t), stub_load_byte(uint32_t),
    stub_load_half(uint32_t), stub_load_word(uint32_t), stub_store_byte(uint32_t),
    stub_store_half(uint32_t), stub_store_word(uint32_t), stub_jump_misaligned(uint32_t),
    stub_jal_misaligned(uint32_t), stub_branch_misaligned(uint32_t),
    stub_branch_not_taken(uint32_t), stub_jump_away(uint32_t);

struct exception_case {
  const char *name;
  stub run;
  uint32_t operand;
  uint32_t cause;
  uint32_t value;
};

static const struct exception_case kCases[] = {
    {"ecall", stub_ecall, 0, 11, 0},
    {"ebreak", stub_ebreak, 0, 3, VALUE_ANY},
    {"illegal 0", stub_illegal_zero, 0, 2, 0},
    {"illegal ffffffff", stub_illegal_ones, 0, 2, 0xFFFFFFFFu},
    {"illegal funct7", stub_illegal_funct7, 0, 2, 0x48B545B3u},
    {"illegal c.nop", stub_illegal_compressed, 0, 2, 0x00010001u},
    {"csr absent", stub_csr_absent, 0, 2, 0x7C0025F3u},
    {"csr read-only", stub_csr_read_only, 0, 2, 0xF11295F3u},
    {"lh odd", stub_load_half, SRAM_WORD + 1, 4, SRAM_WORD + 1},
    {"lw +1", stub_load_word, SRAM_WORD + 1, 4, SRAM_WORD + 1},
    {"lw +2", stub_load_word, SRAM_WORD + 2, 4, SRAM_WORD + 2},
    {"lw flash +3", stub_load_word, FLASH_BASE + 259, 4, FLASH_BASE + 259},
    {"sh odd", stub_store_half, SRAM_WORD + 3, 6, SRAM_WORD + 3},
    {"sw +1", stub_store_word, SRAM_WORD + 1, 6, SRAM_WORD + 1},
    {"sw +2", stub_store_word, SRAM_WORD + 2, 6, SRAM_WORD + 2},
    {"lbu unmapped", stub_load_byte, UNMAPPED_LOW + 1, 5, UNMAPPED_LOW + 1},
    {"lw unmapped", stub_load_word, UNMAPPED_HIGH, 5, UNMAPPED_HIGH},
    {"lw past sram", stub_load_word, SRAM_END, 5, SRAM_END},
    {"sb unmapped", stub_store_byte, UNMAPPED_LOW + 2, 7, UNMAPPED_LOW + 2},
    {"sw unmapped", stub_store_word, UNMAPPED_HIGH + 4, 7, UNMAPPED_HIGH + 4},
    {"sw flash", stub_store_word, FLASH_BASE + 64, 7, FLASH_BASE + 64},
    {"jalr +2", stub_jump_misaligned, SRAM_WORD + 2, 0, SRAM_WORD + 2},
    {"jalr +3", stub_jump_misaligned, SRAM_WORD + 3, 0, SRAM_WORD + 2},
    {"jal +6", stub_jal_misaligned, 0, 0, VALUE_PC_PLUS_6},
    {"beq +6", stub_branch_misaligned, 0, 0, VALUE_PC_PLUS_6},
    {"fetch unmapped", stub_jump_away, UNMAPPED_LOW, 1, UNMAPPED_LOW},
    {"fetch past sram", stub_jump_away, SRAM_END, 1, SRAM_END},
    {"fetch high", stub_jump_away, UNMAPPED_HIGH + 16, 1, UNMAPPED_HIGH + 16},
};

static NOINLINE uint32_t run_case(const struct exception_case *test) {
  uint32_t count = traps.count;
  uint32_t value = test->value;
  uint64_t answer = test->run(test->operand);
  uint32_t pc = (uint32_t)answer;
  if (test->run == stub_jump_away) pc = test->operand;
  if (value == VALUE_PC_PLUS_6) value = pc + 6;
  bool good = traps.count == count + 1 && traps.cause == test->cause && traps.pc == pc &&
              (uint32_t)(answer >> 32) == UNTOUCHED;
  if (value != VALUE_ANY || test->cause == 2) good = good && traps.value == value;
  if (good) return 0;
  print("FAIL %s: traps %u cause %u pc %08x value %08x register %08x\n", test->name,
        traps.count - count, traps.cause, traps.pc, traps.value, (uint32_t)(answer >> 32));
  return 1;
}

// A misaligned or refused store must leave memory as it was.
static NOINLINE uint32_t memory_untouched(void) {
  REG(SRAM_WORD) = 0x600DCAFEu;
  REG(SRAM_WORD + 4) = 0x0DDBA115u;
  stub_store_word(SRAM_WORD + 2);
  stub_store_half(SRAM_WORD + 3);
  bool good = REG(SRAM_WORD) == 0x600DCAFEu && REG(SRAM_WORD + 4) == 0x0DDBA115u;
  if (!good) print("FAIL misaligned store wrote memory\n");
  return good ? 0 : 1;
}

static NOINLINE uint32_t not_taken(void) {
  uint32_t count = traps.count;
  stub_branch_not_taken(0);
  if (traps.count == count) return 0;
  print("FAIL a branch not taken trapped\n");
  return 1;
}

// An exception taken with interrupts enabled: disabled in the handler, enabled again after mret.
static NOINLINE uint32_t status_stack(void) {
  csr_write(mie, 0);
  csr_set(mstatus, MSTATUS_MIE);
  stub_ecall(0);
  uint32_t inside = traps.status & (MSTATUS_MIE | MSTATUS_MPIE);
  uint32_t after = csr_read(mstatus) & (MSTATUS_MIE | MSTATUS_MPIE);
  csr_clear(mstatus, MSTATUS_MIE);
  stub_ecall(0);
  uint32_t inside_off = traps.status & (MSTATUS_MIE | MSTATUS_MPIE);
  uint32_t after_off = csr_read(mstatus) & (MSTATUS_MIE | MSTATUS_MPIE);
  if (inside == MSTATUS_MPIE && after == (MSTATUS_MIE | MSTATUS_MPIE) && inside_off == 0 &&
      after_off == MSTATUS_MPIE) {
    return 0;
  }
  print("FAIL mstatus %x %x, %x %x\n", inside, after, inside_off, after_off);
  return 1;
}

uint32_t exception_cases(uint32_t *cases) {
  const uint32_t count = sizeof kCases / sizeof kCases[0];
  uint32_t failures = 0;
  for (uint32_t i = 0; i < count; ++i) failures += run_case(&kCases[i]);
  failures += memory_untouched();
  failures += not_taken();
  failures += status_stack();
  *cases += count + 3;
  return failures;
}
