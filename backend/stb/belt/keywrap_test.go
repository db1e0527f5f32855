package belt

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

func TestWideBlockMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-wblock", 4) {
		c, err := NewCipher(v.in(t, "key"))
		if err != nil {
			t.Fatal(err)
		}
		var got, want []byte
		if v.has("pt") {
			got, want = v.in(t, "pt"), v.out(t, "ct")
			err = c.EncryptWide(got)
		} else {
			got, want = v.in(t, "ct"), v.out(t, "pt")
			err = c.DecryptWide(got)
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s of %d octets: got %X, %v, want %X", v.Direction, len(want), got, err, want)
		}
	}
}

// plainWide is belt-wblock exactly as clause 6.2.3 says it, with a sum over all
// blocks and a shift in every round.
func plainWide(c *Cipher, r []byte) {
	n := (len(r) + 15) / 16
	for i := 1; i <= 2*n; i++ {
		s := make([]byte, 16)
		for j := range 16 * (n - 1) {
			s[j%16] ^= r[j]
		}
		e := make([]byte, 16)
		c.Encrypt(e, s)
		e[0] ^= byte(i)
		e[1] ^= byte(i >> 8)
		for j := range 16 {
			r[len(r)-16+j] ^= e[j]
		}
		copy(r, r[16:])
		copy(r[len(r)-16:], s)
	}
}

func TestWideBlockOfEveryLengthAgreesWithTheDefinition(t *testing.T) {
	c, err := NewCipher([]byte("0123456789abcdef01234567"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 32; n < 400; n++ {
		text := make([]byte, n)
		for i := range text {
			text[i] = byte(i*31 + n)
		}
		want, got := bytes.Clone(text), bytes.Clone(text)
		plainWide(c, want)
		if err := c.EncryptWide(got); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d octets: got %X, %v, want %X", n, got, err, want)
		}
		if err := c.DecryptWide(got); err != nil || !bytes.Equal(got, text) {
			t.Fatalf("%d octets do not come back: %v", n, err)
		}
	}
}

func TestWideBlockRefusesShortInput(t *testing.T) {
	c, _ := NewCipher(make([]byte, 32))
	for n := range 32 {
		if !errors.Is(c.EncryptWide(make([]byte, n)), ErrLength) || !errors.Is(c.DecryptWide(make([]byte, n)), ErrLength) {
			t.Errorf("%d octets accepted", n)
		}
	}
}

func TestKeyWrapMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-kwp", 3) {
		var got, want []byte
		var err error
		if v.has("pt") {
			got, err = Wrap(v.in(t, "key"), v.in(t, "pt"), v.in(t, "header"))
			want = v.out(t, "ct")
		} else {
			got, err = Unwrap(v.in(t, "key"), v.in(t, "ct"), v.in(t, "header"))
			want = v.out(t, "pt")
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %X, %v, want %X", v.Direction, got, err, want)
		}
	}
}

