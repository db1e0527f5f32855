// Package demo is what a demo portal has around it: a certification authority in
// the same process, people with keys and roles, bodies for every kind of the
// catalogue, and three pages for what happens elsewhere in life: the payment
// system, the post and the registration authority. Everything says that it is a
// demo, listens on this computer only and keeps its files in the portal's data
// folder. Nothing in the portal knows that it is there: the pages pay by the
// signed call that a payment system makes, and people register by their keys.
package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"akno/backend/gossuok"
	"akno/backend/internal/clock"
	"akno/backend/internal/publisher"
	"akno/backend/portal/trust"
	"akno/backend/portalapi"
)

// Config is what the operator of a demo chooses.
type Config struct {
	// Data is the portal's data folder.
	Data string
	// Clock tells the time of everything that is issued.
	Clock clock.Clock
	// Addr is the address of the pages, on this computer. Empty takes the one of
	// the last run, or any that is free.
	Addr string
	// AutoApprove lets the registration authority approve by itself.
	AutoApprove bool
}

// A Demo is the surroundings of a demo portal. Open makes it, Serve runs it.
type Demo struct {
	config    Config
	listener  net.Listener
	authority *gossuok.Authority

	trustMu sync.Mutex
	trust   *trust.Store
}

// Open prepares the folder, opens the certification authority and takes the
// address of the pages, so that every address is known before the portal starts.
func Open(c Config) (*Demo, error) {
	for _, dir := range []string{"keys", "trust", "mail", "secrets"} {
		if err := os.MkdirAll(filepath.Join(c.Data, dir), 0o700); err != nil {
			return nil, fmt.Errorf("demo: %w", err)
		}
	}
	l, err := listen(c)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	d := &Demo{config: c, listener: l}
	d.authority, err = gossuok.Open(gossuok.Config{
		Dir: filepath.Join(c.Data, "pki"), Clock: c.Clock, BaseURL: d.URL(), AutoApprove: c.AutoApprove,
	})
	if err == nil {
		err = writeFile(filepath.Join(d.TrustDir(), "root.cer"), d.authority.Anchor().Raw)
	}
	if err == nil {
		err = d.writePublisher()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("demo: %w", err), l.Close())
	}
	return d, nil
}

// writePublisher puts the key of the demo's publisher of packs beside the anchor:
// who trusts the one takes over the packs of the other.
func (d *Demo) writePublisher() error {
	key, err := d.authority.Publisher()
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(d.TrustDir(), "publisher"+publisher.Extension), publisher.Marshal(key))
}

// listen takes the address that was asked for, that of the last run or any. The
// addresses in certificates hold as long as it stays the same.
func listen(c Config) (net.Listener, error) {
	file := filepath.Join(c.Data, "secrets", "pages-address")
	addr := c.Addr
	if addr == "" {
		last, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		addr = strings.TrimSpace(string(last))
	}
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil && c.Addr == "" {
		l, err = net.Listen("tcp", "127.0.0.1:0") // another program took it meanwhile
	}
	if err != nil {
		return nil, err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("%s is not an address of this computer only", addr), l.Close())
	}
	return l, writeFile(file, []byte(l.Addr().String()+"\n"))
}

// Close ends a demo that was not served.
func (d *Demo) Close() error {
	d.authority.Close()
	return d.listener.Close()
}

// URL returns the address of the pages, without a slash at the end.
func (d *Demo) URL() string { return "http://" + d.listener.Addr().String() }

// Authority returns the certification authority.
func (d *Demo) Authority() *gossuok.Authority { return d.authority }

// TrustDir returns the folder with the certificates to trust, *.cer.
func (d *Demo) TrustDir() string { return filepath.Join(d.config.Data, "trust") }

// KeysDir returns the folder with the keys of the demo's people.
func (d *Demo) KeysDir() string { return filepath.Join(d.config.Data, "keys") }

