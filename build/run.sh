#!/usr/bin/env bash
# make run: builds the program, starts a demo portal beside it and opens the
# window; without a display, prints a link that opens it in a browser.
#
#   build/run.sh           a second run finds the data of the first
#   build/run.sh --reset   forgets that data
#
# AKNO_DEMO_DIR    where the data lie; $XDG_DATA_HOME/akno-demo by default
# AKNO_DEMO_PORT   the demo portal's port on 127.0.0.1; 8970 by default
# AKNO_DEMO_WEB=1  the browser even though there is a display
set -euo pipefail
cd "$(dirname "$0")/.."
demo=${AKNO_DEMO_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/akno-demo}
port=${AKNO_DEMO_PORT:-8970}
export GOFLAGS="${GOFLAGS:-} -buildvcs=false"

say() { echo "run: $*"; }
die() {
	echo "error: $1" >&2
	shift
	for hint; do echo "hint: $hint" >&2; done
	exit 1
}

mkdir -p -m 700 "$demo"
exec 9>"$demo/.lock"
if ! flock -n 9; then
	[ "${1:-}" != --reset ] || die "the demo is running" "stop it with Ctrl+C in its terminal, then reset"
	say "the demo already runs from $demo: its window comes to the front; in a browser, a new link is in its terminal"
	exec 9>&-
	for b in build/bin/akno build/bin/akno-web; do
		[ ! -x $b ] || AKNO_PROFILE_DIR=$demo/profile exec $b
	done
	die "it cannot be asked: nothing is built here"
fi
if [ "${1:-}" = --reset ]; then
	# Only what a run makes: the folder was chosen by a person.
	rm -rf "$demo/portal" "$demo/profile" "$demo/profile.open" "$demo/ready.json" "$demo/portald.log"
	say "the demo's data in $demo are forgotten"
	exit 0
fi
(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null &&
	die "port $port is taken by another program" "close that program, or choose another port: AKNO_DEMO_PORT=8971 make run"

shown=window
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ -n "${AKNO_DEMO_WEB:-}" ]; then shown=web; fi
if [ $shown = window ]; then build/deps.sh window; else build/deps.sh; fi

# packages of the page: only when the list has changed since they were installed
if [ ! -e frontend/node_modules/.package-lock.json ] || [ frontend/package-lock.json -nt frontend/node_modules/.package-lock.json ]; then
	say "installing the packages of the page"
	(cd frontend && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
	touch frontend/node_modules/.package-lock.json
fi
if [ ! -e frontend/dist/index.html ] || [ -n "$(find frontend/src frontend/index.html frontend/package-lock.json frontend/*.ts -newer frontend/dist/index.html -print -quit)" ]; then
	say "building the page"
	build/build.sh page
fi
say "building the program (the first time takes a minute or two)"
build/build.sh portald $shown

portald='' program=''
finish() {
	trap '' INT TERM
	trap - EXIT
	for pid in $program $portald; do kill -TERM "$pid" 2>/dev/null || true; done
	# A window with a system dialog open does not hear the signal.
	for pid in $program $portald; do
		for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
		kill -KILL "$pid" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	rm -f "$demo/ready.json"
}
trap finish EXIT
trap 'exit 0' INT # Ctrl+C is the way to end it
trap 'exit 143' TERM HUP

rm -f "$demo/ready.json"
# setsid keeps Ctrl+C from the children: they are stopped in order, above.
setsid build/bin/portald demo --data "$demo/portal" --addr "127.0.0.1:$port" --ready-file "$demo/ready.json" \
	>>"$demo/portald.log" 2>&1 9>&- &
portald=$!
for _ in $(seq 600); do
	[ ! -s "$demo/ready.json" ] || break
	kill -0 $portald 2>/dev/null || {
		tail -n 5 "$demo/portald.log" >&2
		die "the demo portal did not start" "the whole of its log: $demo/portald.log" "to begin anew: make reset-demo"
	}
	sleep 0.1
done
[ -s "$demo/ready.json" ] || die "the demo portal did not start within a minute" "its log: $demo/portald.log"
field() { node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))[process.argv[2]] ?? ""' "$demo/ready.json" "$1"; }
AKNO_PORTAL_URL=$(field portal) AKNO_TRUST_DIR=$(field trust) AKNO_KEYS_DIR=$(field keys)
export AKNO_PORTAL_URL AKNO_TRUST_DIR AKNO_KEYS_DIR AKNO_PROFILE_DIR="$demo/profile"

cat <<TEXT

  portal           $AKNO_PORTAL_URL
  mail             $(field mail)
  payments (ERIP)  $(field erip)
  registration of certificates (RA)  $(field ra)
  data             $demo
  keys             $AKNO_KEYS_DIR
  people           $demo/portal/README.txt

TEXT
if [ $shown = window ]; then
	say "opening the window; Ctrl+C here stops everything"
	setsid build/bin/akno 9>&- &
else
	say "there is no display, so the program is shown in a browser: open the link below, it works once"
	say "Ctrl+C here stops everything"
	setsid build/bin/akno-web 9>&- &
fi
program=$!
status=0
wait -n $program $portald || status=$?
if kill -0 $program 2>/dev/null; then
	tail -n 5 "$demo/portald.log" >&2
	die "the demo portal ended" "its log: $demo/portald.log"
fi
exit $status
