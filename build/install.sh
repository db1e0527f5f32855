#!/bin/sh
# Puts the built window (build/build.sh page window) among the programs of this
# person, so that .akno files and akno: addresses open in it.
#
#   build/install.sh            into ~/.local; PREFIX=/usr/local for everybody
#   build/install.sh --remove   takes out what it put there; profiles stay
set -eu
cd "$(dirname "$0")/.."
prefix=${PREFIX:-$HOME/.local}
program=$prefix/bin/akno
entry=$prefix/share/applications/akno.desktop
icon=$prefix/share/icons/hicolor/512x512/apps/akno.png
kind=$prefix/share/mime/packages/akno.xml

# The lists that the desktop reads; a system without a list needs none.
known() {
	if command -v update-mime-database >/dev/null; then update-mime-database "$prefix/share/mime"; fi
	if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$prefix/share/applications"; fi
}

if [ "${1:-}" = --remove ]; then
	rm -f "$program" "$entry" "$icon" "$kind"
	known
	exit
fi
[ -x build/bin/akno ] || { echo "build/bin/akno is not built: build/build.sh page window" >&2; exit 1; }
install -Dm755 build/bin/akno "$program"
install -Dm644 build/appicon.png "$icon"
install -Dm644 build/linux/akno.xml "$kind"
install -d "${entry%/*}"
sed "s|^Exec=akno|Exec=$program|" build/linux/akno.desktop >"$entry"
known
echo "$program"
