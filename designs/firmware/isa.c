// The runner of the instruction self-test. Around the tested word at ISA_SITE it plants moves, so
// that source and destination can be any register that a call may change:
//
//   ISA_SITE-8  mv rs1, a0        ISA_SITE+4  mv a2, rd  (a branch: li a2, 0)
//   ISA_SITE-4  mv rs2, a1        ISA_SITE+8  ret
//   ISA_SITE    the instruction   target      mv a3, rd; auipc a2, 0; ret  (a branch: li a2, 1)
//
// The runner itself is in SRAM and copies each vector there, so that flash is read in order.
#include "isa.h"

#include "console.h"
#include "trap.h"

#define ISA_SITE 0x10002800u  // the vectors know it too: auipc and the jumps
#define OP_NOP 0x00000013u
#define OP_RET 0x00008067u
#define OP_LI_A2_0 0x00000613u
#define OP_LI_A2_1 0x00100613u
#define OP_AUIPC_A2_0 0x00000617u
#define ENCODE_MV(rd, rs) (OP_NOP | (uint32_t)(rs) << 15 | (uint32_t)(rd) << 7)
#define A0 10u
#define A1 11u
#define A2 12u
#define A3 13u
#define MAX_TARGET_WORDS 3

static uint32_t window[4];  // words 1 and 2 are the target of loads and stores

// Calls the planted code with the operands in a0 and a1; answers a2 in the low word, a3 in the
// high one. Everything that a call may change is taken to change.
static FAST uint64_t call_site(uint32_t first, uint32_t second) {
  register uint32_t a0 __asm__("a0") = first;
  register uint32_t a1 __asm__("a1") = second;
  register uint32_t a2 __asm__("a2") = 0xDEAD0002u;
  register uint32_t a3 __asm__("a3") = 0xDEAD0003u;
  register uint32_t entry __asm__("t0") = ISA_SITE - 8;
  __asm__ volatile("fence.i\n\tjalr ra, t0"
                   : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(entry)
                   :
                   : "ra", "t1", "t2", "t3", "t4", "t5", "t6", "a4", "a5", "a6", "a7", "memory");
  return (uint64_t)a3 << 32 | a2;
}

static FAST uint32_t target_of(uint32_t word, uint32_t first) {
  int32_t sword = (int32_t)word;
  uint32_t opcode = word & 0x7Fu;
  if (opcode == 0x67u) return (first + (uint32_t)(sword >> 20)) & ~1u;
  uint32_t offset;
  if (opcode == 0x6Fu) {
    offset = (uint32_t)(sword >> 31) << 20 | (word & 0xFF000u) | (word >> 9 & 0x800u) |
             (word >> 20 & 0x7FEu);
  } else {
    offset = (uint32_t)(sword >> 31) << 12 | (word << 4 & 0x800u) | (word >> 20 & 0x7E0u) |
             (word >> 7 & 0x1Eu);
  }
  return ISA_SITE + offset;
}

static FAST void plant_target(uint32_t target, uint32_t kind, uint32_t rd) {
  volatile uint32_t *at = &REG(target);
  if (kind == kIsaBranch) {
    at[0] = OP_LI_A2_1;
    at[1] = OP_RET;
  } else {
    at[0] = ENCODE_MV(A3, rd);
    at[1] = OP_AUIPC_A2_0;
    at[2] = OP_RET;
  }
}

static FAST void plant_site(const struct isa_group *group, uint32_t word) {
  volatile uint32_t *at = &REG(ISA_SITE - 8);
  uint32_t rd = word >> 7 & 31u;
  bool has_rd = group->kind != kIsaBranch && group->kind != kIsaStore;
  uint32_t opcode = word & 0x7Fu;
  // lui, auipc, jal and the immediate CSR forms have no rs1
  bool has_rs1 = opcode != 0x37u && opcode != 0x17u && opcode != 0x6Fu &&
                 !(group->kind == kIsaCsr && (word & 0x4000u) != 0);
  at[0] = has_rs1 ? ENCODE_MV(word >> 15 & 31u, A0) : OP_NOP;
  at[1] = group->uses_second != 0 ? ENCODE_MV(word >> 20 & 31u, A1) : OP_NOP;
  at[2] = word;
  at[3] = has_rd ? ENCODE_MV(A2, rd) : OP_LI_A2_0;
  at[4] = OP_RET;
}

// Runs one vector; answers what came out, in the order of isa_vector.expected.
static FAST void run_vector(const struct isa_group *group, const struct isa_vector *vector,
                                uint32_t got[2]) {
  uint32_t kind = group->kind;
  uint32_t first = vector->first;
  uint32_t second = vector->second;
  uint32_t word = vector->instruction;
  uint32_t target = 0;
  plant_site(group, word);
  if (kind == kIsaLoad || kind == kIsaStore) {
    first += (uint32_t)&window[1];
    window[1] = kind == kIsaLoad ? second : 0x01234567u;
    window[2] = kind == kIsaLoad ? second ^ 0xA5C30F96u : 0x89ABCDEFu;
  } else if (kind == kIsaBranch || kind == kIsaJump) {
    target = target_of(word, first);
    plant_target(target, kind, word >> 7 & 31u);
  } else if (kind == kIsaCsr) {
    csr_write(mscratch, second);
  }
  uint64_t result = call_site(first, second);
  got[0] = (uint32_t)result;
  got[1] = 0;
  if (kind == kIsaStore) {
    got[0] = window[1];
    got[1] = window[2];
  } else if (kind == kIsaJump) {
    got[0] = (uint32_t)(result >> 32);
    got[1] = (uint32_t)result;
  } else if (kind == kIsaCsr) {
    got[1] = csr_read(mscratch);
  }
  // what is left at an old target must trap if something lands there
  if (target != 0) {
    for (int i = 0; i < MAX_TARGET_WORDS; ++i) (&REG(target))[i] = 0;
  }
}

static FAST void report(const struct isa_group *group, const struct isa_vector *vector,
                        const uint32_t got[2], uint32_t exceptions) {
  print("FAIL %s word %08x operands %08x %08x got %08x %08x expected %08x %08x traps %u\n",
        group->name, vector->instruction, vector->first, vector->second, got[0], got[1],
        vector->expected[0], vector->expected[1], exceptions);
}

FAST uint32_t isa_run(const struct isa_group *flash_group) {
  const struct isa_group group = *flash_group;
  uint32_t failures = 0;
  for (uint32_t i = 0; i < group.count; ++i) {
    const struct isa_vector vector = group.vectors[i];
    uint32_t exceptions = traps.count;
    uint32_t got[2];
    run_vector(&group, &vector, got);
    if (got[0] == vector.expected[0] && got[1] == vector.expected[1] &&
        traps.count == exceptions) {
      continue;
    }
    ++failures;
    report(&group, &vector, got, traps.count - exceptions);
  }
  return failures;
}
