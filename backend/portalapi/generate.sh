#!/bin/sh
# Generates the types, the server and the client from openapi.yaml. The
# generator is run by version and does not enter go.mod.
set -eu
cd "$(dirname "$0")"
gen="go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2"
mkdir -p ../portal/httpapi ../desktop/portalclient
for part in models server client; do
	$gen -config "$part.cfg.yaml" openapi.yaml
done
