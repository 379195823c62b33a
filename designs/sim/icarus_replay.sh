#!/bin/sh
# icarus_replay.sh STYLE NAME INPUTS EDGES OUTDIR [EVERY]: replays the first EDGES edges of INPUTS (a
# file of soc_tb --record-inputs) into a chip under Icarus Verilog. Leaves in OUTDIR outputs.hex (the
# outputs, a line an edge) and outputs.hash (as soc_tb --hash, a line every EVERY edges, 1000 if not
# given). An output that is undefined at any edge is an error.
#
#   STYLE   rtl, generic, or osu018 (cells regenerated from the Liberty file: the library's own
#           Verilog races at zero delay); netlists come from build/designs/NAME, where designs/build.sh
#           leaves them (HEDDLE_DESIGN_DIR overrides build/designs)
set -eu

usage() {
  echo "usage: icarus_replay.sh rtl|generic|osu018 NAME INPUTS EDGES OUTDIR [EVERY]" >&2
  exit 2
}

case $# in 5 | 6) ;; *) usage ;; esac
style=$1
name=$2
inputs=$3
edges=$4
mkdir -p "$5"
outdir=$(cd "$5" && pwd)
every=${6:-1000}
sim=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$sim/../.." && pwd)
netlists=${HEDDLE_DESIGN_DIR:-$root/build/designs}/$name
case $style in
  rtl) sources=$(sed "s|^|$root/|" "$root/designs/rtl/$name.f") ;;
  generic) sources=$netlists/generic.v ;;
  osu018) sources="$netlists/osu018.v $netlists/osu018_cells.v" ;;
  *) usage ;;
esac
if [ "$(head -n "$edges" "$inputs" | wc -l)" -ne "$edges" ]; then
  echo "icarus_replay: $inputs has fewer than $edges edges" >&2
  exit 2
fi

jtag=
case $name in soc_mcu) jtag=-DJTAG ;; esac

head -n "$edges" "$inputs" > "$outdir/inputs.hex"
"${HOST_CXX:-g++}" -std=c++20 -O1 -DXXH_INLINE_ALL "$sim/output_hash.cpp" -o "$outdir/output_hash"
# shellcheck disable=SC2086
iverilog -g2005 -s icarus_replay $jtag -DDUT="$name" -DEDGES="$edges" -DINPUTS="\"$outdir/inputs.hex\"" \
  -DOUTPUTS="\"$outdir/outputs.hex\"" -o "$outdir/replay.vvp" "$sim/icarus_replay.v" $sources
vvp -n "$outdir/replay.vvp"
"$outdir/output_hash" "$every" < "$outdir/outputs.hex" > "$outdir/outputs.hash"
