package asic_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"akno/backend/stb/asic"
	"akno/backend/stb/pki"
)

func FuzzContainer(f *testing.F) {
	f.Add(create(f, signing(f, "g-fl1"), papers...))
	f.Add(forge{parts: sound(f)}.bytes(f))
	f.Add(forge{parts: signed(f, manifest(sha("text")))}.bytes(f))
	opt, by := options(f), signing(f, "g-fl1")
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, src, size := context.Background(), bytes.NewReader(data), int64(len(data))
		r, err := asic.VerifyOctets(ctx, src, size, opt)
		if err != nil || r.Verdict != r.Reason.Verdict() {
			t.Fatalf("%v, verdict %q for %q", err, r.Verdict, r.Reason)
		}
		if r.Verdict == pki.Passed {
			for _, x := range r.Files {
				if len(x.Signatures) == 0 {
					t.Errorf("%q is signed by nobody and it passes", x.Name)
				}
			}
		}
		c, err := asic.Open(src, size)
		if err != nil {
			if !errors.Is(err, asic.ErrMalformed) && !errors.Is(err, asic.ErrXAdES) {
				t.Fatal(err)
			}
			return
		}
		var out bytes.Buffer
		if err := asic.AddSignature(ctx, &out, src, size, by); err != nil {
			return
		}
		again, err := asic.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil || len(again.Files()) != len(c.Files()) {
			t.Errorf("with a signature added it does not open: %v", err)
		}
	})
}
