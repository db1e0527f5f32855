package pki

import (
	"bytes"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
)

var (
	attrChallengePassword = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 7}
	attrExtensionRequest  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 14}
)

// CertificateRequest is a request for a certificate (STB 34.101.17).
type CertificateRequest struct {
	// Raw is the whole request and RawTBS its signed part, as encoded.
	Raw, RawTBS []byte
	// Subject is the name that is asked for.
	Subject Name
	// PublicKey is the key to certify.
	PublicKey *bign.PublicKey
	// ChallengePassword is the text for the authority, such as the number of a
	// payment; empty when absent.
	ChallengePassword string
	// Extensions are the extensions that are asked for.
	Extensions []Extension
	// Decoded holds the values of those that are understood.
	Decoded
	// SignatureAlgorithm and Signature are the sender's signature.
	SignatureAlgorithm AlgorithmIdentifier
	Signature          []byte
}

// RequestTemplate says what a new request holds.
type RequestTemplate struct {
	// Subject is the name that is asked for.
	Subject Name
	// ChallengePassword is left out when empty.
	ChallengePassword string
	// Extensions are left out when empty.
	Extensions []Extension
}

// ParseRequest reads one request in DER with nothing after it. Verify tells
// whether its signature holds.
func ParseRequest(data []byte) (*CertificateRequest, error) {
	bad := func(what string) (*CertificateRequest, error) {
		return nil, fmt.Errorf("pki: certificate request: %s: %w", what, ErrMalformed)
	}
	if len(data) > MaxCertificateSize {
		return bad("too long")
	}
	s := cryptobyte.String(bytes.Clone(data))
	r := &CertificateRequest{Raw: s}
	r.MaxPathLen = -1
	var body, info, tbs cryptobyte.String
	if !s.ReadASN1(&body, tag.SEQUENCE) || !s.Empty() || !body.ReadASN1Element(&info, tag.SEQUENCE) ||
		!der.ReadAlgorithm(&body, &r.SignatureAlgorithm) {
		return bad("outer structure")
	}
	r.RawTBS = info
	sig, unused, ok := readBits(&body)
	if !ok || unused != 0 || !body.Empty() {
		return bad("signature")
	}
	r.Signature = sig
	var version int
	if !info.ReadASN1(&tbs, tag.SEQUENCE) || !tbs.ReadASN1Integer(&version) || version != 0 {
		return bad("version is not 1")
	}
	if r.Subject, ok = readName(&tbs); !ok {
		return bad("subject")
	}
	var key cryptobyte.String
	if !tbs.ReadASN1Element(&key, tag.SEQUENCE) {
		return bad("public key")
	}
	var err error
	if r.PublicKey, err = ParsePublicKey(key); err != nil {
		return nil, fmt.Errorf("pki: certificate request: %w", err)
	}
	var attributes cryptobyte.String
	if !tbs.ReadASN1(&attributes, der.Explicit(0)) || !tbs.Empty() || !r.readAttributes(attributes) {
		return bad("attributes")
	}
	return r, nil
}

// readAttributes takes the known attributes, each at most once with one value.
func (r *CertificateRequest) readAttributes(list cryptobyte.String) bool {
	var seen []asn1.ObjectIdentifier
	for !list.Empty() {
		var pair, set cryptobyte.String
		var id asn1.ObjectIdentifier
		if len(seen) == maxExtensions || !list.ReadASN1(&pair, tag.SEQUENCE) || !pair.ReadASN1ObjectIdentifier(&id) ||
			!pair.ReadASN1(&set, tag.SET) || !pair.Empty() || containsOID(seen, id) {
			return false
		}
		seen = append(seen, id)
		switch {
		case id.Equal(attrChallengePassword):
			var text cryptobyte.String
			var t tag.Tag
			if !set.ReadAnyASN1(&text, &t) || !set.Empty() {
				return false
			}
			var ok bool
			if r.ChallengePassword, ok = decodeString(t, text); !ok {
				return false
			}
		case id.Equal(attrExtensionRequest):
			var exts cryptobyte.String
			if !set.ReadASN1(&exts, tag.SEQUENCE) || !set.Empty() {
				return false
			}
			var duplicate, ok bool
			if r.Extensions, duplicate, ok = readExtensions(exts); !ok || duplicate || r.decode(r.Extensions) != "" {
				return false
			}
		}
	}
	return true
}

// Verify checks the proof of possession: the request is signed by the key in it.
func (r *CertificateRequest) Verify() error {
	return CheckSignature(r.PublicKey, r.SignatureAlgorithm, r.RawTBS, r.Signature)
}

// CreateRequest makes a request for the signer's key.
func CreateRequest(t *RequestTemplate, signer Signer) ([]byte, error) {
	key := signer.PublicKey()
	if t == nil || t.Subject.Raw == nil || AlgorithmFor(key) == nil {
		return nil, ErrTemplate
	}
	var attributes [][]byte
	add := func(id asn1.ObjectIdentifier, f func(b *cryptobyte.Builder)) {
		attributes = append(attributes, value(func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(id)
				b.AddASN1(tag.SET, f)
			})
		}))
	}
	if t.ChallengePassword != "" {
		add(attrChallengePassword, func(b *cryptobyte.Builder) {
			der.AddElement(b, tag.UTF8String, []byte(t.ChallengePassword))
		})
	}
	if len(t.Extensions) > 0 {
		add(attrExtensionRequest, func(b *cryptobyte.Builder) { addExtensionList(b, t.Extensions) })
	}
	der.SortSet(attributes)
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddBytes(t.Subject.Raw)
		addPublicKey(b, key)
		b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) {
			for _, a := range attributes {
				b.AddBytes(a)
			}
		})
	})
	return signStructure(b, signer)
}

// Extensions returns the extensions that the template asks for, without key
// identifiers: what a request may carry.
func (t *Template) Extensions() []Extension {
	var out []Extension
	if len(t.Policies) > 0 {
		out = append(out, Extension{extPolicies, false, value(func(b *cryptobyte.Builder) { addOIDs(b, t.Policies, true) })})
	}
	if len(t.Emails)+len(t.DNSNames)+len(t.URIs) > 0 || !t.Belarusian.Empty() {
		out = append(out, Extension{extSubjectAltName, false, value(t.addAltNames)})
	}
	return out
}
