#!/usr/bin/env bash
# make test: everything that the project can check about itself, with the time
# that each stage took.
#
#   build/test.sh            all stages
#   build/test.sh vet go     only these, in the order of the list below
#
# A stage that fails does not stop the others; those that need what it would
# have built are left out and said to be. The status is that of all of them.
set -uo pipefail
cd "$(dirname "$0")/.."
# -trimpath as in build.sh, so that tests, programs and copies of the tree are compiled once
export GOFLAGS="${GOFLAGS:-} -buildvcs=false -trimpath"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 AKNO_ROOT=$PWD
tools=$PWD/build/bin/tools
logs=$PWD/build/logs
mkdir -p "$tools" "$logs"

packages() { build/deps.sh window test; }

# tool NAME MODULE VERSION: builds a tool once a version
tool() {
	[ -x "$tools/$1-$3" ] && return
	GOFLAGS= GOBIN="$tools" go install "$2@v$3" && mv "$tools/$1" "$tools/$1-$3"
}
tools() { tool gofumpt mvdan.cc/gofumpt 0.12.0 && tool staticcheck honnef.co/go/tools/cmd/staticcheck 0.8.2; }

sources() { find . \( -name node_modules -o -name .git -o -path ./build/bin \) -prune -o -name '*.go' ! -name '*.gen.go' -print; }
format() {
	local bad
	bad=$(sources | xargs "$tools/gofumpt-0.12.0" -l) || return
	[ -z "$bad" ] || { printf 'not formatted:\n%s\n' "$bad"; return 1; }
}

# the same code as every build of it sees it
vet() {
	CGO_ENABLED=0 go vet ./... &&
		CGO_ENABLED=0 go vet -tags headless . ./app/... &&
		CGO_ENABLED=0 go vet -tags window ./frontend/e2e/window &&
		CGO_ENABLED=0 go vet -tags soak ./backend/cmd/aknoctl &&
		GOOS=windows CGO_ENABLED=0 go vet -tags desktop,production . ./app/... ./backend/desktop/single &&
		go vet -tags desktop,production,webkit2_41,webdriver .
}
staticcheck() {
	CGO_ENABLED=0 "$tools/staticcheck-0.8.2" ./... &&
		CGO_ENABLED=0 "$tools/staticcheck-0.8.2" -tags window ./frontend/e2e/window
}

# what is generated is what the generators write today
generated() {
	local before after
	before=$(sums) && CGO_ENABLED=0 go generate ./backend/... && after=$(sums) || return
	diff <(echo "$before") <(echo "$after") && echo "generated code is current"
}
sums() { find backend \( -name '*.go' -o -name '*.yaml' -o -name '*.json' \) -print0 | sort -z | xargs -0 sha256sum; }

# everything, and the plain versions of what has another one for this processor
go_tests() { CGO_ENABLED=0 go test ./... && CGO_ENABLED=0 go test -tags purego ./backend/stb/bash; }

# the portal over PostgreSQL: every test that takes its database from testdb, a few
# histories of the exchange among them
on_postgres() {
	local list
	list=$(grep -rl --include='*_test.go' 'testkit/testdb"' backend | xargs -n1 dirname | sort -u | sed 's|^|./|')
	# shellcheck disable=SC2086 # a list of folders
	CGO_ENABLED=0 build/postgres.sh go test $list
}

# the packages where goroutines meet, under the race detector
race() {
	local list=() p
	for p in app app/web backend/desktop/single backend/desktop/store backend/desktop/syncer backend/desktop/signer \
		backend/desktop/session backend/internal/dbx backend/portal/store backend/portal/httpapi backend/portal/session \
		backend/portal/mail backend/portal/blob backend/gossuok; do
		[ ! -d $p ] || list+=("./$p/...")
	done
	# The deaths of an upgrade happen to one goroutine, and take half of this stage; the stage go has them.
	CGO_ENABLED=1 go test -race -skip '^TestADeathAtAnyStepOfAnUpgrade' "${list[@]}"
}

