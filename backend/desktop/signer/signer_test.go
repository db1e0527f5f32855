package signer

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/trust"
	"akno/backend/internal/testkit/testpki"
	"akno/backend/internal/testkit/testsettings"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

const password = "васильки на поле у реки"

// world is a person with a key in a folder, and an authority she has her
// certificate from.
type world struct {
	now       time.Time
	root, ruc *testpki.Authority
	dir       string
	trust     *trust.Store
	keys      *keyring.Keyring
	signer    *Signer
}

func newWorld(t *testing.T) *world {
	w := &world{now: testpki.Noon, root: testpki.Root(t, "КУЦ"), dir: t.TempDir()}
	w.ruc = w.root.Issuing(t, "РУЦ")
	anchors := t.TempDir()
	write(t, filepath.Join(anchors, "kuc.cer"), w.root.Cert.Raw)
	clock := func() time.Time { return w.now }
	var err error
	if w.trust, err = trust.Open(t.TempDir(), []string{anchors}, clock); err != nil {
		t.Fatal(err)
	}
	w.lists(t)
	w.keys = keyring.New(filepath.Join(w.dir, "own"), []string{w.dir}, testsettings.Memory{}, w.trust, clock)
	w.signer = New(w.keys, w.trust, clock)
	return w
}

// lists issues fresh lists and hands them to the store.
func (w *world) lists(t *testing.T) {
	t.Helper()
	_ = w.trust.Add(w.ruc.Cert.Raw)
	for _, l := range [][]byte{w.root.List(t, w.now.Add(-time.Minute)), w.ruc.List(t, w.now.Add(-time.Minute))} {
		if err := w.trust.Add(l); err != nil {
			t.Fatal(err)
		}
	}
}

// put writes a person's key and certificate as name.key and name.cer and
// returns the certificate's id.
func (w *world) put(t *testing.T, name string, id testpki.Identity) string {
	t.Helper()
	sealed, err := container.Seal(id.Key, []byte(password), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.dir, name+".key"), sealed)
	write(t, filepath.Join(w.dir, name+".cer"), id.Cert.Raw)
	return keyring.Describe(id.Cert).SHA256
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSignatureVerifiesHere(t *testing.T) {
	w := newWorld(t)
	id := w.put(t, "anna", w.ruc.Person(t, testpki.Anna))
	content := []byte(`{"application":"справка"}`)
	signed, err := w.signer.SignDetached(t.Context(), id, []byte(password), content)
	if err != nil {
		t.Fatal(err)
	}
	v := signed.Verdict
	if v.Rung != Good || v.Verdict != "PASSED" || v.Level != "B-B" || v.Number != testpki.Anna.Number || v.Code != "" {
		t.Errorf("verdict %+v", v)
	}
	if !v.SignedAt.Equal(w.now) || v.ListFrom.IsZero() || v.Signer != "Ковалёва Анна Петровна" {
		t.Errorf("verdict %+v", v)
	}
	v, err = w.signer.VerifyDetached(t.Context(), []byte(`{"application":"справкА"}`), signed.CMS)
	if err != nil || v.Rung != Bad || v.Reason != string(pki.HashFailure) || v.Code != akno.BadSignature {
		t.Errorf("of other content: %+v, %v", v, err)
	}
	v, err = w.signer.VerifyDetached(t.Context(), content, []byte("no signature"))
	if err != nil || v.Rung != Bad || v.Reason != string(pki.FormatFailure) {
		t.Errorf("of noise: %+v, %v", v, err)
	}
}

