// Package trust is what the portal believes about signatures: the anchors it
// was given by its operator, the certificates and revocation lists it has
// collected, and the judgement of a signature in the codes of the product.
package trust

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// A Store holds the data that signatures are judged by. It may be used by
// several goroutines.
type Store struct {
	dataMu        sync.RWMutex // guards what follows
	anchors       []*pki.Certificate
	intermediates []*pki.Certificate
	lists         []*pki.RevocationList
	at            time.Time

	metMu sync.Mutex // guards met
	met   map[string]*pki.Certificate
}

// maxMet is how many certificates of signers are remembered.
const maxMet = 4096

// known returns a certificate with these octets that was met before, or nil: it has
// been read, and knows its hash and by which keys its signature verifies, and a person
// files with the same certificate again and again. Whether a certificate is good, at
// its time and by the lists at hand, is judged anew for every message.
func (s *Store) known(raw []byte) *pki.Certificate {
	s.metMu.Lock()
	defer s.metMu.Unlock()
	return s.met[string(raw)]
}

// remember keeps the certificate of a signer that was found good.
func (s *Store) remember(c *pki.Certificate) {
	s.metMu.Lock()
	defer s.metMu.Unlock()
	if s.met == nil || len(s.met) >= maxMet {
		s.met = make(map[string]*pki.Certificate)
	}
	s.met[string(c.Raw)] = c
}

var _ session.Signatures = (*Store)(nil)

// New returns a Store with these anchors, in DER. Anchors come from the operator
// only; nothing that is received later becomes one.
func New(anchors ...[]byte) (*Store, error) {
	s := &Store{}
	for _, der := range anchors {
		c, err := pki.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("trust: anchor: %w", err)
		}
		s.anchors = append(s.anchors, c)
	}
	return s, nil
}

// AddIntermediate takes the certificate of an authority in DER. It is trusted
// only as far as a path to an anchor reaches.
func (s *Store) AddIntermediate(der []byte) error {
	c, err := pki.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("trust: intermediate: %w", err)
	}
	s.dataMu.Lock()
	defer s.dataMu.Unlock()
	if !slices.ContainsFunc(s.intermediates, c.Equal) {
		s.intermediates = append(slices.Clip(s.intermediates), c)
	}
	return nil
}

// AddList takes a revocation list in DER. It replaces an older one of the same
// issuer and scope; one that is older than what is there, or that no known
// authority has signed, is refused.
func (s *Store) AddList(der []byte, now time.Time) error {
	l, err := pki.ParseRevocationList(der)
	if err != nil {
		return fmt.Errorf("trust: revocation list: %w", err)
	}
	s.dataMu.Lock()
	defer s.dataMu.Unlock()
	signed := func(c *pki.Certificate) bool {
		return c.Subject.Equal(l.Issuer) && l.CheckSignatureFrom(c) == nil
	}
	if !slices.ContainsFunc(s.anchors, signed) && !slices.ContainsFunc(s.intermediates, signed) {
		return errors.New("trust: revocation list of an unknown authority")
	}
	lists := make([]*pki.RevocationList, 0, len(s.lists)+1)
	for _, have := range s.lists {
		same := have.Issuer.Equal(l.Issuer) && have.OnlyUsers == l.OnlyUsers && have.OnlyAuthorities == l.OnlyAuthorities &&
			bytes.Equal(have.AuthorityKeyID, l.AuthorityKeyID)
		if same && have.ThisUpdate.After(l.ThisUpdate) {
			return errors.New("trust: revocation list is older than the one at hand")
		}
		if !same {
			lists = append(lists, have)
		}
	}
	s.lists, s.at = append(lists, l), now
	return nil
}

// Verifier returns a verifier over what is known now. It asks for a fresh
// revocation datum about every certificate of a path: without one, a strict
// sign-in and an intake refuse and say why.
func (s *Store) Verifier() pki.Verifier {
	s.dataMu.RLock()
	defer s.dataMu.RUnlock()
	return pki.Verifier{Anchors: s.anchors, Intermediates: s.intermediates, CRLs: s.lists, RequireRevocation: true}
}

// Data returns what the portal hands to its clients: everything that is signed
// by somebody, and no anchors.
func (s *Store) Data() portalapi.TrustData {
	s.dataMu.RLock()
	defer s.dataMu.RUnlock()
	out := portalapi.TrustData{
		At:            max(s.at.UnixMilli(), 0),
		Intermediates: make([][]byte, 0, len(s.intermediates)),
		Lists:         make([][]byte, 0, len(s.lists)),
	}
	for _, c := range s.intermediates {
		out.Intermediates = append(out.Intermediates, c.Raw)
	}
	for _, l := range s.lists {
		out.Lists = append(out.Lists, l.Raw)
	}
	return out
}

// Attached verifies a signed challenge: see session.Signatures.
func (s *Store) Attached(_ context.Context, signature []byte, at time.Time) ([]byte, session.Signer, error) {
	const op = "trust.Attached"
	sd, err := cms.Parse(signature)
	if err != nil {
		return nil, session.Signer{}, &akno.Error{Code: akno.BadSignature, Op: op, Err: err}
	}
	if sd.Detached {
		return nil, session.Signer{}, &akno.Error{Code: akno.BadSignature, Op: op, Err: errors.New("the content is absent")}
	}
	r := cms.Verify(sd, nil, cms.Options{Verifier: s.Verifier(), At: at})
	if err := Judge(op, r); err != nil {
		return nil, session.Signer{}, err
	}
	return sd.Content, SignerOf(r.Signers[0].Certificate), nil
}

