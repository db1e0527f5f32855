package ocsp

import (
	"bytes"
	"encoding/asn1"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/memo"
	"akno/backend/stb/pki"
)

// ResponseStatus is the status of a whole response.
type ResponseStatus int

// The statuses.
const (
	// Successful says that there is an answer.
	Successful ResponseStatus = 0
	// MalformedRequest says that the request was not understood.
	MalformedRequest ResponseStatus = 1
	// InternalError says that the responder failed.
	InternalError ResponseStatus = 2
	// TryLater says that the responder is busy.
	TryLater ResponseStatus = 3
	// SigRequired says that the request must be signed.
	SigRequired ResponseStatus = 5
	// Unauthorized says that the responder does not serve the sender or the issuer.
	Unauthorized ResponseStatus = 6
)

// Single is the answer about one certificate.
type Single struct {
	// CertID names the certificate.
	CertID CertID
	// State is good, revoked, suspended or unknown.
	State pki.CertState
	// Revocation tells more when the state is revoked or suspended.
	Revocation pki.Revocation
	// ThisUpdate is when the answer was true; NextUpdate is when a newer one will
	// be at hand, zero when not said.
	ThisUpdate, NextUpdate time.Time
}

// Response is a response; of one that is not successful only Raw and Code
// are set.
type Response struct {
	// Raw is the whole response as encoded.
	Raw []byte
	// Code is the status of the whole response.
	Code ResponseStatus
	// RawData is the signed part.
	RawData []byte
	// ResponderName or ResponderKeyHash names who signed.
	ResponderName    pki.Name
	ResponderKeyHash []byte
	// ProducedAt is when it was signed.
	ProducedAt time.Time
	// Singles are the answers.
	Singles []Single
	// Nonce is the nonce of the request as it came back; nil when absent.
	Nonce []byte
	// Certificates are proposed for checking the signature.
	Certificates []*pki.Certificate
	// SignatureAlgorithm and Signature are the responder's signature.
	SignatureAlgorithm pki.AlgorithmIdentifier
	Signature          []byte

	// versioned and extended say that it has fields which the strict profile leaves out.
	versioned, extended bool
	signed              memo.Keys
}

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// ParseResponse reads one response in DER with nothing after it.
func ParseResponse(data []byte) (*Response, error) {
	if len(data) > maxResponseSize {
		return nil, malformed("too long")
	}
	s := cryptobyte.String(bytes.Clone(data))
	r := &Response{Raw: s}
	var body, wrapped, typed, octets cryptobyte.String
	var status int
	if !s.ReadASN1(&body, tag.SEQUENCE) || !s.Empty() || !body.ReadASN1Enum(&status) {
		return nil, malformed("outer structure")
	}
	if r.Code = ResponseStatus(status); status < 0 || status > 6 || status == 4 {
		return nil, malformed("status")
	}
	if r.Code != Successful {
		if !body.Empty() {
			return nil, malformed("an error with an answer")
		}
		return r, nil
	}
	var kind asn1.ObjectIdentifier
	if !body.ReadASN1(&wrapped, der.Explicit(0)) || !body.Empty() || !wrapped.ReadASN1(&typed, tag.SEQUENCE) ||
		!wrapped.Empty() || !typed.ReadASN1ObjectIdentifier(&kind) || !kind.Equal(oidBasic) ||
		!typed.ReadASN1(&octets, tag.OCTET_STRING) || !typed.Empty() {
		return nil, malformed("not a basic response")
	}
	if err := r.readBasic(octets); err != nil {
		return nil, err
	}
	return r, nil
}

// ParseBasicResponse reads a BasicOCSPResponse that travels without its
// envelope, as in the values of older advanced signatures.
func ParseBasicResponse(data []byte) (*Response, error) {
	var basic cryptobyte.Builder
	basic.AddBytes(data)
	whole, err := wrap(basic)
	if err != nil {
		return nil, malformed("basic response")
	}
	return ParseResponse(whole)
}

func (r *Response) readBasic(s cryptobyte.String) error {
	var basic, data, bits cryptobyte.String
	if !s.ReadASN1(&basic, tag.SEQUENCE) || !s.Empty() || !basic.ReadASN1Element(&data, tag.SEQUENCE) ||
		!der.ReadAlgorithm(&basic, &r.SignatureAlgorithm) || !basic.ReadASN1(&bits, tag.BIT_STRING) ||
		len(bits) == 0 || bits[0] != 0 {
		return malformed("basic response")
	}
	r.RawData, r.Signature = data, bits[1:]
	if basic.PeekASN1Tag(der.Explicit(0)) {
		var wrapped, list cryptobyte.String
		if !basic.ReadASN1(&wrapped, der.Explicit(0)) || !wrapped.ReadASN1(&list, tag.SEQUENCE) || !wrapped.Empty() {
			return malformed("certificates")
		}
		for !list.Empty() {
			var raw cryptobyte.String
			if len(r.Certificates) == maxCertificates || !list.ReadASN1Element(&raw, tag.SEQUENCE) {
				return malformed("certificates")
			}
			c, err := pki.ReadCertificate(raw)
			if err != nil {
				return malformed("certificate")
			}
			r.Certificates = append(r.Certificates, c)
		}
	}
	if !basic.Empty() {
		return malformed("basic response")
	}
	return r.readData(data)
}

