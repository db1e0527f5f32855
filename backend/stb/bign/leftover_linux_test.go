//go:build !race

package bign

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"testing"

	"akno/backend/stb/internal/leftover"
	"akno/backend/stb/internal/mp"
)

// learnNumber takes in a secret number and what the arithmetic makes of it on the way: its negative, and what
// is left of it when the order is taken away, which wraps around.
func learnNumber(s *leftover.Secrets, c *Curve, name string, b []byte) {
	var x, y, zero mp.Scalar
	c.order.SetBytes(&x, b)
	c.order.Sub(&y, &zero, &x)
	negative := make([]byte, c.size)
	c.order.PutBytes(negative, &y)
	s.Add("negative of "+name, negative)
	var borrow uint64
	wrapped, q := make([]byte, c.size), c.Params().Q
	for i := 0; i < c.size; i += 8 {
		var w uint64
		w, borrow = bits.Sub64(x[i/8], binary.LittleEndian.Uint64(q[i:]), borrow)
		binary.LittleEndian.PutUint64(wrapped[i:], w)
	}
	s.Add(name+" without the order", wrapped[:c.size/2]) // the other half is that of the number
	clear(wrapped)
	s.Add(name, b)
	clear(x[:])
	clear(y[:])
}

// useKey makes a key, does everything with it that there is, and wipes it when wanted.
func useKey(t *testing.T, c *Curve, s *leftover.Secrets, wipe bool) *PrivateKey {
	k, err := GenerateKey(c)
	if err != nil {
		t.Error(err)
		return nil
	}
	other, err := GenerateKey(c)
	if err != nil {
		t.Error(err)
		return nil
	}
	learnNumber(s, c, "private key", k.Bytes())
	s.Add("other private key", other.Bytes())
	long := bytes.Repeat([]byte{7}, 300)
	hash := bytes.Repeat([]byte{5}, c.Size())
	// The first time tells what is secret, which writes over the stack; the second leaves what it leaves.
	for _, learn := range []func(string, []byte){s.Add, func(_ string, b []byte) { clear(b) }} {
		theta, once, err := k.OneTimeKey(hashOID(c), hash, hash)
		if err != nil {
			t.Error(err)
		}
		learn("theta", theta)
		learn("one-time key", once)
		if theta, once, err = k.OneTimeKey(hashOID(c), hash, long); err != nil {
			t.Error(err)
		}
		learn("theta of long additional octets", theta)
		learn("one-time key of long additional octets", once)
		shared, err := k.Agree(other.PublicKey())
		if err != nil || k.Equal(other) {
			t.Error(err)
		}
		learn("shared secret", shared)
		token, err := k.PublicKey().WrapKey(hash, nil)
		if err != nil {
			t.Error(err)
		}
		if _, err := k.UnwrapKey(token, nil); err != nil {
			t.Error(err)
		}
		if _, err := k.SignHash(hashOID(c), hash); err != nil {
			t.Error(err)
		}
		if _, err := k.SignIdentity(hashOID(c), hash, hash); err != nil {
			t.Error(err)
		}
		for _, extra := range [][]byte{hash, long} {
			if _, err := k.SignHashDeterministic(hashOID(c), hash, extra); err != nil {
				t.Error(err)
			}
		}
	}
	other.Wipe()
	if wipe {
		k.Wipe()
	}
	return k
}

func TestAWipedKeyLeavesNothingInMemory(t *testing.T) {
	if !leftover.Alone(t) {
		return
	}
	eachCurve(t, func(t *testing.T, c *Curve, _ *PrivateKey) {
		leftover.Hold(t, "a key", func(s *leftover.Secrets) { useKey(t, c, s, true) })
		var k *PrivateKey
		leftover.Control(t, "a key that is not wiped", func(s *leftover.Secrets) { k = useKey(t, c, s, false) })
		k.Wipe()
	})
}

// What an operation leaves is written over by the next one: here each is the last.
func TestNoOperationLeavesASecretBehind(t *testing.T) {
	if !leftover.Alone(t) {
		return
	}
	c := Curve256v1()
	hash, long, token := bytes.Repeat([]byte{5}, c.Size()), bytes.Repeat([]byte{7}, 300), []byte(nil)
	for name, last := range map[string]func(k *PrivateKey) error{
		"make": func(k *PrivateKey) error {
			d := k.Bytes()
			again, err := NewPrivateKey(c, d)
			clear(d)
			again.Wipe()
			return err
		},
		"one-time key": func(k *PrivateKey) error {
			theta, once, err := k.OneTimeKey(hashOID(c), hash, long)
			clear(theta)
			clear(once)
			return err
		},
		"sign":  func(k *PrivateKey) error { _, err := k.SignHash(hashOID(c), hash); return err },
		"agree": func(k *PrivateKey) error { x, err := k.Agree(k.PublicKey()); clear(x); return err },
		"open":  func(k *PrivateKey) error { x, err := k.UnwrapKey(token, nil); clear(x); return err },
	} {
		leftover.Hold(t, name, func(s *leftover.Secrets) {
			k, err := GenerateKey(c)
			if err != nil {
				t.Error(err)
				return
			}
			learnNumber(s, c, "private key", k.Bytes())
			theta, once, err := k.OneTimeKey(hashOID(c), hash, long)
			if err != nil {
				t.Error(err)
			}
			s.Add("theta", theta)
			learnNumber(s, c, "one-time key", once)
			if token, err = k.PublicKey().WrapKey(hash, nil); err != nil {
				t.Error(err)
			}
			s.Add("nothing", make([]byte, 8)[:0]) // writes over the stack
			if err := last(k); err != nil {
				t.Error(err)
			}
			clear(k.d[:])
		})
	}
}
