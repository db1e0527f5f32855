package ocsp

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/pki"
)

var errTemplate = errors.New("ocsp: incomplete answer")

// CreateResponse makes a successful response signed by the responder, whose
// certificate is sent along. The nonce is that of the request, or nil.
func CreateResponse(singles []Single, producedAt time.Time, nonce []byte, responder *pki.Certificate, signer pki.Signer) ([]byte, error) {
	if len(singles) == 0 || len(singles) > maxQuestions || responder == nil || responder.PublicKey == nil ||
		!responder.PublicKey.Equal(signer.PublicKey()) {
		return nil, errTemplate
	}
	key := sha1.Sum(responder.PublicKeyBits)
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(der.Explicit(2), func(b *cryptobyte.Builder) { b.AddASN1OctetString(key[:]) })
		b.AddASN1GeneralizedTime(producedAt.UTC())
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, s := range singles {
				addSingle(b, s)
			}
		})
		if len(nonce) > 0 {
			addNonce(b, der.Explicit(1), nonce)
		}
	})
	data, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errTemplate, err)
	}
	alg, sig, err := pki.Sign(signer, data)
	if err != nil {
		return nil, fmt.Errorf("ocsp: sign: %w", err)
	}
	var basic cryptobyte.Builder
	basic.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(data)
		der.AddAlgorithm(b, alg.OID)
		b.AddASN1BitString(sig)
		b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(responder.Raw) })
		})
	})
	return wrap(basic)
}

func wrap(basic cryptobyte.Builder) ([]byte, error) {
	octets, err := basic.Bytes()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errTemplate, err)
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Enum(int64(Successful))
		b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidBasic)
				b.AddASN1OctetString(octets)
			})
		})
	})
	return b.Bytes()
}

func addSingle(b *cryptobyte.Builder, s Single) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		addCertID(b, s.CertID)
		switch s.State {
		case pki.StateGood:
			der.AddElement(b, der.Context(0), nil)
		case pki.StateUnknown:
			der.AddElement(b, der.Context(2), nil)
		case pki.StateRevoked, pki.StateSuspended:
			b.AddASN1(der.Explicit(1), func(b *cryptobyte.Builder) {
				b.AddASN1GeneralizedTime(s.Revocation.At.UTC())
				if s.Revocation.HasReason {
					b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(s.Revocation.Reason)) })
				}
			})
		default:
			b.SetError(errTemplate)
		}
		b.AddASN1GeneralizedTime(s.ThisUpdate.UTC())
		if !s.NextUpdate.IsZero() {
			b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(s.NextUpdate.UTC()) })
		}
	})
}

// ErrorResponse makes an unsigned response that reports an error.
func ErrorResponse(status ResponseStatus) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(status)) })
	return b.BytesOrPanic()
}
