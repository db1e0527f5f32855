package tsp

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/pki"
)

const (
	maxRequestSize  = 16 << 10
	maxResponseSize = 4 << 20
	maxNonce        = 64
)

// ErrMalformed says that octets are not a request or a response.
var ErrMalformed = errors.New("tsp: malformed message")

// Request asks for a stamp.
type Request struct {
	// Raw is the whole request as encoded; CreateRequest does not need it.
	Raw []byte
	// HashAlgorithm and HashedMessage are the imprint of the data.
	HashAlgorithm pki.AlgorithmIdentifier
	HashedMessage []byte
	// Policy is the policy that is asked for; nil for any.
	Policy asn1.ObjectIdentifier
	// Nonce is the contents of its INTEGER; nil when absent.
	Nonce []byte
	// CertReq asks the service to send its certificate along.
	CertReq bool
	// Extensions says that there are extensions, which no service here knows.
	Extensions bool
}

// Imprint prepares a request about a hash value. The nonce is a big-endian
// number, best of 8 or more random octets; empty leaves it out, as the strict
// profile wants.
func Imprint(h *pki.HashAlgorithm, sum, nonce []byte) *Request {
	r := &Request{HashAlgorithm: pki.AlgorithmIdentifier{OID: h.OID}, HashedMessage: bytes.Clone(sum), CertReq: true}
	if len(nonce) > 0 {
		r.Nonce = der.Unsigned(nonce)
	}
	return r
}

// CreateRequest encodes a request in DER.
func CreateRequest(r *Request) ([]byte, error) {
	h := pki.HashByOID(r.HashAlgorithm.OID)
	if h == nil || len(r.HashedMessage) != h.Size || len(r.Nonce) > maxNonce {
		return nil, fmt.Errorf("tsp: request: imprint or nonce of a wrong length")
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		addImprint(b, r)
		if r.Policy != nil {
			b.AddASN1ObjectIdentifier(r.Policy)
		}
		if r.Nonce != nil {
			der.AddElement(b, tag.INTEGER, r.Nonce)
		}
		if r.CertReq {
			b.AddASN1Boolean(true)
		}
	})
	return b.Bytes()
}

func addImprint(b *cryptobyte.Builder, r *Request) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddAlgorithm(b, r.HashAlgorithm.OID)
		b.AddASN1OctetString(r.HashedMessage)
	})
}

// ParseRequest reads one request in DER with nothing after it.
func ParseRequest(data []byte) (*Request, error) {
	if len(data) > maxRequestSize {
		return nil, ErrMalformed
	}
	s := cryptobyte.String(bytes.Clone(data))
	r := &Request{Raw: s}
	var body, imprint, sum cryptobyte.String
	var version int
	if !s.ReadASN1(&body, tag.SEQUENCE) || !s.Empty() || !body.ReadASN1Integer(&version) || version != 1 ||
		!body.ReadASN1(&imprint, tag.SEQUENCE) || !der.ReadAlgorithm(&imprint, &r.HashAlgorithm) ||
		!imprint.ReadASN1(&sum, tag.OCTET_STRING) || !imprint.Empty() {
		return nil, ErrMalformed
	}
	r.HashedMessage = sum
	if body.PeekASN1Tag(tag.OBJECT_IDENTIFIER) && !body.ReadASN1ObjectIdentifier(&r.Policy) {
		return nil, ErrMalformed
	}
	if body.PeekASN1Tag(tag.INTEGER) {
		var nonce cryptobyte.String
		if !body.ReadASN1(&nonce, tag.INTEGER) || len(nonce) > maxNonce {
			return nil, ErrMalformed
		}
		if _, err := der.Integer(nonce); err != nil {
			return nil, ErrMalformed
		}
		r.Nonce = nonce
	}
	if body.PeekASN1Tag(tag.BOOLEAN) && (!body.ReadASN1Boolean(&r.CertReq) || !r.CertReq) {
		return nil, ErrMalformed
	}
	r.Extensions = body.PeekASN1Tag(der.Explicit(0))
	if !body.SkipOptionalASN1(der.Explicit(0)) || !body.Empty() {
		return nil, ErrMalformed
	}
	return r, nil
}
