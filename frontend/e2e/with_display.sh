#!/bin/sh
# Runs a command on an X server, a window manager and a D-Bus session of its
# own:
#
#   frontend/e2e/with_display.sh go test -tags window ./frontend/e2e/window
#
# Xvfb chooses a free display itself (-displayfd), so parallel starts cannot
# meet. -noreset matters: without it the server resets itself when its only
# client leaves, and a program that connects at that moment fails to start GTK.
# File dialogs and focus need the window manager.
set -eu
tmp=$(mktemp -d)
mkfifo "$tmp/display"
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp -noreset 3>"$tmp/display" 2>/dev/null &
x=$!
wm=
trap 'kill $wm $x 2>/dev/null || true; rm -rf "$tmp"' EXIT
read -r n <"$tmp/display"
DISPLAY=":$n"
export DISPLAY
unset WAYLAND_DISPLAY
if command -v openbox >/dev/null; then
	openbox >/dev/null 2>&1 &
	wm=$!
fi
dbus-run-session -- "$@"
