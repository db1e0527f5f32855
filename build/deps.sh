#!/bin/sh
# Installs the Debian and Ubuntu packages that are missing, and checks Go and
# Node:
#
#   build/deps.sh [window] [test]
#
# window   what building and showing the window needs
# test     what the tests need besides
#
# Nothing is installed when nothing is missing. Works as root or through sudo.
set -eu

say() { echo "deps: $*" >&2; }
die() {
	echo "error: $1" >&2
	shift
	for hint; do echo "hint: $hint" >&2; done
	exit 1
}

# at_least VERSION WANTED: is the first not older than the second?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }

command -v go >/dev/null || die "Go is not installed" "install Go 1.26 or newer: https://go.dev/dl"
v=$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//')
at_least "$v" 1.26 || [ "$(go env GOTOOLCHAIN)" != local ] ||
	die "Go $v is too old" "install Go 1.26 or newer: https://go.dev/dl"
command -v node >/dev/null && command -v npm >/dev/null ||
	die "Node.js is not installed" "install Node.js 20.19 or newer: https://nodejs.org"
v=$(node -p process.versions.node)
at_least "$v" 20.19 || die "Node.js $v is too old" "install Node.js 20.19 or newer: https://nodejs.org"

want=
for set; do
	case $set in
	window) want="$want gcc libc6-dev pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev fonts-dejavu-core" ;;
	test) want="$want xvfb dbus-x11 webkit2gtk-driver openbox xdotool x11-utils imagemagick poppler-utils sane-utils gnome-keyring fonts-noto-core" ;;
	*) die "unknown set: $set" ;;
	esac
done
[ -n "$want" ] || exit 0
command -v dpkg-query >/dev/null || {
	say "this is not Debian or Ubuntu; these are needed under the names they have here:$want"
	exit 0
}

missing() {
	for p in $want; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || printf ' %s' "$p"
	done
}

browser() { # a browser for the tests, wherever it comes from
	for b in chromium chromium-browser google-chrome google-chrome-stable; do
		path=$(command -v $b) && [ "$(head -c2 "$path")$b" != '#!chromium-browser' ] && return 0
	done
	return 1
}
server() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
case " $* " in *" test "*)
	browser || want="$want chromium"
	server || want="$want postgresql" # the tests start one of their own
	;;
esac

need=$(missing)
[ -n "$need" ] || exit 0
as=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || die "these packages are missing:$need" "install them as root: apt-get install$need"
	as=sudo
fi
say "installing$need"
known() { for p in "$@"; do apt-cache show "$p" >/dev/null 2>&1 || return 1; done; }
# shellcheck disable=SC2086 # a list of names
known $need || $as apt-get update -qq >&2
case $need in
*" chromium"*) known chromium && [ "$(apt-cache policy chromium | awk '/Candidate/ { print $2 }')" != "(none)" ] || {
	# Ubuntu has it as a snap only, which does not run for root nor see every folder.
	need=$(echo "$need" | sed 's/ chromium\b//')
	say "chromium is not a package of this distribution; for the stories install Chrome, or name a Chromium in AKNO_CHROMIUM"
} ;;
esac
# shellcheck disable=SC2086
[ -z "$need" ] || $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $need >&2 ||
	die "the packages could not be installed:$need" "is there a network? try: apt-get update"
