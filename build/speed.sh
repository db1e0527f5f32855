#!/usr/bin/env bash
# make speed: the primitives beside those of Go and of bee2, the reference
# library of the standards, and the bars that docs/speed.md sets.
#
#   BEE2_DIR=/path/to/bee2 build/speed.sh [TURNS]
#
# bee2 is compiled from the checkout BEE2_DIR as its own build does for release
# and for any 64-bit processor (portable C, no vector instructions), and its
# bash-f once more for the vector instructions of this one, into a folder that
# is removed again; nothing of it comes into this tree. The programs take turns (7 by default) on one core, so that what disturbs the
# machine disturbs all. Without BEE2_DIR only the bars against Go are judged.
# The status is 0 when every bar that was judged holds.
set -euo pipefail
cd "$(dirname "$0")/.."
turns=${1:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOFLAGS="${GOFLAGS:-} -buildvcs=false" CGO_ENABLED=0

# compile SOURCE OBJECT FLAGS...: a source of bee2, with the flags of its release build
compile() { "${CC:-cc}" -O3 -DNDEBUG -fno-strict-aliasing -fPIC "${@:3}" -I"$BEE2_DIR/include" -I"$BEE2_DIR/src" -c "$BEE2_DIR/src/$1" -o "$2"; }
export -f compile

# bench PROGRAM OBJECTS...: links the program that measures with the library
bench() { "${CC:-cc}" -O2 -I"$BEE2_DIR/include" build/peers/bee2/bench.c "${@:2}" "$out/libbee2.a" -lpthread -ldl -o "$1"; }

# bee2: builds the library, and its bash-f for the vector instructions of this processor
bee2() {
	export out=$work/bee2 BEE2_DIR
	mkdir "$out"
	# The list of sources is the first one of its build file.
	sed -n '/^set(src/,/^)/p' "$BEE2_DIR/src/CMakeLists.txt" | grep -o '[A-Za-z0-9_/]*\.c$' |
		xargs -P "$(nproc)" -I{} bash -c 'compile "{}" "$out/$(echo {} | tr / -).o"'
	ar rcs "$out/libbee2.a" "$out"/*.o
	bench "$work/bench"
	local flags=()
	if grep -qw avx512f /proc/cpuinfo 2>/dev/null; then
		flags=(-DBASH_AVX512 -mavx512f -fno-asynchronous-unwind-tables)
	elif grep -qw avx2 /proc/cpuinfo 2>/dev/null; then
		flags=(-DBASH_AVX2 -mavx2)
	else
		return 0
	fi
	compile crypto/bash/bash_f.c "$out/vector.o" "${flags[@]}"
	bench "$work/vector" "$out/vector.o"
}

core=()
if command -v taskset >/dev/null; then core=(taskset -c "$(($(nproc) - 1))"); fi
go build -o "$work/aknoctl" ./backend/cmd/aknoctl
go build -o "$work/compare" ./build/peers/speed
if [ -n "${BEE2_DIR:-}" ]; then
	bee2
	echo "bee2 of $BEE2_DIR, $("${CC:-cc}" --version | head -1)"
else
	echo "BEE2_DIR is not set: bee2 is not measured, and its bars are not judged"
fi
for n in $(seq -w "$turns"); do
	"${core[@]}" "$work/aknoctl" speed --json --rounds 3 >"$work/own-$n.json"
	[ ! -x "$work/bench" ] || "${core[@]}" "$work/bench" 3 >"$work/peer-$n.json"
	[ ! -x "$work/vector" ] || "${core[@]}" "$work/vector" 3 bash >"$work/vector-$n.json"
done
"$work/compare" "$work"
