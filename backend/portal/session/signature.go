package session

import (
	"context"
	"time"

	"akno/backend/portalapi"
)

// A Signer is who signed a challenge: what the certificate says, after path,
// time, revocation and purpose were found good.
type Signer struct {
	Certificate []byte           // DER
	Fingerprint string           // SHA-256 of it in hex
	NotAfter    time.Time        // end of its validity
	Person      portalapi.Person // with the identification number
}

// Signatures checks signatures for the portal.
type Signatures interface {
	// Attached verifies CMS signed data of one signer over content it
	// carries, at the time at, and returns the content and the signer. A
	// signature that does not verify is akno.BadSignature; a certificate that
	// is out of its time, revoked, untrusted, not for signing or that cannot
	// be checked has a code of its own.
	Attached(ctx context.Context, signature []byte, at time.Time) (content []byte, by Signer, err error)
}
