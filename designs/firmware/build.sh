#!/bin/sh
# build.sh NAME OUTDIR: makes the firmware images of one chip (NAME = soc_mcu | soc_npu).
#
#   fw.elf fw.bin               the main image
#   selftest.elf selftest.bin   the instruction self-test
#   compute.elf compute.bin     bench: computing from SRAM
#   matmul.elf matmul.bin       bench: the matrix product (soc_npu)
#
# The bytes depend on the sources and the compiler alone. HOST_CXX and RISCV choose other compilers.
set -eu

usage() {
  echo "usage: build.sh soc_mcu|soc_npu OUTDIR" >&2
  exit 2
}

[ $# -eq 2 ] || usage
name=$1
outdir=$2
case $name in
  soc_mcu) chip=CHIP_SOC_MCU ;;
  soc_npu) chip=CHIP_SOC_NPU ;;
  *) usage ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$outdir"
outdir=$(cd "$outdir" && pwd)
host_cc=${HOST_CC:-gcc}
host_cxx=${HOST_CXX:-g++}
prefix=${RISCV:-riscv64-unknown-elf-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

parameters="-DCOMPUTE_ITERATIONS=4 -DPRODUCT_SEED=0x6865646cu"
flags="-march=rv32im_zicsr_zifencei -mabi=ilp32 -mcmodel=medlow -Os -std=gnu11 -ffreestanding
  -fno-jump-tables -fno-common -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables
  -ffile-prefix-map=$here=firmware -Wall -Wextra -Wshadow -Werror -D$chip $parameters -I$work"

# What the host says: vectors and checksums.
# shellcheck disable=SC2086
{
  "$host_cc" -O1 -DHEDDLE_HOST $parameters -c "$here/compute.c" -o "$work/compute.host.o"
  "$host_cc" -O1 -DHEDDLE_HOST $parameters -c "$here/product.c" -o "$work/product.host.o"
  "$host_cxx" -std=c++20 -O1 -DHEDDLE_HOST $parameters "$here/host/make_expected.cpp" \
    "$work/compute.host.o" "$work/product.host.o" -o "$work/make_expected"
  "$host_cxx" -std=c++20 -O1 "$here/host/make_vectors.cpp" -o "$work/make_vectors"
}
"$work/make_expected" > "$work/expected.h"
"$work/make_vectors" 2 > "$work/vectors_few.S"
"$work/make_vectors" 200 > "$work/vectors_all.S"

# image NAME BOOT_PARAMETER SOURCE...: compiles and links one image.
image() {
  image=$1
  boot_parameter=$2
  shift 2
  objects=
  for source in crt0.S "$@"; do
    path=$here/$source
    [ -f "$path" ] || path=$work/$source
    object=$work/$image.$(basename "$source").o
    # shellcheck disable=SC2086
    "${prefix}gcc" $flags -DBOOT_PARAMETER="$boot_parameter" -c "$path" -o "$object"
    objects="$objects $object"
  done
  # shellcheck disable=SC2086
  "${prefix}gcc" -march=rv32im -mabi=ilp32 -nostdlib -static -Wl,-T,"$here/link.ld" \
    -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,-Map,"$work/$image.map" $objects -lgcc \
    -o "$work/$image.elf"
  "${prefix}objcopy" -O binary "$work/$image.elf" "$work/$image.bin"
  mv -f "$work/$image.elf" "$work/$image.bin" "$outdir/"
}

common="console.c trap.c memory.c"
npu_main=
npu_test=
if [ "$name" = soc_npu ]; then
  npu_main="npu.c product.c"
  npu_test="npu.c product.c npu_test.c"
fi

# shellcheck disable=SC2086
{
  image fw 0 main.c checks_boot.c checks_io.c checks_compute.c flash.c compute.c isa.c \
    exceptions.c interrupts.c trap_stubs.S vectors_few.S $common $npu_main
  image selftest 0 selftest.c isa.c exceptions.c interrupts.c trap_stubs.S \
    vectors_all.S $common $npu_test
  image compute 1000 bench_compute.c compute.c $common
  if [ "$name" = soc_npu ]; then image matmul 1000 bench_matmul.c $common $npu_main; fi
}