func (r *Response) readData(raw cryptobyte.String) error {
	var data, list cryptobyte.String
	if !raw.ReadASN1(&data, tag.SEQUENCE) {
		return malformed("response data")
	}
	r.versioned = data.PeekASN1Tag(der.Explicit(0))
	if !readVersion(&data) || !r.readResponder(&data) {
		return malformed("responder")
	}
	if !der.ReadGeneralizedTime(&data, &r.ProducedAt) || !data.ReadASN1(&list, tag.SEQUENCE) {
		return malformed("response data")
	}
	for !list.Empty() {
		var one Single
		if len(r.Singles) == maxQuestions || !readSingle(&list, &one) {
			return malformed("single response")
		}
		r.Singles = append(r.Singles, one)
	}
	r.extended = !data.Empty()
	var ok bool
	if r.Nonce, ok = readExtensions(&data, der.Explicit(1)); !ok || !data.Empty() {
		return malformed("response extensions")
	}
	return nil
}

func (r *Response) readResponder(data *cryptobyte.String) bool {
	var body, key cryptobyte.String
	if data.PeekASN1Tag(der.Explicit(1)) {
		if !data.ReadASN1(&body, der.Explicit(1)) {
			return false
		}
		n, err := pki.ParseName(body)
		r.ResponderName = n
		return err == nil
	}
	if !data.ReadASN1(&body, der.Explicit(2)) || !body.ReadASN1(&key, tag.OCTET_STRING) || !body.Empty() {
		return false
	}
	r.ResponderKeyHash = key
	return len(key) > 0
}

func readSingle(list *cryptobyte.String, out *Single) bool {
	var one cryptobyte.String
	if !list.ReadASN1(&one, tag.SEQUENCE) || !readCertID(&one, &out.CertID) || !out.readState(&one) ||
		!der.ReadGeneralizedTime(&one, &out.ThisUpdate) {
		return false
	}
	if one.PeekASN1Tag(der.Explicit(0)) {
		var wrapped cryptobyte.String
		if !one.ReadASN1(&wrapped, der.Explicit(0)) || !der.ReadGeneralizedTime(&wrapped, &out.NextUpdate) ||
			!wrapped.Empty() || out.NextUpdate.Before(out.ThisUpdate) {
			return false
		}
	}
	_, ok := readExtensions(&one, der.Explicit(1))
	return ok && one.Empty()
}

func (out *Single) readState(one *cryptobyte.String) bool {
	var body cryptobyte.String
	var t tag.Tag
	if !one.ReadAnyASN1(&body, &t) {
		return false
	}
	switch t {
	case der.Context(0):
		out.State = pki.StateGood
		return body.Empty()
	case der.Context(2):
		out.State = pki.StateUnknown
		return body.Empty()
	case der.Explicit(1):
		out.State = pki.StateRevoked
		return out.readRevoked(body)
	}
	return false
}

func (out *Single) readRevoked(body cryptobyte.String) bool {
	rev := &out.Revocation
	rev.Serial = out.CertID.Serial
	if !der.ReadGeneralizedTime(&body, &rev.At) {
		return false
	}
	if body.PeekASN1Tag(der.Explicit(0)) {
		var wrapped cryptobyte.String
		var code int
		if !body.ReadASN1(&wrapped, der.Explicit(0)) || !wrapped.ReadASN1Enum(&code) || !wrapped.Empty() ||
			code < 0 || code > 10 || code == 7 {
			return false
		}
		rev.HasReason, rev.Reason = true, pki.RevocationReason(code)
	}
	// On hold since 1970 is the mark of a number that was never issued (RFC 6960,
	// 2.2): such a certificate will not come back.
	if rev.Reason == pki.ReasonCertificateHold && rev.At.Unix() != 0 {
		out.State = pki.StateSuspended
	}
	return body.Empty()
}

// Find returns the answer about a certificate; none when the response has no
// answer or more than one.
func (r *Response) Find(cert, issuer *pki.Certificate) (Single, bool) {
	var found Single
	n := 0
	for _, s := range r.Singles {
		if s.CertID.Names(cert, issuer) {
			found = s
			n++
		}
	}
	return found, n == 1
}
