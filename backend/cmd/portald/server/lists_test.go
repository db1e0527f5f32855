package server

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"akno/backend/gossuok"
	"akno/backend/internal/clock"
	"akno/backend/logx"
)

func TestRevocationListsAreFetchedAndOutliveAnOutage(t *testing.T) {
	data := t.TempDir()
	ca, err := gossuok.Open(gossuok.Config{Dir: t.TempDir(), Clock: clock.System, BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	defer ca.Close()
	for folder, der := range map[string][]byte{"anchors": ca.Anchor().Raw, "authorities": ca.Issuer().Raw} {
		dir := filepath.Join(data, "trust", folder)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "a.cer"), der, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lists := httptest.NewServer(ca.Handler())
	c := defaults(t, data)
	c.Addr, c.CRL = "127.0.0.1:0", lists.URL+"/crl/root.crl,"+lists.URL+"/crl/ruc.crl,"+lists.URL+"/crl/none.crl"
	for _, up := range []bool{true, false} {
		if !up {
			lists.Close()
		}
		m := &Main{Config: c, Log: logx.Discard(), Clock: clock.System}
		if err := m.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(m.Portal().Trust.Data().Lists); got != 2 {
			t.Errorf("service up %v: %d lists, want 2", up, got)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	// What lies in the folder is data of others: junk does not stop a start.
	if err := os.WriteFile(filepath.Join(data, "trust", "fetched", "junk.crl"), []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &Main{Config: c, Log: logx.Discard(), Clock: clock.System}
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}
