package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/internal/clock"
)

// peerEntry is what the manifest of the peer's files says about one of them.
type peerEntry struct {
	File, Expect, Reason, Trust, Content, Plaintext, Request, Issuer string
	Password, RecipientKey                                           string
	Intermediates, CRLs                                              []string
}

func peerEntries(t *testing.T, folder string) (list []peerEntry) {
	t.Helper()
	raw, err := os.ReadFile(peer("manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Entries []json.RawMessage }
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for _, r := range m.Entries {
		var e peerEntry
		if err := json.Unmarshal(r, &e); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(e.File, folder+"/") {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		t.Fatalf("nothing under %s", folder)
	}
	return list
}

func peer(name string) string { return filepath.Join(stbData, "pki-dev", filepath.FromSlash(name)) }

// ask runs a command at the reference time of the peer's files and returns its status and its answer.
func ask(t *testing.T, args ...string) (int, map[string]any) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	at := time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)
	e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.Fixed(at)}
	status := run(append(args, "--json"), e)
	var answer map[string]any
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
			t.Fatalf("%v: %v in %s", args, err, out.String())
		}
	}
	return status, answer
}

// options are those of an entry that say what to verify with.
func (e peerEntry) options() (args []string) {
	if e.Trust != "" {
		args = append(args, "--trust", peer(e.Trust))
	}
	for _, name := range e.Intermediates {
		args = append(args, "--cert", peer(name))
	}
	for _, name := range e.CRLs {
		args = append(args, "--crl", peer(name))
	}
	if e.Content != "" {
		args = append(args, "--content", peer(e.Content))
	}
	return args
}

func TestSignaturesOfAnotherImplementation(t *testing.T) {
	seen := 0
	for _, e := range peerEntries(t, "cms") {
		if !strings.HasSuffix(e.File, ".p7s") {
			continue
		}
		seen++
		status, answer := ask(t, append([]string{"verify", peer(e.File)}, e.options()...)...)
		if valid := strings.HasPrefix(e.Expect, "valid"); valid != (status == exitYes) || status == exitUsage {
			t.Errorf("%s, %s: status %d, %v", e.File, e.Expect, status, answer)
		}
		want := map[int]string{exitYes: "PASSED", exitNo: "FAILED", exitMaybe: "INDETERMINATE"}[status]
		if answer["verdict"] != want || answer["level"] == "" || answer["signers"] == nil {
			t.Errorf("%s: %v", e.File, answer)
		}
	}
	if seen < 10 {
		t.Errorf("%d signatures only", seen)
	}
}

func TestCertificatesOfAnotherImplementation(t *testing.T) {
	for _, e := range peerEntries(t, "certs") {
		if status, answer := ask(t, "cert", "show", peer(e.File)); status != exitYes || answer["subject"] == "" {
			t.Errorf("%s: status %d, %v", e.File, status, answer)
		}
		if e.Trust == "" {
			continue
		}
		status, answer := ask(t, append([]string{"cert", "verify", peer(e.File), "--purpose", "any"}, e.options()...)...)
		valid := strings.HasPrefix(e.Expect, "valid") || e.Expect == "trust anchor"
		usage := strings.Contains(e.Reason, "sage") || strings.Contains(e.Reason, "EKU")
		if valid && status != exitYes || !valid && !usage && status == exitYes {
			t.Errorf("%s, %s (%s): status %d, %v", e.File, e.Expect, e.Reason, status, answer)
		}
	}
}

func TestRequestsAndListsOfAnotherImplementation(t *testing.T) {
	for _, e := range peerEntries(t, "csr") {
		status, answer := ask(t, "csr", "verify", peer(e.File))
		if (e.Expect == "valid") != (status == exitYes) {
			t.Errorf("%s, %s: status %d, %v", e.File, e.Expect, status, answer)
		}
	}
	for _, e := range peerEntries(t, "crl") {
		issuer := e.Issuer
		if issuer == "" {
			t.Fatalf("%s has no issuer", e.File)
		}
		status, answer := ask(t, "crl", "verify", peer(e.File), "--issuer", peer(issuer))
		if (e.Expect == "valid") != (status == exitYes) {
			t.Errorf("%s, %s: status %d, %v", e.File, e.Expect, status, answer)
		}
		if e.Expect == "valid" {
			if status, _ := ask(t, "crl", "verify", peer(e.File), "--issuer", peer(issuer), "--at", "2046-01-01T00:00:00Z"); status != exitMaybe {
				t.Errorf("%s twenty years later: status %d", e.File, status)
			}
		}
	}
}

func TestStatusAnswersAndStampsOfAnotherImplementation(t *testing.T) {
	for _, e := range peerEntries(t, "ocsp") {
		args := append([]string{"ocsp", "verify", peer(e.File), "--issuer", peer(e.Issuer)}, e.options()...)
		if e.Request != "" {
			args = append(args, "--request", peer(e.Request))
		}
		if e.Expect == "-" {
			continue
		}
		status, answer := ask(t, args...)
		if strings.HasPrefix(e.Expect, "valid") != (status == exitYes) {
			t.Errorf("%s, %s: status %d, %v", e.File, e.Expect, status, answer)
		}
		root := map[byte]string{'g': "certs/g-root.cer", 'b': "certs/b-root.cer"}[filepath.Base(e.File)[0]]
		again, _ := ask(t, append(args, "--trust", peer(root), "--cert", peer("certs/b-ca.cer"))...)
		if again != status {
			t.Errorf("%s with an anchor: status %d, without %d", e.File, again, status)
		}
		if strings.HasPrefix(e.Expect, "valid: revoked") && answer["status"] != "revoked" {
			t.Errorf("%s: %v", e.File, answer)
		}
	}
	for _, e := range peerEntries(t, "tsp") {
		if e.Expect == "-" {
			continue
		}
		args := []string{"tsp", "verify", peer(e.File), "--data", peer(e.Content)}
		e.Content = ""
		args = append(args, e.options()...)
		if e.Request != "" {
			args = append(args, "--query", peer(e.Request))
		}
		status, answer := ask(t, args...)
		if strings.HasPrefix(e.Expect, "valid") != (status == exitYes) {
			t.Errorf("%s, %s: status %d, %v", e.File, e.Expect, status, answer)
		}
		if status == exitYes && answer["genTime"] == "" {
			t.Errorf("%s: %v", e.File, answer)
		}
	}
}
