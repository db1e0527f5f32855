#!/usr/bin/env bash
# Plants the known mistakes of the exchange one by one and expects the simulation
# (backend/internal/syncsim) to find each. A mistake is a patch in
# backend/internal/syncsim/mutants; its first line says what it is and which
# invariant dies of it. The patches are applied to a copy of the sources, so that
# the product holds nothing of them; what they add is chosen by the name in the
# environment, and many are built together.
#
#   build/mutants.sh              all of them, RUNS histories each at most (400)
#   build/mutants.sh NAME...      only these
#
# It fails when a patch does not apply any more, when the copy without a mistake
# does not pass, and when a mistake lives.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
runs=${RUNS:-400}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# without the path of a copy in what is compiled, a copy takes what it has not changed from the cache
export GOFLAGS="${GOFLAGS:-} -buildvcs=false -trimpath" CGO_ENABLED=0
sim=backend/internal/syncsim

waiting=()
for p in "$top/$sim"/mutants/*.patch; do
	name=$(basename "$p" .patch)
	[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
	waiting+=("$name")
done
[ ${#waiting[@]} -gt 0 ] || { echo "no such mutant" >&2; exit 2; }

# planted COPY PATCH: applies a patch; one that fits the sources, and not the
# lines that another has changed beside it, goes by its own lines alone
planted() {
	(cd "$1" && git apply --whitespace=nowarn "$2" 2>/dev/null) && return
	git apply --check --whitespace=nowarn "$2" 2>/dev/null && (cd "$1" && git apply -C0 --whitespace=nowarn "$2" 2>/dev/null)
}

# build N NAME...: a copy with as many of the patches as go together; those that
# do not are left in waiting for the next one
build() {
	local copy=$work/$1 name dirs=() left=() taken=()
	shift
	mkdir "$copy"
	find go.mod go.sum backend -type f ! -name '*.gen.md' -print0 | tar --null -T - -cf - | tar -xf - -C "$copy"
	for name in "$@"; do
		if planted "$copy" "$top/$sim/mutants/$name.patch"; then
			taken+=("$name")
			mapfile -t -O "${#dirs[@]}" dirs < <(sed -n 's|^+++ b/\(.*\)/[^/]*\.go$|\1|p' "$top/$sim/mutants/$name.patch")
		else
			left+=("$name")
		fi
	done
	[ ${#taken[@]} -gt 0 ] || { echo "does not apply any more: ${left[*]}" >&2; return 1; }
	for name in $(printf '%s\n' "${dirs[@]}" | sort -u); do
		printf 'package %s\n\nimport "os"\n\nfunc mutant(name string) bool { return os.Getenv("AKNO_MUTANT") == name }\n' \
			"$(sed -n 's/^package \([a-z]*\)$/\1/p' "$copy/$name"/[a-z]*.go | head -1)" >"$copy/$name/mutant.go"
	done
	(cd "$copy" && go test -c -o sim.test ./$sim)
	built=("${taken[@]}")
	waiting=("${left[@]}")
}

# judge COPY NAME: lets the simulation look for a mistake
judge() {
	local out began=$SECONDS
	cd "$1/$sim"
	# the known histories first: they are over in a moment
	out=$(AKNO_MUTANT=$2 "$1/sim.test" -test.failfast -test.run 'Histories|Death|Order|Whatever' -rapid.checks "$runs" -rapid.shrinktime 0s 2>&1) &&
		{ printf '%-30s LIVES after %s histories\n' "$2" "$runs"; return 1; }
	local by after
	by=$(grep -oE '\b[ILC][0-9]+: .*' <<<"$out" | head -1 | cut -c1-90)
	after=$(grep -oE 'failed after [0-9]+ tests' <<<"$out" | head -1)
	[ -n "$by" ] || { printf '%-30s fell by no invariant:\n%s\n' "$2" "$(tail -5 <<<"$out")"; return 1; }
	printf '%-30s %-24s %s\n' "$2" "${after:-by a known history}" "$by"
}
export -f judge
export runs sim

n=0
status=0
while [ ${#waiting[@]} -gt 0 ]; do
	n=$((n + 1))
	build $n "${waiting[@]}"
	if ! (cd "$work/$n/$sim" && "$work/$n/sim.test" -test.run 'Histories|Death|Order|Whatever' -rapid.checks 5 >"$work/$n.log" 2>&1); then
		tail -20 "$work/$n.log"
		echo "the copy without a mistake does not pass" >&2
		exit 1
	fi
	printf '%s\n' "${built[@]}" | xargs -P "$(nproc)" -I NAME bash -c "judge $work/$n NAME" || status=1
done
[ $status -eq 0 ] || { echo "some mistakes live" >&2; exit 1; }
echo "every mistake was found"
