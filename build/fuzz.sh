#!/usr/bin/env bash
# Runs the fuzz targets of the tree one after another, each for FUZZTIME, 60s by
# default. What a target finds lands in its testdata/fuzz; mend it and commit it.
# Inputs are shortened by ten runs at most: otherwise the whole time goes into
# shortening the first long input that is of interest, and hardly any others are tried.
#
#   build/fuzz.sh                     all of them
#   build/fuzz.sh backend/stb         those of a folder and below
#   FUZZTIME=100x build/fuzz.sh …     a hundred inputs each, as make test takes them
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- app backend
grep -rl --include='*_test.go' '^func Fuzz' "$@" | sort | while read -r file; do
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
		echo "== $(dirname "$file") $target"
		go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-60s}" -fuzzminimizetime 10x </dev/null
	done
done
