// Package signer makes and checks signatures for the person at this computer. A
// password comes in and a signature goes out; keys stay in keyring. Every fresh
// signature is verified before it is given to anybody.
package signer

import (
	"context"
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/trust"
	"akno/backend/internal/clock"
	"akno/backend/internal/judge"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// Signer signs with the keys of a keyring and judges by a trust store.
type Signer struct {
	keys  *keyring.Keyring
	trust *trust.Store
	now   clock.Clock
}

// New returns a signer.
func New(keys *keyring.Keyring, ts *trust.Store, now clock.Clock) *Signer {
	return &Signer{keys: keys, trust: ts, now: now}
}

// Signed is a fresh signature.
type Signed struct {
	CMS     []byte // SignedData in DER, CAdES B-B
	Verdict Verdict
}

// SignDetached signs content with the key keyID; the signature does not carry
// the content. The certificate is judged at this moment first: a revoked or
// expired one does not sign. Lists that are too old to tell do not stop a
// signature, since the portal asks again; the verdict says so.
func (s *Signer) SignDetached(ctx context.Context, keyID string, password, content []byte) (Signed, error) {
	sig, err := s.sign(ctx, keyID, password, cms.Octets(content), nil)
	if err != nil {
		return Signed{}, err
	}
	v, err := s.VerifyDetached(ctx, content, sig)
	return Signed{sig, v}, err
}

// SignAttached signs content with the key keyID; the signature carries it.
func (s *Signer) SignAttached(ctx context.Context, keyID string, password, content []byte) ([]byte, error) {
	return s.sign(ctx, keyID, password, nil, content)
}

func (s *Signer) sign(ctx context.Context, keyID string, password []byte, content cms.Content, attached []byte) (sig []byte, err error) {
	err = s.keys.Use(ctx, keyID, password, func(key *bign.PrivateKey, cert *pki.Certificate) error {
		now := s.now()
		verifier := s.trust.Verifier()
		if _, err := judge.Certificate(verifier, cert, pki.PurposeSign, now); err != nil && akno.CodeOf(err) != akno.NoRevocation {
			return err
		}
		sig, err = cms.Sign(content, cms.SignOptions{
			Certificate: cert, Signer: key, Time: now, Attached: attached, Chain: s.chain(verifier, cert),
		})
		if err != nil {
			return fmt.Errorf("signer: %w", err)
		}
		return nil
	})
	return sig, err
}

// chain is the authorities between cert and its anchor, to send along: the
// reader may not have them.
func (s *Signer) chain(v *pki.Verifier, cert *pki.Certificate) []*pki.Certificate {
	path := v.Verify(cert, pki.PurposeAny, s.now()).Path
	if len(path) < 3 {
		return nil
	}
	return path[1 : len(path)-1]
}

// Verdict is a verification in facts; the page puts them into words.
type Verdict struct {
	Rung         Rung
	Verdict      string // PASSED, FAILED, INDETERMINATE
	Reason       string // sub-indication of STB 34.101.80
	Level        string // CMS, B-B, B-T, B-LT
	Signer       string
	Organisation string
	Number       string // identification number of the signer
	UNP          string // taxpayer's number of the signer's organisation
	Serial       string
	Fingerprint  string // SHA-256 of the certificate in hex
	IssuedBy     string
	ValidUntil   time.Time
	SignedAt     time.Time // the signer's own claim
	StampedAt    time.Time // of a time-stamp that verifies
	CheckedAt    time.Time
	ListFrom     time.Time // of the datum that told about revocation
	ListUntil    time.Time
	Code         akno.Code // why it is not good; "" when it is
}

// Rung is a step of the ladder of verdicts that people read.
type Rung string

// The rungs, best first.
const (
	Good      Rung = "ok"       // good, checked against fresh data
	GoodNotes Rung = "ok_notes" // good, with remarks
	Undecided Rung = "open"     // cannot be decided with what is at hand
	Bad       Rung = "bad"      // not good, and nothing will change that
)

// VerifyDetached checks a signature over content by what is at hand on this
// computer. The error says that nothing could be checked; a bad signature is
// not an error.
func (s *Signer) VerifyDetached(ctx context.Context, content, signature []byte) (Verdict, error) {
	if err := ctx.Err(); err != nil {
		return Verdict{}, err
	}
	now := s.now()
	r := cms.VerifyOctets(signature, cms.Octets(content), cms.Options{Verifier: *s.trust.Verifier(), At: now})
	v := Verdict{Verdict: string(r.Verdict), Reason: string(r.Reason), Level: string(r.Level), CheckedAt: now}
	switch r.Verdict {
	case pki.Passed:
		v.Rung = Good
	case pki.Failed:
		v.Rung, v.Code = Bad, akno.BadSignature
	default:
		v.Rung, v.Code = Undecided, akno.NoRevocation
	}
	if len(r.Signers) == 0 {
		return v, nil
	}
	first := r.Signers[0]
	v.SignedAt, v.StampedAt = first.SigningTime, first.TimestampTime
	if first.Certificate != nil {
		id := keyring.Describe(first.Certificate)
		v.Signer, v.Organisation, v.Number, v.UNP = id.Holder, id.Organisation, id.Number, id.UNP
		v.Serial, v.Fingerprint, v.IssuedBy, v.ValidUntil = id.Serial, id.SHA256, id.Issuer, id.NotAfter
	}
	for _, check := range first.Chain.Revocation[:min(1, len(first.Chain.Revocation))] {
		v.ListFrom, v.ListUntil = check.Status.IssuedAt, check.Status.NextUpdate
	}
	if r.Verdict != pki.Passed && first.Chain.Verdict != "" && first.Chain.Verdict != pki.Passed {
		v.Code = judge.CodeOf(first.Chain, now)
	}
	if v.Rung == Good && (len(r.Signers) > 1 || v.StampedAt.IsZero() && v.ValidUntil.Sub(now) < soon) {
		v.Rung = GoodNotes
	}
	return v, nil
}

// soon is how close the end of a certificate is remarked on: without a
// time-stamp the signature cannot be proven good after it.
const soon = 14 * 24 * time.Hour
