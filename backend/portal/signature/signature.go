// Package signature checks signatures for the portal: of challenges, of what is
// filed and of decisions. A check is for the moment of arrival and asks for the
// whole path to an anchor and for fresh revocation data about every certificate
// of it; where there are none, the answer is a refusal with a reason, never a
// pass (fail closed).
package signature

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ident"
	"akno/backend/internal/clock"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// Trust is what signatures are judged by.
type Trust struct {
	Anchors       []*pki.Certificate // trusted as given; they come from the operator only
	Intermediates []*pki.Certificate
	Lists         []*pki.RevocationList
}

// A Source returns the trust in force. It is asked for every check, so it keeps
// what it has at hand.
type Source interface {
	Trust(ctx context.Context) (Trust, error)
}

// A Verifier checks signatures.
type Verifier struct {
	source Source
	clock  clock.Clock
}

// New returns a verifier that judges by what source returns.
func New(source Source, now clock.Clock) *Verifier { return &Verifier{source: source, clock: now} }

var _ session.Signatures = (*Verifier)(nil)

// Signed is a signature that was found good.
type Signed struct {
	session.Signer
	Holder pki.Holder
	Report portalapi.SignatureReport
}

// Attached verifies CMS signed data of one signer over the content they carry.
func (v *Verifier) Attached(ctx context.Context, signature []byte, at time.Time) ([]byte, session.Signer, error) {
	sd, err := parse(signature)
	if err != nil {
		return nil, session.Signer{}, err
	}
	if sd.Detached {
		return nil, session.Signer{}, refused(akno.BadSignature, "the signature carries no content")
	}
	s, err := v.verify(ctx, sd, nil, at)
	if err != nil {
		return nil, session.Signer{}, err
	}
	return sd.Content, s.Signer, nil
}

// Detached verifies CMS signed data of one signer over content that travels apart
// from them.
func (v *Verifier) Detached(ctx context.Context, content, signature []byte, at time.Time) (Signed, error) {
	sd, err := parse(signature)
	if err != nil {
		return Signed{}, err
	}
	if !sd.Detached {
		return Signed{}, refused(akno.BadSignature, "the signature carries a content of its own")
	}
	return v.verify(ctx, sd, cms.Octets(content), at)
}

func parse(signature []byte) (*cms.SignedData, error) {
	sd, err := cms.Parse(signature)
	if err != nil {
		return nil, &akno.Error{Code: akno.BadSignature, Op: "signature.parse", Err: err}
	}
	if len(sd.Signers) != 1 {
		return nil, refused(akno.BadSignature, fmt.Sprintf("%d signers", len(sd.Signers)))
	}
	return sd, nil
}

func (v *Verifier) verify(ctx context.Context, sd *cms.SignedData, content cms.Content, at time.Time) (Signed, error) {
	trust, err := v.source.Trust(ctx)
	if err != nil {
		return Signed{}, &akno.Error{Code: akno.NoRevocation, Op: "signature.verify", Err: err}
	}
	// A stamp or a status that travels in the signature is the signer's choice;
	// what counts at arrival is what the portal itself knows now.
	report := cms.Verify(sd, content, cms.Options{
		Verifier: pki.Verifier{
			Anchors: trust.Anchors, Intermediates: trust.Intermediates, CRLs: trust.Lists, RequireRevocation: true,
		},
		At: at, Purpose: pki.PurposeSign, IgnoreStamps: true,
	})
	if len(report.Signers) != 1 {
		return Signed{}, refused(akno.BadSignature, string(report.Reason))
	}
	s := report.Signers[0]
	if s.Verdict != pki.Passed {
		return Signed{}, refused(CodeOf(s), string(s.Reason))
	}
	return describe(s, v.clock()), nil
}

func refused(code akno.Code, why string) error {
	return &akno.Error{Code: code, Op: "signature.verify", Err: fmt.Errorf("%s", why)}
}

// CodeOf returns the code that tells a person why a signature did not pass.
func CodeOf(s cms.SignerReport) akno.Code {
	switch s.Reason {
	case pki.OK:
		return ""
	case pki.Revoked, pki.RevokedNoPOE, pki.RevokedCANoPOE:
		return akno.CertRevoked
	case pki.Expired:
		return akno.CertExpired
	case pki.NotYetValid:
		return akno.CertNotYet
	case pki.OutOfBoundsNoPOE:
		if s.Certificate != nil && s.BestTime.Before(s.Certificate.NotBefore) {
			return akno.CertNotYet
		}
		return akno.CertExpired
	case pki.TryLater:
		for _, c := range s.Chain.Revocation {
			if c.State == pki.StateSuspended {
				return akno.CertSuspended
			}
		}
		return akno.NoRevocation
	case pki.NoCertificateChainFound, pki.CertificateChainGeneralFailure, pki.NoSigningCertificateFound:
		return akno.CertUntrusted
	case pki.ChainConstraintsFailure:
		return akno.CertUsage
	}
	return akno.BadSignature
}

// describe says who signed.
func describe(s cms.SignerReport, now time.Time) Signed {
	c := s.Certificate
	sum := sha256.Sum256(c.Raw)
	h := c.Holder()
	out := Signed{Holder: h, Signer: session.Signer{
		Certificate: c.Raw, Fingerprint: hex.EncodeToString(sum[:]), NotAfter: c.NotAfter, Person: Person(h),
	}}
	level, signer, serial := string(s.Level), h.Full(), c.Serial.Hex()
	if signer == "" {
		signer = h.Organisation
	}
	out.Report = portalapi.SignatureReport{
		Verdict: portalapi.PASSED, Level: &level, Signer: &signer, Serial: &serial, CheckedAt: now.UnixMilli(),
	}
	if !s.SigningTime.IsZero() {
		ms := s.SigningTime.UnixMilli()
		out.Report.SignedAt = &ms
	}
	if !s.Chain.RevocationAsOf.IsZero() {
		ms := s.Chain.RevocationAsOf.UnixMilli()
		out.Report.ListDate = &ms
	}
	return out
}

// Person returns the natural person that a certificate names. The number is
// there only when its check digit is right; birth date and sex follow from it.
func Person(h pki.Holder) portalapi.Person {
	p := portalapi.Person{Surname: h.Surname, Name: h.GivenName}
	optional(&p.Patronymic, h.Patronymic)
	optional(&p.SurnameBe, h.Belarusian.Surname)
	optional(&p.NameBe, h.Belarusian.GivenName)
	optional(&p.PatronymicBe, h.Belarusian.Patronymic)
	number, fault := ident.ParseNumber(h.PersonalNumber)
	if fault != "" {
		return p
	}
	p.PersonalNumber = &number.Text
	if !number.Birth.IsZero() {
		day := number.Birth.String()
		sex := portalapi.PersonSex(number.Sex)
		p.BirthDate, p.Sex = &day, &sex
	}
	return p
}

func optional(into **string, text string) {
	if text != "" {
		*into = &text
	}
}
