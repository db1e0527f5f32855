package ocsp

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"time"

	"akno/backend/stb/pki"
)

var (
	// ErrNotSuccessful says that the responder reported an error.
	ErrNotSuccessful = errors.New("ocsp: the response reports an error")
	// ErrUnauthorised says that who signed may not answer for the issuer.
	ErrUnauthorised = errors.New("ocsp: the responder is not authorised by the issuer")
	// ErrSignature says that the signature does not verify.
	ErrSignature = errors.New("ocsp: signature does not verify")
	// ErrNoAnswer says that the response does not speak of the certificate, or
	// speaks of it twice.
	ErrNoAnswer = errors.New("ocsp: no single answer about the certificate")
)

// Responder finds out who signed a response on behalf of an issuer: the issuer
// itself (nil is returned for the certificate), a certificate issued by the
// same key for signing responses, or one of the configured certificates.
func (r *Response) Responder(issuer *pki.Certificate, configured ...*pki.Certificate) (*pki.Certificate, error) {
	if r.Code != Successful {
		return nil, ErrNotSuccessful
	}
	if r.namedBy(issuer) && r.signedBy(issuer) {
		return nil, nil
	}
	err := ErrUnauthorised
	if r.namedBy(issuer) {
		err = ErrSignature
	}
	for _, c := range configured {
		if r.namedBy(c) && r.signedBy(c) {
			return c, nil
		}
	}
	for _, c := range r.Certificates {
		if !r.namedBy(c) || !delegated(c, issuer) {
			continue
		}
		if r.signedBy(c) {
			return c, nil
		}
		err = ErrSignature
	}
	return nil, err
}

func (r *Response) signedBy(c *pki.Certificate) bool {
	return r.signed.Check(c.RawSubjectPublicKeyInfo, maxCertificates, func() error {
		return pki.CheckSignature(c.PublicKey, r.SignatureAlgorithm, r.RawData, r.Signature)
	}) == nil
}

// advice says where the form is not that of the strict profile (STB 34.101.78).
func (r *Response) advice() (notes []string) {
	for _, rule := range []struct {
		broken bool
		note   string
	}{
		{r.versioned, "it states its version"},
		{r.extended, "it has extensions"},
		{len(r.Certificates) > 1, "it carries more than one certificate"},
	} {
		if rule.broken {
			notes = append(notes, "status response: "+rule.note)
		}
	}
	return notes
}

// namedBy compares the responder's identifier with a certificate.
func (r *Response) namedBy(c *pki.Certificate) bool {
	if r.ResponderKeyHash == nil {
		return r.ResponderName.Equal(c.Subject)
	}
	short := sha1.Sum(c.PublicKeyBits)
	return bytes.Equal(r.ResponderKeyHash, short[:]) || bytes.Equal(r.ResponderKeyHash, pki.BeltHash.Sum(c.PublicKeyBits))
}

// delegated reports whether the issuer's own key made a certificate for signing
// responses (STB 34.101.26, 5.2 demands the same key).
func delegated(c, issuer *pki.Certificate) bool {
	if c.Defect() != nil || len(c.Unknown) > 0 || !c.Issuer.Equal(issuer.Subject) || c.CheckSignatureFrom(issuer) != nil {
		return false
	}
	if c.HasKeyUsage && c.KeyUsage&(pki.UseDigitalSignature|pki.UseNonRepudiation) == 0 {
		return false
	}
	for _, id := range c.ExtKeyUsage {
		if id.Equal(pki.EKUOCSPSigning) {
			return true
		}
	}
	return false
}

// Concerns reports whether the response speaks of a certificate. It implements
// pki.StatusSource.
func (r *Response) Concerns(cert, issuer *pki.Certificate) bool {
	for _, s := range r.Singles {
		if s.CertID.Names(cert, issuer) {
			return true
		}
	}
	return false
}

// Status returns what a correctly signed response says about a certificate. It
// implements pki.StatusSource.
func (r *Response) Status(cert, issuer *pki.Certificate) (pki.Status, error) {
	responder, err := r.Responder(issuer)
	if err != nil {
		return pki.Status{}, err
	}
	single, ok := r.Find(cert, issuer)
	if !ok {
		return pki.Status{}, ErrNoAnswer
	}
	if r.ProducedAt.Before(single.ThisUpdate.Add(-pki.ClockSkew)) {
		return pki.Status{}, malformed("produced before its answer was true")
	}
	return pki.Status{
		State: single.State, Revocation: single.Revocation, Source: "ocsp",
		IssuedAt: single.ThisUpdate, NextUpdate: single.NextUpdate, Responder: responder,
		Notes: r.advice(),
	}, nil
}

