// Package gossuok is a demo certification authority with the parts of the state
// system of public keys: a root (КУЦ), an issuing authority (РУЦ), a registration
// authority with a queue of requests, a certificate status service, time stamps
// and revocation lists. It keeps everything in one folder and serves it over
// HTTP. Its certificates prove nothing about anybody: it exists so that programs
// and tests meet real requests, chains, lists and revocations.
package gossuok

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"akno/backend/internal/clock"
	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

// Lives of what the authority issues.
const (
	rootLife    = 20 * 365 * 24 * time.Hour
	issuingLife = 10 * 365 * 24 * time.Hour
	serviceLife = 5 * 365 * 24 * time.Hour
	holderLife  = 2 * 365 * 24 * time.Hour
)

// The keys of the authority, by the names of their files.
const (
	rootName = "root"
	rucName  = "ruc"
	ocspName = "ocsp"
	tsaName  = "tsa"
)

// Config is what the operator of the authority chooses.
type Config struct {
	// Dir is the authority's folder; it is made if need be.
	Dir string
	// Clock tells the time of everything that is issued.
	Clock clock.Clock
	// BaseURL is the address under which Handler is reached, without a slash at
	// the end. It goes into certificates.
	BaseURL string
	// AutoApprove issues certificates without a person who looks at the request.
	AutoApprove bool
}

// An Authority issues, revokes and answers. It is safe for use by several
// goroutines. Only one process may have a folder open.
type Authority struct {
	config Config
	certs  map[string]*pki.Certificate

	keysMu sync.Mutex
	keys   map[string]*bign.PrivateKey

	mu       sync.Mutex
	register map[pki.Serial]*entry
	requests map[string]*Request
	numbers  numbers
}

// numbers counts the lists that each authority has issued.
type numbers struct {
	Root uint64 `json:"root"`
	RUC  uint64 `json:"ruc"`
}

// Open opens the authority of a folder; an empty folder becomes a new authority
// with keys of its own.
func Open(c Config) (*Authority, error) {
	a := &Authority{
		config: c, keys: map[string]*bign.PrivateKey{}, certs: map[string]*pki.Certificate{},
		register: map[pki.Serial]*entry{}, requests: map[string]*Request{},
	}
	for _, dir := range []string{"keys", "certs", "issued", "requests", "lists"} {
		if err := os.MkdirAll(filepath.Join(c.Dir, dir), 0o700); err != nil {
			return nil, fmt.Errorf("gossuok: %w", err)
		}
	}
	for _, step := range []func() error{a.makeKeys, a.openCerts, a.loadRegister, a.loadRequests} {
		if err := step(); err != nil {
			a.Close()
			return nil, fmt.Errorf("gossuok: %w", err)
		}
	}
	return a, nil
}

// Close wipes the keys.
func (a *Authority) Close() {
	a.keysMu.Lock()
	defer a.keysMu.Unlock()
	for _, k := range a.keys {
		k.Wipe()
	}
}

// Dir returns the authority's folder.
func (a *Authority) Dir() string { return a.config.Dir }

// Anchor returns the certificate of the root, which others trust as given.
func (a *Authority) Anchor() *pki.Certificate { return a.certs[rootName] }

// Issuer returns the certificate of the issuing authority.
func (a *Authority) Issuer() *pki.Certificate { return a.certs[rucName] }

// openCerts reads the authority's own certificates and makes those it lacks.
func (a *Authority) openCerts() error {
	now := a.config.Clock()
	for _, c := range []struct {
		name, issuer, title string
		kind                pki.Kind
		life                time.Duration
	}{
		{rootName, "", "Демонстрационный корневой удостоверяющий центр", pki.KindRoot, rootLife},
		{rucName, rootName, "Демонстрационный республиканский удостоверяющий центр", pki.KindIssuing, issuingLife},
		{ocspName, rucName, "Демонстрационная служба статусов сертификатов", pki.KindOCSP, serviceLife},
		{tsaName, rucName, "Демонстрационная служба штампов времени", pki.KindTSA, serviceLife},
	} {
		path := filepath.Join(a.config.Dir, "certs", c.name+".cer")
		raw, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			raw, err = a.makeOwn(c.kind, c.name, c.issuer, c.title, now, c.life)
			if err == nil {
				err = writeFile(path, raw)
			}
		}
		if err != nil {
			return err
		}
		cert, err := pki.ParseCertificate(raw)
		if err != nil {
			return fmt.Errorf("certificate of %s: %w", c.name, err)
		}
		a.certs[c.name] = cert
	}
	return nil
}

func (a *Authority) makeOwn(kind pki.Kind, name, issuer, title string, now time.Time, life time.Duration) ([]byte, error) {
	subject, err := pki.NewName(
		pki.Attribute{Type: pki.AttrCommonName, Value: title},
		pki.Attribute{Type: pki.AttrOrganisation, Value: "Акно, демонстрационная инфраструктура"},
		pki.Attribute{Type: pki.AttrLocality, Value: "Минск"},
		pki.Attribute{Type: pki.AttrCountry, Value: "BY"},
	)
	if err != nil {
		return nil, err
	}
	t := pki.NewTemplate(kind, pki.ProfileGosSUOK)
	t.Subject, t.NotBefore, t.NotAfter = subject, now.Add(-time.Minute), now.Add(life)
	if t.Serial, err = newSerial(); err != nil {
		return nil, err
	}
	own, err := a.key(name)
	if err != nil {
		return nil, err
	}
	if issuer == "" {
		return pki.CreateCertificate(t, nil, own.PublicKey(), own)
	}
	signer, err := a.key(issuer)
	if err != nil {
		return nil, err
	}
	a.addresses(t, issuer)
	return pki.CreateCertificate(t, a.certs[issuer], own.PublicKey(), signer)
}

// addresses names the services of an issuer in a certificate.
func (a *Authority) addresses(t *pki.Template, issuer string) {
	t.CRLPoints = []string{a.config.BaseURL + "/crl/" + issuer + ".crl"}
	t.CAIssuers = []string{a.config.BaseURL + "/ca/" + issuer + ".cer"}
	if issuer == rucName {
		t.OCSPServers = []string{a.config.BaseURL + "/ocsp"}
	}
}

// newSerial draws a positive number of 16 octets.
func newSerial() (pki.Serial, error) {
	var b [16]byte
	rand.Read(b[:]) // crypto/rand never fails
	b[0] = b[0]&0x7f | 0x40
	return pki.NewSerial(b[:])
}

// writeFile replaces a file as a whole and makes it durable.
func writeFile(path string, data []byte) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	// A folder that cannot be synced, as on Windows, keeps its names by itself.
	_ = dir.Sync()
	return dir.Close()
}

func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return writeFile(path, append(raw, '\n'))
}

func readJSON(path string, v any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}
