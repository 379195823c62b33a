// The instruction self-test: vectors made by host C++ say, for one instruction word at a time, what
// goes in and what must come out. The runner plants the word in the arena in SRAM and calls it.
#ifndef ISA_H
#define ISA_H

#include "soc.h"

enum isa_kind {
  kIsaRegister,  // result in a register
  kIsaLoad,      // the same, from the window; first operand is an offset into it
  kIsaStore,     // both words of the window afterwards; first operand is an offset into it
  kIsaBranch,    // 1 where it lands on its target, 0 where it falls through
  kIsaJump,      // link value, and the pc where it landed
  kIsaCsr,       // old and new value of mscratch, which holds the second operand before
};

struct isa_vector {
  uint32_t instruction;
  uint32_t first;
  uint32_t second;
  uint32_t expected[2];
};

struct isa_group {
  char name[8];
  uint32_t kind;
  uint32_t uses_second;  // 1 where the rs2 field names a register
  uint32_t count;
  const struct isa_vector *vectors;
};

extern const struct isa_group isa_groups[];
extern const uint32_t isa_group_count;

// Runs a group, prints each failure; answers how many vectors failed.
uint32_t isa_run(const struct isa_group *group);

#endif
