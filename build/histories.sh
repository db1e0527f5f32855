#!/usr/bin/env bash
# Runs the simulation of the exchange (backend/internal/syncsim) through many
# histories, in shards beside one another.
#
#   build/histories.sh            RUNS histories (50000) in JOBS processes (all
#                                 processors), in shards of SHARD (500) each
#
# A shard is one seed: SEED (1) is the first one's, and the next ones count on.
# What a shard found out is a line of LOG (build/logs/histories.log), which begins
# with the commit. The first failure ends everything, or with GO_ON=1 its shard
# only; it names the seed that repeats it:
#
#   go test ./backend/internal/syncsim -run Whatever -rapid.seed=SEED -rapid.checks=SHARD
#
# Of a failure LOG has what failed, which stands at the beginning of what rapid says,
# and the end; all of it lies beside LOG, named by the seed.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${RUNS:-50000} shard=${SHARD:-500} first=${SEED:-1} jobs=${JOBS:-$(nproc)} go_on=${GO_ON:-}
export GOFLAGS="${GOFLAGS:-} -buildvcs=false" CGO_ENABLED=0
mkdir -p build/logs
log=${LOG:-$PWD/build/logs/histories.log}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go test -c -o "$work/sim.test" ./backend/internal/syncsim

one() {
	local out=$work/$1.log status=0
	(cd backend/internal/syncsim && GOMAXPROCS=1 "$work/sim.test" -test.run Whatever -test.timeout 0 -test.v \
		-rapid.seed="$1" -rapid.checks="$shard" -rapid.shrinktime 10m >"$out" 2>&1) || status=$?
	if [ $status -eq 0 ]; then
		grep -oE '[0-9]+ runs, .*' "$out" | sed "s/^/seed $1: /" >>"$log"
		rm "$out"
	else
		cp "$out" "${log%.log}.$1.txt"
		{
			echo "failed with status $status; all of it is in $(basename "${log%.log}.$1.txt")"
			grep -nE "$telling" "$out" | head -40
			echo "the end:"
			tail -80 "$out"
		} | sed "s/^/seed $1: /" | tee -a "$log"
		[ -n "$go_on" ] || exit 255 # no more shards
		exit 1
	fi
}
export -f one
# what says why a history failed: rapid's verdict with the seed of the history, an
# invariant, and how Go tells of a panic, a race or a process that hangs
telling='\[rapid\] (failed|panic|flaky)|-rapid\.(seed|failfile)=|\b[ILC][0-9]+: |^(panic|fatal error|SIG[A-Z]+|--- FAIL)|DATA RACE|timed out'
export work shard log go_on telling

echo "commit $(git describe --always --dirty --abbrev=12), seeds from $first, shards of $shard" >"$log"
status=0
seq "$first" $((first + (runs + shard - 1) / shard - 1)) | xargs -P "$jobs" -I N nice bash -c 'one N' || status=$?
awk '/^seed [0-9]+: [0-9]+ runs, / { n += $3 } END { print n + 0, "histories passed" }' "$log" | tee -a "$log"
[ $status -eq 0 ] || { echo "some failed" | tee -a "$log" >&2; exit 1; }
