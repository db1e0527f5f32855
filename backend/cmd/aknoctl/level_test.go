package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"akno/backend/gossuok"
	"akno/backend/internal/clock"
	"akno/backend/portal/demo"
	"akno/backend/stb/bign"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

// suite is a demo authority on the network with the key of one person.
type suite struct {
	t         *testing.T
	dir, url  string
	authority *gossuok.Authority
	serial    pki.Serial   // of the person's certificate
	asked     atomic.Int64 // requests for lists and statuses
	listless  atomic.Int64 // how often the list of the holders' authority cannot be fetched
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	s := &suite{t: t, dir: t.TempDir()}
	var handler http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/crl") || strings.HasPrefix(r.URL.Path, "/ocsp") {
			s.asked.Add(1)
		}
		if r.URL.Path == "/crl/ruc.crl" && s.listless.Add(-1) >= 0 {
			http.NotFound(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	var err error
	s.url = web.URL
	if s.authority, err = gossuok.Open(gossuok.Config{Dir: t.TempDir(), Clock: clock.System, BaseURL: web.URL}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.authority.Close)
	handler = s.authority.Handler()
	order, err := gossuok.PersonOrder(gossuok.Person{PersonName: pki.PersonName{Surname: "Ковалева", GivenName: "Анна", Patronymic: "Сергеевна"}, Number: "4120385A014PB6"})
	if err != nil {
		t.Fatal(err)
	}
	key, err := bign.GenerateKey(bign.CurveByName("bign-curve256v1"))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := s.authority.Issue(order, key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	s.serial = cert.Serial
	sealed, err := container.Seal(key, []byte(demo.Password), container.MinIterations)
	if err != nil {
		t.Fatal(err)
	}
	s.put("key", sealed)
	s.put("key.cer", cert.Raw)
	s.put("password", []byte(demo.Password+"\n"))
	s.put("root.cer", s.authority.Anchor().Raw)
	s.put("ruc.cer", s.authority.Issuer().Raw)
	s.put("doc.txt", []byte("заявление"))
	return s
}

func (s *suite) at(name string) string { return filepath.Join(s.dir, name) }

func (s *suite) put(name string, data []byte) {
	s.t.Helper()
	if err := os.WriteFile(s.at(name), data, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// run runs a command and wants an exit status.
func (s *suite) run(status int, args ...string) string {
	s.t.Helper()
	var out, diagnostics bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.System}
	if got := run(append(args, "--json"), e); got != status {
		s.t.Fatalf("%v: exit status %d, want %d\n%s%s", args, got, status, out.String(), diagnostics.String())
	}
	return out.String() + diagnostics.String()
}

// sign signs the document at a level.
func (s *suite) sign(status int, level string, more ...string) string {
	s.t.Helper()
	return s.run(status, append([]string{
		"sign", s.at("doc.txt"), "--key", s.at("key"), "--password-file", s.at("password"),
		"--cert", s.at("key.cer"), "--level", level, "--out", s.at("doc.p7s"),
	}, more...)...)
}

// level verifies the signature with the anchor alone, or with more, and returns
// its level.
func (s *suite) level(more ...string) string {
	s.t.Helper()
	var report struct {
		Verdict pki.Verdict
		Level   string
		Signers []signerAnswer
	}
	text := s.run(exitYes, append([]string{"verify", s.at("doc.p7s"), "--content", s.at("doc.txt"), "--trust", s.at("root.cer")}, more...)...)
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		s.t.Fatal(err)
	}
	if report.Verdict != pki.Passed || len(report.Signers) != 1 || report.Level != "B-B" && report.Signers[0].TimestampTime == "" {
		s.t.Errorf("%s", text)
	}
	return report.Level
}

func TestASignatureIsStampedByTheService(t *testing.T) {
	s := newSuite(t)
	s.sign(exitYes, "b-t", "--tsa", s.url+"/tsa", "--chain", s.at("ruc.cer"))
	if got := s.level(); got != "B-T" {
		t.Errorf("level %s", got)
	}
	s.sign(exitYes, "b-t", "--tsa", s.url+"/tsa", "--chain", s.at("ruc.cer"), "--trust", s.at("root.cer"))
	if got := s.level(); got != "B-T" {
		t.Errorf("level %s with an anchor", got)
	}
}

func TestASignatureCarriesWhatALaterCheckNeeds(t *testing.T) {
	s := newSuite(t)
	s.sign(exitYes, "b-lt", "--tsa", s.url+"/tsa", "--trust", s.at("root.cer")) // the authority is fetched too
	if got := s.level(); got != "B-LT" {
		t.Errorf("level %s", got)
	}
	for name, file := range map[string]string{"root": "root.crl", "ruc": "ruc.crl"} {
		raw, err := s.authority.RevocationList(name)
		if err != nil {
			t.Fatal(err)
		}
		s.put(file, raw)
	}
	asked := s.asked.Load()
	s.sign(exitYes, "b-lt", "--tsa", s.url+"/tsa", "--trust", s.at("root.cer"), "--chain", s.at("ruc.cer"),
		"--crl", s.at("root.crl"), "--crl", s.at("ruc.crl"))
	if got := s.level(); got != "B-LT" || s.asked.Load() != asked {
		t.Errorf("level %s, asked %d times for what was given", got, s.asked.Load()-asked)
	}
}

// Without --trust a signature is completed up to what --chain holds, or the addresses of the
// certificates give.
func TestASignatureIsCompletedWithoutATrustedAuthority(t *testing.T) {
	for name, chain := range map[string][]string{
		"up to the root of the chain": {"--chain", "ruc.cer", "--chain", "root.cer"},
		"up to an authority":          {"--chain", "ruc.cer"},
		"up to one that is fetched":   nil,
	} {
		s := newSuite(t)
		for i := 1; i < len(chain); i += 2 {
			chain[i] = s.at(chain[i])
		}
		s.sign(exitYes, "b-lt", append([]string{"--tsa", s.url + "/tsa"}, chain...)...)
		if got := s.level(); got != "B-LT" {
			t.Errorf("%s: level %s", name, got)
		}
	}
}

func TestAStatusIsAskedWhereThereIsNoList(t *testing.T) {
	s := newSuite(t)
	s.listless.Store(1) // for the signer; the service of stamps is in no register of statuses
	s.sign(exitYes, "b-lt", "--tsa", s.url+"/tsa", "--trust", s.at("root.cer"))
	if got := s.level(); got != "B-LT" {
		t.Errorf("level %s", got)
	}
	if err := s.authority.Revoke(s.serial, pki.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	s.listless.Store(1)
	if text := s.sign(exitUsage, "b-lt", "--tsa", s.url+"/tsa", "--trust", s.at("root.cer"), "--out", s.at("revoked.p7s")); !strings.Contains(text, "REVOKED") {
		t.Errorf("a revoked certificate signs: %s", text)
	}
	if _, err := os.Stat(s.at("revoked.p7s")); err == nil {
		t.Error("a signature by a revoked certificate was written")
	}
	s.listless.Store(1 << 20)
	if text := s.sign(exitUsage, "b-lt", "--tsa", s.url+"/tsa", "--trust", s.at("root.cer")); !strings.Contains(text, "does not know the certificate") {
		t.Errorf("no datum about the service: %s", text)
	}
}

func TestAStampOfAnotherIsNoStamp(t *testing.T) {
	s := newSuite(t)
	other := newSuite(t)
	s.sign(exitUsage, "b-lt", "--tsa", other.url+"/tsa", "--trust", s.at("root.cer"))
	if _, err := os.Stat(s.at("doc.p7s")); err == nil {
		t.Error("a signature was written that is not of the level")
	}
	var first []byte
	replay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if first == nil {
			var body bytes.Buffer
			if _, err := body.ReadFrom(r.Body); err != nil {
				t.Error(err)
			}
			answer, err := s.authority.Stamp(body.Bytes())
			if err != nil {
				t.Error(err)
			}
			first = answer
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		if _, err := w.Write(first); err != nil {
			t.Error(err)
		}
	}))
	defer replay.Close()
	s.sign(exitYes, "b-t", "--tsa", replay.URL)
	if text := s.sign(exitUsage, "b-t", "--tsa", replay.URL); !strings.Contains(text, "time stamp: FAILED") {
		t.Errorf("an answer to another request: %s", text)
	}
	s.sign(exitUsage, "b-t", "--tsa", s.url+"/nowhere")
	s.sign(exitUsage, "b-t", "--tsa", "tsa")
	s.sign(exitUsage, "b-t")
	s.sign(exitUsage, "b-lt")
	s.sign(exitUsage, "b-x", "--tsa", s.url+"/tsa")
	s.sign(exitUsage, "b-b", "--tsa", s.url+"/tsa")
}
