package pki

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// CertState is what revocation data say about a certificate.
type CertState string

// The states.
const (
	// StateNone says that no datum speaks of the certificate.
	StateNone CertState = "none"
	// StateGood says that it was not revoked.
	StateGood CertState = "good"
	// StateRevoked says that it was revoked for good.
	StateRevoked CertState = "revoked"
	// StateSuspended says that it is on hold.
	StateSuspended CertState = "suspended"
	// StateUnknown says that data speak of it and none of them can be used.
	StateUnknown CertState = "unknown"
)

// Status is what one verified datum says about a certificate.
type Status struct {
	// State is good, revoked, suspended or unknown.
	State CertState
	// Revocation tells more when the state is revoked or suspended.
	Revocation Revocation
	// Source is "crl" or "ocsp".
	Source string
	// IssuedAt is when the datum was true; NextUpdate is when newer ones come,
	// zero when not said.
	IssuedAt, NextUpdate time.Time
	// Responder is the certificate of a delegated responder, or nil.
	Responder *Certificate
	// Notes say where the form of the datum is not that of the strict profile.
	Notes []string
}

// StatusSource is a datum about certificates other than a list, in practice a
// response of OCSP.
type StatusSource interface {
	// Concerns reports whether the datum names this certificate of this issuer.
	Concerns(cert, issuer *Certificate) bool
	// Status checks the datum's signature and the right of who signed it and
	// returns what it says. Freshness is the caller's concern.
	Status(cert, issuer *Certificate) (Status, error)
}

// RevocationCheck is what became known about one certificate of a path.
type RevocationCheck struct {
	// Certificate is the certificate.
	Certificate *Certificate
	// State is the outcome at the time of use.
	State CertState
	// Stale says that only data that should have been renewed were at hand.
	Stale bool
	// Status is the datum that decided; zero when none did.
	Status Status
}

// EffectiveAt returns the time from which a revocation counts: for a lost key
// the time since when it is believed lost, if that is earlier.
func (r Revocation) EffectiveAt() time.Time {
	lost := r.Reason == ReasonKeyCompromise || r.Reason == ReasonCACompromise
	if lost && !r.InvalidSince.IsZero() && r.InvalidSince.Before(r.At) {
		return r.InvalidSince
	}
	return r.At
}

// revocation asks the data about every certificate below the anchor and lowers
// the outcome of a path accordingly.
func (q *question) revocation(r *Result) {
	any := len(q.CRLs)+len(q.OCSP) > 0
	if !any && !q.RequireRevocation {
		return
	}
	worst := OK
	for i := range len(r.Path) - 1 {
		check := q.check(r, r.Path[i], r.Path[i+1])
		r.Revocation = append(r.Revocation, check)
		reason := OK
		switch {
		case check.State == StateRevoked && i == 0:
			reason = RevokedNoPOE
		case check.State == StateRevoked:
			reason = RevokedCANoPOE
		case check.State == StateSuspended, check.State == StateUnknown, check.Stale:
			reason = TryLater
		case check.State == StateNone && (q.RequireRevocation || i == 0 && !q.OnlyConcerned):
			reason = TryLater
		}
		if rank(reason) < rank(worst) {
			worst = reason
		}
	}
	if len(r.Revocation) > 0 {
		r.RevocationSource = r.Revocation[0].Status.Source
		r.RevocationAsOf = r.Revocation[0].Status.IssuedAt
	}
	if rank(worst) < rank(r.Reason) {
		r.Reason = worst
	}
}

// check weighs all data about one certificate. A permanent revocation counts
// from any datum; otherwise the newest fresh datum decides.
func (q *question) check(r *Result, cert, issuer *Certificate) RevocationCheck {
	c := RevocationCheck{Certificate: cert, State: StateNone}
	data, concerned := q.statuses(r, cert, issuer)
	if concerned {
		c.State = StateUnknown
	}
	for i := range data {
		for _, note := range data[i].Notes {
			if q.Profile == ProfileBPKI {
				r.Notes = append(r.Notes, Advise+note)
			}
		}
	}
	var revoked, fresh, stale *Status
	for i := range data {
		s := &data[i]
		if s.State == StateRevoked && s.Revocation.EffectiveAt().After(q.at) {
			s.State = StateGood
		}
		if s.State == StateSuspended && s.Revocation.At.After(q.at) {
			s.State = StateGood
		}
		switch {
		case s.State == StateRevoked:
			if revoked == nil || s.Revocation.EffectiveAt().Before(revoked.Revocation.EffectiveAt()) {
				revoked = s
			}
		case q.isStale(s):
			stale = newer(stale, s)
		default:
			fresh = newer(fresh, s)
		}
	}
	switch {
	case revoked != nil:
		c.State, c.Status = StateRevoked, *revoked
	case fresh != nil:
		c.State, c.Status = fresh.State, *fresh
	case stale != nil:
		c.State, c.Status, c.Stale = stale.State, *stale, true
		r.Notes = append(r.Notes, "revocation data are out of date")
	}
	return c
}

func newer(a, b *Status) *Status {
	if a == nil || b.IssuedAt.After(a.IssuedAt) {
		return b
	}
	return a
}

