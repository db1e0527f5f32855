package container

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// seeds adds the peer's files and a few openings of structures.
func seeds(f *testing.F) {
	for _, pattern := range []string{"keys/*", "p12/*", "certs/g-*", "crl/*", "csr/*", "cms/g-fl1-att*"} {
		names, err := filepath.Glob(filepath.Join(devFolder, filepath.FromSlash(pattern)))
		if err != nil || len(names) == 0 {
			f.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			if info, err := os.Stat(name); err != nil || info.IsDir() {
				continue
			}
			b, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	for _, s := range []string{"", "0", "\x30\x80", "\x30\x80\x24\x80", "\x7f\x21\x00", "\x30\x84\xff\xff\xff\xff", "-----BEGIN "} {
		f.Add([]byte(s))
	}
}

func FuzzInspect(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		info := Inspect(file)
		if info.Format == "" || info.Blocks < 1 {
			t.Fatalf("%+v", info)
		}
		if info.PEM == "" && len(info.DER) != len(file) {
			t.Fatalf("%d octets of %d without PEM", len(info.DER), len(file))
		}
	})
}

func FuzzOpen(f *testing.F) {
	seeds(f)
	// A context that is done keeps the derivation, the only slow part, from running.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f.Fuzz(func(t *testing.T, file []byte) {
		key, err := OpenContext(ctx, file, []byte("p"), nil)
		if (key == nil) == (err == nil) {
			t.Fatalf("key %v, error %v", key != nil, err)
		}
		if err == nil && Inspect(file).Format != FormatPlainKey {
			// Only an unprotected key opens without a derivation; PEM with several
			// blocks may begin with something else.
			if info := Inspect(file); info.PEM == "" {
				t.Fatalf("opened although %s", info.Format)
			}
		}
	})
}

func FuzzOpenPKCS12(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		// Few iterations, so that the structure is what is tried.
		x, err := openExchange(file, []byte("p"), 20)
		if (x == nil) == (err == nil) {
			t.Fatalf("contents %v, error %v", x != nil, err)
		}
	})
}