# a hundred inputs beyond the seeds for every parser of foreign octets, a number
# and not a time, for a busy machine; make fuzz takes its time
fuzz() { CGO_ENABLED=0 FUZZTIME=100x build/fuzz.sh backend/stb; }

# the known mistakes of the exchange, each of which its simulation has to find
mutants() { build/mutants.sh; }

page_packages() {
	local lock=frontend/node_modules/.package-lock.json
	[ -e $lock ] && [ ! frontend/package-lock.json -nt $lock ] && { echo "the packages are those of the list"; return; }
	(cd frontend && npm ci --no-audit --no-fund --loglevel=error) && touch $lock
}
page_lint() { (cd frontend && npm run --silent lint); }
page_check() { (cd frontend && npm run --silent check && npx tsc -p e2e/tsconfig.json); }
page_tests() { (cd frontend && npm run --silent test); }
page_build() { build/build.sh page; }
builds() { build/build.sh web portald aknoctl window webdriver; }

stories() {
	local browser
	browser=${AKNO_CHROMIUM:-$(command -v chromium || command -v google-chrome || command -v google-chrome-stable)} || {
		echo "no browser: build/deps.sh window test installs Debian's chromium; where it is a snap (Ubuntu), install Chrome or name a Chromium in AKNO_CHROMIUM"
		return 1
	}
	(cd frontend && AKNO_CHROMIUM=$browser npx playwright test --config e2e/playwright.config.ts)
}
window() {
	frontend/e2e/with_display.sh env AKNO_SHOTS="$PWD/build/shots/window" \
		go test -tags window -count=1 -timeout 5m ./frontend/e2e/window
}

# name of the stage, its function, stages that must have passed
all=(
	"packages packages"
	"tools tools"
	"format format tools"
	"vet vet"
	"staticcheck staticcheck tools"
	"generated generated"
	"go go_tests"
	"postgres on_postgres packages"
	"race race"
	"fuzz fuzz"
	"mutants mutants"
	"page-packages page_packages"
	"page-lint page_lint page-packages"
	"page-check page_check page-packages"
	"page-tests page_tests page-packages"
	"page-build page_build page-packages"
	"builds builds page-build"
	"stories stories builds"
	"window window builds"
)

declare -A result seconds
failed=()
only=" $* "
for line in "${all[@]}"; do
	read -r name run needs <<<"$line"
	[ "$only" = "  " ] || [[ $only == *" $name "* ]] || continue
	lacking=
	for n in $needs; do [ "${result[$n]:-ok}" = ok ] || lacking=$n; done
	if [ -n "$lacking" ]; then
		result[$name]="left out: needs $lacking"
		continue
	fi
	echo
	echo "== $name"
	began=$(date +%s)
	if "$run" 2>&1 | tee "$logs/$name.log"; then result[$name]=ok; else
		result[$name]=FAILED
		failed+=("$name")
	fi
	! grep -qE '^ +[0-9]+ flaky' "$logs/$name.log" || result[$name]+=", but not at the first try: $(grep -cE 'retry #1' "$logs/$name.log") of them"
	seconds[$name]=$(($(date +%s) - began))
done

echo
total=0
for line in "${all[@]}"; do
	read -r name _ <<<"$line"
	[ -n "${result[$name]:-}" ] || continue
	printf '%-14s %5s s  %s\n' "$name" "${seconds[$name]:-0}" "${result[$name]}"
	total=$((total + ${seconds[$name]:-0}))
done
printf '%-14s %5s s\n' all "$total"
# What failed is said last, where a reader of a long log, or of its end, finds it.
told() { grep -nE -A14 -- '--- FAIL|^panic:|DATA RACE|^ +[0-9]+\) |Error: |error TS|^FAIL|not formatted' "$1" || tail -n 20 "$1"; }
if [ ${#failed[@]} -gt 0 ]; then
	for name in "${failed[@]}"; do
		printf '\n== of %s.log\n' "$name"
		told "$logs/$name.log" | cut -c1-300 | head -n 70
	done
	echo "failed: ${failed[*]}; logs are in build/logs" >&2
	exit 1
fi
echo "everything passed"
