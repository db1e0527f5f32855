package cms_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

func decrypt(t testing.TB, data []byte, who string) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	err := cms.Decrypt(context.Background(), &out, bytes.NewReader(data), key(t, who))
	return out.Bytes(), err
}

func encrypt(t testing.TB, doc []byte, who ...string) []byte {
	t.Helper()
	var recipients []*pki.Certificate
	for _, w := range who {
		recipients = append(recipients, certificate(t, "certs/"+w+".cer"))
	}
	var out bytes.Buffer
	if err := cms.Encrypt(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), recipients); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEnvelopesOfTheSetOpenAsTheManifestSays(t *testing.T) {
	for _, e := range pkidev.Entries(t, "cms") {
		if !strings.HasSuffix(e.File, ".p7m") {
			continue
		}
		who := []string{"g-fl1"}
		if strings.HasPrefix(e.File, "cms/b-") {
			who = []string{"b-fl384", "b-fl512"}
		}
		for _, w := range who {
			got, err := decrypt(t, pkidev.File(t, e.File), w)
			if e.Expect == "error" {
				if !errors.Is(err, cms.ErrDecrypt) || len(got) > 0 {
					t.Errorf("%s: %v, %d octets", e.File, err, len(got))
				}
				continue
			}
			if err != nil || !bytes.Equal(got, pkidev.File(t, e.Plaintext)) {
				t.Errorf("%s for %s: %v", e.File, w, err)
			}
		}
	}
}

func TestEnvelopesOpenForEveryRecipientAndNobodyElse(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 127, 128, 65535, 65536, 200000} {
		doc := bytes.Repeat([]byte{byte(n), 2, 3}, n/3+1)[:n]
		data := encrypt(t, doc, "g-fl1", "b-fl384", "b-fl512")
		for _, who := range []string{"g-fl1", "b-fl384", "b-fl512"} {
			if got, err := decrypt(t, data, who); err != nil || !bytes.Equal(got, doc) {
				t.Errorf("%d octets for %s: %v", n, who, err)
			}
		}
		if got, err := decrypt(t, data, "g-fl2"); !errors.Is(err, cms.ErrDecrypt) || len(got) > 0 {
			t.Errorf("%d octets for a stranger: %v", n, err)
		}
		if got, err := decrypt(t, loosen(t, data, nil), "g-fl1"); err != nil || !bytes.Equal(got, doc) {
			t.Errorf("%d octets loosely encoded: %v", n, err)
		}
	}
}

func TestDamagedEnvelopesAreErrors(t *testing.T) {
	data := encrypt(t, []byte("document"), "g-fl1")
	for n := range len(data) {
		if _, err := decrypt(t, data[:n], "g-fl1"); err == nil {
			t.Fatalf("cut to %d octets and opened", n)
		}
	}
	if _, err := decrypt(t, append(bytes.Clone(data), 0), "g-fl1"); err == nil {
		t.Error("opened with a trailing octet")
	}
	for name, raw := range map[string][]byte{
		"a signature": pkidev.File(t, "cms/g-fl1-attached-bb.p7s"), "nothing": {}, "endless": bytes.Repeat([]byte{0x30, 0x80}, 1000),
		"huge": {0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		if _, err := decrypt(t, raw, "g-fl1"); err == nil {
			t.Errorf("%s opened", name)
		}
	}
}

func TestEncryptChecksRecipientsAndSize(t *testing.T) {
	ctx, doc := context.Background(), []byte("document")
	tsa := []*pki.Certificate{certificate(t, "certs/g-tsa.cer")}
	if err := cms.Encrypt(ctx, io.Discard, bytes.NewReader(doc), int64(len(doc)), tsa); !errors.Is(err, cms.ErrRecipient) {
		t.Errorf("for a service of stamps: %v", err)
	}
	if err := cms.Encrypt(ctx, io.Discard, bytes.NewReader(doc), int64(len(doc)), nil); !errors.Is(err, cms.ErrRecipient) {
		t.Errorf("for nobody: %v", err)
	}
	person := []*pki.Certificate{certificate(t, "certs/g-fl1.cer")}
	for _, off := range []int64{-1, 1} {
		if err := cms.Encrypt(ctx, io.Discard, bytes.NewReader(doc), int64(len(doc))+off, person); err == nil {
			t.Errorf("size off by %d", off)
		}
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if err := cms.Encrypt(stopped, io.Discard, bytes.NewReader(doc), int64(len(doc)), person); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// zeros is an endless document.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestEncryptionUsesLittleMemoryForLongDocuments(t *testing.T) {
	const size = 4 << 20
	r, w := io.Pipe()
	person := []*pki.Certificate{certificate(t, "certs/g-fl1.cer")}
	k := key(t, "g-fl1")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan error, 1)
	go func() {
		err := cms.Encrypt(context.Background(), w, io.LimitReader(zeros{}, size), size, person)
		done <- errors.Join(err, w.Close())
	}()
	var n counter
	if err := cms.Decrypt(context.Background(), &n, r, k); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || n != size {
		t.Fatalf("%v, %d octets", err, n)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d octets allocated for a document of %d", used, size)
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func FuzzDecrypt(f *testing.F) {
	f.Add(pkidev.File(f, "cms/g-fl1-cfb.p7m"))
	f.Add(loosen(f, encrypt(f, []byte("document"), "g-fl1"), nil))
	k := key(f, "g-fl1")
	f.Fuzz(func(t *testing.T, data []byte) {
		var out counter
		pkidev.Bounded(t, len(data), func() {
			_ = cms.Decrypt(context.Background(), &out, bytes.NewReader(data), k)
		})
		if int(out) > len(data) {
			t.Errorf("%d octets of content in %d octets", out, len(data))
		}
	})
}
