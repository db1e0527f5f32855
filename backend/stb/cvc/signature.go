package cvc

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

// maxCertificates bounds a signature, which carries a short path.
const maxCertificates = maxPath

// Signature is a detached signature with the signer's path: the DER of
// SEQUENCE { SEQUENCE OF certificate, OCTET STRING date OPTIONAL, OCTET STRING
// value }, written backwards so that it can be found at the end of a file.
// Signed is the hash of the file, the certificates and the date.
type Signature struct {
	// Certificates are the path, the signer's last; they may be left out.
	Certificates []*Certificate
	// Date is the day that the signer claims; zero when absent.
	Date time.Time
	// Value is S0‖S1 of 48, 72 or 96 octets.
	Value []byte
}

// ParseSignature reads a signature as it is written, backwards, with nothing
// around it. The error is ErrMalformed.
func ParseSignature(data []byte) (*Signature, error) {
	if len(data) > maxCertificates*maxSize {
		return nil, malformed("signature")
	}
	data = bytes.Clone(data)
	slices.Reverse(data)
	in := &cursor{rest: data}
	parts := in.within(tagSequence)
	certificates := parts.within(tagSequence)
	s := &Signature{}
	for len(certificates.rest) > 0 && !certificates.bad {
		c, err := read(certificates)
		if err != nil {
			return nil, err
		}
		s.Certificates = append(s.Certificates, c)
	}
	parts.end(certificates)
	value, _ := parts.next(tagOctetString)
	if len(value) == dateLength {
		var ok bool
		if s.Date, ok = readDate(value); !ok {
			return nil, malformed("date")
		}
		value, _ = parts.next(tagOctetString)
	}
	in.end(parts)
	if in.bad || len(in.rest) > 0 {
		return nil, malformed("signature")
	}
	switch len(value) {
	case 48, 72, 96:
	default:
		return nil, malformed("signature value")
	}
	s.Value = bytes.Clone(value)
	return s, nil
}

// date returns the six octets that are signed.
func (s *Signature) date() []byte {
	if s.Date.IsZero() {
		return make([]byte, dateLength)
	}
	return writeDate(s.Date)
}

// digest hashes what a key of this level signs.
func (s *Signature) digest(key *bign.PublicKey, content io.Reader) (oidDER, sum []byte, err error) {
	h := pki.AlgorithmFor(key).Hash
	f := h.New()
	if _, err := io.Copy(f, content); err != nil {
		return nil, nil, fmt.Errorf("cvc: %w", err)
	}
	for _, c := range s.Certificates {
		f.Write(c.Raw)
	}
	f.Write(s.date())
	return h.OIDDER(), f.Sum(nil), nil
}

// SignatureReport is the outcome for a signature.
type SignatureReport struct {
	Result
	// Signer is the signer's certificate; nil when it was not found.
	Signer *Certificate
}

// Verify checks a signature over content for a day: the value by the signer's
// certificate, which is the last one or, when the signature carries none, one of
// the verifier's; the path as it is written; and the way from the signer to an
// anchor. The error says that the content could not be read.
//
// Three answers differ from those of bee2cmd. It wants the anchor among the
// certificates of the signature, where here a path may end at an anchor that does
// not travel along. It refuses an anchor for a signature without certificates,
// which here may be that of the anchor itself. And it judges the path on the day
// that the signer claims, where here the claim proves nothing: the day of the
// question counts, and the claim must not contradict the signer's certificate.
func (s *Signature) Verify(content io.Reader, v Verifier, at time.Time) (SignatureReport, error) {
	var signer *Certificate
	end := func(r pki.Reason, note string) SignatureReport {
		return SignatureReport{Result{Verdict: r.Verdict(), Reason: r, Notes: []string{note}}, signer}
	}
	candidates := s.candidates(v)
	if len(candidates) == 0 {
		return end(pki.NoSigningCertificateFound, "no certificate has a key for this signature"), nil
	}
	oidDER, sum, err := s.digest(candidates[0].PublicKey, content)
	if err != nil {
		return SignatureReport{}, err
	}
	i := slices.IndexFunc(candidates, func(c *Certificate) bool { return c.PublicKey.Verify(oidDER, sum, s.Value) })
	if i < 0 && len(s.Certificates) == 0 {
		return end(pki.NoSigningCertificateFound, "no key at hand has signed this content"), nil
	}
	if signer = candidates[max(i, 0)]; i < 0 {
		return end(pki.SigCryptoFailure, "the key of "+signer.Holder+" did not sign this content"), nil
	}
	for i := range max(len(s.Certificates), 1) - 1 {
		issuer, c := s.Certificates[i], s.Certificates[i+1]
		if c.Authority != issuer.Holder || c.CheckSignatureBy(issuer.PublicKey) != nil {
			return end(pki.CertificateChainGeneralFailure, "the certificates of the signature are no path"), nil
		}
	}
	if !s.Date.IsZero() && !signer.InForce(s.Date) {
		return end(pki.OutOfBoundsNoPOE, "the certificate is not in force on the day that the signer claims"), nil
	}
	v.Intermediates = slices.Concat(s.Certificates, v.Intermediates)
	return SignatureReport{v.Verify(signer, at), signer}, nil
}

// candidates are the certificates that the signer's may be, all of the level of
// the value.
func (s *Signature) candidates(v Verifier) []*Certificate {
	all := slices.Concat(v.Intermediates, v.Anchors)
	if n := len(s.Certificates); n > 0 {
		all = []*Certificate{s.Certificates[n-1]}
	}
	return slices.DeleteFunc(all, func(c *Certificate) bool { return c.PublicKey.Curve().SignatureSize() != len(s.Value) })
}

// Sign signs content with the signer's key and the path, whose last certificate
// is the signer's; a zero date is left out. The result is written backwards.
func Sign(content io.Reader, path []*Certificate, date time.Time, signer pki.Signer) ([]byte, error) {
	s := &Signature{Certificates: path, Date: date}
	if n := len(path); n > maxCertificates || n > 0 && !path[n-1].PublicKey.Equal(signer.PublicKey()) || s.date() == nil {
		return nil, malformed("path or date")
	}
	oidDER, sum, err := s.digest(signer.PublicKey(), content)
	if err != nil {
		return nil, err
	}
	if s.Value, err = signer.SignHash(oidDER, sum); err != nil {
		return nil, fmt.Errorf("cvc: %w", err)
	}
	var certificates, day []byte
	for _, c := range path {
		certificates = append(certificates, c.Raw...)
	}
	if !date.IsZero() {
		day = element(tagOctetString, writeDate(date))
	}
	out := element(tagSequence, element(tagSequence, certificates), day, element(tagOctetString, s.Value))
	slices.Reverse(out)
	return out, nil
}
