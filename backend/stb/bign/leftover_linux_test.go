//go:build !race

package bign

import (
	"bytes"
	"testing"

	"akno/backend/stb/internal/leftover"
)

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
	s.Add("private key", k.Bytes())
	s.Add("other private key", other.Bytes())
	hash := bytes.Repeat([]byte{5}, c.Size())
	// The first time tells what is secret, which writes over the stack; the second leaves what it leaves.
	for _, learn := range []func(string, []byte){s.Add, func(_ string, b []byte) { clear(b) }} {
		theta, once, err := k.OneTimeKey(hashOID(c), hash, hash)
		if err != nil {
			t.Error(err)
		}
		learn("theta", theta)
		learn("one-time key", once)
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
		if _, err := k.SignHashDeterministic(hashOID(c), hash, hash); err != nil {
			t.Error(err)
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
