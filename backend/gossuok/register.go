package gossuok

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

// ErrNotFound is returned for a certificate or a request that is not here.
var ErrNotFound = errors.New("gossuok: not found")

// ErrState is returned for a step that the state does not allow, such as
// resuming a certificate that was revoked for good.
var ErrState = errors.New("gossuok: the state does not allow this")

// An entry is an issued certificate in the register.
type entry struct {
	DER    []byte               `json:"der"`
	State  pki.CertState        `json:"state"` // good, revoked or suspended
	At     time.Time            `json:"at"`    // of the last change of state
	Reason pki.RevocationReason `json:"reason"`

	cert *pki.Certificate
}

// Issued is a certificate and what became of it.
type Issued struct {
	Certificate *pki.Certificate
	State       pki.CertState
	At          time.Time // of the last change of state
	Reason      pki.RevocationReason
}

func (a *Authority) loadRegister() error {
	files, err := filepath.Glob(filepath.Join(a.config.Dir, "issued", "*.json"))
	if err != nil {
		return err
	}
	for _, name := range files {
		e := &entry{}
		if err := readJSON(name, e); err != nil {
			return err
		}
		if e.cert, err = pki.ParseCertificate(e.DER); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		a.register[e.cert.Serial] = e
	}
	err = readJSON(a.numbersPath(), &a.numbers)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return err
}

func (a *Authority) numbersPath() string { return filepath.Join(a.config.Dir, "lists", "numbers.json") }

func (a *Authority) entryPath(s pki.Serial) string {
	return filepath.Join(a.config.Dir, "issued", strings.ToLower(s.Hex())+".json")
}

// Order says for whom a certificate is issued.
type Order struct {
	Kind       pki.Kind // person, organisation or representative
	Subject    pki.Name
	Belarusian pki.Name // the holder's name in Belarusian, or empty
	UNP        string   // of an organisation or its representative
	Emails     []string
	// NotBefore and NotAfter bound the validity; zero means two years from now.
	NotBefore, NotAfter time.Time
}

// Issue issues a certificate for a key. What is returned is in the register and
// on the disk.
func (a *Authority) Issue(o Order, pub *bign.PublicKey) (*pki.Certificate, error) {
	e, err := a.make(o, pub)
	if err != nil {
		return nil, fmt.Errorf("gossuok: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return e.cert, a.store(e)
}

// make makes a certificate that is not in the register yet.
func (a *Authority) make(o Order, pub *bign.PublicKey) (*entry, error) {
	switch o.Kind {
	case pki.KindPerson, pki.KindOrganisation, pki.KindRepresentative:
	default:
		return nil, fmt.Errorf("no certificate of kind %q is issued", o.Kind)
	}
	now := a.config.Clock()
	t := pki.NewTemplate(o.Kind, pki.ProfileGosSUOK)
	t.Subject, t.Belarusian, t.UNP, t.Emails = o.Subject, o.Belarusian, o.UNP, o.Emails
	t.NotBefore, t.NotAfter = now.Add(-time.Minute), now.Add(holderLife)
	if !o.NotAfter.IsZero() {
		t.NotBefore, t.NotAfter = o.NotBefore, o.NotAfter
	}
	a.addresses(t, rucName)
	var err error
	if t.Serial, err = newSerial(); err != nil {
		return nil, err
	}
	signer, err := a.key(rucName)
	if err != nil {
		return nil, err
	}
	raw, err := pki.CreateCertificate(t, a.certs[rucName], pub, signer)
	if err != nil {
		return nil, err
	}
	cert, err := pki.ParseCertificate(raw)
	return &entry{DER: raw, State: pki.StateGood, At: now, cert: cert}, err
}

// store writes an entry to the disk, then into memory. mu is held.
func (a *Authority) store(e *entry) error {
	if err := writeJSON(a.entryPath(e.cert.Serial), e); err != nil {
		return fmt.Errorf("gossuok: register: %w", err)
	}
	a.register[e.cert.Serial] = e
	return nil
}

// List returns the issued certificates, the newest first.
func (a *Authority) List() []Issued {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Issued, 0, len(a.register))
	for _, e := range a.register {
		out = append(out, Issued{e.cert, e.State, e.At, e.Reason})
	}
	slices.SortFunc(out, func(x, y Issued) int {
		if c := y.Certificate.NotBefore.Compare(x.Certificate.NotBefore); c != 0 {
			return c
		}
		return strings.Compare(string(x.Certificate.Serial), string(y.Certificate.Serial))
	})
	return out
}

// Revoke revokes a certificate for good.
func (a *Authority) Revoke(serial pki.Serial, reason pki.RevocationReason) error {
	if reason == pki.ReasonCertificateHold || reason == pki.ReasonRemoveFromCRL {
		return fmt.Errorf("gossuok: %s does not revoke", reason)
	}
	return a.change(serial, pki.StateRevoked, reason, pki.StateGood, pki.StateSuspended)
}

// Suspend puts a certificate on hold.
func (a *Authority) Suspend(serial pki.Serial) error {
	return a.change(serial, pki.StateSuspended, pki.ReasonCertificateHold, pki.StateGood)
}

// Resume takes a certificate off hold.
func (a *Authority) Resume(serial pki.Serial) error {
	return a.change(serial, pki.StateGood, pki.ReasonUnspecified, pki.StateSuspended)
}

func (a *Authority) change(serial pki.Serial, to pki.CertState, reason pki.RevocationReason, from ...pki.CertState) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.register[serial]
	if !ok {
		return ErrNotFound
	}
	if !slices.Contains(from, e.State) {
		return ErrState
	}
	next := *e
	next.State, next.Reason, next.At = to, reason, a.config.Clock().Truncate(time.Second)
	return a.store(&next)
}
