package pki

import (
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
)

// RevocationListTemplate says what a new list holds.
type RevocationListTemplate struct {
	// Number is the number of the list, greater than that of the one before.
	Number Serial
	// ThisUpdate is when it is issued and NextUpdate when the next one will be.
	ThisUpdate, NextUpdate time.Time
	// Entries are the revoked certificates; a reason is always written.
	Entries []Revocation
}

// CreateRevocationList makes a list signed by an authority.
func CreateRevocationList(t *RevocationListTemplate, issuer *Certificate, signer Signer) ([]byte, error) {
	key := signer.PublicKey()
	alg := AlgorithmFor(key)
	switch {
	case t == nil || issuer == nil || alg == nil || issuer.PublicKey == nil || !issuer.PublicKey.Equal(key):
		return nil, fmt.Errorf("%w: signer is not the issuer's key", ErrTemplate)
	case t.NextUpdate.Before(t.ThisUpdate), t.Number == "", len(t.Number) > 20:
		return nil, fmt.Errorf("%w: times or number", ErrTemplate)
	}
	if negative, err := der.Integer([]byte(t.Number)); negative || err != nil {
		return nil, fmt.Errorf("%w: number", ErrTemplate)
	}
	seen := make(map[Serial]bool, len(t.Entries))
	for _, e := range t.Entries {
		if e.Serial.check() != nil || !e.Reason.valid() || seen[e.Serial] {
			return nil, fmt.Errorf("%w: entry", ErrTemplate)
		}
		seen[e.Serial] = true
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		der.AddAlgorithm(b, alg.OID)
		b.AddBytes(issuer.Subject.Raw)
		der.AddTime(b, t.ThisUpdate)
		der.AddTime(b, t.NextUpdate)
		if len(t.Entries) > 0 {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, e := range t.Entries {
					addRevocation(b, e)
				}
			})
		}
		var exts []Extension
		if id := issuer.SubjectKeyID; id != nil {
			exts = append(exts, Extension{extAuthorityKeyID, false, value(func(b *cryptobyte.Builder) { addAuthorityKeyID(b, id) })})
		}
		number := value(func(b *cryptobyte.Builder) { der.AddElement(b, tag.INTEGER, []byte(t.Number)) })
		addExtensions(b, der.Explicit(0), append(exts, Extension{extCRLNumber, false, number}))
	})
	return signStructure(b, signer)
}

func addRevocation(b *cryptobyte.Builder, e Revocation) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddElement(b, tag.INTEGER, []byte(e.Serial))
		der.AddTime(b, e.At)
		reason := value(func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(e.Reason)) })
		exts := []Extension{{extCRLReason, false, reason}}
		if !e.InvalidSince.IsZero() {
			since := value(func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(e.InvalidSince.UTC()) })
			exts = append(exts, Extension{extInvalidityDate, false, since})
		}
		addExtensionList(b, exts)
	})
}

// NumberSerial returns a number of a list as the contents octets of its INTEGER.
func NumberSerial(n uint64) Serial {
	var octets [8]byte
	for i := range octets {
		octets[7-i] = byte(n >> (8 * i))
	}
	return Serial(der.Unsigned(octets[:]))
}
