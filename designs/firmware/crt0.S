# Start-up, trap entry and the one assembly helper. Executes in place from flash at address 0: gives
# every register a value, copies .fast and .data to SRAM, clears .bss, calls main.
#
# The copy loop is first copied to SRAM itself (word by word, slowly) and then runs there, so that
# the data reads are the only flash traffic and form one long sequential burst.

  .section .boot, "ax"
  .globl _start
_start:
  j start_up
  .word 0x6c646568              # "hedl": marks the image
  .globl boot_parameter
boot_parameter:
  .word BOOT_PARAMETER          # at flash offset 8: how long the bench images run

start_up:
  li x1, 0
  li x2, 0
  li x4, 0
  li x5, 0
  li x6, 0
  li x7, 0
  li x8, 0
  li x9, 0
  li x10, 0
  li x11, 0
  li x12, 0
  li x13, 0
  li x14, 0
  li x15, 0
  li x16, 0
  li x17, 0
  li x18, 0
  li x19, 0
  li x20, 0
  li x21, 0
  li x22, 0
  li x23, 0
  li x24, 0
  li x25, 0
  li x26, 0
  li x27, 0
  li x28, 0
  li x29, 0
  li x30, 0
  li x31, 0
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack_top
  csrw mie, zero
  csrw mstatus, zero
  la t0, trap_entry
  csrw mtvec, t0

  # the copy loop goes to the foot of the stack, which nothing uses yet
  la t0, copy_loop
  la t1, copy_loop_end
  la t2, __stack_bottom
  mv t3, t2
1:
  lw t4, 0(t0)
  sw t4, 0(t2)
  addi t0, t0, 4
  addi t2, t2, 4
  bltu t0, t1, 1b
  fence.i

  la a0, __fast_load
  la a1, __fast_start
  la a2, __data_end
  la a3, __bss_end
  jalr ra, t3
  call main
  tail finish

# a0 source, a1 destination, a2 end of the copy, a3 end of the cleared part; all word aligned
copy_loop:
  lw a4, 0(a0)
  addi a0, a0, 4
  sw a4, 0(a1)
  addi a1, a1, 4
  bltu a1, a2, copy_loop
2:
  bgeu a1, a3, 3f
  sw zero, 0(a1)
  addi a1, a1, 4
  j 2b
3:
  ret
copy_loop_end:

  .section .fast, "ax"
  # The end of every image: nothing wakes the core again.
  .globl finish
finish:
  csrw mie, zero
1:
  wfi
  j 1b

# Saves what a C function may change, calls trap_handle(cause, pc, value, frame) and returns to the
# address that it answers. frame[0] is the interrupted ra.
  .globl trap_entry
trap_entry:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw t0, 4(sp)
  sw t1, 8(sp)
  sw t2, 12(sp)
  sw a0, 16(sp)
  sw a1, 20(sp)
  sw a2, 24(sp)
  sw a3, 28(sp)
  sw a4, 32(sp)
  sw a5, 36(sp)
  sw a6, 40(sp)
  sw a7, 44(sp)
  sw t3, 48(sp)
  sw t4, 52(sp)
  sw t5, 56(sp)
  sw t6, 60(sp)
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  mv a3, sp
  call trap_handle
  csrw mepc, a0
  lw ra, 0(sp)
  lw t0, 4(sp)
  lw t1, 8(sp)
  lw t2, 12(sp)
  lw a0, 16(sp)
  lw a1, 20(sp)
  lw a2, 24(sp)
  lw a3, 28(sp)
  lw a4, 32(sp)
  lw a5, 36(sp)
  lw a6, 40(sp)
  lw a7, 44(sp)
  lw t3, 48(sp)
  lw t4, 52(sp)
  lw t5, 56(sp)
  lw t6, 60(sp)
  addi sp, sp, 64
  mret
