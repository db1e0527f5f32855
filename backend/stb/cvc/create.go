package cvc

import (
	"bytes"
	"fmt"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// Template is what a certificate is made of.
type Template struct {
	// Authority and Holder are names of 8 to 12 characters.
	Authority, Holder string
	// PublicKey is the holder's key.
	PublicKey *bign.PublicKey
	// From and Until are the first and the last day in force, of years 2000 to 2099.
	From, Until time.Time
	// EID are 5 octets and ESign 2, or nil; a word that grants nothing is left out.
	EID, ESign []byte
}

// Create makes a certificate in DER, signed by the authority's key; signed by the
// holder's own key it is a request, or a root's certificate. What is returned has
// been read back and its signature verified. The error is ErrMalformed for a
// template that makes no certificate.
func Create(t Template, signer pki.Signer) ([]byte, error) {
	if t.PublicKey == nil || t.EID != nil && len(t.EID) != eidLength || t.ESign != nil && len(t.ESign) != esignLength {
		return nil, malformed("template")
	}
	rights := func(id []int, word []byte) []byte {
		return element(tagRights, der.OID(id), element(tagOctetString, word))
	}
	content := [][]byte{
		element(tagVersion, []byte{0}),
		element(tagAuthority, []byte(t.Authority)),
		element(tagPublicKey, der.OID(oid.BignPubKey), element(tagBitString, []byte{0}, t.PublicKey.Bytes())),
		element(tagHolder, []byte(t.Holder)),
	}
	if !zero(t.EID) {
		content = append(content, rights(oid.EIDAccess, t.EID))
	}
	content = append(content, element(tagFrom, writeDate(t.From)), element(tagUntil, writeDate(t.Until)))
	if !zero(t.ESign) {
		content = append(content, element(tagExtensions, element(tagExtension, der.OID(oid.SignAuthExt), rights(oid.ESignAccess, t.ESign))))
	}
	body := element(tagBody, content...)
	h := pki.AlgorithmFor(signer.PublicKey()).Hash
	signature, err := signer.SignHash(h.OIDDER(), h.Sum(body))
	if err != nil {
		return nil, fmt.Errorf("cvc: %w", err)
	}
	raw := element(tagCertificate, body, element(tagSignature, signature))
	c, err := Parse(raw)
	if err != nil {
		return nil, err
	}
	return raw, c.CheckSignatureBy(signer.PublicKey())
}

func zero(word []byte) bool { return len(bytes.Trim(word, "\x00")) == 0 }