// isStale tells whether newer data should have been there at the time of use.
func (q *question) isStale(s *Status) bool {
	end := s.NextUpdate
	if end.IsZero() {
		age := q.MaxCRLAge
		if age == 0 {
			age = defaultListAge
		}
		end = s.IssuedAt.Add(age)
	} else if q.MaxCRLAge > 0 && end.After(s.IssuedAt.Add(q.MaxCRLAge)) {
		end = s.IssuedAt.Add(q.MaxCRLAge)
	}
	if s.Source == "ocsp" {
		end = end.Add(ClockSkew)
	}
	return q.at.After(end)
}

// statuses gathers the usable data about a certificate. concerned is true when
// any datum claimed to speak of it, usable or not.
func (q *question) statuses(r *Result, cert, issuer *Certificate) (out []Status, concerned bool) {
	for _, l := range q.CRLs {
		s, about, note := q.fromList(l, cert, issuer)
		concerned = concerned || about
		if note != "" {
			r.Notes = append(r.Notes, "revocation list ignored: "+note)
		} else if about {
			s.Notes = l.advice(&s)
			out = append(out, s)
		}
	}
	for _, o := range q.OCSP {
		if !o.Concerns(cert, issuer) {
			continue
		}
		concerned = true
		s, err := o.Status(cert, issuer)
		switch {
		case err != nil:
			r.Notes = append(r.Notes, fmt.Sprintf("status response ignored: %v", err))
		case s.State == StateUnknown:
			r.Notes = append(r.Notes, "the responder does not know the certificate")
		case s.IssuedAt.After(q.now.Add(ClockSkew)):
			r.Notes = append(r.Notes, "status response ignored: issued in the future")
		case s.Responder != nil && !q.responderStands(s, issuer):
			r.Notes = append(r.Notes, "status response ignored: its responder is not in force")
		default:
			out = append(out, s)
		}
	}
	return out, concerned
}

// fromList takes what a list says. about is false when the list is another
// authority's or does not cover the kind of certificate.
func (q *question) fromList(l *RevocationList, cert, issuer *Certificate) (s Status, about bool, note string) {
	if !l.Issuer.Equal(cert.Issuer) || l.OnlyUsers && cert.IsCA || l.OnlyAuthorities && !cert.IsCA {
		return s, false, ""
	}
	if l.CheckSignatureFrom(issuer) != nil {
		// Another generation of the authority has the same name and another key.
		foreign := l.AuthorityKeyID != nil && issuer.SubjectKeyID != nil && !bytes.Equal(l.AuthorityKeyID, issuer.SubjectKeyID)
		return s, !foreign, "not signed by the issuer of the certificate"
	}
	switch {
	case issuer.HasKeyUsage && issuer.KeyUsage&UseCRLSign == 0:
		return s, true, "its issuer may not sign lists"
	case len(l.Unknown) > 0:
		return s, true, "unknown critical extension " + l.Unknown[0].String()
	case l.ThisUpdate.After(q.now):
		return s, true, "issued in the future"
	}
	s = Status{State: StateGood, Source: "crl", IssuedAt: l.ThisUpdate, NextUpdate: l.NextUpdate}
	if entry, ok := l.Lookup(cert.Serial); ok {
		s.Revocation = entry
		switch entry.Reason {
		case ReasonCertificateHold:
			s.State = StateSuspended
		case ReasonRemoveFromCRL:
		default:
			s.State = StateRevoked
		}
	}
	return s, true, ""
}

// responderStands checks a delegated responder: in force when it answered, and
// not revoked by a list unless its certificate says not to ask.
func (q *question) responderStands(s Status, issuer *Certificate) bool {
	c := s.Responder
	if !c.InForce(s.IssuedAt) || c.Defect() != nil || len(c.Unknown) > 0 {
		return false
	}
	if c.OCSPNoCheck {
		return true
	}
	for _, l := range q.CRLs {
		if d, about, note := q.fromList(l, c, issuer); about && note == "" && d.State != StateGood &&
			!d.Revocation.EffectiveAt().After(s.IssuedAt) {
			return false
		}
	}
	return true
}

// Verify answers for a list by itself: it is the issuer's, the issuer may sign
// lists, every critical extension is understood and the time is one the list
// speaks for.
func (l *RevocationList) Verify(issuer *Certificate, at time.Time) (Reason, error) {
	switch err := l.CheckSignatureFrom(issuer); {
	case !l.Issuer.Equal(issuer.Subject):
		return NoCertificateChainFound, errors.New("pki: revocation list: another issuer")
	case err != nil:
		return SigCryptoFailure, err
	case issuer.HasKeyUsage && issuer.KeyUsage&UseCRLSign == 0:
		return ChainConstraintsFailure, errors.New("pki: revocation list: the issuer may not sign lists")
	case len(l.Unknown) > 0:
		return CertificateChainGeneralFailure, fmt.Errorf("pki: revocation list: unknown critical extension %s", l.Unknown[0])
	case at.Before(l.ThisUpdate), !l.NextUpdate.IsZero() && at.After(l.NextUpdate),
		l.NextUpdate.IsZero() && at.After(l.ThisUpdate.Add(defaultListAge)):
		return TryLater, errors.New("pki: revocation list: it does not speak for that time")
	}
	return OK, nil
}
