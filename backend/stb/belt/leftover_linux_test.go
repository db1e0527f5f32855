//go:build !race

package belt

import (
	"bytes"
	"crypto/rand"
	"hash"
	"testing"

	"akno/backend/stb/internal/leftover"
)

// wipe calls the method Wipe of what was made here.
func wipe(x any) {
	if w, ok := x.(interface{ Wipe() }); ok {
		w.Wipe()
	}
}

// Each of these works on a secret of 32 octets, which it gets in memory of its own, and wipes what it gets back.
// What an operation leaves is written over by the next one, so each is the last of its process.
func operations(t *testing.T) map[string]func(secret []byte) {
	iv, text := make([]byte, BlockSize), bytes.Repeat([]byte{3}, 200)
	fail := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	cipher := func(use func(c *Cipher)) func([]byte) {
		return func(secret []byte) {
			c, err := NewCipher(secret)
			fail(err)
			use(c)
			c.Wipe()
		}
	}
	sum := func(secret []byte, h hash.Hash, err error) {
		fail(err)
		h.Write(text)
		h.Sum(nil)
		wipe(h)
	}
	return map[string]func([]byte){
		"blocks": cipher(func(c *Cipher) {
			b := bytes.Clone(text)
			fail(c.EncryptECB(b, b))
			fail(c.DecryptCBC(b, b, iv))
			fail(c.EncryptWide(b))
			fail(c.EncryptDigits([]uint16{1, 2, 3, 4, 5, 6, 7, 8}, 10, iv))
		}),
		"streams": cipher(func(c *Cipher) {
			b := bytes.Clone(text)
			s, r := c.NewCTR(iv), c.NewCFBEncrypter(iv)
			s.XORKeyStream(b, b)
			r.XORKeyStream(b, b)
			wipe(s)
			wipe(r)
		}),
		"mac": func(secret []byte) {
			h, err := NewMAC(secret)
			sum(secret, h, err)
		},
		"hmac":      func(secret []byte) { sum(secret, NewHMAC(secret), nil) },
		"hmac sum":  func(secret []byte) { SumHMAC(secret, text) },
		"dwp":       func(secret []byte) { a, err := NewDWP(secret); fail(err); a.Seal(nil, iv, text, text); wipe(a) },
		"che":       func(secret []byte) { a, err := NewCHE(secret); fail(err); a.Seal(nil, iv, text, text); wipe(a) },
		"transform": func(secret []byte) { k, err := TransformKey(secret, iv[:LevelSize], iv, 32); fail(err); clear(k) },
		"wrap with": func(secret []byte) { _, err := Wrap(secret, text[:32], nil); fail(err) },
		"wrap":      func(secret []byte) { _, err := Wrap(text[:32], secret, nil); fail(err) },
		"password":  func(secret []byte) { k := PBKDF2(secret, iv, 2000); clear(k[:]) },
		"password given up": func(secret []byte) {
			if _, err := PBKDF2Context(leftover.Ending(1), secret, iv, 2000, nil); err == nil {
				t.Error("it did not stop")
			}
		},
		"digits": func(secret []byte) {
			digits := make([]uint16, 16)
			for i := range digits {
				digits[i] = uint16(secret[2*i]) | uint16(secret[2*i+1])<<8
			}
			c, err := NewCipher(text[:32])
			fail(err)
			fail(c.EncryptDigits(digits, MaxDigits, iv))
			c.Wipe()
		},
	}
}

func TestNoOperationLeavesASecretBehind(t *testing.T) {
	if !leftover.Alone(t) {
		return
	}
	for name, use := range operations(t) {
		leftover.Hold(t, name, func(s *leftover.Secrets) {
			secret := make([]byte, 32)
			if _, err := rand.Read(secret); err != nil {
				t.Error(err)
			}
			learn(s, secret)
			use(secret)
			clear(secret)
		})
	}
	var c *Cipher
	leftover.Control(t, "a cipher that is not wiped", func(s *leftover.Secrets) {
		secret := make([]byte, 32)
		if _, err := rand.Read(secret); err != nil {
			t.Error(err)
		}
		learn(s, secret)
		c, _ = NewCipher(secret)
		clear(secret)
	})
	c.Wipe()
}

// learn takes in a secret and what stands for it: the states of HMAC after it.
//
//go:noinline
func learn(s *leftover.Secrets, secret []byte) {
	s.Add("the secret", bytes.Clone(secret))
	var k hmacKey
	k.set(secret)
	states := make([]byte, 0, 64)
	for _, st := range []*state{&k.inner, &k.outer} {
		var x [4]uint32
		for i := range 2 {
			copy(x[:], st.h[4*i:])
			store(states[:16*(i+1)][16*i:], &x)
		}
		s.Add("a state of HMAC", bytes.Clone(states[:32]))
	}
	clear(states[:32])
	k = hmacKey{}
	s.Add("nothing", nil) // writes over the stack
}
