#!/bin/sh
# Measures the start of the window: launch to start-up, DOM ready and first
# paint, and the memory of the program with its web processes (PSS, so that
# shared pages are counted once).
#
#   frontend/e2e/with_display.sh frontend/e2e/first_paint.sh [binary] [runs]
#
# Prints one line a run and the medians. Profiles are empty each time.
set -eu
bin=${1:-build/bin/akno}
runs=${2:-7}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

pss() { # of a process and its children, in KB
	for p in "$1" $(pgrep -P "$1" || true); do
		awk '/^Pss:/ { s += $2 } END { print s + 0 }' "/proc/$p/smaps_rollup" 2>/dev/null || true
	done | awk '{ s += $1 } END { print s + 0 }'
}

: >"$tmp/all"
i=0
while [ $i -lt "$runs" ]; do
	i=$((i + 1))
	log="$tmp/log$i"
	AKNO_MARKS=1 AKNO_PROFILE_DIR="$tmp/profile$i" AKNO_T0_NS=$(date +%s%N) "$bin" 2>"$log" &
	pid=$!
	n=0
	until grep -qs '^MARK paint' "$log" || [ $n -ge 200 ]; do
		n=$((n + 1))
		sleep 0.1
	done
	sleep 1
	mem=$(pss $pid)
	kill $pid 2>/dev/null || true
	wait $pid 2>/dev/null || true
	awk -v mem="$mem" '/^MARK/ { m[$2] = $3 } END { print m["startup"], m["domready"], m["paint"], mem }' "$log" | tee -a "$tmp/all"
done
for column in 1 2 3 4; do
	cut -d' ' -f$column "$tmp/all" | sort -n | awk '{ v[NR] = $1 } END { printf "%s ", v[int((NR + 1) / 2)] }'
done | awk '{ printf "median: startup %s ms, domready %s ms, paint %s ms, PSS %.0f MB\n", $1, $2, $3, $4 / 1024 }'
