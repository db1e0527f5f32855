package gossuok

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"akno/backend/internal/ids"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// A RequestState is where a request for a certificate stands.
type RequestState string

// The states of a request.
const (
	Waiting  RequestState = "waiting"
	Approved RequestState = "approved"
	Rejected RequestState = "rejected"
)

// ErrRequest is returned for a request that no authority may approve.
var ErrRequest = errors.New("gossuok: unacceptable request")

// MaxRequestSize bounds a request for a certificate, in octets.
const MaxRequestSize = 16 << 10

// MaxWaiting is how many requests may wait at once.
const MaxWaiting = 1000

// A Request is a request for a certificate in the queue of the registration
// authority.
type Request struct {
	ID     string       `json:"id"`
	DER    []byte       `json:"der"`
	State  RequestState `json:"state"`
	At     time.Time    `json:"at"`               // of the last change of state
	Reason string       `json:"reason,omitempty"` // of a rejection, in words
	// Certificate is the issued certificate in DER; nil until it is approved.
	Certificate []byte `json:"certificate,omitempty"`
}

// Parsed returns the request that the holder of the key made.
func (r Request) Parsed() (*pki.CertificateRequest, error) { return pki.ParseRequest(r.DER) }

func (a *Authority) loadRequests() error {
	files, err := filepath.Glob(filepath.Join(a.config.Dir, "requests", "*.json"))
	if err != nil {
		return err
	}
	for _, name := range files {
		r := &Request{}
		if err := readJSON(name, r); err != nil {
			return err
		}
		a.requests[r.ID] = r
	}
	return nil
}

// Submit takes a request in DER into the queue. The same octets again are the
// same request, so that a repeated call is harmless. The key in it must have
// signed it.
func (a *Authority) Submit(request []byte) (Request, error) {
	parsed, err := pki.ParseRequest(request)
	if err != nil {
		return Request{}, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if err := parsed.Verify(); err != nil {
		return Request{}, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if _, err := kindOf(parsed.Subject); err != nil {
		return Request{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	waiting := 0
	for _, r := range a.requests {
		if slices.Equal(r.DER, request) {
			return *r, nil
		}
		if r.State == Waiting {
			waiting++
		}
	}
	if waiting >= MaxWaiting {
		return Request{}, ErrState
	}
	now := a.config.Clock()
	r := Request{ID: ids.New(now), DER: slices.Clone(request), State: Waiting, At: now}
	if err := a.storeRequest(r); err != nil || !a.config.AutoApprove {
		return r, err
	}
	return a.approve(r)
}

// storeRequest writes a request to the disk, then into memory. mu is held.
func (a *Authority) storeRequest(r Request) error {
	if err := writeJSON(filepath.Join(a.config.Dir, "requests", r.ID+".json"), r); err != nil {
		return fmt.Errorf("gossuok: queue: %w", err)
	}
	a.requests[r.ID] = &r
	return nil
}

// Request returns a request of the queue.
func (a *Authority) Request(id string) (Request, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.requests[id]
	if !ok {
		return Request{}, ErrNotFound
	}
	return *r, nil
}

// Requests returns the queue, the newest first.
func (a *Authority) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Request, 0, len(a.requests))
	for _, r := range a.requests {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(x, y Request) int { return strings.Compare(y.ID, x.ID) })
	return out
}

// Approve issues the certificate that a waiting request asks for. An approved
// request is returned as it is.
func (a *Authority) Approve(id string) (Request, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.requests[id]
	switch {
	case !ok:
		return Request{}, ErrNotFound
	case r.State == Approved:
		return *r, nil
	case r.State != Waiting:
		return Request{}, ErrState
	}
	return a.approve(*r)
}

// approve issues and writes. mu is held.
func (a *Authority) approve(r Request) (Request, error) {
	parsed, err := r.Parsed()
	if err != nil {
		return r, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	o, err := orderOf(parsed)
	if err != nil {
		return r, err
	}
	e, err := a.make(o, parsed.PublicKey)
	if err != nil {
		return r, fmt.Errorf("gossuok: %w", err)
	}
	if err := a.store(e); err != nil {
		return r, err
	}
	r.State, r.At, r.Certificate = Approved, a.config.Clock(), e.DER
	return r, a.storeRequest(r)
}

// Reject refuses a waiting request and says why.
func (a *Authority) Reject(id, reason string) (Request, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.requests[id]
	if !ok {
		return Request{}, ErrNotFound
	}
	if r.State != Waiting {
		return Request{}, ErrState
	}
	next := *r
	next.State, next.At, next.Reason = Rejected, a.config.Clock(), reason
	return next, a.storeRequest(next)
}

// kindOf tells what a name asks for: a person has a personal number and no
// organisation, a representative both, an organisation no surname.
func kindOf(n pki.Name) (pki.Kind, error) {
	person := n.Get(pki.AttrSurname) != "" && firstOf(n.Get(pki.AttrSerialNumber), n.Get(oid.GosSUOKPersonalNumber)) != ""
	organisation := n.Get(pki.AttrOrganisation) != ""
	switch {
	case person && organisation:
		return pki.KindRepresentative, nil
	case person:
		return pki.KindPerson, nil
	case organisation && n.Get(pki.AttrSurname) == "":
		return pki.KindOrganisation, nil
	}
	return "", fmt.Errorf("%w: the name is neither of a person nor of an organisation", ErrRequest)
}

func orderOf(r *pki.CertificateRequest) (Order, error) {
	kind, err := kindOf(r.Subject)
	if err != nil {
		return Order{}, err
	}
	o := Order{Kind: kind, Subject: r.Subject, UNP: r.UNP, Emails: r.AltNames.Emails}
	if len(r.AltNames.Directory) > 0 {
		o.Belarusian = r.AltNames.Directory[0]
	}
	return o, nil
}

// Fingerprint returns the first eight octets of the hash of a request in pairs of
// hexadecimal digits, by which two people can compare what they see.
func (r Request) Fingerprint() string {
	h := sha256.Sum256(r.DER)
	return hex.EncodeToString(h[:8])
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
