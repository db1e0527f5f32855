package keyring

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/trust"
	"akno/backend/internal/testkit/testpki"
	"akno/backend/internal/testkit/testsettings"
	"akno/backend/stb/bign"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

const password = "васильки на поле у реки"

type world struct {
	now       time.Time
	root, ruc *testpki.Authority
	dir, own  string
	keys      *Keyring
}

func newWorld(t *testing.T) *world {
	w := &world{now: testpki.Noon, root: testpki.Root(t, "КУЦ"), dir: t.TempDir(), own: filepath.Join(t.TempDir(), "keys")}
	w.ruc = w.root.Issuing(t, "РУЦ")
	anchors := t.TempDir()
	write(t, filepath.Join(anchors, "kuc.cer"), w.root.Cert.Raw)
	clock := func() time.Time { return w.now }
	ts, err := trust.Open(t.TempDir(), []string{anchors}, clock)
	if err != nil {
		t.Fatal(err)
	}
	from := w.now.Add(-time.Minute)
	for _, der := range [][]byte{w.ruc.Cert.Raw, w.root.List(t, from), w.ruc.List(t, from)} {
		if err := ts.Add(der); err != nil {
			t.Fatal(err)
		}
	}
	w.keys = New(w.own, []string{w.dir}, testsettings.Memory{}, ts, clock)
	return w
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *world) list(t *testing.T) Listing {
	t.Helper()
	l, err := w.keys.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func sealed(t *testing.T, key *bign.PrivateKey) []byte {
	t.Helper()
	b, err := container.Seal(key, []byte(password), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func holder() Holder {
	p := testpki.Anna
	return Holder{Surname: p.Surname, Name: p.Name, Patronymic: p.Patronymic, PersonalNumber: p.Number}
}

func TestLifeOfAKey(t *testing.T) {
	w := newWorld(t)
	e, err := w.keys.Create(t.Context(), "bign-curve256v1", holder(), "", []byte(password))
	if err != nil || e.State != KeyCreated || e.Place != InProfile || e.Loose || !e.Proven {
		t.Fatalf("created: %+v, %v", e, err)
	}
	der, err := w.keys.Request(t.Context(), e.ID)
	if err != nil {
		t.Fatal(err)
	}
	req, err := pki.ParseRequest(der)
	if err != nil || req.Verify() != nil || req.Subject.Get(pki.AttrSerialNumber) != testpki.Anna.Number {
		t.Fatalf("request: %+v, %v", req, err)
	}
	if err := w.keys.Sent(t.Context(), e.ID, "42", false); err != nil {
		t.Fatal(err)
	}
	if e, err = w.keys.Find(t.Context(), e.ID); err != nil || e.State != RequestSent || e.RequestID != "42" {
		t.Fatalf("sent: %+v, %v", e, err)
	}
	stranger := w.ruc.Person(t, testpki.Anna)
	if _, err := w.keys.Install(t.Context(), stranger.Cert.Raw); akno.CodeOf(err) != akno.KeyMismatch {
		t.Errorf("a certificate of another key: %v", err)
	}
	cert := w.ruc.PersonFor(t, testpki.Anna, req.PublicKey)
	e, err = w.keys.Install(t.Context(), cert.Raw)
	if err != nil || e.State != Usable {
		t.Fatalf("installed: %+v, %v", e, err)
	}
	renewed := w.ruc.PersonFor(t, testpki.Anna, req.PublicKey, testpki.Between(w.now, w.now.AddDate(3, 0, 0)))
	if e, err = w.keys.Install(t.Context(), renewed.Raw); err != nil || !e.Certificate.Equal(renewed) {
		t.Fatalf("renewed: %+v, %v", e, err)
	}
	l := w.list(t)
	if len(l.Usable) != 1 || len(l.Other) != 0 || !l.Usable[0].Certificate.Equal(renewed) {
		t.Errorf("listed: %+v", l)
	}
	err = w.keys.Use(t.Context(), e.ID, []byte(password), func(k *bign.PrivateKey, c *pki.Certificate) error {
		if !c.PublicKey.Equal(k.PublicKey()) {
			t.Error("key and certificate differ")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestACertificateIsDescribedInBothLanguagesThatItHas(t *testing.T) {
	w := newWorld(t)
	both := w.ruc.Person(t, testpki.Anna, func(c *pki.Template) {
		var err error
		c.Belarusian, err = pki.NewName(
			pki.Attribute{Type: pki.AttrSurname, Value: "Кавалёва"},
			pki.Attribute{Type: pki.AttrName, Value: "Ганна"},
			pki.Attribute{Type: pki.AttrGivenName, Value: "Пятроўна"},
		)
		if err != nil {
			t.Fatal(err)
		}
	})
	if id := Describe(both.Cert); id.Holder != "Ковалёва Анна Петровна" || id.HolderBe != "Кавалёва Ганна Пятроўна" {
		t.Errorf("%q, %q", id.Holder, id.HolderBe)
	}
	if id := Describe(w.ruc.Person(t, testpki.Anna).Cert); id.HolderBe != "" {
		t.Errorf("made up: %q", id.HolderBe)
	}
}

func TestRejectedRequestIsSaid(t *testing.T) {
	w := newWorld(t)
	e, err := w.keys.Create(t.Context(), "bign-curve256v1", holder(), "", []byte(password))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.keys.Sent(t.Context(), e.ID, "42", true); err != nil {
		t.Fatal(err)
	}
	if l := w.list(t); len(l.Other) != 1 || l.Other[0].State != Rejected {
		t.Errorf("%+v", l)
	}
}

func TestPairsAreMadeByKeyNotByName(t *testing.T) {
	w := newWorld(t)
	anna, petr := w.ruc.Person(t, testpki.Anna), w.ruc.Person(t, testpki.Anna)
	write(t, filepath.Join(w.dir, "a.key"), sealed(t, anna.Key))
	write(t, filepath.Join(w.dir, "b.key"), sealed(t, petr.Key))
	write(t, filepath.Join(w.dir, "a.cer"), petr.Cert.Raw) // names crossed
	write(t, filepath.Join(w.dir, "b.cer"), anna.Cert.Raw)
	guess, err := w.keys.Find(t.Context(), Describe(petr.Cert).SHA256)
	if err != nil || guess.Proven || filepath.Base(guess.KeyPath) != "a.key" {
		t.Fatalf("before any password: %+v, %v", guess, err)
	}
	nothing := func(*bign.PrivateKey, *pki.Certificate) error { return nil }
	if err := w.keys.Use(t.Context(), guess.ID, []byte(password), nothing); akno.CodeOf(err) != akno.KeyMismatch {
		t.Fatalf("a wrong guess: %v", err)
	}
	for _, id := range []*pki.Certificate{anna.Cert, petr.Cert} { // the guess was learned from
		if err := w.keys.Use(t.Context(), Describe(id).SHA256, []byte(password), nothing); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
}

func TestEveryFileHasItsReason(t *testing.T) {
	w := newWorld(t)
	lone, old := w.ruc.Person(t, testpki.Anna), w.ruc.Person(t, testpki.Anna, testpki.Between(w.now.AddDate(-3, 0, 0), w.now.AddDate(-1, 0, 0)))
	write(t, filepath.Join(w.dir, "1", "lone.cer"), lone.Cert.Raw)
	write(t, filepath.Join(w.dir, "2", "key.key"), sealed(t, testpki.NewKey(t)))
	write(t, filepath.Join(w.dir, "3", "old.key"), sealed(t, old.Key))
	write(t, filepath.Join(w.dir, "3", "old.cer"), old.Cert.Raw)
	write(t, filepath.Join(w.dir, "4", "notes.txt"), []byte("пароль под клавиатурой"))
	write(t, filepath.Join(w.dir, "4", "film.key"), make([]byte, maxFile+1))
	write(t, filepath.Join(w.dir, "ca.cer"), w.ruc.Cert.Raw)
	write(t, filepath.Join(w.dir, "1", "2", "3", "4", "deep.cer"), w.ruc.Person(t, testpki.Anna).Cert.Raw)
	l := w.list(t)
	states := map[State]int{}
	for _, e := range l.Other {
		states[e.State]++
	}
	if len(l.Usable) != 0 || states[NoKey] != 1 || states[NoCertificate] != 1 || states[Expired] != 1 || len(l.Other) != 3 {
		t.Errorf("usable %d, others %v", len(l.Usable), states)
	}
	passed := map[string]string{}
	for _, p := range l.Looked {
		for _, f := range p.Passed {
			passed[filepath.Base(f.Path)] = f.Code
		}
	}
	if passed["notes.txt"] != "bad_key_file" || passed["film.key"] != "too_large" {
		t.Errorf("passed over: %v", passed)
	}
}

func TestPeersKeysOpen(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join("..", "..", "stb", "testdata", "pki-dev")
	for _, e := range []string{"keys", "certs"} {
		if err := w.keys.Add(t.Context(), filepath.Join(dir, e)); err != nil {
			t.Fatal(err)
		}
	}
	l := w.list(t)
	containers := 0
	for _, e := range append(l.Usable, l.Other...) {
		if e.KeyPath != "" {
			containers++
		}
	}
	if containers < 3 {
		t.Errorf("%d key files of a peer were recognised", containers)
	}
}

func TestOthersMayNotReadNewFilesAndLooseOnesAreSaid(t *testing.T) {
	w := newWorld(t)
	anna := w.ruc.Person(t, testpki.Anna)
	path := filepath.Join(w.dir, "anna.key")
	write(t, path, sealed(t, anna.Key))
	write(t, filepath.Join(w.dir, "anna.cer"), anna.Cert.Raw)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if l := w.list(t); len(l.Usable) != 1 || !l.Usable[0].Loose {
		t.Errorf("%+v", l.Usable)
	}
}

func TestForgetLeavesTheFiles(t *testing.T) {
	w := newWorld(t)
	away := t.TempDir()
	anna := w.ruc.Person(t, testpki.Anna)
	path := filepath.Join(away, "anna.key")
	write(t, path, sealed(t, anna.Key))
	if err := w.keys.Add(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	l := w.list(t)
	if len(l.Other) != 1 {
		t.Fatalf("%+v", l)
	}
	if err := w.keys.Forget(t.Context(), l.Other[0].ID); err != nil {
		t.Fatal(err)
	}
	if l := w.list(t); len(l.Other) != 0 {
		t.Errorf("%+v", l)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestWeakPassword(t *testing.T) {
	for p, want := range map[string]string{
		"короткий":                                         "too_short",
		"аааааааааааааааа":                                 "repeats",
		"моя ковалёва и я сама":                            "own_data",
		"номер 4150390A021PB3 !":                           "own_data",
		"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4": "not_text",
		"correct horse battery":                            "",
		password:                                           "",
	} {
		if got := WeakPassword([]byte(p), holder()); got != want {
			t.Errorf("WeakPassword(%q) = %q, want %q", p, got, want)
		}
	}
}
