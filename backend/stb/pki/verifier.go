package pki

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

const (
	maxPathLength = 8
	// maxSignatureChecks bounds the work of one question; hostile bags of
	// certificates with one name would otherwise make it grow as a factorial.
	maxSignatureChecks = 200
	// defaultListAge is how long a datum without a next update is fresh.
	defaultListAge = 7 * 24 * time.Hour
	// ClockSkew is how far clocks of services may run ahead or behind.
	ClockSkew = 5 * time.Minute
)

// Verifier answers whether certificates may be used. The zero value trusts
// nobody. A Verifier is not changed by questions and may serve several
// goroutines at once.
type Verifier struct {
	// Anchors are trusted as given: their names and keys count, nothing else.
	Anchors []*Certificate
	// Intermediates are proposed for paths and never trusted by being here.
	Intermediates []*Certificate
	// CRLs and OCSP are revocation data. Once there is any, a certificate that is
	// asked about and that no datum speaks of is not accepted.
	CRLs []*RevocationList
	OCSP []StatusSource
	// Profile is the set of acceptance rules; empty means ProfileGosSUOK.
	Profile Profile
	// RequireRevocation asks for a fresh datum about every certificate of a path.
	RequireRevocation bool
	// OnlyConcerned leaves certificates alone that no datum speaks of, even if
	// there are data about others.
	OnlyConcerned bool
	// MaxCRLAge is how long a datum without a next update is fresh; zero means
	// seven days.
	MaxCRLAge time.Duration
	// Host is the name or address that a certificate for PurposeTLS must cover;
	// empty means any.
	Host string
}

// Result is the answer about one certificate.
type Result struct {
	// Verdict and Reason are the outcome.
	Verdict Verdict
	Reason  Reason
	// Path is the best path that was found, the certificate first and the anchor
	// last; only the certificate when there is none.
	Path []*Certificate
	// Revocation tells what is known about each certificate of the path except
	// the anchor.
	Revocation []RevocationCheck
	// RevocationSource is "crl" or "ocsp" for the certificate itself and
	// RevocationAsOf when that datum was issued; empty and zero without one.
	RevocationSource string
	RevocationAsOf   time.Time
	// Notes are remarks for a protocol in English: ignored data, the rule that
	// was broken and, in the strict profile, recommendations that were not kept.
	Notes []string
}

// question is one question to a Verifier with what it has found so far.
type question struct {
	*Verifier
	purpose Purpose
	// at is the time of use and now the time of the question; data issued after
	// now do not exist yet.
	at, now time.Time
	checks  int
	named   bool
	best    Result
}

// Verify answers for a use at a time that is the present of the question.
func (v *Verifier) Verify(cert *Certificate, purpose Purpose, at time.Time) Result {
	return v.VerifyPast(cert, purpose, at, at)
}

// VerifyPast answers for a proven use at a time, with what is known at a later
// time now: a revocation after the use does not count (STB 34.101.80, 8.2.2.7).
func (v *Verifier) VerifyPast(cert *Certificate, purpose Purpose, at, now time.Time) Result {
	q := &question{Verifier: v, purpose: purpose, at: at, now: now}
	q.best = Result{Reason: NoCertificateChainFound, Path: []*Certificate{cert}}
	q.extend([]*Certificate{cert})
	if q.best.Reason == NoCertificateChainFound && q.named {
		q.best.Reason = CertificateChainGeneralFailure
		q.best.Notes = append(q.best.Notes, "an issuer of that name did not make the signature")
	}
	q.best.Verdict = q.best.Reason.Verdict()
	return q.best
}

// extend continues a path upwards and judges every one that reaches an anchor.
// It reports whether a faultless one was found.
func (q *question) extend(path []*Certificate) bool {
	top := path[len(path)-1]
	anchored := func(a *Certificate) bool { return a.Equal(top) || len(path) > 1 && sameAuthority(a, top) }
	if slices.ContainsFunc(q.Anchors, anchored) {
		return q.judge(path)
	}
	if len(path) == maxPathLength {
		return false
	}
	for _, issuer := range q.candidates(top) {
		if slices.ContainsFunc(path, func(c *Certificate) bool { return sameAuthority(c, issuer) }) {
			continue
		}
		q.named = true
		if q.checks++; q.checks > maxSignatureChecks {
			return false
		}
		if top.CheckSignatureFrom(issuer) != nil {
			continue
		}
		if q.extend(append(path[:len(path):len(path)], issuer)) {
			return true
		}
	}
	return false
}

