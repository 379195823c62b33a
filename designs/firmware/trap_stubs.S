# One trapping instruction each. Called as uint64_t stub(uint32_t operand): a0 (low word) answers the
# address at which the trap must be reported, a1 (high word) the register that the trapping
# instruction would write: it must still be TRAP_UNTOUCHED.

  .section .text
  .balign 4

  .macro stub name
  .globl \name
\name:
  mv t0, a0
  la a0, 1f
  li a1, 0x5eed
1:
  .endm

  stub stub_ecall
  ecall
  ret
  stub stub_ebreak
  ebreak
  ret
  stub stub_illegal_zero
  .word 0
  ret
  stub stub_illegal_ones
  .word 0xffffffff
  ret
  stub stub_illegal_funct7          # add with an undefined funct7
  .word 0x40b545b3 | 0x08000000
  ret
  stub stub_illegal_compressed      # a 16-bit instruction (c.nop): there is no C extension here
  .word 0x00010001
  ret
  stub stub_csr_absent
  csrr a1, 0x7c0
  ret
  stub stub_csr_read_only
  csrrw a1, mvendorid, t0
  ret
  stub stub_load_byte
  lbu a1, 0(t0)
  ret
  stub stub_load_half
  lh a1, 0(t0)
  ret
  stub stub_load_word
  lw a1, 0(t0)
  ret
  stub stub_store_byte
  sb a1, 0(t0)
  ret
  stub stub_store_half
  sh a1, 0(t0)
  ret
  stub stub_store_word
  sw a1, 0(t0)
  ret
  stub stub_jump_misaligned
  jalr a1, 0(t0)
  ret
  stub stub_jal_misaligned
  .word 0x006005ef                  # jal a1, .+6
  ret
  stub stub_branch_misaligned
  .word 0x00000363                  # beq zero, zero, .+6
  ret

# A branch that is not taken does not trap, wherever it points.
  .globl stub_branch_not_taken
stub_branch_not_taken:
  .word 0x00001363                  # bne zero, zero, .+6
  ret

# Jumps out of executable memory; the trap is reported at the target, the handler returns to ra.
  .globl stub_jump_away
stub_jump_away:
  mv t0, a0
  li a1, 0x5eed
  jr t0

# Writes and reads back all registers; a0 answers how many keep a value of their own.
  .globl register_check
register_check:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw gp, 4(sp)
  sw tp, 8(sp)
  sw s0, 12(sp)
  sw s1, 16(sp)
  sw s2, 20(sp)
  sw s3, 24(sp)
  sw s4, 28(sp)
  sw s5, 32(sp)
  sw s6, 36(sp)
  sw s7, 40(sp)
  sw s8, 44(sp)
  sw s9, 48(sp)
  sw s10, 52(sp)
  sw s11, 56(sp)
  csrw mscratch, sp

  .macro fill reg, number
  li \reg, (0x9e370001 + \number * 0x01010101)
  .endm
  .macro verify reg, number
  li a0, (0x9e370001 + \number * 0x01010101)
  bne \reg, a0, 2f
  addi a1, a1, 1
2:
  .endm

  fill x1, 1
  fill x2, 2
  fill x3, 3
  fill x4, 4
  fill x5, 5
  fill x6, 6
  fill x7, 7
  fill x8, 8
  fill x9, 9
  fill x12, 12
  fill x13, 13
  fill x14, 14
  fill x15, 15
  fill x16, 16
  fill x17, 17
  fill x18, 18
  fill x19, 19
  fill x20, 20
  fill x21, 21
  fill x22, 22
  fill x23, 23
  fill x24, 24
  fill x25, 25
  fill x26, 26
  fill x27, 27
  fill x28, 28
  fill x29, 29
  fill x30, 30
  fill x31, 31
  fill x11, 11
  fill x10, 10
  li x0, -1
  sub x10, x11, x10                 # a0 and a1 check each other
  li a1, 0x01010101
  xor a0, a0, a1
  sltiu a1, a0, 1
  slli a1, a1, 1
  bnez x0, 3f
  addi a1, a1, 1
3:
  verify x1, 1
  verify x2, 2
  verify x3, 3
  verify x4, 4
  verify x5, 5
  verify x6, 6
  verify x7, 7
  verify x8, 8
  verify x9, 9
  verify x12, 12
  verify x13, 13
  verify x14, 14
  verify x15, 15
  verify x16, 16
  verify x17, 17
  verify x18, 18
  verify x19, 19
  verify x20, 20
  verify x21, 21
  verify x22, 22
  verify x23, 23
  verify x24, 24
  verify x25, 25
  verify x26, 26
  verify x27, 27
  verify x28, 28
  verify x29, 29
  verify x30, 30
  verify x31, 31
  mv a0, a1
  csrr sp, mscratch
  lw ra, 0(sp)
  lw gp, 4(sp)
  lw tp, 8(sp)
  lw s0, 12(sp)
  lw s1, 16(sp)
  lw s2, 20(sp)
  lw s3, 24(sp)
  lw s4, 28(sp)
  lw s5, 32(sp)
  lw s6, 36(sp)
  lw s7, 40(sp)
  lw s8, 44(sp)
  lw s9, 48(sp)
  lw s10, 52(sp)
  lw s11, 56(sp)
  addi sp, sp, 64
  ret

# How many instructions minstret counts between two reads with three others in between: four.
  .globl minstret_check
minstret_check:
  csrr a1, minstret
  nop
  mul a2, a1, a1
  sub a2, a2, a1
  csrr a0, minstret
  sub a0, a0, a1
  ret
