package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ident"
	"akno/backend/internal/dbx"
	"akno/backend/portal/account"
	"akno/backend/portal/application"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/payment"
	"akno/backend/portal/store"
	"akno/backend/portal/trust"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
)

// bundle is read once: it never changes, and its forms take a while to compile.
var bundle = sync.OnceValues(catalogue.Load)

type world struct {
	*Demo
	t       *testing.T
	now     time.Time
	data    string
	db      *store.DB
	trust   *trust.Store
	account *account.Service
	cat     *catalogue.Catalogue
	pay     *payment.Service
	handler http.Handler
	portal  *httptest.Server
	told    []portalapi.PaymentNotice
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: noon, data: t.TempDir()}
	dir, err := prepared()
	must(t, err)
	must(t, os.CopyFS(w.data, os.DirFS(dir)))
	db, err := store.Open(ctx, filepath.Join(w.data, "portal.db"), w.clock)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	w.db = db
	w.cat, err = bundle()
	must(t, err)
	w.start()
	return w
}

// prepared is a data folder with keys, people and their accounts, made once:
// deriving the keys of so many containers takes a while. Every test works on a
// copy.
var prepared = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "demo")
	if err != nil {
		return "", err
	}
	now := func() time.Time { return noon }
	db, err := store.Open(ctx, filepath.Join(dir, "portal.db"), now)
	if err != nil {
		return dir, err
	}
	d, err := Open(Config{Data: dir, Clock: now})
	if err != nil {
		return dir, errors.Join(err, db.Close())
	}
	return dir, errors.Join(seed(d, db, now), d.Close(), db.Close())
})

// seed is the start of a portal around d.
func seed(d *Demo, db *store.DB, now func() time.Time) error {
	t, err := trust.New(d.Anchors()...)
	if err != nil {
		return err
	}
	if err := d.Feed(t); err != nil {
		return err
	}
	cat, err := bundle()
	if err != nil {
		return err
	}
	return d.Seed(ctx, Portal{DB: db, Catalogue: cat, Accounts: accounts(db, t, now), Consent: consent})
}

var consent = portalapi.Consent{Version: "1", Sha256: strings.Repeat("a", 64)}

