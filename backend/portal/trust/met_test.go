package trust

import (
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/stb/pki"
)

func TestACertificateThatWasMetIsJudgedAnew(t *testing.T) {
	w := newWorld(t)
	w.lists()
	c := w.issue(nil)
	raw := w.sign(c, false)
	for range 2 {
		if by, _, err := w.Detached(t.Context(), document, raw, w.now()); err != nil || string(by.Certificate) != string(c.Raw) {
			t.Fatal(err)
		}
	}
	if len(w.met) != 1 {
		t.Errorf("%d certificates are remembered", len(w.met))
	}
	w.pass(time.Second)
	if err := w.Revoke(c.Serial, pki.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	w.lists()
	if _, _, err := w.Detached(t.Context(), document, raw, w.now()); akno.CodeOf(err) != akno.CertRevoked {
		t.Errorf("revoked: %v", err)
	}
	w.pass(3 * 365 * 24 * time.Hour)
	if _, _, err := w.Detached(t.Context(), document, raw, w.now()); err == nil {
		t.Error("a certificate that is over is good")
	}
}
