package cvc

import (
	"slices"
	"time"

	"akno/backend/stb/pki"
)

const (
	maxPath   = 8
	maxChecks = 64 // of signatures for one question
)

// authorityPrefix begins the names of authorities.
const authorityPrefix = "BYCA"

// Verifier answers whether certificates may be used. The zero value trusts
// nobody.
type Verifier struct {
	// Anchors are trusted as given.
	Anchors []*Certificate
	// Intermediates are proposed for paths and never trusted by being here.
	Intermediates []*Certificate
}

// Result is an answer.
type Result struct {
	// Verdict and Reason are the outcome (STB 34.101.80, 8.2.1).
	Verdict pki.Verdict
	Reason  pki.Reason
	// Path is the best path that was found, the certificate first and the anchor
	// last; only the certificate when there is none.
	Path []*Certificate
	// EID and ESign are the rights that the whole path grants: those of each
	// certificate combined by AND. They are nil when nothing is granted.
	EID, ESign []byte
	// Notes are remarks for a protocol in English.
	Notes []string
}

// search is one question to a Verifier with what it has found so far.
type search struct {
	Verifier
	at     time.Time
	checks int
	forged bool // an authority of the right name did not make a signature
	best   Result
}

// Verify answers for a day. An anchor is trusted whatever its own dates are,
// unless it is itself what is asked about.
func (v Verifier) Verify(c *Certificate, at time.Time) Result {
	s := &search{Verifier: v, at: at, best: Result{Reason: pki.NoCertificateChainFound, Path: []*Certificate{c}}}
	s.extend([]*Certificate{c})
	if s.best.Reason == pki.NoCertificateChainFound && s.forged {
		s.best.Reason = pki.CertificateChainGeneralFailure
		s.best.Notes = append(s.best.Notes, "an authority of that name did not make the signature")
	}
	s.best.Verdict = s.best.Reason.Verdict()
	return s.best
}

// extend continues a path upwards and judges every one that reaches an anchor.
// It reports whether a faultless one was found.
func (s *search) extend(path []*Certificate) bool {
	top := path[len(path)-1]
	if slices.ContainsFunc(s.Anchors, top.Equal) {
		return s.judge(path)
	}
	if len(path) == maxPath {
		return false
	}
	for _, issuer := range slices.Concat(s.Anchors, s.Intermediates) {
		if issuer.Holder != top.Authority || slices.ContainsFunc(path, issuer.Equal) {
			continue
		}
		if s.checks++; s.checks > maxChecks {
			return false
		}
		if top.CheckSignatureBy(issuer.PublicKey) != nil {
			s.forged = true
			continue
		}
		if s.extend(append(path[:len(path):len(path)], issuer)) {
			return true
		}
	}
	return false
}

// judge keeps the outcome of a complete path if it is better than those before.
func (s *search) judge(path []*Certificate) bool {
	r := Result{Path: path}
	var note string
	if r.Reason, note = s.rules(path); note != "" {
		r.Notes = []string{note}
	}
	r.EID, r.ESign = path[0].EID, path[0].ESign
	for _, c := range path[1:] {
		r.EID, r.ESign = and(r.EID, c.EID), and(r.ESign, c.ESign)
	}
	if rank(r.Reason) > rank(s.best.Reason) {
		s.best = r
	}
	return r.Reason == pki.OK
}

// rank orders reasons from the least to the most useful.
func rank(r pki.Reason) int {
	return slices.Index([]pki.Reason{
		pki.NoCertificateChainFound, pki.CertificateChainGeneralFailure, pki.ChainConstraintsFailure, pki.OutOfBoundsNoPOE, pki.OK,
	}, r)
}

func (s *search) rules(path []*Certificate) (pki.Reason, string) {
	last := len(path) - 1
	for i, c := range path[:last] {
		issuer := path[i+1]
		if c.From.Before(issuer.From) || c.From.After(issuer.Until) {
			return pki.CertificateChainGeneralFailure, c.Holder + ": issued outside of the days of its authority"
		}
		if !issuer.IsAuthority() {
			return pki.ChainConstraintsFailure, issuer.Holder + ": not the name of an authority"
		}
		if pki.Level(issuer.PublicKey) < pki.Level(c.PublicKey) {
			return pki.ChainConstraintsFailure, c.Holder + ": its level is above that of its authority"
		}
	}
	for i, c := range path {
		if (i < last || last == 0) && !c.InForce(s.at) {
			return pki.OutOfBoundsNoPOE, c.Holder + ": not in force"
		}
	}
	return pki.OK, ""
}

// and combines two words of rights; none at all is nil.
func and(a, b []byte) []byte {
	if a == nil || b == nil {
		return nil
	}
	out := make([]byte, len(a))
	granted := byte(0)
	for i := range a {
		out[i] = a[i] & b[i]
		granted |= out[i]
	}
	if granted == 0 {
		return nil
	}
	return out
}
