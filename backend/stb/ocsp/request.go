package ocsp

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
	maxRequestSize  = 64 << 10
	maxResponseSize = 1 << 20
	maxQuestions    = 100
	maxExtensions   = 32
	maxCertificates = 20
)

// ErrMalformed says that octets are not a request or a response.
var ErrMalformed = errors.New("ocsp: malformed message")

var (
	extNonce = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
)

// Request asks about certificates.
type Request struct {
	// Raw is the whole request as encoded.
	Raw []byte
	// CertIDs name the certificates; at least one.
	CertIDs []CertID
	// Nonce ties a response to the request; nil when absent. It holds the octets
	// of the extension, by RFC 8954 an OCTET STRING of 1 to 32 octets.
	Nonce []byte
}

// CreateRequest makes a request without optional fields except the nonce, which
// is left out when it is empty.
func CreateRequest(ids []CertID, nonce []byte) ([]byte, error) {
	if len(ids) == 0 || len(ids) > maxQuestions || len(nonce) > 32 {
		return nil, fmt.Errorf("ocsp: request needs 1 to %d certificates and a nonce of at most 32 octets", maxQuestions)
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, id := range ids {
					b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { addCertID(b, id) })
				}
			})
			if len(nonce) > 0 {
				addNonce(b, der.Explicit(2), der.Element(tag.OCTET_STRING, nonce))
			}
		})
	})
	return b.Bytes()
}

// addNonce writes extensions that consist of a nonce.
func addNonce(b *cryptobyte.Builder, t tag.Tag, value []byte) {
	b.AddASN1(t, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(extNonce)
				b.AddASN1OctetString(value)
			})
		})
	})
}

// ParseRequest reads one request in DER with nothing after it. A signature on
// the request is passed over: who asks does not change the answer.
func ParseRequest(data []byte) (*Request, error) {
	if len(data) > maxRequestSize {
		return nil, ErrMalformed
	}
	s := cryptobyte.String(bytes.Clone(data))
	r := &Request{Raw: s}
	var body, tbs, list cryptobyte.String
	if !s.ReadASN1(&body, tag.SEQUENCE) || !s.Empty() || !body.ReadASN1(&tbs, tag.SEQUENCE) ||
		!body.SkipOptionalASN1(der.Explicit(0)) || !body.Empty() {
		return nil, ErrMalformed
	}
	if !readVersion(&tbs) || !tbs.SkipOptionalASN1(der.Explicit(1)) || !tbs.ReadASN1(&list, tag.SEQUENCE) {
		return nil, ErrMalformed
	}
	for !list.Empty() {
		var one cryptobyte.String
		var id CertID
		if len(r.CertIDs) == maxQuestions || !list.ReadASN1(&one, tag.SEQUENCE) || !readCertID(&one, &id) ||
			!one.SkipOptionalASN1(der.Explicit(0)) || !one.Empty() {
			return nil, ErrMalformed
		}
		r.CertIDs = append(r.CertIDs, id)
	}
	var ok bool
	if r.Nonce, ok = readExtensions(&tbs, der.Explicit(2)); !ok || !tbs.Empty() || len(r.CertIDs) == 0 {
		return nil, ErrMalformed
	}
	return r, nil
}

// readVersion passes over the explicit version 1, which DER leaves out but some
// write.
func readVersion(s *cryptobyte.String) bool {
	if !s.PeekASN1Tag(der.Explicit(0)) {
		return true
	}
	var body cryptobyte.String
	var v int
	return s.ReadASN1(&body, der.Explicit(0)) && body.ReadASN1Integer(&v) && body.Empty() && v == 0
}

// readExtensions takes optional extensions: the nonce is returned, unknown
// critical ones and repeated ones are refused.
func readExtensions(s *cryptobyte.String, t tag.Tag) (nonce []byte, ok bool) {
	if !s.PeekASN1Tag(t) {
		return nil, true
	}
	var wrapped, list cryptobyte.String
	if !s.ReadASN1(&wrapped, t) || !wrapped.ReadASN1(&list, tag.SEQUENCE) || !wrapped.Empty() || list.Empty() {
		return nil, false
	}
	var seen []asn1.ObjectIdentifier
	for !list.Empty() {
		var body, value cryptobyte.String
		var id asn1.ObjectIdentifier
		var critical bool
		if len(seen) == maxExtensions || !list.ReadASN1(&body, tag.SEQUENCE) || !body.ReadASN1ObjectIdentifier(&id) {
			return nil, false
		}
		if body.PeekASN1Tag(tag.BOOLEAN) && (!body.ReadASN1Boolean(&critical) || !critical) {
			return nil, false
		}
		if !body.ReadASN1(&value, tag.OCTET_STRING) || !body.Empty() {
			return nil, false
		}
		for _, o := range seen {
			if o.Equal(id) {
				return nil, false
			}
		}
		seen = append(seen, id)
		switch {
		case id.Equal(extNonce):
			if nonce = value; nonce == nil {
				nonce = []byte{}
			}
		case critical:
			return nil, false
		}
	}
	return nonce, true
}

// Asks reports whether the request names a certificate of an issuer.
func (r *Request) Asks(cert, issuer *pki.Certificate) bool {
	for _, id := range r.CertIDs {
		if id.Names(cert, issuer) {
			return true
		}
	}
	return false
}
