package belt

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"testing"
)

// both runs one entry: key, iv, pt -> ct or back.
func both(t *testing.T, v vector, encrypt, decrypt func(c *Cipher, dst, src []byte) error) {
	t.Helper()
	c, err := NewCipher(v.in(t, "key"))
	if err != nil {
		t.Fatal(err)
	}
	f, from, to := encrypt, "pt", "ct"
	if !v.has("pt") {
		f, from, to = decrypt, "ct", "pt"
	}
	src := v.in(t, from)
	for _, dst := range [][]byte{make([]byte, len(src)), src} {
		if err := f(c, dst, src); err != nil || !bytes.Equal(dst, v.out(t, to)) {
			t.Errorf("%s %s of %d octets: got %X, %v", v.Algorithm, v.Direction, len(src), dst, err)
		}
	}
}

func stream(s cipher.Stream, dst, src []byte) error {
	s.XORKeyStream(dst, src)
	return nil
}

func TestModesMatchStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-ecb", 4) {
		both(t, v, (*Cipher).EncryptECB, (*Cipher).DecryptECB)
	}
	for _, v := range standardVectors(t, "belt-cbc", 4) {
		iv := v.in(t, "iv")
		both(t, v, func(c *Cipher, dst, src []byte) error { return c.EncryptCBC(dst, src, iv) },
			func(c *Cipher, dst, src []byte) error { return c.DecryptCBC(dst, src, iv) })
	}
	for _, v := range standardVectors(t, "belt-cfb", 2) {
		iv := v.in(t, "iv")
		both(t, v, func(c *Cipher, dst, src []byte) error { return stream(c.NewCFBEncrypter(iv), dst, src) },
			func(c *Cipher, dst, src []byte) error { return stream(c.NewCFBDecrypter(iv), dst, src) })
	}
	for _, v := range standardVectors(t, "belt-ctr", 2) {
		iv := v.in(t, "iv")
		f := func(c *Cipher, dst, src []byte) error { return stream(c.NewCTR(iv), dst, src) }
		both(t, v, f, f)
	}
}

// The plain forms of the modes, block by block over cipher.Block, for comparison.

func plainECB(c *Cipher, src []byte) []byte {
	out := bytes.Clone(src)
	n := len(src) / 16
	for i := range n {
		c.Encrypt(out[16*i:], src[16*i:])
	}
	if m := len(src) % 16; m > 0 {
		full := append(bytes.Clone(src[16*n:]), out[16*(n-1)+m:16*n]...)
		copy(out[16*n:], out[16*(n-1):][:m])
		c.Encrypt(out[16*(n-1):], full)
	}
	return out
}

func plainCTR(c *Cipher, src, iv []byte) []byte {
	out, s, g := bytes.Clone(src), make([]byte, 16), make([]byte, 16)
	c.Encrypt(s, iv)
	for i := range out {
		if i%16 == 0 {
			for j := range s {
				if s[j]++; s[j] != 0 {
					break
				}
			}
			c.Encrypt(g, s)
		}
		out[i] ^= g[i%16]
	}
	return out
}

func plainCFB(c *Cipher, src, iv []byte) []byte {
	out, g := bytes.Clone(src), make([]byte, 16)
	prev := iv
	for i := range out {
		if i%16 == 0 {
			if i > 0 {
				prev = out[i-16 : i]
			}
			c.Encrypt(g, prev)
		}
		out[i] ^= g[i%16]
	}
	return out
}