// sameAuthority compares name and key, which is what an anchor is.
func sameAuthority(a, b *Certificate) bool {
	return a.PublicKey != nil && bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo) && a.Subject.Equal(b.Subject)
}

// candidates proposes issuers by name: anchors first, then by key identifier.
func (q *question) candidates(c *Certificate) []*Certificate {
	var out []*Certificate
	for _, list := range [][]*Certificate{q.Anchors, q.Intermediates} {
		for _, i := range list {
			if i.PublicKey != nil && i.Subject.Equal(c.Issuer) {
				out = append(out, i)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *Certificate) int {
		return keyHint(c, b) - keyHint(c, a)
	})
	return out
}

// keyHint rates how well key identifiers fit: they only order the candidates.
func keyHint(c, issuer *Certificate) int {
	if c.AuthorityKeyID == nil || issuer.SubjectKeyID == nil {
		return 1
	}
	if bytes.Equal(c.AuthorityKeyID, issuer.SubjectKeyID) {
		return 2
	}
	return 0
}

// judge keeps the outcome of a complete path if it is better than those before.
func (q *question) judge(path []*Certificate) bool {
	r := Result{Path: path, Reason: OK}
	r.Reason, r.Notes = q.rules(path)
	q.revocation(&r)
	if rank(r.Reason) > rank(q.best.Reason) {
		q.best = r
	}
	return r.Reason == OK
}

// rank orders reasons from the least to the most useful.
func rank(r Reason) int {
	return slices.Index([]Reason{
		NoCertificateChainFound, CertificateChainGeneralFailure, ChainConstraintsFailure, CryptoConstraintsFailureNoPOE,
		RevokedCANoPOE, RevokedNoPOE, OutOfBoundsNoPOE, TryLater, OK,
	}, r)
}

// rules applies everything except revocation: first what makes a path no path,
// then the limits of use, then time.
func (q *question) rules(path []*Certificate) (Reason, []string) {
	last := len(path) - 1
	for i, c := range path {
		if i == last && i > 0 {
			break // the anchor is trusted as it is
		}
		if note := q.soundness(path, i); note != "" {
			return CertificateChainGeneralFailure, []string{note}
		}
		if i < last && q.Profile == ProfileBPKI {
			if a := SignatureByOID(c.SignatureAlgorithm.OID); a == nil || !a.Strict {
				return CryptoConstraintsFailureNoPOE, []string{"signature algorithm is not of the profile"}
			}
		}
	}
	leaf := path[0]
	if !q.purpose.allows(leaf, q.Profile) {
		return ChainConstraintsFailure, []string{"the certificate is not meant for purpose " + string(q.purpose)}
	}
	if q.purpose == PurposeTLS && q.Host != "" && !leaf.MatchesHost(q.Host) {
		return ChainConstraintsFailure, []string{"the certificate does not name the host"}
	}
	if q.Profile == ProfileBPKI {
		for i := range last {
			if note := strictFlaw(path[i], path[i+1]); note != "" {
				return ChainConstraintsFailure, []string{fmt.Sprintf("%s: %s", path[i].Subject, note)}
			}
		}
	}
	for i, c := range path {
		if (i < last || last == 0) && !c.InForce(q.at) {
			return OutOfBoundsNoPOE, nil
		}
	}
	if q.Profile == ProfileBPKI {
		return OK, advice(path)
	}
	return OK, nil
}

// soundness checks what any certificate of a path must keep.
func (q *question) soundness(path []*Certificate, i int) string {
	c := path[i]
	if c.Defect() != nil {
		return c.Defect().Error()
	}
	if len(c.Unknown) > 0 {
		return "unknown critical extension " + c.Unknown[0].String()
	}
	if i == 0 {
		return ""
	}
	if !c.IsCA || c.HasKeyUsage && c.KeyUsage&UseCertSign == 0 {
		return "issued by a certificate that is no authority"
	}
	below := 0
	for _, d := range path[1:i] {
		if !d.SelfIssued() {
			below++
		}
	}
	if c.MaxPathLen >= 0 && below > c.MaxPathLen {
		return "path is longer than an authority allows"
	}
	return ""
}