// MailDir returns the folder in which the portal keeps its letters, *.eml.
func (d *Demo) MailDir() string { return filepath.Join(d.config.Data, "mail") }

// Services returns the addresses that the portal tells its clients.
func (d *Demo) Services() portalapi.Services {
	u := d.URL()
	return portalapi.Services{
		Ra: u + "/ra", Ocsp: u + "/ocsp", Tsa: u + "/tsa", Crl: []string{u + "/crl/root.crl", u + "/crl/ruc.crl"},
	}
}

// Key returns the secret of the demo with a name, 32 octets, and draws it when
// there is none. ProviderKey, for one, is that of the payment system.
func (d *Demo) Key(name string) ([]byte, error) {
	path := filepath.Join(d.config.Data, "secrets", name)
	text, err := os.ReadFile(path)
	if err == nil {
		raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil || len(raw) != 32 {
			return nil, fmt.Errorf("demo: %s is damaged", path)
		}
		return raw, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("demo: %w", err)
	}
	raw := make([]byte, 32)
	rand.Read(raw) // crypto/rand never fails
	if err := writeFile(path, []byte(hex.EncodeToString(raw)+"\n")); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	return raw, nil
}

// ProviderKey is the name of the payment system's key.
const ProviderKey = "payment-provider"

// Anchors returns the certificates that the portal trusts as given, in DER.
func (d *Demo) Anchors() [][]byte { return [][]byte{d.authority.Anchor().Raw} }

// Feed gives the store the authority's certificates and lists, and keeps it fed:
// Serve brings newer lists, at once when a certificate is revoked.
func (d *Demo) Feed(s *trust.Store) error {
	if err := s.AddIntermediate(d.authority.Issuer().Raw); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	d.trustMu.Lock()
	d.trust = s
	d.trustMu.Unlock()
	return d.refresh()
}

// refresh brings the lists in force to the portal.
func (d *Demo) refresh() error {
	d.trustMu.Lock()
	defer d.trustMu.Unlock()
	if d.trust == nil {
		return nil
	}
	for _, name := range []string{"root", "ruc"} {
		raw, err := d.authority.RevocationList(name)
		if err == nil {
			err = d.trust.AddList(raw, d.config.Clock())
		}
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

// refreshEvery is how often the portal gets the lists in force.
const refreshEvery = time.Minute

// keepFed refreshes the lists until ctx ends. A failure shows in the portal as
// revocation data that grow old, which it refuses by itself.
func (d *Demo) keepFed(ctx context.Context) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = d.refresh()
		}
	}
}

// Ready is what a program that starts a demo reads to find it.
type Ready struct {
	Portal string `json:"portal"`
	Trust  string `json:"trust"` // folder with the certificates to trust
	Keys   string `json:"keys"`  // folder with the people's keys
	Mail   string `json:"mail"`  // page of the letters
	ERIP   string `json:"erip"`  // page of the payment system
	RA     string `json:"ra"`    // page of the registration authority, and where requests are sent
	OCSP   string `json:"ocsp"`
	TSA    string `json:"tsa"`
	CRL    string `json:"crl"`
}

// Ready returns where everything is; portal is the portal's own address.
func (d *Demo) Ready(portal string) Ready {
	u := d.URL()
	return Ready{
		Portal: portal, Trust: d.TrustDir(), Keys: d.KeysDir(), Mail: u + "/mail", ERIP: u + "/erip", RA: u + "/ra",
		OCSP: u + "/ocsp", TSA: u + "/tsa", CRL: u + "/crl/ruc.crl",
	}
}

// WriteReady writes Ready into a file, which appears whole or not at all.
func (d *Demo) WriteReady(file, portal string) error {
	raw, err := json.MarshalIndent(d.Ready(portal), "", " ")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return writeFile(file, append(raw, '\n'))
}

// writeFile replaces a file as a whole.
func writeFile(path string, data []byte) error {
	tmp := path + ".new"
	err := os.WriteFile(tmp, data, 0o600)
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}