func TestUnwrapRefusesEveryChangedBit(t *testing.T) {
	kek, key := bytes.Repeat([]byte{9}, 32), []byte("a key of 18 octets")
	wrapped, err := Wrap(kek, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 * len(wrapped) {
		bad := bytes.Clone(wrapped)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := Unwrap(kek, bad, nil); !errors.Is(err, ErrUnwrap) {
			t.Fatalf("bit %d: %v", i, err)
		}
	}
	for n := range wrapped {
		if _, err := Unwrap(kek, wrapped[:n], nil); !errors.Is(err, ErrUnwrap) {
			t.Fatalf("%d octets: %v", n, err)
		}
	}
	if _, err := Unwrap(kek, wrapped, bytes.Repeat([]byte{1}, 16)); !errors.Is(err, ErrUnwrap) {
		t.Errorf("another header: %v", err)
	}
	if _, err := Unwrap(kek, wrapped, make([]byte, 15)); !errors.Is(err, ErrUnwrap) {
		t.Errorf("short header: %v", err)
	}
	kek[0] ^= 1
	if _, err := Unwrap(kek, wrapped, nil); !errors.Is(err, ErrUnwrap) {
		t.Errorf("another key: %v", err)
	}
}

func TestWrapRefusesLengthsOutsideTheStandard(t *testing.T) {
	kek := make([]byte, 32)
	if _, err := Wrap(kek, make([]byte, 15), nil); !errors.Is(err, ErrLength) {
		t.Errorf("key of 15 octets: %v", err)
	}
	if _, err := Wrap(kek, make([]byte, 16), make([]byte, 17)); !errors.Is(err, ErrLength) {
		t.Errorf("header of 17 octets: %v", err)
	}
	var size KeySizeError
	if _, err := Wrap(kek[:31], make([]byte, 16), nil); !errors.As(err, &size) || size != 31 {
		t.Errorf("protection key of 31 octets: %v", err)
	}
	if _, err := Unwrap(nil, make([]byte, 32), nil); !errors.As(err, &size) {
		t.Errorf("no protection key: %v", err)
	}
}

func TestHMACMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "hmac-hbelt", 3) {
		got := SumHMAC(v.in(t, "key"), v.in(t, "msg"))
		if !bytes.Equal(got[:], v.out(t, "mac")) {
			t.Errorf("got %X, want %X", got, v.out(t, "mac"))
		}
		m := NewHMAC(v.in(t, "key"))
		m.Write([]byte("another message"))
		m.Reset()
		for _, b := range v.in(t, "msg") {
			m.Write([]byte{b})
		}
		first := m.Sum(nil)
		if second := m.Sum(nil); !bytes.Equal(first, got[:]) || !bytes.Equal(second, got[:]) {
			t.Error("octet by octet gives another value")
		}
	}
}

func TestPBKDF2MatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-pbkdf2", 3) {
		got := PBKDF2(v.in(t, "password"), v.in(t, "salt"), v.num(t, "iterations"))
		if !bytes.Equal(got[:], v.out(t, "key")) {
			t.Errorf("got %X, want %X", got, v.out(t, "key"))
		}
	}
}

func TestPBKDF2StopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	last := 0
	key, err := PBKDF2Context(ctx, []byte("p"), []byte("salt"), 1_000_000, func(done int) {
		last = done
		if done > 3000 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || last != 3001 || key != [32]byte{} {
		t.Errorf("stopped at %d with %v", last, err)
	}
}

func TestHotPathsDoNotAllocate(t *testing.T) {
	key := make([]byte, 32)
	c, err := NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := NewMAC(key)
	if err != nil {
		t.Fatal(err)
	}
	buf, out := make([]byte, 97), make([]byte, 0, 32)
	m, stream := NewHMAC([]byte("key")), c.NewCTR(key[:16])
	for name, f := range map[string]func(){
		"wide block": func() { _ = c.EncryptWide(buf); _ = c.DecryptWide(buf) },
		"HMAC":       func() { m.Reset(); m.Write(buf); out = m.Sum(out[:0]) },
		"HMAC once":  func() { SumHMAC(buf[:40], buf) },
		"PBKDF2":     func() { PBKDF2(buf, buf, 10) },
		"MAC":        func() { mac.Reset(); mac.Write(buf); out = mac.Sum(out[:0]) },
		"ECB":        func() { _ = c.EncryptECB(buf, buf); _ = c.DecryptECB(buf, buf) },
		"CBC":        func() { _ = c.EncryptCBC(buf, buf, key[:16]); _ = c.DecryptCBC(buf, buf, key[:16]) },
		"stream":     func() { stream.XORKeyStream(buf, buf) },
	} {
		if n := testing.AllocsPerRun(50, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkPBKDF2of10000(b *testing.B) {
	for b.Loop() {
		PBKDF2([]byte("password"), []byte("12345678"), 10000)
	}
}

func BenchmarkWrap64(b *testing.B) {
	c, _ := NewCipher(make([]byte, 32))
	for b.Loop() {
		_, _ = c.WrapKey(make([]byte, 64), nil)
	}
}
