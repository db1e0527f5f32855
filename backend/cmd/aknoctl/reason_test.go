package main

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/stb/container"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

// reasons are the words for the files of the peer that are not valid, with the level of a signature.
// Everything else that the manifest calls valid is PASSED, OK.
var reasons = map[string]string{
	"certs/neg/g-fl-expired.cer":          "OUT_OF_BOUNDS_NO_POE",
	"certs/neg/g-fl-revoked.cer":          "REVOKED_NO_POE",
	"certs/neg/g-fl-rogue.cer":            "CERTIFICATE_CHAIN_GENERAL_FAILURE",
	"certs/neg/g-fl-ku.cer":               "CHAIN_CONSTRAINTS_FAILURE",
	"certs/neg/g-fl-eku.cer":              "CHAIN_CONSTRAINTS_FAILURE",
	"certs/neg/g-fl1-bitflip.cer":         "CERTIFICATE_CHAIN_GENERAL_FAILURE",
	"crl/neg/g-ruc-bitflip.crl":           "SIG_CRYPTO_FAILURE",
	"csr/neg/g-fl1-bitflip.csr":           "SIG_CRYPTO_FAILURE",
	"tsp/neg/g-order-bitflip.tsr":         "SIG_CRYPTO_FAILURE",
	"ocsp/neg/g-fl1-bitflip.resp":         "SIG_CRYPTO_FAILURE",
	"ocsp/neg/g-fl1-wrong-responder.resp": "CHAIN_CONSTRAINTS_FAILURE",
	"cms/neg/g-fl1-content-changed.p7s":   "HASH_FAILURE",
	"cms/neg/g-fl1-bitflip.p7s":           "SIG_CRYPTO_FAILURE",
	"cms/neg/g-fl-expired-bb.p7s":         "OUT_OF_BOUNDS_NO_POE",
	"cms/neg/g-fl-revoked-bb.p7s":         "REVOKED_NO_POE",
	"cms/neg/g-fl-rogue-bb.p7s":           "CERTIFICATE_CHAIN_GENERAL_FAILURE",
	"cms/neg/g-fl-ku-bb.p7s":              "CHAIN_CONSTRAINTS_FAILURE",
	"cms/neg/g-fl2-ess-other-cert.p7s":    "NO_SIGNING_CERTIFICATE_FOUND",
}

// verdicts are the verdicts that the words belong to, other than INDETERMINATE.
var verdicts = map[string]string{
	"OK": "PASSED", "HASH_FAILURE": "FAILED", "SIG_CRYPTO_FAILURE": "FAILED", "FORMAT_FAILURE": "FAILED",
}

// question is the command that judges a file of the peer; nil for those that are input of others.
func (e peerEntry) question() []string {
	switch folder, _, _ := strings.Cut(e.File, "/"); {
	case e.Expect == "-":
		return nil
	case folder == "certs":
		purpose := "sign"
		for part, p := range map[string]string{"tsa": "tsa", "ocsp": "ocsp", "tls": "tls", "root": "ca", "ruc": "ca", "b-ca": "ca", "puc": "ca"} {
			if strings.Contains(filepath.Base(e.File), part) {
				purpose = p
			}
		}
		args := []string{"cert", "verify", peer(e.File), "--purpose", purpose}
		if e.Trust == "" {
			args = append(args, "--trust", peer(e.File))
		}
		return append(args, e.options()...)
	case strings.HasSuffix(e.File, ".p7s"):
		return append([]string{"verify", peer(e.File)}, e.options()...)
	case folder == "crl":
		return []string{"crl", "verify", peer(e.File), "--issuer", peer(e.Issuer)}
	case folder == "csr":
		return []string{"csr", "verify", peer(e.File)}
	case folder == "tsp":
		data := e.Content
		e.Content = ""
		return append([]string{"tsp", "verify", peer(e.File), "--data", peer(data)}, e.options()...)
	case folder == "ocsp":
		return append([]string{"ocsp", "verify", peer(e.File), "--issuer", peer(e.Issuer)}, e.options()...)
	}
	return nil
}

