#!/bin/sh
# build_verilator.sh VARIANT NAME OUTDIR: builds the Verilator bench of one chip as OUTDIR/soc_tb.
#
#   VARIANT   rtl: from designs/rtl; generic: from the netlist that designs/build.sh NAME generic
#             leaves in build/designs/NAME (HEDDLE_DESIGN_DIR overrides build/designs)
#   NAME      soc_mcu or soc_npu
#
# VERILATOR_OPT is the C++ optimisation (default -O1; the baseline rule tries -O2 too), JOBS the
# number of compilers at once (default 2). VERILATOR_WAVES=1 builds it with FST waves: `--waves`.
# VERILATOR_SPLIT is the Yosys command that shapes a netlist's nets (default splitnets, one net a bit).
set -eu

usage() {
  echo "usage: build_verilator.sh rtl|generic soc_mcu|soc_npu OUTDIR" >&2
  exit 2
}

[ $# -eq 3 ] || usage
variant=$1
name=$2
mkdir -p "$3"
outdir=$(cd "$3" && pwd)
case $name in soc_mcu | soc_npu) ;; *) usage ;; esac
sim=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$sim/../.." && pwd)
case $variant in
  rtl) sources=$(sed "s|^|$root/|" "$root/designs/rtl/$name.f") ;;
  generic)
    # One net a bit: in vectors Verilator 5.006 takes carry chains for combinational loops and
    # iterates over them, which costs a third of its speed.
    sources=$outdir/netlist.v
    yosys -q -p "
      read_json ${HEDDLE_DESIGN_DIR:-$root/build/designs}/$name/generic.json
      ${VERILATOR_SPLIT:-splitnets}
      write_verilog -noattr $sources"
    ;;
  *) usage ;;
esac

# Verilator 5.006 turns XOR trees of the netlist of soc_npu into wrong logic without this.
trees=
if [ "$variant" = generic ]; then trees=-fno-const-bit-op-tree; fi
waves=
if [ "${VERILATOR_WAVES:-0}" = 1 ]; then waves=--trace-fst; fi

# The netlist is no text to lint; the RTL's lint is the synthesis tests' business.
# shellcheck disable=SC2086
verilator --cc --exe --prefix Vsoc --top-module "$name" --Mdir "$outdir/obj" \
  -O3 --x-assign fast --x-initial fast --noassert -Wno-fatal -Wno-lint -Wno-style $trees $waves \
  -CFLAGS "-std=c++20 -DXXH_INLINE_ALL -I$sim" -o "$outdir/soc_tb" "$sim/soc_tb.cpp" $sources \
  > "$outdir/verilator.log" 2>&1 || { tail -n 30 "$outdir/verilator.log" >&2; exit 1; }

objcache=
if command -v ccache > /dev/null; then objcache=ccache; fi
make -C "$outdir/obj" -f Vsoc.mk -j"${JOBS:-2}" OPT_FAST="${VERILATOR_OPT:--O1}" \
  OPT_SLOW=-O0 OBJCACHE="$objcache" > "$outdir/make.log" 2>&1 ||
  { tail -n 30 "$outdir/make.log" >&2; exit 1; }