func accounts(db *store.DB, t *trust.Store, now func() time.Time) *account.Service {
	return &account.Service{
		DB: db, Now: now, Secret: bytes.Repeat([]byte{7}, 32), Hasher: account.NewHasher(account.DefaultCost), Signatures: t,
		Origin: "http://portal", Consents: []portalapi.Consent{consent}, Limits: account.DefaultLimits, Wait: account.Sleep,
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := prepared(); err == nil {
		if err := os.RemoveAll(dir); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

func (w *world) clock() time.Time { return w.now }

// start opens the demo of the folder and seeds it, as a start of the portal does.
func (w *world) start() {
	w.t.Helper()
	var err error
	w.Demo, err = Open(Config{Data: w.data, Clock: w.clock})
	must(w.t, err)
	opened := w.Demo
	w.t.Cleanup(func() { _ = opened.Close() }) // a test may have closed it
	w.trust, err = trust.New(w.Anchors()...)
	must(w.t, err)
	must(w.t, w.Feed(w.trust))
	w.account = accounts(w.db, w.trust, w.clock)
	must(w.t, w.Seed(ctx, Portal{DB: w.db, Catalogue: w.cat, Accounts: w.account, Consent: consent}))
	provider, err := w.Key(ProviderKey)
	must(w.t, err)
	w.pay, err = payment.New(w.db, w.clock, w.cat, payment.Config{
		SerialKey: bytes.Repeat([]byte{1}, 32), ProviderKey: provider, Merchant: "AKNO-DEMO", City: "Minsk",
	})
	must(w.t, err)
	w.portal = httptest.NewServer(http.HandlerFunc(w.webhook))
	w.t.Cleanup(w.portal.Close)
	w.handler, err = w.Handler(Links{Portal: w.portal.URL, Claims: w.pay, Catalogue: w.cat})
	must(w.t, err)
}

// webhook takes payments as the portal's edge does: signature first.
func (w *world) webhook(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !w.pay.Authentic(body, r.Header.Get("X-Akno-Signature")) {
		http.Error(rw, "forbidden", http.StatusForbidden)
		return
	}
	var n portalapi.PaymentNotice
	if err := json.Unmarshal(body, &n); err != nil {
		http.Error(rw, "invalid", http.StatusUnprocessableEntity)
		return
	}
	w.told = append(w.told, n)
	taken, err := w.pay.Notify(r.Context(), n)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(rw).Encode(taken)
}

// call makes a request as a browser on this computer does.
func (w *world) call(method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host = strings.TrimPrefix(w.URL(), "http://")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, c := range change {
		c(r)
	}
	out := httptest.NewRecorder()
	w.handler.ServeHTTP(out, r)
	return out
}

func (w *world) card(name string) (*pki.Certificate, *bign.PrivateKey) {
	w.t.Helper()
	raw, err := os.ReadFile(filepath.Join(w.KeysDir(), name+".cer"))
	must(w.t, err)
	cert, err := pki.ParseCertificate(raw)
	must(w.t, err)
	file, err := os.ReadFile(filepath.Join(w.KeysDir(), name+".key"))
	must(w.t, err)
	key, err := container.Open(file, []byte(Password))
	must(w.t, err)
	if !cert.PublicKey.Equal(key.PublicKey()) {
		w.t.Errorf("key and certificate of %s do not belong together", name)
	}
	return cert, key
}

// signIn opens a session by a key of the folder.
func (w *world) signIn(name string) (portalapi.Session, error) {
	w.t.Helper()
	cert, key := w.card(name)
	c, err := w.account.Challenge(ctx, portalapi.ChallengeRequestPurposeSignIn)
	must(w.t, err)
	sig, err := cms.Sign(nil, cms.SignOptions{Certificate: cert, Signer: key, Time: w.now, Attached: c.Document})
	must(w.t, err)
	return w.account.SignInByEDS(ctx, portalapi.SignedChallenge{ChallengeId: c.Id, Signature: sig})
}

func TestThePeopleSignInWithTheirRoles(t *testing.T) {
	w := open(t)
	for name, want := range map[string]struct {
		role portalapi.Role
		body string
	}{
		"citizen": {portalapi.RoleCitizen, ""},
		"clerk":   {portalapi.RoleClerk, ""},
		"officer": {portalapi.RoleOfficer, "demo-committee"},
		"head":    {portalapi.RoleHead, "demo-committee"},
	} {
		s, err := w.signIn(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body := ""
		if s.Account.Body != nil {
			body = s.Account.Body.Id
		}
		email := ""
		if s.Account.Email != nil {
			email = *s.Account.Email
		}
		if (email == CitizenEmail) != (name == "citizen") {
			t.Errorf("letters to the %s go to %q", name, email)
		}
		if s.Role != want.role || s.Level != portalapi.LevelStrict || body != want.body {
			t.Errorf("%s is %s of %q at level %s", name, s.Role, body, s.Level)
		}
	}
	for name, code := range map[string]akno.Code{
		"expired": akno.CertExpired, "revoked": akno.CertRevoked, "stranger": akno.Unbound,
	} {
		if _, err := w.signIn(name); akno.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", name, err, code)
		}
	}
}

func TestEverybodyHasANameInBothLanguages(t *testing.T) {
	w := open(t)
	for _, p := range people() {
		cert, key, err := w.open(p.name)
		if err != nil {
			t.Fatal(p.name, err)
		}
		key.Wipe()
		if h := cert.Holder(); h.Full() != p.person.Full() || h.Belarusian != p.person.Belarusian || h.Belarusian.Full() == "" {
			t.Errorf("the certificate of the %s names %q, in Belarusian %q", p.name, h.Full(), h.Belarusian.Full())
		}
	}
}

func TestTheHeadIsWhoTheBodyNames(t *testing.T) {
	b := committee()
	if fault := mustUNP(*b.Ref.Unp); fault != "" {
		t.Errorf("number of the committee: %s", fault)
	}
	for _, p := range people() {
		if _, fault := ident.ParseNumber(p.person.Number); fault != "" {
			t.Errorf("number of the %s: %s", p.name, fault)
		}
		if p.name == "head" && p.person.Full() != b.Official {
			t.Errorf("the head is %s, decisions name %s", p.person.Full(), b.Official)
		}
	}
}

func mustUNP(s string) ident.Fault {
	_, fault := ident.ParseUNP(s)
	return fault
}

func TestEveryKindOfBodiesHasOne(t *testing.T) {
	w := open(t)
	must(t, w.db.Read(ctx, func(tx dbx.Tx) error {
		for _, kind := range w.cat.Bodies() {
			b, err := application.BodyOfKind(ctx, tx, kind.Code)
			if err != nil {
				t.Errorf("%s: %v", kind.Code, err)
			}
			if strings.TrimSpace(b.Ref.Name.Ru) == "" || b.Ref.Name.Be == nil {
				t.Errorf("%s has the name %+v", kind.Code, b.Ref.Name)
			}
		}
		for _, procedure := range []string{"200.2.18", "200.1.3.4", "200.5.13", "200.11.2.1"} {
			p, err := w.cat.Find(procedure)
			must(t, err)
			b, err := application.BodyOfKind(ctx, tx, p.Body)
			if err != nil || b.Ref.Id != "demo-committee" {
				t.Errorf("%s is carried out by %s (%v)", procedure, b.Ref.Id, err)
			}
		}
		return nil
	}))
}

func TestASecondStartKeepsEverything(t *testing.T) {
	w := open(t)
	address := w.URL()
	cert, _ := w.card("officer")
	first, err := w.signIn("officer")
	must(t, err)
	must(t, w.Close())
	w.start()
	if w.URL() != address {
		t.Errorf("the pages moved from %s to %s", address, w.URL())
	}
	if again, _ := w.card("officer"); !again.Equal(cert) {
		t.Error("the officer's certificate is another one")
	}
	second, err := w.signIn("officer")
	if err != nil || second.Account.Id != first.Account.Id {
		t.Errorf("account %s after %s (%v)", second.Account.Id, first.Account.Id, err)
	}
	text, err := os.ReadFile(filepath.Join(w.data, "README.txt"))
	if err != nil || !strings.Contains(string(text), Password) {
		t.Errorf("the folder does not tell the password (%v)", err)
	}
}

func TestReady(t *testing.T) {
	w := open(t)
	file := filepath.Join(w.data, "ready.json")
	must(t, w.WriteReady(file, "http://127.0.0.1:1"))
	raw, err := os.ReadFile(file)
	must(t, err)
	var got map[string]string
	must(t, json.Unmarshal(raw, &got))
	for _, key := range []string{"portal", "trust", "keys", "mail", "erip", "ra", "ocsp", "tsa", "crl"} {
		if got[key] == "" {
			t.Errorf("%s is missing", key)
		}
	}
	anchors, err := filepath.Glob(filepath.Join(got["trust"], "*.cer"))
	if err != nil || len(anchors) != 1 {
		t.Errorf("anchors: %v (%v)", anchors, err)
	}
}

func TestOpenRefusesTheWorld(t *testing.T) {
	d, err := Open(Config{Data: t.TempDir(), Clock: func() time.Time { return noon }, Addr: "0.0.0.0:0"})
	if err == nil {
		t.Errorf("the pages listen at %s", d.URL())
	}
}

func TestEveryWordHasBothLanguages(t *testing.T) {
	for name, text := range words {
		for _, l := range []akno.Lang{akno.Russian, akno.Belarusian} {
			if s, ok := text.Exact(l); !ok || strings.TrimSpace(s) == "" {
				t.Errorf("%s has no wording in %s", name, l)
			}
		}
		// The link to Russian is in Russian.
		if name != "other_lang" && strings.ContainsAny(text.BE, "иИщЩъЪ") {
			t.Errorf("%s holds letters that Belarusian does not have: %s", name, text.BE)
		}
	}
}

// Every message that a template names by a fixed key is there.
func TestTemplatesUseKnownWords(t *testing.T) {
	pages, err := filepath.Glob("pages/*.html")
	must(t, err)
	for _, name := range pages {
		raw, err := os.ReadFile(name)
		must(t, err)
		for _, m := range regexp.MustCompile(`\.T "([a-z_]+)"`).FindAllStringSubmatch(string(raw), -1) {
			if _, ok := words[m[1]]; !ok {
				t.Errorf("%s uses %s", name, m[1])
			}
		}
	}
}

func TestServe(t *testing.T) {
	w := open(t)
	end, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- w.Serve(end, Links{Portal: w.portal.URL, Claims: w.pay, Catalogue: w.cat}) }()
	for _, address := range []string{w.URL() + "/", w.Services().Crl[0], w.URL() + "/style.css", w.URL() + "/ca/root.cer"} {
		res, err := http.Get(address)
		must(t, err)
		if res.StatusCode != 200 {
			t.Errorf("%s: %d", address, res.StatusCode)
		}
		must(t, res.Body.Close())
	}
	stop()
	must(t, <-done)
}