func TestRefusalsNameTheirCause(t *testing.T) {
	w := newWorld(t)
	old := w.put(t, "old", w.ruc.Person(t, testpki.Anna, testpki.Between(w.now.AddDate(-3, 0, 0), w.now.AddDate(-1, 0, 0))))
	future := w.put(t, "future", w.ruc.Person(t, testpki.Anna, testpki.Between(w.now.AddDate(0, 1, 0), w.now.AddDate(1, 0, 0))))
	gone := w.ruc.Person(t, testpki.Anna)
	w.ruc.Revoke(gone.Cert, w.now.Add(-time.Hour), pki.ReasonKeyCompromise)
	held := w.ruc.Person(t, testpki.Anna)
	w.ruc.Revoke(held.Cert, w.now.Add(-time.Hour), pki.ReasonCertificateHold)
	stranger := testpki.Root(t, "КУЦ").Issuing(t, "РУЦ").Person(t, testpki.Anna)
	swapped := testpki.Identity{Key: testpki.NewKey(t), Cert: w.ruc.Person(t, testpki.Anna).Cert}
	cases := map[string]struct {
		id       string
		password string
		want     akno.Code
	}{
		"expired":          {old, password, akno.CertExpired},
		"not yet in force": {future, password, akno.CertNotYet},
		"revoked":          {w.put(t, "gone", gone), password, akno.CertRevoked},
		"suspended":        {w.put(t, "held", held), password, akno.CertSuspended},
		"untrusted":        {w.put(t, "stranger", stranger), password, akno.CertUntrusted},
		"another's key":    {w.put(t, "swapped", swapped), password, akno.KeyMismatch},
		"wrong password":   {w.put(t, "anna", w.ruc.Person(t, testpki.Anna)), "не тот пароль", akno.BadPassword},
		"unknown key":      {"0", password, akno.NotFound},
	}
	w.now = w.now.Add(time.Hour)
	w.lists(t)
	for name, c := range cases {
		_, err := w.signer.SignDetached(t.Context(), c.id, []byte(c.password), []byte("x"))
		if akno.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestWrongPasswordsSlowTheNextTry(t *testing.T) {
	w := newWorld(t)
	id := w.put(t, "anna", w.ruc.Person(t, testpki.Anna))
	try := func(p string) akno.Code {
		_, err := w.signer.SignDetached(t.Context(), id, []byte(p), []byte("x"))
		if err == nil {
			return ""
		}
		return akno.CodeOf(err)
	}
	if c := try("first wrong one"); c != akno.BadPassword {
		t.Fatal(c)
	}
	if c := try(password); c != akno.SlowDown {
		t.Errorf("at once: %v", c)
	}
	w.now = w.now.Add(time.Second)
	if c := try("second wrong one"); c != akno.BadPassword {
		t.Errorf("after a second: %v", c)
	}
	w.now = w.now.Add(time.Second)
	if c := try(password); c != akno.SlowDown {
		t.Errorf("the second wait is no longer: %v", c)
	}
	w.now = w.now.Add(time.Second)
	if c := try(password); c != "" {
		t.Errorf("with the right one: %v", c)
	}
	if c := try(password); c != "" {
		t.Errorf("the count was not forgotten: %v", c)
	}
}

func TestStaleListsSignButSaySo(t *testing.T) {
	w := newWorld(t)
	id := w.put(t, "anna", w.ruc.Person(t, testpki.Anna))
	w.now = w.now.AddDate(0, 2, 0)
	signed, err := w.signer.SignDetached(t.Context(), id, []byte(password), []byte("x"))
	if err != nil || signed.Verdict.Rung != Undecided || signed.Verdict.Code != akno.NoRevocation {
		t.Errorf("%+v, %v", signed.Verdict, err)
	}
}

func TestRevocationAfterSigningShowsLater(t *testing.T) {
	w := newWorld(t)
	anna := w.ruc.Person(t, testpki.Anna)
	id := w.put(t, "anna", anna)
	signed, err := w.signer.SignDetached(t.Context(), id, []byte(password), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(48 * time.Hour)
	w.ruc.Revoke(anna.Cert, w.now.Add(-time.Hour), pki.ReasonSuperseded)
	w.lists(t)
	v, err := w.signer.VerifyDetached(t.Context(), []byte("x"), signed.CMS)
	if err != nil || v.Rung == Good || v.Code != akno.CertRevoked {
		t.Errorf("%+v, %v", v, err)
	}
}
