// Package pkidev opens the set of development certificates, lists, signatures
// and answers under backend/stb/testdata/pki-dev for tests of this tree. The
// files were made by another implementation; its manifest says what a correct
// program answers.
package pkidev

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Entry is what the manifest says about one file. Paths are relative to the set.
type Entry struct {
	File          string   `json:"file"`
	Expect        string   `json:"expect"`
	Reason        string   `json:"reason"`
	Trust         string   `json:"trust"`
	Intermediates []string `json:"intermediates"`
	CRLs          []string `json:"crls"`
	Content       string   `json:"content"`
	Plaintext     string   `json:"plaintext"`
	Request       string   `json:"request"`
	Issuer        string   `json:"issuer"`
	PrivateKey    string   `json:"private_key_hex"`
	Stamped       bool     `json:"has_signatureTimeStamp"`
}

// At is the reference time of every verdict of the set.
var At = time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)

// folder returns the folder of the set, looked for upwards from the package under
// test: a binary that was built with -trimpath does not know where its sources lie.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		set := filepath.Join(dir, "testdata", "pki-dev")
		if _, err := os.Stat(set); err == nil {
			return set
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no testdata/pki-dev above the package under test")
		}
		dir = filepath.Dir(dir)
	}
}

// File returns the octets of a file of the set.
func File(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Entries returns the entries of one folder of the set, such as "certs".
func Entries(t testing.TB, prefix string) []Entry {
	t.Helper()
	var m struct {
		Entries []Entry `json:"entries"`
	}
	if err := json.Unmarshal(File(t, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	var out []Entry
	for _, e := range m.Entries {
		if strings.HasPrefix(e.File, prefix+"/") {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		t.Fatalf("the manifest has nothing under %s", prefix)
	}
	return out
}

// PrivateKey returns the octets d, little-endian, of a key of the set, such as
// "g-fl1".
func PrivateKey(t testing.TB, name string) []byte {
	t.Helper()
	for _, e := range Entries(t, "keys") {
		if e.File == "keys/"+name+".p8e" {
			d, err := hex.DecodeString(e.PrivateKey)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	t.Fatalf("no key %s in the set", name)
	return nil
}

// Bounded runs a parser on an input of some size and fails when it allocates more
// than any honest reading of so many octets needs. For fuzzing, where nothing else
// runs beside it.
func Bounded(t testing.TB, size int, read func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20+256*uint64(size) {
		t.Errorf("%d octets of memory for %d octets of input", n, size)
	}
}
