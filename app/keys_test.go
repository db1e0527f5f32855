package app

import (
	"os"
	"path/filepath"
	"testing"
)

// What a browser sent goes with the program; what lies on this computer stays the
// person's own, wherever it lies.
func TestOnlyKeysThatABrowserSentAreCopied(t *testing.T) {
	c := newCabinet(t)
	var keys *Keys
	for _, p := range c.parts {
		if k, ok := p.(*Keys); ok {
			keys = k
		}
	}
	sent, own := filepath.Join(t.TempDir(), "sent.key"), filepath.Join(t.TempDir(), "own.key")
	for _, path := range []string{sent, own} {
		if err := os.WriteFile(path, []byte("no key at all"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.desk.passing = []string{sent}
	if _, err := keys.AddPaths([]string{sent, own}); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(c.cfg.ProfileDir, "keys")
	if b, err := os.ReadFile(filepath.Join(folder, "sent.key")); err != nil || string(b) != "no key at all" {
		t.Errorf("what a browser sent was not copied: %q %v", b, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "own.key")); err == nil {
		t.Error("a key of the person's own was copied")
	}
}
