package container

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/oid"
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
		var info Info
		pkidev.Bounded(t, len(file), func() { info = Inspect(file) })
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
		var key *bign.PrivateKey
		var err error
		pkidev.Bounded(t, len(file), func() { key, err = OpenContext(ctx, file, []byte("p"), nil) })
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

// FuzzKeyInfo shows what stands inside of a container, as if its password were
// known: it is written by a stranger too.
func FuzzKeyInfo(f *testing.F) {
	for _, curve := range bign.Curves() {
		plain, err := MarshalPlain(newKey(f, curve))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	for i, id := range shareOIDs() {
		plain, err := writeKeyInfo(oid.BelsShare, id, append([]byte{1}, make([]byte, 16+8*i)...))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		info, ok := readKeyInfo(plain)
		if !ok {
			return
		}
		key, keyErr := info.privateKey()
		share, shareErr := info.share()
		var again []byte
		var err error
		switch {
		case keyErr == nil && shareErr == nil:
			t.Fatal("a key and a share at once")
		case keyErr == nil:
			again, err = MarshalPlain(key)
		case shareErr == nil:
			again, err = writeKeyInfo(oid.BelsShare, shareOIDs()[share.Level/64-2], share.Octets)
		default:
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		twice, ok := readKeyInfo(again)
		if !ok || !bytes.Equal(twice.secret, info.secret) || len(again) > len(plain) {
			t.Errorf("written anew it is another key: %x", again)
		}
	})
}

func FuzzShareText(f *testing.F) {
	for _, n := range []int{17, 25, 33} {
		f.Add(Share{Level: 8 * (n - 1), Octets: append([]byte{16}, make([]byte, n-1)...)}.Text())
	}
	f.Add("02c8c6fd e11ddae2-15dea77fd675a5a4306170ecb4eed8bb98")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseShareText(text)
		if err != nil {
			return
		}
		if again, err := ParseShareText(s.Text()); err != nil || again.Text() != s.Text() || s.Level != 8*(len(s.Octets)-1) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
