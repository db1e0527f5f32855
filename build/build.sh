#!/bin/sh
# Every build of the program without the wails command, from any folder:
#
#   build/build.sh page|web|window|webdriver|portald|aknoctl|bindings|windows|twice
#
# page       the interface, into frontend/dist (needs npm ci in frontend)
# web        the program shown in a browser, build/bin/akno-web; no cgo
# window     the program in its window, build/bin/akno; GTK and WebKitGTK 4.1
# webdriver  the same window for tests, build/bin/akno-webdriver; never shipped
# portald    the reference portal, build/bin/portald
# aknoctl    the command line, build/bin/aknoctl
# bindings   Wails' own TypeScript, into build/bin/wailsjs, to compare with ours
# windows    build/bin/akno.exe, cross-built
# twice      window and windows in two trees with two caches: the same bytes?
#
# VERSION names the version, 0.1.0 by default.
set -eu
cd "$(dirname "$0")/.."
version=${VERSION:-0.1.0}
out=build/bin
flags="-trimpath -buildvcs=false"
ld="-s -w -X main.version=$version"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-1767225600}" # 2026-01-01
mkdir -p $out

window() { # output folder
	go build $flags -buildmode=pie -tags desktop,production,webkit2_41 -ldflags "$ld" -o "$1/akno" .
}

windows() { # output folder
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 \
		go build $flags -tags desktop,production -ldflags "$ld -H windowsgui" -o "$1/akno.exe" .
}

one() { # target
	case $1 in
	page)
		(cd frontend && npm run --silent build && node scripts/budget.mjs)
		touch frontend/dist/.gitkeep # the build empties the folder; go:embed needs a file there
		;;
	web) CGO_ENABLED=0 go build $flags -tags headless -ldflags "$ld" -o $out/akno-web . ;;
	window) window $out ;;
	webdriver) go build $flags -tags desktop,production,webkit2_41,webdriver -ldflags "$ld" -o $out/akno-webdriver . ;;
	portald) CGO_ENABLED=0 go build $flags -ldflags "-s -w" -o $out/portald ./backend/cmd/portald ;;
	aknoctl) CGO_ENABLED=0 go build $flags -ldflags "-s -w" -o $out/aknoctl ./backend/cmd/aknoctl ;;
	bindings)
		CGO_ENABLED=0 go build $flags -tags bindings -o $out/bindings .
		$out/bindings
		;;
	windows) windows $out ;;
	twice)
		tmp=$(mktemp -d)
		trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
		mkdir "$tmp/tree" "$tmp/out"
		tar -c --exclude=./build/bin --exclude=node_modules --exclude=./.git . | tar -x -C "$tmp/tree"
		window "$PWD/$out"
		windows "$PWD/$out"
		(cd "$tmp/tree" && GOCACHE="$tmp/cache" && export GOCACHE && window "$tmp/out" && windows "$tmp/out")
		for f in akno akno.exe; do
			cmp "$out/$f" "$tmp/out/$f" && echo "$f: the same, $(sha256sum <"$out/$f" | cut -c1-16)"
		done
		;;
	*)
		sed -n '2,17p' build/build.sh
		exit 2
		;;
	esac
}

[ $# -gt 0 ] || one help
for target; do one "$target"; done