func TestEveryFileOfThePeerGetsItsVerdictAndReason(t *testing.T) {
	levels := map[string]string{"bb": "B-B", "bt": "B-T", "blt": "B-LT"}
	seen := 0
	for _, folder := range []string{"certs", "crl", "csr", "tsp", "ocsp", "cms"} {
		for _, e := range peerEntries(t, folder) {
			args := e.question()
			if args == nil {
				continue
			}
			reason := reasons[e.File]
			if reason == "" {
				reason = "OK"
			}
			if negative := strings.Contains(e.File, "/neg/"); negative != (reason != "OK") {
				t.Errorf("%s: no reason is known for it", e.File)
			}
			verdict := verdicts[reason]
			if verdict == "" {
				verdict = "INDETERMINATE"
			}
			status, answer := ask(t, args...)
			want := map[string]int{"PASSED": exitYes, "FAILED": exitNo, "INDETERMINATE": exitMaybe}[verdict]
			if status != want || answer["verdict"] != verdict || answer["reason"] != reason {
				t.Errorf("%s: status %d, %v, want %s %s", e.File, status, answer, verdict, reason)
			}
			name := strings.TrimSuffix(filepath.Base(e.File), ".p7s")
			if level := levels[name[strings.LastIndex(name, "-")+1:]]; level != "" && folder == "cms" && verdict != "FAILED" && answer["level"] != level {
				t.Errorf("%s: level %v, want %s", e.File, answer["level"], level)
			}
			seen++
		}
	}
	if seen < 50 {
		t.Errorf("%d files only", seen)
	}
}

func TestAStampOfTheFutureProvesNothing(t *testing.T) {
	for _, e := range peerEntries(t, "cms") {
		if e.File != "cms/g-fl-revoked-detached-bt.p7s" {
			continue
		}
		status, answer := ask(t, e.question()...)
		if status != exitYes || answer["level"] != "B-T" {
			t.Errorf("status %d, %v", status, answer)
		}
		// The same bytes at a time before the service made the stamp: it proves nothing then.
		status, answer = ask(t, append(e.question(), "--at", "2026-03-01T00:00:00Z")...)
		if status == exitYes {
			t.Errorf("before the stamp: status %d, %v", status, answer)
		}
		return
	}
	t.Error("no such file")
}

