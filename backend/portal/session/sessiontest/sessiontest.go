// Package sessiontest stands in for the checking of signatures where a test is
// about something else.
package sessiontest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"akno/backend/akno"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// A Card is a certificate of a test: who holds it and which one of his it is.
type Card struct {
	Person portalapi.Person
	Serial int
	Code   akno.Code // what checking it answers; "" is good
}

type signed struct {
	Content []byte
	Card    Card
}

// Sign returns what Signatures takes for a signature of the card over content.
func Sign(c Card, content []byte) []byte {
	b, err := json.Marshal(signed{content, c})
	if err != nil {
		panic("sessiontest: " + err.Error())
	}
	return b
}

// Signatures believes what Sign made.
type Signatures struct{}

// Attached returns the content and the signer that Sign was given.
func (Signatures) Attached(_ context.Context, signature []byte, at time.Time) ([]byte, session.Signer, error) {
	var s signed
	if json.Unmarshal(signature, &s) != nil {
		return nil, session.Signer{}, &akno.Error{Code: akno.BadSignature, Op: "sessiontest"}
	}
	if s.Card.Code != "" {
		return nil, session.Signer{}, &akno.Error{Code: s.Card.Code, Op: "sessiontest"}
	}
	der, err := json.Marshal(s.Card)
	if err != nil {
		return nil, session.Signer{}, err
	}
	sum := sha256.Sum256(der)
	return s.Content, session.Signer{
		Certificate: der, Fingerprint: hex.EncodeToString(sum[:]), NotAfter: at.AddDate(1, 0, 0), Person: s.Card.Person,
	}, nil
}
