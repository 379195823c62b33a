#!/bin/sh
# Builds one design: netlists with Yosys and firmware images, into build/designs/NAME.
#
#   designs/build.sh NAME [generic|osu018|firmware|ands|all]
#
# NAME is uart_hello, jtag_min, soc_mcu or soc_npu. Outputs that are up to date are left alone: a
# stamp holds a digest of every input. Two runs at once are safe: outputs are made in a temporary
# folder and renamed, the stamp last. HEDDLE_DESIGN_DIR overrides build/designs.
set -eu

usage() {
    echo "usage: designs/build.sh uart_hello|jtag_min|soc_mcu|soc_npu [generic|osu018|firmware|ands|all]" >&2
    exit 2
}

say() { echo "designs: $name: $*"; }

# Runs a step with its output in a log; shows the log's tail when the step fails.
logged() {
    log=$1
    shift
    if ! "$@" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        echo "designs: $name: failed: $1 (its log ends above)" >&2
        exit 1
    fi
}

# up_to_date STEP DIGEST OUTPUT...: the stamp agrees and every output is there.
up_to_date() {
    step=$1
    digest=$2
    shift 2
    [ -f "$out/.$step.stamp" ] && [ "$(cat "$out/.$step.stamp")" = "$digest" ] || return 1
    for file in "$@"; do
        [ -f "$out/$file" ] || return 1
    done
    say "$step is up to date"
}

# publish STEP DIGEST OUTPUT...: moves outputs from the temporary folder into place, stamp last.
publish() {
    step=$1
    digest=$2
    shift 2
    rm -f "$out/.$step.stamp"
    for file in "$@"; do
        mv -f "$tmp/$file" "$out/$file"
    done
    echo "$digest" >"$tmp/stamp"
    mv -f "$tmp/stamp" "$out/.$step.stamp"
}

sources() { tr '\n' ' ' <"designs/rtl/$name.f"; }

# Digest of the RTL and of the named files.
digest_of() {
    {
        xargs cat <"designs/rtl/$name.f"
        cat "designs/rtl/$name.f" designs/build.sh "$@"
        yosys -V
    } | sha256sum | cut -d ' ' -f 1
}

# Cells of the top module by kind, from the last section about it in a file of `stat`.
show_cells() {
    awk -v top="$name" '
        /^=== / { here = $2 == top; next }
        !here { next }
        /Number of cells:/ { total = $4; flops = latches = memories = 0 }
        $1 ~ /DFF/ { flops += $2 }
        $1 ~ /LATCH/ { latches += $2 }
        $1 ~ /^\$mem|\\sram/ { memories += $2 }
        END { printf "%d cells, %d flops, %d latches, %d memories\n",
              total, flops, latches, memories }' "$1"
}

build_generic() {
    digest=$(digest_of designs/synth/logic.ys designs/synth/generic.ys)
    if up_to_date generic "$digest" generic.json generic.v generic.stat; then return; fi
    say "generic: synthesising with yosys"
    logged "$out/generic.log" yosys -p "
        read_verilog $(sources)
        hierarchy -check -top $name
        script designs/synth/generic.ys
        write_json $tmp/generic.json
        write_verilog -noattr $tmp/generic.v
        tee -o $tmp/generic.stat stat"
    say "generic: $(show_cells "$tmp/generic.stat")"
    publish generic "$digest" generic.json generic.v generic.stat
}

# The Liberty file of Debian's osu018 package, read where it is installed.
liberty_file() {
    liberty=$(dpkg -L qflow-tech-osu018 2>/dev/null | grep '/osu018_stdcells\.lib$' || true)
    if [ -z "$liberty" ]; then
        echo "designs: $name: osu018 needs the package qflow-tech-osu018 (apt-get install)" >&2
        exit 4
    fi
}

# Mapped with black boxes; then the library's functions join the file as modules, for the JSON.
build_osu018() {
    liberty_file
    digest=$(digest_of designs/synth/logic.ys designs/synth/osu018_latches.v "$liberty")
    if up_to_date osu018 "$digest" osu018.json osu018.v osu018_cells.v osu018.stat; then return; fi
    say "osu018: synthesising and mapping with yosys"
    logged "$out/osu018.log" yosys -p "
        read_verilog $(sources)
        hierarchy -check -top $name
        setattr -mod -set keep_hierarchy 1 A:memory_macro
        script designs/synth/logic.ys
        techmap -map designs/synth/osu018_latches.v
        dfflibmap -liberty $liberty
        opt -fast
        abc -liberty $liberty
        setundef -zero
        opt_clean
        write_verilog -noattr $tmp/osu018.v
        tee -o $tmp/osu018.stat stat -liberty $liberty
        read_liberty $liberty
        write_json $tmp/osu018.json"
    logged "$out/osu018_cells.log" yosys -p "
        read_liberty $liberty
        write_verilog -noattr $tmp/osu018_cells.v"
    say "osu018: $(show_cells "$tmp/osu018.stat")"
    publish osu018 "$digest" osu018.json osu018.v osu018_cells.v osu018.stat
}

build_firmware() {
    case $name in uart_hello | jtag_min) return 0 ;; esac
    digest=$(
        {
            find designs/firmware -type f | LC_ALL=C sort | xargs cat
            "${RISCV:-riscv64-unknown-elf-}gcc" --version
        } | sha256sum | cut -d ' ' -f 1
    )
    images="fw selftest compute"
    [ "$name" != soc_npu ] || images="$images matmul"
    outputs=
    for image in $images; do outputs="$outputs $image.elf $image.bin"; done
    # shellcheck disable=SC2086
    if up_to_date firmware "$digest" $outputs; then return; fi
    say "firmware: compiling $images"
    logged "$out/firmware.log" sh designs/firmware/build.sh "$name" "$tmp"
    # shellcheck disable=SC2086
    publish firmware "$digest" $outputs
}

count_ands() {
    build_generic
    logged "$out/ands.log" yosys -p "read_json $out/generic.json; script designs/synth/count_ands.ys"
    say "as an and-inverter graph with plain flops: $(awk '
        $1 == "$_AND_" { ands = $2 }
        /lev =/ { sub(/.*lev = */, ""); depth = $0 }
        END { print ands " ANDs, depth " depth }' "$out/ands.log")"
}

case $# in 1 | 2) ;; *) usage ;; esac
name=$1
what=${2:-all}
case $name in uart_hello | jtag_min | soc_mcu | soc_npu) ;; *) usage ;; esac

cd "$(dirname "$0")/.."
root=${HEDDLE_DESIGN_DIR:-build/designs}
out=$root/$name
mkdir -p "$out"
if command -v flock >/dev/null 2>&1; then
    exec 9>"$out/.lock"
    flock 9
    rm -rf "$out"/.tmp.*
fi
tmp=$(mktemp -d "$out/.tmp.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

case $what in
    generic) build_generic ;;
    osu018) build_osu018 ;;
    firmware) build_firmware ;;
    ands) count_ands ;;
    all)
        build_generic
        build_osu018
        build_firmware
        ;;
    *) usage ;;
esac
