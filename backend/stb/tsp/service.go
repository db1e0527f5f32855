package tsp

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// Service makes stamps. It does not change and may serve several goroutines if
// its signer may.
type Service struct {
	// Certificate is the service's certificate and Signer its key.
	Certificate *pki.Certificate
	Signer      pki.Signer
	// Policy is stated in every stamp; nil means that of STB 34.101.78.
	Policy asn1.ObjectIdentifier
	// Accuracy is stated in whole seconds when it is a second or more.
	Accuracy time.Duration
}

var errService = errors.New("tsp: the service's certificate is not for stamps")

// Respond answers a request in DER: with a stamp, or with a rejection when the
// request is not acceptable. The error tells what the service's own fault is;
// the answer is then a rejection too.
func (s *Service) Respond(request []byte, serial pki.Serial, at time.Time) ([]byte, error) {
	r, err := ParseRequest(request)
	if err != nil {
		return Reject(BadDataFormat), nil
	}
	h := pki.HashByOID(r.HashAlgorithm.OID)
	switch {
	case h == nil || !r.HashAlgorithm.PlainParams():
		return Reject(BadAlg), nil
	case len(r.HashedMessage) != h.Size:
		return Reject(BadDataFormat), nil
	case r.Policy != nil && !r.Policy.Equal(s.policy()):
		return Reject(UnacceptedPolicy), nil
	case r.Extensions:
		return Reject(UnacceptedExtension), nil
	}
	token, err := s.Stamp(r, serial, at)
	if err != nil {
		return Reject(SystemFailure), err
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(Granted)) })
		b.AddBytes(token)
	})
	return b.Bytes()
}

func (s *Service) policy() asn1.ObjectIdentifier {
	if s.Policy != nil {
		return s.Policy
	}
	return oid.RoleTSA
}

// Stamp makes the token for a request.
func (s *Service) Stamp(r *Request, serial pki.Serial, at time.Time) ([]byte, error) {
	if s.Certificate == nil || s.Signer == nil || !s.Certificate.InForce(at) || len(s.Certificate.ExtKeyUsage) != 1 ||
		!s.Certificate.ExtKeyUsage[0].Equal(pki.EKUTimeStamping) {
		return nil, errService
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(s.policy())
		addImprint(b, r)
		der.AddElement(b, tag.INTEGER, []byte(serial))
		b.AddASN1GeneralizedTime(at.UTC().Truncate(time.Second))
		if sec := int64(s.Accuracy / time.Second); sec > 0 {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(sec) })
		}
		if r.Nonce != nil {
			der.AddElement(b, tag.INTEGER, r.Nonce)
		}
	})
	info, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("tsp: stamp: %w", err)
	}
	return cms.Sign(nil, cms.SignOptions{
		Certificate: s.Certificate, Signer: s.Signer, ContentType: cms.TypeTSTInfo, Attached: info,
		OmitIssuerSerial: true, OmitCertificate: !r.CertReq,
	})
}

// Reject makes an answer without a stamp.
func Reject(why Failure) []byte {
	bits := make([]byte, why/8+2)
	bits[0] = 7 - byte(why%8)
	bits[len(bits)-1] = 0x80 >> (why % 8)
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(int64(Rejection))
			der.AddElement(b, tag.BIT_STRING, bits)
		})
	})
	return b.BytesOrPanic()
}
