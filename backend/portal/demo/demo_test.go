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
	"akno/backend/akno/ordercode"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/account"
	"akno/backend/portal/application"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/mail"
	"akno/backend/portal/payment"
	"akno/backend/portal/session"
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

func TestPagesAreGuarded(t *testing.T) {
	w := open(t)
	for name, tt := range map[string]struct {
		method string
		change func(*http.Request)
		status int
	}{
		"this computer is answered":          {"GET", func(*http.Request) {}, 200},
		"another name is not":                {"GET", func(r *http.Request) { r.Host = "evil.example" }, 421},
		"this computer on another port":      {"GET", func(r *http.Request) { r.Host = "127.0.0.1:1" }, 421},
		"a form of another page is refused":  {"POST", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"so is one with another origin only": {"POST", func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
	} {
		t.Run(name, func(t *testing.T) {
			path := "/ra"
			if tt.method == "POST" {
				path = "/ra/queue/x"
			}
			out := w.call(tt.method, path, nil, tt.change)
			if out.Code != tt.status {
				t.Errorf("status %d, want %d", out.Code, tt.status)
			}
			if tt.status == 200 && !strings.Contains(out.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("policy is %q", out.Header().Get("Content-Security-Policy"))
			}
		})
	}
}

// order makes an order of the citizen.
func (w *world) order() portalapi.Order {
	w.t.Helper()
	o, err := w.pay.Create(ctx, session.Session{AccountID: ids.New(w.now), Level: akno.Strict}, portalapi.OrderRequest{
		OpId: ids.New(w.now), ApplicationId: ids.New(w.now), Procedure: "200.5.13", FormId: "F_5_13", FormVersion: 1, FeeFacts: []string{},
	})
	must(w.t, err)
	return o
}

func TestPaying(t *testing.T) {
	w := open(t)
	o := w.order()
	wrong := "8" + o.Code[1:]
	for name, tt := range map[string]struct {
		code, want string
		status     int
	}{
		"a code shows what it asks for":  {ordercode.Code(o.Code).Grouped(), "45.00", 200},
		"a link shows the same":          {o.EripLink, "45.00", 200},
		"a wrong digit is named":         {wrong, "Контрольные цифры", 422},
		"a code too short is named":      {o.Code[:29], "30 цифр", 422},
		"a letter is named":              {o.Code[:29] + "О", "не ноль", 422},
		"an order never made is named":   {"900000002611210013400000000168", "нет", 404},
		"markup is shown and not obeyed": {"<script>alert(1)</script>", "&lt;script&gt;", 422},
	} {
		t.Run(name, func(t *testing.T) {
			out := w.call("GET", "/erip?"+url.Values{"code": {tt.code}}.Encode(), nil)
			if out.Code != tt.status || !strings.Contains(out.Body.String(), tt.want) || strings.Contains(out.Body.String(), "<script") {
				t.Errorf("%d\n%s", out.Code, out.Body)
			}
		})
	}
	t.Run("a payment is told to the portal and pays the order", func(t *testing.T) {
		out := w.call("POST", "/erip/pay", url.Values{"code": {o.Code}, "amount": {"45.00"}, "lang": {"be"}})
		if out.Code != http.StatusSeeOther || len(w.told) != 1 {
			t.Fatalf("%d, %d payments told", out.Code, len(w.told))
		}
		page := w.call("GET", out.Header().Get("Location"), nil).Body.String()
		for _, want := range []string{"Аплата прынята", w.told[0].Transaction, `data-status="paid"`, `lang="be"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%q is missing in\n%s", want, page)
			}
		}
		if strings.Contains(page, `class="primary"`) {
			t.Error("a paid order can be paid again")
		}
	})
	t.Run("another sum is told as it is", func(t *testing.T) {
		next := w.order()
		out := w.call("POST", "/erip/pay", url.Values{"code": {next.Code}, "amount": {"1,00"}})
		if page := w.call("GET", out.Header().Get("Location"), nil).Body.String(); !strings.Contains(page, "Сумма не та") {
			t.Errorf("page:\n%s", page)
		}
	})
	t.Run("a sum that is none is named", func(t *testing.T) {
		if out := w.call("POST", "/erip/pay", url.Values{"code": {o.Code}, "amount": {"много"}}); out.Code != 422 {
			t.Errorf("status %d", out.Code)
		}
	})
	t.Run("a portal that is down is named", func(t *testing.T) {
		w.portal.Close()
		if out := w.call("POST", "/erip/pay", url.Values{"code": {o.Code}, "amount": {"45.00"}}); out.Code != 502 {
			t.Errorf("status %d", out.Code)
		}
	})
}

func TestLetters(t *testing.T) {
	w := open(t)
	if out := w.call("GET", "/mail", nil); !strings.Contains(out.Body.String(), "Писем пока нет") {
		t.Errorf("empty folder:\n%s", out.Body)
	}
	id := ids.New(noon)
	must(t, mail.Folder{Dir: w.MailDir(), From: "portal@example.by"}.Send(ctx, mail.Message{
		ID: id, To: "anna@example.by", Subject: "Активация кабинета — ссылка", Date: noon,
		Text: "Здравствуйте!\n\nОткройте akno://activate?code=ABC-1. Код: ABC-1 <b>\njavascript:alert(1)\n",
	}))
	list := w.call("GET", "/mail?lang=be", nil).Body.String()
	for _, want := range []string{"Активация кабинета — ссылка", "anna@example.by", "20.11.2026 12:00", "/mail/" + id} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is missing in\n%s", want, list)
		}
	}
	one := w.call("GET", "/mail/"+id, nil).Body.String()
	for _, want := range []string{`<a href="akno://activate?code=ABC-1">`, "Здравствуйте!", "&lt;b&gt;"} {
		if !strings.Contains(one, want) {
			t.Errorf("%q is missing in\n%s", want, one)
		}
	}
	if strings.Contains(one, `href="javascript`) {
		t.Error("a strange scheme became a link")
	}
	for _, path := range []string{"/mail/" + ids.New(noon), "/mail/..%2f..%2fREADME", "/mail/x"} {
		if out := w.call("GET", path, nil); out.Code != 404 {
			t.Errorf("%s: %d", path, out.Code)
		}
	}
}

func TestRegistrationAuthority(t *testing.T) {
	w := open(t)
	raw, err := pki.CreateRequest(requestOf(t), key(t))
	must(t, err)
	req, err := w.Authority().Submit(raw)
	must(t, err)
	page := w.call("GET", "/ra", nil).Body.String()
	for _, want := range []string{"Новая Ольга", "4120385A014PB6", req.Fingerprint(), "Ковалева Анна Сергеевна"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
	if out := w.call("POST", "/ra/queue/"+req.ID, url.Values{"do": {"reject"}}); !strings.Contains(out.Header().Get("Location"), "error=reason") {
		t.Errorf("rejected without a reason: %v", out.Header())
	}
	if out := w.call("POST", "/ra/queue/"+req.ID, url.Values{"do": {"approve"}}); out.Code != 303 {
		t.Errorf("status %d", out.Code)
	}
	done, err := w.Authority().Request(req.ID)
	must(t, err)
	cert, err := pki.ParseCertificate(done.Certificate)
	must(t, err)
	serial := cert.Serial.Hex()
	change := func(do, reason string) string {
		t.Helper()
		out := w.call("POST", "/ra/certificates/"+serial, url.Values{"do": {do}, "reason": {reason}})
		return out.Header().Get("Location")
	}
	state := func() string {
		t.Helper()
		page := w.call("GET", "/ra", nil).Body.String()
		return regexp.MustCompile(`data-serial="` + serial + `"[\s\S]*?data-state="([a-z]+)"`).FindStringSubmatch(page)[1]
	}
	for _, step := range []struct{ do, reason, state, failed string }{
		{"suspend", "", "suspended", ""},
		{"resume", "", "good", ""},
		{"revoke", "", "good", "error=reason"},
		{"revoke", "key_compromise", "revoked", ""},
		{"resume", "", "revoked", "error=state"},
	} {
		location := change(step.do, step.reason)
		if got := state(); got != step.state || strings.Contains(location, "error=") != (step.failed != "") || !strings.Contains(location, step.failed) {
			t.Errorf("%s: %s, %s", step.do, got, location)
		}
	}
	// The portal knows of it at once.
	w.now = w.now.Add(time.Minute)
	v := w.trust.Verifier()
	if r := v.Verify(cert, pki.PurposeSign, w.now); r.Verdict == pki.Passed {
		t.Error("the portal still takes the certificate")
	}
}

func requestOf(t *testing.T) *pki.RequestTemplate {
	t.Helper()
	name, err := pki.NewName(
		pki.Attribute{Type: pki.AttrCommonName, Value: "NOVAYA VOLHA 4120385A014PB6"}, pki.Attribute{Type: pki.AttrSurname, Value: "Новая"},
		pki.Attribute{Type: pki.AttrName, Value: "Ольга"}, pki.Attribute{Type: pki.AttrSerialNumber, Value: "4120385A014PB6"},
	)
	must(t, err)
	return &pki.RequestTemplate{Subject: name}
}

func key(t *testing.T) *bign.PrivateKey {
	t.Helper()
	k, err := bign.GenerateKey(bign.Curve256v1())
	must(t, err)
	return k
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
