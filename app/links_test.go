package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseLinkAcceptsOnlyWhatItKnows(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "решение № 1.pdf")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const id = "0193e4a0-7b1c-7000-8000-0123456789ab"
	for arg, want := range map[string]Link{
		"akno://application/" + id:     {Kind: "application", ID: id},
		"akno://activate?code=Abc123":  {Kind: "activate", ID: "Abc123"},
		"AKNO://activate/?code=Abc123": {Kind: "activate", ID: "Abc123"},
		file:                           {Kind: "file", Path: file},
		"решение № 1.pdf":              {Kind: "file", Path: file},
		"file://" + strings.ReplaceAll(file, " ", "%20"): {Kind: "file", Path: file},
	} {
		if got, err := ParseLink(arg, dir); err != nil || got != want {
			t.Errorf("%s: %+v %v", arg, got, err)
		}
	}
	for _, arg := range []string{
		"", "akno:", "akno://", "akno:application/" + id, "akno://application/" + id + "?x=1",
		"akno://application/" + id + "#x", "akno://application/../" + id, "akno://u@activate?code=Abc123",
		"akno://activate?code=Abc123&code=Abc124", "akno://activate?code=a b", "akno://sign/" + id,
		"https://example.org/x", "file://example.org/etc/passwd", dir, filepath.Join(dir, "нет.pdf"),
		"--portal=https://example.org", "akno://activate?code=" + strings.Repeat("a", 3000), file + "\n" + file,
	} {
		if got, err := ParseLink(arg, dir); err == nil {
			t.Errorf("%q was accepted as %+v", arg, got)
		}
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add("akno://activate?code=Abc123")
	f.Add("file:///etc/hostname")
	f.Fuzz(func(t *testing.T, arg string) {
		l, err := ParseLink(arg, "/")
		if err == nil && l.Kind == "activate" && !linkCode.MatchString(l.ID) {
			t.Error(l)
		}
	})
}

func TestOnlySafeAddressesAreOpened(t *testing.T) {
	const demo, real = "http://127.0.0.1:8080", "https://portal.gov.by"
	for _, c := range []struct {
		address, portal string
		ok              bool
	}{
		{"https://portal.gov.by/", real, true},
		{"mailto:a@example.org", real, true},
		{"http://127.0.0.1:8025/mail", demo, true},
		{"http://[::1]:8025/mail", demo, true},
		{"http://127.0.0.1:8025/mail", real, false},
		{"http://127.0.0.1:8025/mail", "", false},
		{"http://localhost.example.org/", demo, false},
		{"http://portal.gov.by/", demo, false},
		{"https:///x", real, false},
		{"https://:443/", real, false},
		{"file:///etc/passwd", demo, false},
		{"javascript:alert(1)", demo, false},
		{"smb://host/x", demo, false},
		{"https://user:pw@example.org/", real, false},
		{"https://example.org/ x", real, false},
		{"akno://activate?code=Abc123", real, false},
	} {
		if got := CheckURL(c.address, c.portal) == nil; got != c.ok {
			t.Errorf("%s with the portal %q: %v", c.address, c.portal, got)
		}
	}
}
