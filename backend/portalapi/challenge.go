package portalapi

import (
	"errors"
	"fmt"
	"strings"
)

// ChallengeDocument is what a person signs to prove that a key is his and
// present. Its octets are text: a header line, then a line for each member. An
// application is canonical JSON and begins with a brace, so that neither can
// pass for the other.
type ChallengeDocument struct {
	Origin  string // the portal, by the address it is known under
	Purpose string // a ChallengeRequestPurpose
	Nonce   string // 64 hex digits: 256 random bits
	At      string // RFC 3339, UTC
}

const challengeHeader = "akno challenge 1"

// ErrNotChallenge says that octets are not a challenge.
var ErrNotChallenge = errors.New("portalapi: not a challenge document")

// Marshal returns the octets to sign.
func (d ChallengeDocument) Marshal() []byte {
	return fmt.Appendf(nil, "%s\norigin: %s\npurpose: %s\nnonce: %s\nat: %s\n",
		challengeHeader, d.Origin, d.Purpose, d.Nonce, d.At)
}

// ParseChallenge reads a challenge and accepts exactly what Marshal writes.
func ParseChallenge(document []byte) (ChallengeDocument, error) {
	var d ChallengeDocument
	lines := strings.Split(string(document), "\n")
	if len(document) > 2048 || len(lines) != 6 || lines[0] != challengeHeader || lines[5] != "" {
		return d, ErrNotChallenge
	}
	for i, member := range []struct {
		name  string
		value *string
	}{{"origin", &d.Origin}, {"purpose", &d.Purpose}, {"nonce", &d.Nonce}, {"at", &d.At}} {
		value, ok := strings.CutPrefix(lines[i+1], member.name+": ")
		if !ok || value == "" || strings.ContainsAny(value, "\r\t") {
			return d, ErrNotChallenge
		}
		*member.value = value
	}
	if len(d.Nonce) != 64 || strings.Trim(d.Nonce, "0123456789abcdef") != "" {
		return d, ErrNotChallenge
	}
	return d, nil
}