// Detached verifies a signature of one signer, of level B-B at least, over
// content, at the time at. The report is filled whatever the outcome.
func (s *Store) Detached(_ context.Context, content, signature []byte, at time.Time) (session.Signer, portalapi.SignatureReport, error) {
	const op = "trust.Detached"
	sd, err := cms.ParseMet(signature, s.known)
	if err == nil && !sd.Detached {
		err = errors.New("the signature carries a content of its own")
	}
	if err != nil {
		reason := string(pki.FormatFailure)
		return session.Signer{}, portalapi.SignatureReport{Verdict: portalapi.FAILED, Reason: &reason, CheckedAt: at.UnixMilli()},
			&akno.Error{Code: akno.BadSignature, Op: op, Err: err}
	}
	r := cms.Verify(sd, cms.Octets(content), cms.Options{Verifier: s.Verifier(), At: at, RequireLevel: cms.LevelBB})
	report := Report(r)
	if err := Judge(op, r); err != nil {
		return session.Signer{}, report, err
	}
	s.remember(r.Signers[0].Certificate)
	return SignerOf(r.Signers[0].Certificate), report, nil
}

// Check judges a certificate in DER by itself, for signing at the time at, and
// returns what it says. The signer is filled whatever the outcome, if the
// certificate can be read.
func (s *Store) Check(der []byte, at time.Time) (session.Signer, error) {
	const op = "trust.Check"
	c, err := pki.ParseCertificate(der)
	if err != nil {
		return session.Signer{}, &akno.Error{Code: akno.BadFile, Op: op, Err: err}
	}
	v := s.Verifier()
	chain := v.Verify(c, pki.PurposeSign, at)
	r := cms.Report{
		Verdict: chain.Verdict, Reason: chain.Reason, At: at,
		Signers: []cms.SignerReport{{Verdict: chain.Verdict, Reason: chain.Reason, Certificate: c, Chain: chain}},
	}
	return SignerOf(c), Judge(op, r)
}

// SignerOf returns what a certificate says about its holder.
func SignerOf(c *pki.Certificate) session.Signer {
	sum := sha256.Sum256(c.Raw)
	h := c.Holder()
	p := portalapi.Person{
		Surname: h.Surname, Name: h.GivenName, Patronymic: optional(h.Patronymic),
		SurnameBe: optional(h.Belarusian.Surname), NameBe: optional(h.Belarusian.GivenName), PatronymicBe: optional(h.Belarusian.Patronymic),
		PersonalNumber: optional(h.PersonalNumber),
	}
	return session.Signer{Certificate: c.Raw, Fingerprint: hex.EncodeToString(sum[:]), NotAfter: c.NotAfter, Person: p}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Report returns the outcome of a check as it travels and is shown.
func Report(r cms.Report) portalapi.SignatureReport {
	reason, level := string(r.Reason), string(r.Level)
	out := portalapi.SignatureReport{
		Verdict: portalapi.SignatureReportVerdict(r.Verdict), Reason: &reason, Level: &level, CheckedAt: r.At.UnixMilli(),
	}
	if len(r.Signers) == 0 {
		return out
	}
	s := r.Signers[0]
	if c := s.Certificate; c != nil {
		h := c.Holder()
		name := h.Full()
		if name == "" {
			name = h.CommonName
		}
		serial := c.Serial.Hex()
		out.Signer, out.Serial = &name, &serial
	}
	if !s.SigningTime.IsZero() {
		ms := s.SigningTime.UnixMilli()
		out.SignedAt = &ms
	}
	if len(s.Chain.Revocation) > 0 && !s.Chain.RevocationAsOf.IsZero() {
		ms := s.Chain.RevocationAsOf.UnixMilli()
		out.ListDate = &ms
	}
	return out
}

// Judge returns nil for a signature of exactly one signer that passed, and
// otherwise an error whose code says what a person can do about it.
func Judge(op string, r cms.Report) error {
	if r.Verdict == pki.Passed && len(r.Signers) == 1 {
		return nil
	}
	if r.Verdict == pki.Passed {
		return &akno.Error{Code: akno.WrongSigner, Op: op, Err: fmt.Errorf("%d signers", len(r.Signers))}
	}
	code := akno.BadSignature
	switch r.Reason {
	case pki.Revoked, pki.RevokedNoPOE, pki.RevokedCANoPOE:
		code = akno.CertRevoked
	case pki.OutOfBoundsNoPOE, pki.Expired, pki.NotYetValid:
		code = akno.CertExpired
		if len(r.Signers) > 0 && r.Signers[0].Certificate != nil && r.At.Before(r.Signers[0].Certificate.NotBefore) {
			code = akno.CertNotYet
		}
	case pki.NoCertificateChainFound, pki.CertificateChainGeneralFailure, pki.NoSigningCertificateFound:
		code = akno.CertUntrusted
	case pki.ChainConstraintsFailure, pki.CryptoConstraintsFailureNoPOE, pki.CryptoConstraintsFailure:
		code = akno.CertUsage
	case pki.TryLater: // a hold may be lifted
		code = akno.NoRevocation
		if suspended(r) {
			code = akno.CertSuspended
		}
	}
	return &akno.Error{Code: code, Op: op, Err: errors.New(string(r.Reason))}
}

func suspended(r cms.Report) bool {
	for _, s := range r.Signers {
		for _, c := range s.Chain.Revocation {
			if c.State == pki.StateSuspended {
				return true
			}
		}
	}
	return false
}
