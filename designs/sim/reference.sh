#!/bin/sh
# reference.sh NAME: what heddle is compared with. Runs the RTL of a chip (soc_mcu or soc_npu) under
# Verilator, main image and self-test, and leaves in build/designs/NAME/reference:
#
#   uart0.txt uart1.txt   what the main image sent
#   stamps.txt            "edge time_ps uart byte" for each byte of them
#   outputs.txt           "edge hash" every 10,000 edges and at the last: see pins.h, OutputHash
#   outputs_start.txt     the same every 1,000 edges of the first 20,000
#   inputs_start.hex      all inputs of the first 20,000 edges, for icarus_replay.sh
#   selftest.txt          what the self-test sent on UART0
#   soc_tb                the bench itself
#
# Nothing is done when none of RTL, firmware, bench and tools has changed. Two at once are safe.
# HEDDLE_DESIGN_DIR overrides build/designs.
set -eu

case ${1-} in soc_mcu | soc_npu) name=$1 ;; *)
  echo "usage: reference.sh soc_mcu|soc_npu" >&2
  exit 2
  ;;
esac
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
sh designs/build.sh "$name" firmware
designs=${HEDDLE_DESIGN_DIR:-build/designs}/$name
mkdir -p "$designs"
designs=$(cd "$designs" && pwd)
if command -v flock > /dev/null; then
  exec 8> "$designs/.reference.lock"
  flock 8
fi

# shellcheck disable=SC2046 # our file names hold no blanks
digest=$({
  cat $(cat "designs/rtl/$name.f") designs/sim/* "$designs/fw.bin" "$designs/selftest.bin"
  verilator --version
} | sha256sum | cut -d ' ' -f 1)
if [ "$(cat "$designs/reference/stamp" 2> /dev/null)" = "$digest" ]; then exit 0; fi

work=$(mktemp -d "$designs/.reference.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
echo "designs: $name: reference: running the RTL under Verilator"
sh designs/sim/build_verilator.sh rtl "$name" "$work"
bench=$work/soc_tb
edges_max=20000000
"$bench" --firmware "$designs/fw.bin" --edges $edges_max --stop-text 'heddle: done\n' \
  --uart "$work/uart0.txt" --uart1 "$work/uart1.txt" --stamps "$work/stamps.txt" \
  --hash "$work/outputs.txt" --hash-every 10000
"$bench" --firmware "$designs/fw.bin" --edges 20000 --record-inputs "$work/inputs_start.hex" \
  --hash "$work/outputs_start.txt" --hash-every 1000
"$bench" --firmware "$designs/selftest.bin" --edges 100000000 --stop-text 'heddle: done\n' \
  --uart "$work/selftest.txt"
rm -rf "$work/obj" "$work/make.log" "$work/verilator.log" "$designs/reference"
echo "$digest" > "$work/stamp"
chmod 755 "$work"
mv "$work" "$designs/reference"
