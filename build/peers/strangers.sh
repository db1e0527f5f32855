#!/usr/bin/env bash
# Shows the parsers of backend/stb the files of the DSS project: CAdES
# signatures, revocation lists, time stamps, status answers and certificates of
# many countries, some broken on purpose. Nothing of them is kept in this tree.
#
#   build/peers/strangers.sh          fetches esig/dss into build/bin/dss once
#   build/peers/strangers.sh FOLDER   shows the files of a folder instead
#
# A panic, a hang or a cost out of proportion fails; the report tells how many
# files of each kind were read. Of the 115 signatures of
# dss-cades/src/test/resources/validation these are refused, by decision:
# malformed-cades.p7m is no message, and three have octets after their end
# (cades-double-signing-certificate.p7m, cades-duplicated-signed-attrs.p7m,
# dss-1188/Test.bin.sig). Of the 24 lists five are of version 1 or have an empty
# list of entries, which the standard forbids, and infinite-loop.crl is none.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-}
if [ -z "$folder" ]; then
	folder=$PWD/build/bin/dss
	commit=d9473b8efea72fd5754623fa92bb9311f2b005c5
	if [ ! -d "$folder/.git" ]; then
		git init -q "$folder"
		git -C "$folder" remote add origin https://github.com/esig/dss
	fi
	git -C "$folder" fetch -q --depth 1 origin "$commit"
	git -C "$folder" checkout -q FETCH_HEAD
fi
CGO_ENABLED=0 go test ./backend/stb/internal/strangers -count=1 -v -run FilesOfStrangers -folder "$(cd "$folder" && pwd)"
