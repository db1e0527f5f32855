package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/internal/clock"
	"akno/backend/portal/demo"
	"akno/backend/stb/container"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

// papers puts the files that the examples name into the folder of the suite.
func (s *suite) papers() {
	s.t.Helper()
	get := func(name string) []byte {
		raw, err := os.ReadFile(s.at(name))
		if err != nil {
			s.t.Fatal(err)
		}
		return raw
	}
	must := func(name string, raw []byte, err error) {
		if err != nil {
			s.t.Fatal(err)
		}
		s.put(name, raw)
	}
	for name, from := range map[string]string{"anna.key": "key", "anna.cer": "key.cer", "order.txt": "doc.txt", "other": "password"} {
		s.put(name, get(from))
	}
	s.put("passphrase", []byte("тихая река без берегов\n"))
	cert, err := pki.ParseCertificate(get("anna.cer"))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, file := range map[string]string{"root": "root.crl", "ruc": "ruc.crl"} {
		raw, err := s.authority.RevocationList(name)
		must(file, raw, err)
	}
	id, err := ocsp.NewCertID(cert, s.authority.Issuer())
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := ocsp.CreateRequest([]ocsp.CertID{id}, nil)
	must("anna.ocsp", s.authority.Status(request), err)
	request, err = tsp.CreateRequest(tsp.Imprint(pki.BeltHash, pki.BeltHash.Sum(get("order.txt")), nil))
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := s.authority.Stamp(request)
	must("order.tsr", raw, err)
	key, err := container.Open(get("anna.key"), []byte(demo.Password))
	if err != nil {
		s.t.Fatal(err)
	}
	defer key.Wipe()
	raw, err = pki.CreateRequest(&pki.RequestTemplate{Subject: cert.Subject}, key)
	must("anna.csr", raw, err)
	s.put("vectors.json", []byte(`{"vectors":[{"algorithm":"bash256","inputs":{"msg":"00"}}]}`))
	if err := os.CopyFS(s.at("packs"), os.DirFS("../../../packs")); err != nil {
		s.t.Fatal(err)
	}
	s.put("carry", []byte("a password of a file\n"))
	s.put("cases.jsonl", []byte(`{"form":"F_2_18","values":{}}`))
	s.put("form.json", []byte(`{"id":"T","version":1,"title":{"ru":"T"},"requires_signature":false,
		"sections":[{"id":"a","title":{"ru":"A"},"fields":[{"id":"x","type":"text","label":{"ru":"X"}}]}]}`))
	s.run(exitYes, "sign", s.at("order.txt"), "--key", s.at("anna.key"), "--password-file", s.at("password"),
		"--cert", s.at("anna.cer"), "--chain", s.at("ruc.cer"), "--out", s.at("order.p7s"))
	s.run(exitYes, "sign", s.at("order.txt"), s.at("form.json"), "--asic", "--key", s.at("anna.key"), "--password-file", s.at("password"),
		"--cert", s.at("anna.cer"), "--chain", s.at("ruc.cer"), "--out", s.at("papers.asice"))
}

// cabinet puts a profile into the folder of the suite, with drafts and a
// decision, and returns what stands for ID in the examples of each command.
func (s *suite) cabinet(w *world) map[string]string {
	s.t.Helper()
	s.put("answers.json", read(s.t, w.answers("F_2_18")))
	s.put("citizen.key", read(s.t, w.key("citizen")))
	s.put("citizen.cer", read(s.t, filepath.Join(w.ready.Keys, "citizen.cer")))
	s.put("anchor.cer", read(s.t, w.anchors()[1]))
	w.dir = s.dir
	draft := func(procedure, form string) string {
		var d shownDraft
		w.do(exitYes, &d, "draft", "new", procedure, "--answers", w.answers(form))
		return d.ID
	}
	ids := map[string]string{"draft": draft("200.2.18", "F_2_18"), "submit": draft("200.2.18", "F_2_18"), "order": draft("200.5.13", "F_5_13")}
	ids["status"] = draft("200.2.18", "F_2_18")
	w.do(exitYes, nil, w.citizen("submit", ids["status"])...)
	w.decide(ids["status"])
	for _, end := range []string{"", ".open"} { // the profile, and its key beside it
		if err := os.Rename(s.at("profile"+end), s.at("cabinet"+end)); err != nil {
			s.t.Fatal(err)
		}
	}
	return ids
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestTheExamplesOfTheHelpRun(t *testing.T) {
	s := newSuite(t)
	s.papers()
	w := newWorld(t)
	ids := s.cabinet(w)
	t.Chdir(s.dir)
	known := map[string]bool{}
	for _, c := range commands() {
		lines := c.examples()
		if len(lines) == 0 {
			t.Errorf("no example of %s", c.name)
		}
		for _, line := range lines {
			known[line+"\n"] = true
			args := strings.Fields(line)[1:]
			for i, a := range args {
				switch a {
				case "ID":
					args[i] = ids[args[0]]
				case "https://portal.example.by":
					args[i] = w.url
				case "https://tsa.example.by":
					args[i] = s.url + "/tsa"
				}
			}
			var out, diagnostics bytes.Buffer
			e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.System}
			if status := run(args, e); status != exitYes || out.Len() == 0 {
				t.Errorf("%s\nexit status %d\n%s%s", line, status, out.String(), diagnostics.String())
			}
		}
	}
	for line := range strings.Lines(examples) {
		if !known[line] {
			t.Errorf("an example of no command: %s", line)
		}
	}
}

func TestHelpIsAnAnswer(t *testing.T) {
	for words, want := range map[string]struct {
		status int
		text   string
	}{
		"help":             {exitYes, "aknoctl help COMMAND shows examples."},
		"--help":           {exitYes, "usage: aknoctl COMMAND"},
		"help cert verify": {exitYes, "    aknoctl cert verify anna.cer --trust root.cer --cert ruc.cer"},
		"help key":         {exitYes, "aknoctl key split FILE"},
		"help dance":       {exitUsage, `no command "dance"`},
		"":                 {exitUsage, "usage: aknoctl COMMAND"},
		"dance":            {exitUsage, `no command "dance"`},
	} {
		var out, diagnostics bytes.Buffer
		e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.System}
		status := run(strings.Fields(words), e)
		text := out.String()
		if want.status != exitYes {
			text = diagnostics.String()
		}
		if status != want.status || !strings.Contains(text, want.text) {
			t.Errorf("%q: exit status %d\n%s", words, status, text)
		}
	}
}
