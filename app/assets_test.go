package app

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesAreServedByID(t *testing.T) {
	b := newBench(t)
	file := filepath.Join(t.TempDir(), "решение.pdf")
	if err := os.WriteFile(file, []byte("%PDF-1.7 0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := b.files.path(file, "application/pdf", "решение.pdf")
	w := b.ask("GET", address, nil, "Range", "bytes=9-12")
	if w.Code != http.StatusPartialContent || w.Body.String() != "0123" || w.Header().Get("Content-Type") != "application/pdf" {
		t.Error(w.Code, w.Body, w.Header())
	}
	if got := w.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "inline; filename*=utf-8''") {
		t.Error(got)
	}
	for h, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self';", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
	} {
		if !strings.HasPrefix(w.Header().Get(h), want) {
			t.Errorf("%s: %q", h, w.Header().Get(h))
		}
	}
	b.files.forget(address)
	for _, u := range []string{address, "/blob/x", "/blob/..%2F..%2Fetc%2Fpasswd", "/blob/", "/etc/passwd"} {
		if w := b.ask("GET", u, nil); w.Code != http.StatusNotFound {
			t.Error(u, w.Code)
		}
	}
}

func TestAFileThatCouldRunScriptsIsOnlySaved(t *testing.T) {
	b := newBench(t)
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("<svg/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mime, inline := range map[string]bool{
		"image/png": true, "application/pdf": true, "text/plain; charset=utf-8": true,
		"image/svg+xml": false, "text/html": false, "text/plain": false, "": false,
	} {
		w := b.ask("GET", b.files.path(file, mime, ""), nil)
		if got := w.Header().Get("Content-Disposition") == "inline"; got != inline {
			t.Errorf("%s: %v", mime, w.Header())
		}
	}
}

func TestTheOldestFileGoesFirst(t *testing.T) {
	b := newBench(t)
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	var all []string
	for i := range maxFiles + 1 {
		all = append(all, b.files.path(file, "image/png", fmt.Sprint(i)))
	}
	for i, want := range map[int]int{0: http.StatusNotFound, 1: http.StatusOK, maxFiles: http.StatusOK} {
		if w := b.ask("GET", all[i], nil); w.Code != want {
			t.Error(i, w.Code)
		}
	}
}

// path makes the file at path readable and returns its address in the page.
func (f *files) path(path, mime, name string) string {
	return f.add(func() (io.ReadSeekCloser, error) { return os.Open(path) }, mime, name)
}
