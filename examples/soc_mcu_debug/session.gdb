# A debugging session on the gates of soc_mcu: `gdb-multiarch -batch -x session.gdb fw.elf`, with
# JTAG_PORT and LOG set before by `-ex`. It prints one line for each thing it looked at.
set pagination off
set confirm off
set remotetimeout 60
set osabi none
set architecture riscv:rv32
eval "target extended-remote | openocd -c 'set JTAG_PORT %d; gdb_port pipe; log_output %s' -f openocd.cfg", $JTAG_PORT, $LOG
monitor reset halt
maintenance flush register-cache
printf "reset: pc %#x\n", $pc

# Code in flash cannot be patched: a trigger of the chip stops there.
hbreak check_flash_id
continue
printf "hbreak in flash: pc %#x, x0 %d, sp %#x\n", $pc, $zero, $sp

# Code in SRAM is patched with ebreak.
break *uart_put
continue
printf "break in SRAM: pc %#x, about to send 0x%02x\n", $pc, $a0

# Steps go on where they stopped, over the breakpoint too.
set $before = $pc
stepi
printf "stepped %d bytes\n", $pc - $before
stepi
stepi
printf "stepped on: %d\n", $pc != $before

# Registers and memory, in words, halves and bytes.
set $t3 = 0x12345678
printf "t3 %#x\n", $t3
set $mscratch = 0xcafe
printf "mscratch %#x\n", $mscratch
set *(unsigned*)0x10003000 = 0x11223344
set *(unsigned short*)0x10003002 = 0xbeef
set *(unsigned char*)0x10003000 = 0x55
printf "memory %#x\n", *(unsigned*)0x10003000
printf "flash %#x, chip id %#x\n", *(unsigned*)0, *(unsigned*)0x40006000

# Writing to flash is refused, and the session goes on.
monitor catch {mww 0x100 1}
printf "flash still %#x\n", *(unsigned*)0

delete
hbreak check_flash_data
continue
printf "second trigger: pc %#x\n", $pc
delete
detach