// Options say what a response is checked against.
type Options struct {
	// Issuer is the authority whose certificates the response is about.
	Issuer *pki.Certificate
	// Certificate is the certificate asked about; nil takes the only answer.
	Certificate *pki.Certificate
	// Request is the request that was sent, or nil.
	Request *Request
	// Responders are certificates that may answer by local decision.
	Responders []*pki.Certificate
	// Verifier checks the issuer and the responder; its own OCSP data are not used.
	Verifier pki.Verifier
	// At is the time of the check.
	At time.Time
}

// Report is the outcome of a check.
type Report struct {
	// Verdict and Reason are about the response, not about the certificate.
	Verdict pki.Verdict
	Reason  pki.Reason
	// Single is the answer that was asked for; State is "" when there is none.
	Single Single
	// ProducedAt is when the response was signed.
	ProducedAt time.Time
	// Responder is the delegated responder; nil when the issuer signed itself.
	Responder *pki.Certificate
	// Notes are remarks for a protocol in English.
	Notes []string
}

func report(reason pki.Reason, notes ...string) Report {
	return Report{Reason: reason, Verdict: reason.Verdict(), Notes: notes}
}

// Verify checks a response: signature, right of the responder, the certificate
// it is about, the nonce and freshness.
func Verify(r *Response, opt Options) Report {
	responder, err := r.Responder(opt.Issuer, opt.Responders...)
	switch {
	case errors.Is(err, ErrSignature):
		return report(pki.SigCryptoFailure, err.Error())
	case errors.Is(err, ErrUnauthorised):
		return report(pki.ChainConstraintsFailure, err.Error())
	case err != nil:
		return report(pki.TryLater, err.Error())
	}
	out := report(pki.OK)
	out.ProducedAt, out.Responder = r.ProducedAt, responder
	if opt.Verifier.Profile == pki.ProfileBPKI {
		for _, note := range r.advice() {
			out.Notes = append(out.Notes, pki.Advise+note)
		}
	}
	if reason, note := r.answer(opt, &out); reason != pki.OK {
		out.Reason, out.Verdict, out.Notes = reason, reason.Verdict(), append(out.Notes, note)
		return out
	}
	v := opt.Verifier
	v.OCSP, v.OnlyConcerned = nil, true
	chain := v.Verify(opt.Issuer, pki.PurposeCA, opt.At)
	if responder != nil && chain.Reason == pki.OK {
		v.Intermediates = append([]*pki.Certificate{opt.Issuer}, v.Intermediates...)
		chain = v.Verify(responder, pki.PurposeOCSP, opt.At)
	}
	out.Reason, out.Verdict = chain.Reason, chain.Verdict
	out.Notes = append(out.Notes, chain.Notes...)
	return out
}

// answer finds the answer, compares it with the question and judges freshness.
func (r *Response) answer(opt Options, out *Report) (pki.Reason, string) {
	switch {
	case opt.Certificate != nil:
		single, ok := r.Find(opt.Certificate, opt.Issuer)
		if !ok {
			return pki.Generic, ErrNoAnswer.Error()
		}
		out.Single = single
	case len(r.Singles) == 1 && r.Singles[0].CertID.issuedBy(opt.Issuer.Subject.Raw, opt.Issuer):
		out.Single = r.Singles[0]
	case len(r.Singles) == 1:
		return pki.Generic, "the answer is about another issuer's certificate"
	}
	if q := opt.Request; q != nil {
		if q.Nonce != nil && r.Nonce != nil && !bytes.Equal(q.Nonce, r.Nonce) {
			return pki.FormatFailure, "the nonce is not that of the request"
		}
		if !r.answers(q) {
			return pki.FormatFailure, "the response does not answer the request"
		}
	}
	if r.ProducedAt.After(opt.At.Add(pki.ClockSkew)) {
		return pki.TryLater, "produced in the future"
	}
	for _, s := range r.Singles {
		if s.ThisUpdate.After(opt.At.Add(pki.ClockSkew)) || !s.NextUpdate.IsZero() && opt.At.After(s.NextUpdate.Add(pki.ClockSkew)) {
			return pki.TryLater, "the answer is not of this time"
		}
	}
	return pki.OK, ""
}

// answers reports whether every certificate of a request has an answer.
func (r *Response) answers(q *Request) bool {
	for _, id := range q.CertIDs {
		found := false
		for _, s := range r.Singles {
			found = found || s.CertID.Equal(id)
		}
		if !found {
			return false
		}
	}
	return true
}
