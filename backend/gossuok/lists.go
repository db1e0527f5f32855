package gossuok

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

const (
	rootListLife = 30 * 24 * time.Hour
	listLife     = 24 * time.Hour
	statusLife   = time.Hour
)

// RevocationList returns the list in force of an authority, "root" or "ruc", in
// DER. A new one is issued when a state has changed since, and when half of the
// life of the last one is over.
func (a *Authority) RevocationList(authority string) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var life time.Duration
	var number *uint64
	next := a.numbers
	switch authority {
	case rootName:
		life, number = rootListLife, &next.Root
	case rucName:
		life, number = listLife, &next.RUC
	default:
		return nil, ErrNotFound
	}
	now := a.config.Clock().Truncate(time.Second)
	path := filepath.Join(a.config.Dir, "lists", authority+".crl")
	var entries []pki.Revocation
	if authority == rucName {
		entries = a.revoked()
	}
	if raw, ok := a.current(path, entries, now, life); ok {
		return raw, nil
	}
	signer, err := a.key(authority)
	if err != nil {
		return nil, fmt.Errorf("gossuok: list: %w", err)
	}
	*number++
	raw, err := pki.CreateRevocationList(&pki.RevocationListTemplate{
		Number: pki.NumberSerial(*number), ThisUpdate: now, NextUpdate: now.Add(life), Entries: entries,
	}, a.certs[authority], signer)
	if err != nil {
		return nil, fmt.Errorf("gossuok: list: %w", err)
	}
	// The number is spent before the list can be seen: it never comes twice.
	if err := writeJSON(a.numbersPath(), next); err != nil {
		return nil, fmt.Errorf("gossuok: list: %w", err)
	}
	a.numbers = next
	if err := writeFile(path, raw); err != nil {
		return nil, fmt.Errorf("gossuok: list: %w", err)
	}
	return raw, nil
}

// revoked returns the entries of the issuing authority's list in the order of
// their numbers. mu is held.
func (a *Authority) revoked() []pki.Revocation {
	var out []pki.Revocation
	for serial, e := range a.register {
		if e.State != pki.StateGood {
			out = append(out, pki.Revocation{Serial: serial, At: e.At, HasReason: true, Reason: e.Reason})
		}
	}
	slices.SortFunc(out, func(x, y pki.Revocation) int { return strings.Compare(string(x.Serial), string(y.Serial)) })
	return out
}

// current returns the stored list if it still says what is true.
func (a *Authority) current(path string, entries []pki.Revocation, now time.Time, life time.Duration) ([]byte, bool) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	l, err := pki.ParseRevocationList(raw)
	if err != nil || l.ThisUpdate.After(now) || now.Sub(l.ThisUpdate) > life/2 || l.Len() != len(entries) {
		return nil, false
	}
	for _, e := range entries {
		if have, ok := l.Lookup(e.Serial); !ok || have.Reason != e.Reason || !have.At.Equal(e.At) {
			return nil, false
		}
	}
	return raw, true
}

// maxStatuses is how many certificates one request may ask about.
const maxStatuses = 20

// Status answers a request of OCSP in DER with a response in DER; a request that
// cannot be read is answered with an error response, never with silence.
func (a *Authority) Status(request []byte) []byte {
	req, err := ocsp.ParseRequest(request)
	if err != nil || len(req.CertIDs) > maxStatuses {
		return ocsp.ErrorResponse(ocsp.MalformedRequest)
	}
	now := a.config.Clock().Truncate(time.Second)
	singles := make([]ocsp.Single, len(req.CertIDs))
	for i, id := range req.CertIDs {
		singles[i] = a.single(id, now)
	}
	signer, err := a.key(ocspName)
	if err != nil {
		return ocsp.ErrorResponse(ocsp.InternalError)
	}
	raw, err := ocsp.CreateResponse(singles, now, req.Nonce, a.certs[ocspName], signer)
	if err != nil {
		return ocsp.ErrorResponse(ocsp.InternalError)
	}
	return raw
}

func (a *Authority) single(id ocsp.CertID, now time.Time) ocsp.Single {
	s := ocsp.Single{CertID: id, State: pki.StateUnknown, ThisUpdate: now, NextUpdate: now.Add(statusLife)}
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.register[id.Serial]
	if !ok || !id.Names(e.cert, a.certs[rucName]) {
		return s
	}
	s.State = e.State
	if e.State != pki.StateGood {
		s.Revocation = pki.Revocation{Serial: id.Serial, At: e.At, HasReason: true, Reason: e.Reason}
	}
	return s
}