// broken writes a file of the peer with one octet changed, or cut.
func broken(t *testing.T, name string, change func(b []byte) []byte) string {
	t.Helper()
	b, err := os.ReadFile(peer(name))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(name))
	if err := os.WriteFile(path, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBrokenHelpersAreNamedAndPassedOver(t *testing.T) {
	cut := func(b []byte) []byte { return b[:len(b)-1] }
	text := func([]byte) []byte { return []byte("not DER at all") }
	// The length of the serial number makes it negative: readable, against the rules.
	negative := func(b []byte) []byte {
		b[15] |= 0x80
		return b
	}
	leaf, root := []string{"cert", "verify", peer("certs/g-fl1.cer")}, []string{"--trust", peer("certs/g-root.cer")}
	ca := []string{"--cert", peer("certs/g-ruc.cer")}
	cases := []struct {
		name, reason string
		status       int
		args         []string
	}{
		{"nothing broken", "OK", exitYes, ca},
		{"broken list alone", "TRY_LATER", exitMaybe, append(ca, "--crl", broken(t, "crl/g-ruc.crl", cut))},
		{"broken list beside a good one", "OK", exitYes, append(ca, "--crl", broken(t, "crl/g-ruc.crl", cut), "--crl", peer("crl/g-ruc.crl"))},
		{"broken answer alone", "TRY_LATER", exitMaybe, append(ca, "--ocsp", broken(t, "ocsp/g-fl1.resp", cut))},
		{"broken answer beside a good one", "OK", exitYes, append(ca, "--ocsp", broken(t, "ocsp/g-fl1.resp", cut), "--ocsp", peer("ocsp/g-fl1.resp"))},
		{"broken authority", "NO_CERTIFICATE_CHAIN_FOUND", exitMaybe, []string{"--cert", broken(t, "certs/g-ruc.cer", cut)}},
		{"broken authority beside the good one", "OK", exitYes, append(ca, "--cert", broken(t, "certs/g-ruc.cer", cut))},
		{"authority against the rules", "CERTIFICATE_CHAIN_GENERAL_FAILURE", exitMaybe, []string{"--cert", broken(t, "certs/g-ruc.cer", negative)}},
		{"a list that is a text", "", exitUsage, append(ca, "--crl", broken(t, "crl/g-ruc.crl", text))},
		{"an authority that is a text", "", exitUsage, []string{"--cert", broken(t, "crl/g-ruc.crl", text)}},
		{"a broken anchor", "", exitUsage, append(ca, "--trust", broken(t, "certs/g-root.cer", cut))},
	}
	for _, c := range cases {
		status, answer := ask(t, append(append(append([]string{}, leaf...), root...), c.args...)...)
		if got, _ := answer["reason"].(string); status != c.status || got != c.reason {
			t.Errorf("%s: status %d, %v, want %d %s", c.name, status, answer, c.status, c.reason)
		}
	}
}

func TestTheStatusIsOneOfThreeWords(t *testing.T) {
	at := time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)
	file := func(name string) []byte {
		b, err := os.ReadFile(peer(name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	read := func(name string) *pki.Certificate {
		c, err := pki.ParseCertificate(file(name))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	id, err := ocsp.NewCertID(read("certs/g-fl1.cer"), read("certs/g-ruc.cer"))
	if err != nil {
		t.Fatal(err)
	}
	var password string
	for _, e := range peerEntries(t, "keys") {
		if e.File == "keys/g-ocsp.p8e" {
			password = e.Password
		}
	}
	key, err := container.Open(file("keys/g-ocsp.p8e"), []byte(password))
	if err != nil {
		t.Fatal(err)
	}
	held := pki.Revocation{At: at.AddDate(0, 0, -1), HasReason: true, Reason: pki.ReasonCertificateHold}
	for _, c := range []struct {
		state        pki.CertState
		revocation   pki.Revocation
		word, reason any
	}{
		{pki.StateGood, pki.Revocation{}, "good", nil},
		{pki.StateUnknown, pki.Revocation{}, "unknown", nil},
		{pki.StateRevoked, pki.Revocation{At: held.At}, "revoked", nil},
		{pki.StateSuspended, held, "revoked", "certificateHold"},
	} {
		single := ocsp.Single{CertID: id, State: c.state, Revocation: c.revocation, ThisUpdate: at}
		raw, err := ocsp.CreateResponse([]ocsp.Single{single}, at, nil, read("certs/g-ocsp.cer"), key)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "answer")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		status, answer := ask(t, "ocsp", "verify", path, "--issuer", peer("certs/g-ruc.cer"), "--for", peer("certs/g-fl1.cer"), "--trust", peer("certs/g-root.cer"))
		if status != exitYes || answer["status"] != c.word || answer["revocationReason"] != c.reason {
			t.Errorf("%s: status %d, %v", c.state, status, answer)
		}
	}
}

func TestPEMMayStandAfterAnExplanation(t *testing.T) {
	for _, c := range []struct{ kind, name, command string }{
		{"CERTIFICATE REQUEST", "csr/g-fl1.csr", "csr"}, {"X509 CRL", "crl/g-ruc.crl", "crl"},
	} {
		file := broken(t, c.name, func(b []byte) []byte {
			return append([]byte("Data:\n    Version: 1\n"), pem.EncodeToMemory(&pem.Block{Type: c.kind, Bytes: b})...)
		})
		args := []string{c.command, "verify", file}
		if c.command == "crl" {
			args = append(args, "--issuer", peer("certs/g-ruc.cer"))
		}
		if status, answer := ask(t, args...); status != exitYes {
			t.Errorf("%s: status %d, %v", c.name, status, answer)
		}
	}
}
