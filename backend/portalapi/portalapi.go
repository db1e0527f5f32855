// Package portalapi is the contract between the portal and its clients: the
// OpenAPI file, written by hand, and the wire types generated from it. Server
// and client are generated from the same file into their own packages, so that
// they cannot drift apart. It imports the standard library only.
package portalapi

import _ "embed"

//go:generate sh generate.sh

// Contract is the OpenAPI 3 file of the portal.
//
//go:embed openapi.yaml
var Contract []byte
