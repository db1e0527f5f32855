#!/usr/bin/env bash
# make peers: portald beside PocketBase, on this machine and in turns, with the
# bars that docs/speed.md sets.
#
#   build/peers.sh [ROUNDS] [FLAGS of build/peers/portal]
#
# PocketBase is built once by its version through the module proxy, whose checksum
# database vouches for it, into build/bin/peers; it is not in go.mod and nothing of
# it comes into this tree. POCKETBASE=/path/to/program measures another build, and
# POCKETBASE=none the portal alone, by the bars that need no peer. The data lie
# under TMPDIR, which should be on the disk that is to be measured. The status is 0
# when every bar holds.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v0.39.6
export GOFLAGS="${GOFLAGS:-} -buildvcs=false" CGO_ENABLED=0
bin=$PWD/build/bin/peers
mkdir -p "$bin"
peer=${POCKETBASE:-$bin/pocketbase-$version}
if [ "$peer" = none ]; then
	peer=
elif [ ! -x "$peer" ]; then
	echo "building PocketBase $version"
	GOBIN=$bin go install "github.com/pocketbase/pocketbase/examples/base@$version"
	mv "$bin/base" "$peer"
fi
go build -o "$bin/portald" ./backend/cmd/portald
go build -o "$bin/portal" ./build/peers/portal
rounds=${1:-5}
shift || true
exec "$bin/portal" -portald "$bin/portald" -pocketbase "$peer" -rounds "$rounds" "$@"
