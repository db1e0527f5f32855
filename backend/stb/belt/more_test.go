package belt

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestProductMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-polymul", 2) {
		got := PolyMul([16]byte(v.in(t, "u")), [16]byte(v.in(t, "v")))
		if !bytes.Equal(got[:], v.out(t, "w")) {
			t.Errorf("got %X, want %X", got, v.out(t, "w"))
		}
	}
}

func TestProductAgreesWithTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	ends := []uint64{0, 1, 1 << 63, ^uint64(0), 0x1111111111111111, 0x8888888888888888}
	pick := func() uint64 {
		if rng.IntN(3) == 0 {
			return ends[rng.IntN(len(ends))]
		}
		return rng.Uint64()
	}
	for range 3000 {
		a, b := element{pick(), pick()}, element{pick(), pick()}
		var want element
		p := a
		for i := range 128 {
			w := b.lo
			if i >= 64 {
				w = b.hi
			}
			if w>>(i%64)&1 == 1 {
				want = want.add(p)
			}
			p = p.timesX()
		}
		f := newFactor(b)
		if got := f.times(a); got != want {
			t.Fatalf("%x * %x: got %x, want %x", a, b, got, want)
		}
	}
}

func TestAuthenticatedModesMatchStandard(t *testing.T) {
	for name, make := range map[string]func([]byte) (cipher.AEAD, error){"belt-dwp": NewDWP, "belt-che": NewCHE} {
		for _, v := range standardVectors(t, name, 2) {
			a, err := make(v.in(t, "key"))
			if err != nil {
				t.Fatal(err)
			}
			iv, aad := v.in(t, "iv"), v.in(t, "aad")
			if v.has("pt") {
				want := append(v.out(t, "ct"), v.out(t, "tag")...)
				if got := a.Seal([]byte("x"), iv, v.in(t, "pt"), aad); !bytes.Equal(got[1:], want) {
					t.Errorf("%s: got %X, want %X", name, got, want)
				}
				continue
			}
			got, err := a.Open(nil, iv, append(v.in(t, "ct"), v.in(t, "tag")...), aad)
			if err != nil || !bytes.Equal(got, v.out(t, "pt")) {
				t.Errorf("%s: got %X, %v", name, got, err)
			}
		}
	}
}

func TestAuthenticatedModesOpenOnlyWhatIsUnchanged(t *testing.T) {
	for name, make_ := range map[string]func([]byte) (cipher.AEAD, error){"dwp": NewDWP, "che": NewCHE} {
		for _, size := range []int{16, 24, 32} {
			a, err := make_(bytes.Repeat([]byte{0x3c}, size))
			if err != nil || a.NonceSize() != 16 || a.Overhead() != 8 {
				t.Fatal(err)
			}
			iv := []byte("0123456789abcdef")
			for n := range 70 {
				plain, data := bytes.Repeat([]byte{byte(n)}, n), make([]byte, n*3%50)
				sealed := a.Seal(nil, iv, plain, data)
				in := append(slices.Clone(plain), make([]byte, 8)...)
				if inPlace := a.Seal(in[:0], iv, in[:n], data); !bytes.Equal(inPlace, sealed) {
					t.Fatalf("%s in place: %X, want %X", name, inPlace, sealed)
				}
				got, err := a.Open(nil, iv, sealed, data)
				if err != nil || !bytes.Equal(got, plain) {
					t.Fatalf("%s of %d octets: %v", name, n, err)
				}
				for i := range 8 * len(sealed) {
					bad := slices.Clone(sealed)
					bad[i/8] ^= 1 << (i % 8)
					if _, err := a.Open(nil, iv, bad, data); !errors.Is(err, ErrOpen) {
						t.Fatalf("%s, bit %d: %v", name, i, err)
					}
				}
				if _, err := a.Open(nil, iv, sealed, append(data, 0)); !errors.Is(err, ErrOpen) {
					t.Fatalf("%s with longer data: %v", name, err)
				}
				if _, err := a.Open(nil, iv, sealed[:min(7, len(sealed))], data); !errors.Is(err, ErrOpen) {
					t.Fatalf("%s cut: %v", name, err)
				}
			}
		}
		if _, err := make_(make([]byte, 8)); err == nil {
			t.Errorf("%s: key of 8 octets accepted", name)
		}
	}
}

func TestDiskModesMatchStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-bde", 2) {
		iv := v.in(t, "iv")
		both(t, v, func(c *Cipher, dst, src []byte) error { return c.EncryptBDE(dst, src, iv) },
			func(c *Cipher, dst, src []byte) error { return c.DecryptBDE(dst, src, iv) })
	}
	for _, v := range standardVectors(t, "belt-sde", 2) {
		iv := v.in(t, "iv")
		both(t, v, func(c *Cipher, dst, src []byte) error { return c.EncryptSDE(dst, src, iv) },
			func(c *Cipher, dst, src []byte) error { return c.DecryptSDE(dst, src, iv) })
	}
	c, _ := NewCipher(make([]byte, 32))
	iv := make([]byte, 16)
	for _, n := range []int{0, 8, 17, 40} {
		if !errors.Is(c.EncryptBDE(make([]byte, n), make([]byte, n), iv), ErrLength) {
			t.Errorf("bde of %d octets accepted", n)
		}
	}
	for _, n := range []int{0, 16, 33} {
		if !errors.Is(c.DecryptSDE(make([]byte, n), make([]byte, n), iv), ErrLength) {
			t.Errorf("sde of %d octets accepted", n)
		}
	}
}

func TestKeyExpansionAndTransformationMatchStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-keyexpand", 2) {
		got, err := ExpandKey(v.in(t, "key"))
		if err != nil || !bytes.Equal(got[:], v.out(t, "expanded")) {
			t.Errorf("got %X, %v", got, err)
		}
	}
	for _, v := range standardVectors(t, "belt-keyrep", 3) {
		got, err := TransformKey(v.in(t, "key"), v.in(t, "level"), v.in(t, "header"), v.num(t, "out_bits")/8)
		if err != nil || !bytes.Equal(got, v.out(t, "key")) {
			t.Errorf("got %X, %v", got, err)
		}
	}
	for _, c := range [][2]int{{16, 24}, {16, 32}, {24, 32}, {32, 8}, {20, 16}} {
		if _, err := TransformKey(make([]byte, c[0]), make([]byte, 12), make([]byte, 16), c[1]); !errors.Is(err, ErrLength) {
			t.Errorf("%d to %d octets: %v", c[0], c[1], err)
		}
	}
}

func digits(t *testing.T, v any) []uint16 {
	t.Helper()
	list, ok := v.([]any)
	if !ok {
		t.Fatalf("no list: %v", v)
	}
	out := make([]uint16, len(list))
	for i, d := range list {
		out[i] = uint16(d.(float64))
	}
	return out
}

func TestFormatPreservingEncryptionMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-fmt", 3) {
		c, err := NewCipher(v.in(t, "key"))
		if err != nil {
			t.Fatal(err)
		}
		pt, want := digits(t, v.Inputs["pt"]), digits(t, v.Outputs["ct"])
		got := slices.Clone(pt)
		if err := c.EncryptDigits(got, v.num(t, "mod"), v.in(t, "iv")); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
		if err := c.DecryptDigits(got, v.num(t, "mod"), v.in(t, "iv")); err != nil || !slices.Equal(got, pt) {
			t.Errorf("%v does not come back: %v", got, err)
		}
	}
}

func TestFormatPreservingEncryptionOfManyShapes(t *testing.T) {
	c, _ := NewCipher(make([]byte, 32))
	for _, base := range []int{2, 3, 10, 256, 65535, 65536} {
		for _, n := range []int{2, 3, 7, 8, 9, 16, 31, 64, 129, 600} {
			text := make([]uint16, n)
			for i := range text {
				text[i] = uint16((i*7 + n) % base)
			}
			got := slices.Clone(text)
			if err := c.EncryptDigits(got, base, nil); err != nil {
				t.Fatal(err)
			}
			for _, d := range got {
				if int(d) >= base {
					t.Fatalf("digit %d in base %d", d, base)
				}
			}
			if err := c.DecryptDigits(got, base, nil); err != nil || !slices.Equal(got, text) {
				t.Fatalf("base %d, %d digits do not come back: %v", base, n, err)
			}
		}
	}
	for _, f := range []func() error{
		func() error { return c.EncryptDigits([]uint16{1}, 10, nil) },
		func() error { return c.EncryptDigits([]uint16{1, 10}, 10, nil) },
		func() error { return c.EncryptDigits([]uint16{0, 0}, 1, nil) },
		func() error { return c.EncryptDigits([]uint16{0, 0}, 65537, nil) },
		func() error { return c.DecryptDigits([]uint16{0, 0}, 2, make([]byte, 15)) },
		func() error { return c.DecryptDigits(make([]uint16, 65537), 2, nil) },
	} {
		if !errors.Is(f(), ErrLength) {
			t.Error("arguments outside of the standard accepted")
		}
	}
}

func BenchmarkAEAD(b *testing.B) {
	buf, iv := make([]byte, 16384), make([]byte, 16)
	for name, f := range map[string]func([]byte) (cipher.AEAD, error){"dwp": NewDWP, "che": NewCHE} {
		a, _ := f(make([]byte, 32))
		out := make([]byte, 0, len(buf)+8)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(buf)))
			for b.Loop() {
				a.Seal(out, iv, buf, nil)
			}
		})
	}
}
