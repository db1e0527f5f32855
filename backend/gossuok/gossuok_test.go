package gossuok

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

var noon = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

type world struct {
	*Authority
	t   *testing.T
	now time.Time
	dir string
}

// prepared is the folder of a new authority, made once: deriving the keys of its
// containers takes a while. Every test works on a copy.
var prepared = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gossuok")
	if err != nil {
		return "", err
	}
	a, err := Open(Config{Dir: dir, Clock: func() time.Time { return noon }, BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		return dir, err
	}
	a.Close()
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := prepared(); err == nil {
		if err := os.RemoveAll(dir); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

func open(t *testing.T, auto bool) *world {
	t.Helper()
	w := &world{t: t, now: noon, dir: t.TempDir()}
	dir, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(w.dir, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	w.reopen(auto)
	return w
}

func (w *world) reopen(auto bool) {
	w.t.Helper()
	a, err := Open(Config{Dir: w.dir, Clock: func() time.Time { return w.now }, BaseURL: "http://127.0.0.1:1", AutoApprove: auto})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(a.Close)
	w.Authority = a
}

func newKey(t *testing.T) *bign.PrivateKey {
	t.Helper()
	k, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var anna = Person{
	PersonName: pki.PersonName{Surname: "Ковалева", GivenName: "Анна", Patronymic: "Сергеевна"},
	Belarusian: pki.PersonName{Surname: "Кавалёва", GivenName: "Ганна", Patronymic: "Сяргееўна"},
	Latin:      "Kavaliova Hanna", Number: "4110575A001PB0", Email: "anna@example.by",
}

func (w *world) issue(o Order, err error) *pki.Certificate {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := w.Issue(o, newKey(w.t).PublicKey())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// request returns a request for a certificate of anna.
func request(t *testing.T) []byte {
	t.Helper()
	o, err := PersonOrder(anna)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := pki.CreateRequest(&pki.RequestTemplate{Subject: o.Subject}, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (w *world) list(name string) *pki.RevocationList {
	w.t.Helper()
	raw, err := w.RevocationList(name)
	if err != nil {
		w.t.Fatal(err)
	}
	l, err := pki.ParseRevocationList(raw)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// verify answers for c with the lists in force.
func (w *world) verify(c *pki.Certificate) pki.Result {
	w.t.Helper()
	v := pki.Verifier{
		Anchors: []*pki.Certificate{w.Anchor()}, Intermediates: []*pki.Certificate{w.Issuer()},
		CRLs: []*pki.RevocationList{w.list("root"), w.list("ruc")}, RequireRevocation: true,
	}
	return v.Verify(c, pki.PurposeSign, w.now)
}

func TestIssuedCertificatesPass(t *testing.T) {
	w := open(t, false)
	org := Organisation{Name: "Исполком", ShortName: "Исполком", UNP: "200988541", Locality: "Минск", Street: "ул. Первая, 1"}
	for name, tt := range map[string]struct {
		order func() (Order, error)
		kind  pki.HolderKind
	}{
		"of a person":         {func() (Order, error) { return PersonOrder(anna) }, pki.HolderPerson},
		"of an organisation":  {func() (Order, error) { return OrganisationOrder(org) }, pki.HolderOrganisation},
		"of a representative": {func() (Order, error) { return RepresentativeOrder(anna, org, "директор") }, pki.HolderRepresentative},
	} {
		t.Run("a certificate "+name, func(t *testing.T) {
			c := w.issue(tt.order())
			if r := w.verify(c); r.Verdict != pki.Passed {
				t.Errorf("%s %s %v", r.Verdict, r.Reason, r.Notes)
			}
			h := c.Holder()
			if h.Kind != tt.kind {
				t.Errorf("holder is a %s", h.Kind)
			}
			if tt.kind != pki.HolderOrganisation && (h.Surname != "Ковалева" || h.PersonalNumber != anna.Number) {
				t.Errorf("holder is %+v", h)
			}
			if tt.kind != pki.HolderPerson && (h.Organisation != "Исполком" || h.UNP != "200988541") {
				t.Errorf("organisation is %+v", h)
			}
		})
	}
	t.Run("a person has both names", func(t *testing.T) {
		h := w.issue(PersonOrder(anna)).Holder()
		if h.GivenName != "Анна" || h.Patronymic != "Сергеевна" || h.Belarusian.GivenName != "Ганна" {
			t.Errorf("holder is %+v", h)
		}
	})
	t.Run("a root is issued to nobody", func(t *testing.T) {
		if _, err := w.Issue(Order{Kind: pki.KindRoot}, newKey(t).PublicKey()); err == nil {
			t.Error("a root was issued")
		}
	})
	t.Run("a certificate can be issued for a time that is over", func(t *testing.T) {
		o, err := PersonOrder(anna)
		o.NotBefore, o.NotAfter = noon.Add(-48*time.Hour), noon.Add(-24*time.Hour)
		if r := w.verify(w.issue(o, err)); r.Verdict == pki.Passed {
			t.Errorf("it passed")
		}
	})
}

func TestRevocation(t *testing.T) {
	w := open(t, false)
	c := w.issue(PersonOrder(anna))
	if err := w.Suspend(c.Serial); err != nil {
		t.Fatal(err)
	}
	if r := w.verify(c); r.Revocation[0].State != pki.StateSuspended {
		t.Errorf("on hold: %s", r.Revocation[0].State)
	}
	if err := w.Resume(c.Serial); err != nil {
		t.Fatal(err)
	}
	if r := w.verify(c); r.Verdict != pki.Passed {
		t.Errorf("off hold: %s %s", r.Verdict, r.Reason)
	}
	if err := w.Revoke(c.Serial, pki.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	w.now = noon.Add(time.Minute)
	if r := w.verify(c); r.Verdict == pki.Passed || r.Revocation[0].State != pki.StateRevoked {
		t.Errorf("revoked: %s %s", r.Verdict, r.Revocation[0].State)
	}
	for name, err := range map[string]error{
		"resume": w.Resume(c.Serial), "suspend": w.Suspend(c.Serial), "revoke again": w.Revoke(c.Serial, pki.ReasonSuperseded),
	} {
		if !errors.Is(err, ErrState) {
			t.Errorf("%s of a revoked one: %v", name, err)
		}
	}
	if err := w.Revoke("\x01", pki.ReasonSuperseded); !errors.Is(err, ErrNotFound) {
		t.Errorf("a stranger's number: %v", err)
	}
	if err := w.Revoke(c.Serial, pki.ReasonCertificateHold); err == nil {
		t.Error("a hold was taken for a revocation")
	}
}

func TestListsAreRenewedAndNumbered(t *testing.T) {
	w := open(t, false)
	first := w.list("ruc")
	if again := w.list("ruc"); !bytes.Equal(again.Raw, first.Raw) {
		t.Error("a list that is still true was issued again")
	}
	w.now = noon.Add(13 * time.Hour)
	second := w.list("ruc")
	if second.Number.Int().Cmp(first.Number.Int()) <= 0 || !second.ThisUpdate.Equal(w.now) {
		t.Errorf("list %s of %s after list %s", second.Number.Hex(), second.ThisUpdate, first.Number.Hex())
	}
	w.reopen(false)
	w.now = w.now.Add(13 * time.Hour)
	if third := w.list("ruc"); third.Number.Int().Cmp(second.Number.Int()) <= 0 {
		t.Errorf("after a restart list %s follows %s", third.Number.Hex(), second.Number.Hex())
	}
	if _, err := w.RevocationList("other"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a list of nobody: %v", err)
	}
}

func TestStatus(t *testing.T) {
	w := open(t, false)
	c := w.issue(PersonOrder(anna))
	ask := func(id ocsp.CertID) ocsp.Single {
		t.Helper()
		raw, err := ocsp.CreateRequest([]ocsp.CertID{id}, []byte("0123456789abcdef"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := ocsp.ParseResponse(w.Status(raw))
		if err != nil {
			t.Fatal(err)
		}
		if resp.Code != ocsp.Successful || len(resp.Singles) != 1 || len(resp.Nonce) == 0 {
			t.Fatalf("response %d with %d answers", resp.Code, len(resp.Singles))
		}
		return resp.Singles[0]
	}
	id, err := ocsp.NewCertID(c, w.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	if s := ask(id); s.State != pki.StateGood {
		t.Errorf("good: %s", s.State)
	}
	if err := w.Revoke(c.Serial, pki.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	if s := ask(id); s.State != pki.StateRevoked || s.Revocation.Reason != pki.ReasonKeyCompromise {
		t.Errorf("revoked: %s %s", s.State, s.Revocation.Reason)
	}
	stranger := id
	if stranger.Serial, err = newSerial(); err != nil {
		t.Fatal(err)
	}
	if s := ask(stranger); s.State != pki.StateUnknown {
		t.Errorf("a number never issued: %s", s.State)
	}
	if resp, err := ocsp.ParseResponse(w.Status([]byte("junk"))); err != nil || resp.Code != ocsp.MalformedRequest {
		t.Errorf("junk: %v", err)
	}
}

func TestStamp(t *testing.T) {
	w := open(t, false)
	sum := pki.BeltHash.Sum([]byte("text"))
	req := tsp.Imprint(pki.BeltHash, sum, []byte("12345678"))
	req.CertReq = true
	raw, err := tsp.CreateRequest(req)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := w.Stamp(raw)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tsp.ParseResponse(answer)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := tsp.ParseRequest(raw)
	if err != nil {
		t.Fatal(err)
	}
	r := tsp.Verify(resp, tsp.Options{Data: cms.Octets([]byte("text")), Request: sent, Tolerance: time.Minute, Options: cms.Options{
		At: w.now, Verifier: pki.Verifier{
			Anchors: []*pki.Certificate{w.Anchor()}, Intermediates: []*pki.Certificate{w.Issuer()},
			CRLs: []*pki.RevocationList{w.list("root"), w.list("ruc")}, RequireRevocation: true,
		},
	}})
	if r.Verdict != pki.Passed || !r.GenTime.Equal(noon) {
		t.Errorf("%s %s at %s %v", r.Verdict, r.Reason, r.GenTime, r.Notes)
	}
	answer, err = w.Stamp([]byte("junk"))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := tsp.ParseResponse(answer); err != nil || resp.Status != tsp.Rejection {
		t.Errorf("junk is answered with %d (%v)", resp.Status, err)
	}
}

func TestRequests(t *testing.T) {
	t.Run("a request waits until somebody approves it", func(t *testing.T) {
		w := open(t, false)
		raw := request(t)
		r, err := w.Submit(raw)
		if err != nil || r.State != Waiting {
			t.Fatalf("state %s (%v)", r.State, err)
		}
		if again, err := w.Submit(raw); err != nil || again.ID != r.ID {
			t.Errorf("the same again is %s (%v)", again.ID, err)
		}
		done, err := w.Approve(r.ID)
		if err != nil || done.State != Approved {
			t.Fatalf("state %s (%v)", done.State, err)
		}
		c, err := pki.ParseCertificate(done.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		if v := w.verify(c); v.Verdict != pki.Passed {
			t.Errorf("%s %s", v.Verdict, v.Reason)
		}
		if twice, err := w.Approve(r.ID); err != nil || !bytes.Equal(twice.Certificate, done.Certificate) {
			t.Errorf("approved twice: %v", err)
		}
		if _, err := w.Reject(r.ID, "x"); !errors.Is(err, ErrState) {
			t.Errorf("rejected after it was approved: %v", err)
		}
	})
	t.Run("a rejected request says why", func(t *testing.T) {
		w := open(t, false)
		r, err := w.Submit(request(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Reject(r.ID, "фото не совпало"); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Request(r.ID); err != nil || got.State != Rejected || got.Reason != "фото не совпало" {
			t.Errorf("request is %s %q (%v)", got.State, got.Reason, err)
		}
		if _, err := w.Approve(r.ID); !errors.Is(err, ErrState) {
			t.Errorf("approved after it was rejected: %v", err)
		}
	})
	t.Run("an authority may approve by itself", func(t *testing.T) {
		w := open(t, true)
		if r, err := w.Submit(request(t)); err != nil || r.State != Approved {
			t.Errorf("state %s (%v)", r.State, err)
		}
	})
	t.Run("a request whose signature is broken is refused", func(t *testing.T) {
		w := open(t, true)
		raw := request(t)
		raw[len(raw)-1] ^= 1
		if _, err := w.Submit(raw); !errors.Is(err, ErrRequest) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("a request without a holder is refused", func(t *testing.T) {
		w := open(t, true)
		name, err := pki.NewName(pki.Attribute{Type: pki.AttrCommonName, Value: "x"})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := pki.CreateRequest(&pki.RequestTemplate{Subject: name}, newKey(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Submit(raw); !errors.Is(err, ErrRequest) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAFolderKeepsEverything(t *testing.T) {
	w := open(t, false)
	c := w.issue(PersonOrder(anna))
	waiting, err := w.Submit(request(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Revoke(c.Serial, pki.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	anchor := w.Anchor()
	w.reopen(false)
	if !w.Anchor().Equal(anchor) {
		t.Error("the root is another one")
	}
	if all := w.List(); len(all) != 1 || all[0].State != pki.StateRevoked || !all[0].Certificate.Equal(c) {
		t.Errorf("register is %+v", all)
	}
	if all := w.Requests(); len(all) != 1 || all[0].ID != waiting.ID {
		t.Errorf("queue is %+v", all)
	}
	made, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(made, "keys", "root.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the root's key is %v (%v)", info, err)
	}
	t.Run("a certificate beside another key signs nothing", func(t *testing.T) {
		other := open(t, false)
		fresh, err := Open(Config{Dir: t.TempDir(), Clock: func() time.Time { return noon }})
		if err != nil {
			t.Fatal(err)
		}
		defer fresh.Close()
		raw := fresh.Issuer().Raw
		if err := os.WriteFile(filepath.Join(other.dir, "certs", "ruc.cer"), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		other.reopen(false)
		o, err := PersonOrder(anna)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Issue(o, newKey(t).PublicKey()); err == nil {
			t.Error("a certificate was issued")
		}
	})
	t.Run("a lost key is not replaced by another one", func(t *testing.T) {
		if err := os.Remove(filepath.Join(w.dir, "keys", "ruc.key")); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(Config{Dir: w.dir, Clock: func() time.Time { return noon }}); err == nil {
			t.Error("the folder was opened")
		}
	})
}

func TestHandler(t *testing.T) {
	w := open(t, false)
	srv := httptest.NewServer(w.Handler())
	defer srv.Close()
	c := w.issue(PersonOrder(anna))
	id, err := ocsp.NewCertID(c, w.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	question, err := ocsp.CreateRequest([]ocsp.CertID{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		method, path, mediaType string
		body                    []byte
		status                  int
		answer                  string
	}{
		"the root's list":             {"GET", "/crl/root.crl", "", nil, 200, typeCRL},
		"a list of nobody":            {"GET", "/crl/other.crl", "", nil, 404, ""},
		"the certificate of the root": {"GET", "/ca/root.cer", "", nil, 200, typeCertificate},
		"a certificate of nobody":     {"GET", "/ca/x", "", nil, 404, ""},
		"a status by post":            {"POST", "/ocsp", typeOCSPRequest, question, 200, typeOCSPResponse},
		"a status by get":             {"GET", "/ocsp/" + url.PathEscape(base64.StdEncoding.EncodeToString(question)), "", nil, 200, typeOCSPResponse},
		"a status by junk":            {"GET", "/ocsp/%21", "", nil, 400, ""},
		"a status of another type":    {"POST", "/ocsp", "text/plain", question, 415, ""},
		"a stamp for junk":            {"POST", "/tsa", typeStampRequest, []byte("x"), 200, typeStampResponse},
		"a request that is junk":      {"POST", "/ra/requests", typePKCS10, []byte("x"), 400, ""},
		"a request that is too large": {"POST", "/ra/requests", typePKCS10, make([]byte, MaxRequestSize+1), 413, ""},
		"a request nobody made":       {"GET", "/ra/requests/x", "", nil, 404, ""},
		"its certificate":             {"GET", "/ra/requests/x/certificate", "", nil, 404, ""},
		"a page that is not there":    {"GET", "/", "", nil, 404, ""},
		"a list cannot be written":    {"PUT", "/crl/root.crl", "", nil, 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			resp := call(t, tt.method, srv.URL+tt.path, tt.mediaType, tt.body)
			if resp.StatusCode != tt.status || tt.answer != "" && resp.Header.Get("Content-Type") != tt.answer {
				t.Errorf("%d %s, want %d %s", resp.StatusCode, resp.Header.Get("Content-Type"), tt.status, tt.answer)
			}
		})
	}
	t.Run("a request goes all the way", func(t *testing.T) {
		resp := call(t, "POST", srv.URL+"/ra/requests", typePKCS10, request(t))
		var st requestStatus
		if err := json.NewDecoder(resp.Body).Decode(&st); err != nil || resp.StatusCode != 202 || st.State != Waiting {
			t.Fatalf("%d %+v (%v)", resp.StatusCode, st, err)
		}
		if resp := call(t, "GET", srv.URL+"/ra/requests/"+st.ID+"/certificate", "", nil); resp.StatusCode != 404 {
			t.Errorf("a certificate before the approval: %d", resp.StatusCode)
		}
		if _, err := w.Approve(st.ID); err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(call(t, "GET", srv.URL+"/ra/requests/"+st.ID+"/certificate", "", nil).Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pki.ParseCertificate(raw)
		if err != nil || !slices.ContainsFunc(w.List(), func(i Issued) bool { return i.Certificate.Equal(got) }) {
			t.Errorf("the certificate is not in the register (%v)", err)
		}
		if !strings.HasPrefix(got.CRLPoints[0], "http://127.0.0.1:1/crl/") {
			t.Errorf("its list lies at %v", got.CRLPoints)
		}
	})
}

func call(t *testing.T, method, address, mediaType string, body []byte) *http.Response {
	t.Helper()
	req, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}