func TestModesOfEveryLengthAgreeWithTheirPlainForms(t *testing.T) {
	iv := []byte("0123456789abcdef")
	for _, size := range []int{16, 24, 32} {
		c, err := NewCipher(bytes.Repeat([]byte{0xc3}, size))
		if err != nil {
			t.Fatal(err)
		}
		for n := range 200 {
			src := make([]byte, n)
			for i := range src {
				src[i] = byte(i*5 + n)
			}
			dst, back := make([]byte, n), make([]byte, n)
			if n >= 16 {
				if err := c.EncryptECB(dst, src); err != nil || !bytes.Equal(dst, plainECB(c, src)) {
					t.Fatalf("ecb of %d octets: %X, %v", n, dst, err)
				}
				if err := c.DecryptECB(back, dst); err != nil || !bytes.Equal(back, src) {
					t.Fatalf("ecb of %d octets does not come back: %v", n, err)
				}
				if err := c.EncryptCBC(dst, src, iv); err != nil {
					t.Fatal(err)
				}
				if err := c.DecryptCBC(back, dst, iv); err != nil || !bytes.Equal(back, src) {
					t.Fatalf("cbc of %d octets does not come back: %v", n, err)
				}
			}
			pieces := func(s cipher.Stream, dst, src []byte) {
				for i, step := 0, 1; i < len(src); step = step*3%71 + 1 {
					k := min(step, len(src)-i)
					s.XORKeyStream(dst[i:i+k], src[i:i+k])
					i += k
				}
			}
			for _, f := range []func(s cipher.Stream, dst, src []byte){pieces, func(s cipher.Stream, dst, src []byte) { s.XORKeyStream(dst, src) }} {
				if f(c.NewCTR(iv), dst, src); !bytes.Equal(dst, plainCTR(c, src, iv)) {
					t.Fatalf("ctr of %d octets: %X", n, dst)
				}
				if f(c.NewCFBEncrypter(iv), dst, src); !bytes.Equal(dst, plainCFB(c, src, iv)) {
					t.Fatalf("cfb of %d octets: %X", n, dst)
				}
				if f(c.NewCFBDecrypter(iv), back, dst); !bytes.Equal(back, src) {
					t.Fatalf("cfb of %d octets does not come back", n)
				}
			}
		}
	}
}

func TestCounterCarriesOverAllWords(t *testing.T) {
	n := counter{0xffffffff, 0xffffffff, 0xffffffff, 4}
	if n.increment(); n != (counter{0, 0, 0, 5}) {
		t.Errorf("got %x", n)
	}
	n = counter{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}
	if n.increment(); n != (counter{}) {
		t.Errorf("got %x", n)
	}
}

func TestModesRefuseLengthsOutsideTheStandard(t *testing.T) {
	c, _ := NewCipher(make([]byte, 32))
	short, block := make([]byte, 15), make([]byte, 16)
	for name, err := range map[string]error{
		"ecb":          c.EncryptECB(short, short),
		"ecb back":     c.DecryptECB(short, short),
		"cbc":          c.EncryptCBC(short, short, block),
		"cbc back":     c.DecryptCBC(short, short, block),
		"cbc vector":   c.EncryptCBC(block, block, short),
		"cbc unequal":  c.DecryptCBC(block, make([]byte, 17), block),
		"ecb unequal":  c.EncryptECB(make([]byte, 32), block),
		"cbc unequal2": c.EncryptCBC(make([]byte, 32), block, block),
	} {
		if !errors.Is(err, ErrLength) {
			t.Errorf("%s: %v", name, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("vector of 15 octets accepted")
		}
	}()
	c.NewCTR(short)
}

func TestMACMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-mac", 2) {
		m, err := NewMAC(v.in(t, "key"))
		if err != nil {
			t.Fatal(err)
		}
		m.Write(v.in(t, "msg"))
		if got := m.Sum(nil); !bytes.Equal(got, v.out(t, "mac")) {
			t.Errorf("got %X, want %X", got, v.out(t, "mac"))
		}
		m.Reset()
		for _, b := range v.in(t, "msg") {
			m.Write([]byte{b})
			m.Sum(nil)
		}
		if got := m.Sum(nil); !bytes.Equal(got, v.out(t, "mac")) {
			t.Errorf("octet by octet: got %X", got)
		}
	}
	if _, err := NewMAC(make([]byte, 20)); err == nil {
		t.Error("key of 20 octets accepted")
	}
}

func BenchmarkModes(b *testing.B) {
	c, _ := NewCipher(make([]byte, 32))
	buf, iv := make([]byte, 16384), make([]byte, 16)
	m, _ := NewMAC(make([]byte, 32))
	for _, x := range []struct {
		name string
		f    func()
	}{
		{"ecb", func() { _ = c.EncryptECB(buf, buf) }},
		{"cbc", func() { _ = c.EncryptCBC(buf, buf, iv) }},
		{"cbcdecrypt", func() { _ = c.DecryptCBC(buf, buf, iv) }},
		{"cfb", func() { c.NewCFBEncrypter(iv).XORKeyStream(buf, buf) }},
		{"cfbdecrypt", func() { c.NewCFBDecrypter(iv).XORKeyStream(buf, buf) }},
		{"ctr", func() { c.NewCTR(iv).XORKeyStream(buf, buf) }},
		{"mac", func() { m.Reset(); m.Write(buf) }},
	} {
		b.Run(x.name, func(b *testing.B) {
			b.SetBytes(int64(len(buf)))
			for b.Loop() {
				x.f()
			}
		})
	}
}
