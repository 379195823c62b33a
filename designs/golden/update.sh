#!/bin/sh
# update.sh NAME...: makes the golden files of the named chips (both without a name) from a fresh
# Verilator run of the RTL. Read the difference before committing it, and give its reason.
#
#   NAME.uart0.txt NAME.uart1.txt   transcripts of the main image
#   NAME.selftest.txt               transcript of the self-test
#   NAME.run.txt                    edges of the main image, output hash at its last edge
set -eu

cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- soc_mcu soc_npu
for name in "$@"; do
  sh designs/sim/reference.sh "$name"
  reference=${HEDDLE_DESIGN_DIR:-build/designs}/$name/reference
  for uart in uart0 uart1; do cp "$reference/$uart.txt" "designs/golden/$name.$uart.txt"; done
  cp "$reference/selftest.txt" "designs/golden/$name.selftest.txt"
  tail -n 1 "$reference/outputs.txt" | awk '{ print "edges " $1 + 1 "\noutputs " $2 }' \
    > "designs/golden/$name.run.txt"
done
