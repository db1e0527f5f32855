//go:build !race

package bign

import (
	"crypto/rand"
	insecure "math/rand/v2"
	"testing"

	"akno/backend/stb/internal/dudect"
	"akno/backend/stb/internal/mp"
)

// timingKeys are a fixed key, with a number of few bits, and random ones, each with a token for it.
func timingKeys(t *testing.T, c *Curve) (keys []*PrivateKey, tokens [][]byte) {
	t.Helper()
	few := make([]byte, c.size)
	few[0] = 3
	k, err := NewPrivateKey(c, few)
	if err != nil {
		t.Fatal(err)
	}
	keys = append(keys, k)
	for range 40 {
		if k, err = GenerateKey(c); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	for _, k := range keys {
		token, err := k.public.WrapKey(make([]byte, 32), nil)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	return keys, tokens
}

// pick returns 0 for class 0 and one of the others for class 1, after the same steps.
func pick(class, n int) int { return class * (1 + insecure.IntN(n-1)) }

// samples are as many as take the same time as n at the lowest level.
func samples(c *Curve, n int) int { return n * 32 * 32 / (c.size * c.size) }

func TestPrivateKeysTakeTheSameTime(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, _ *PrivateKey) {
		keys, tokens := timingKeys(t, c)
		var k PrivateKey
		token, hash, extra := make([]byte, len(tokens[0])), make([]byte, c.size), make([]byte, 32)
		id := hashOID(c)
		prepare := func(class int) {
			i := pick(class, len(keys))
			k = *keys[i]
			copy(token, tokens[i])
			if _, err := rand.Read(extra); err != nil {
				t.Fatal(err)
			}
		}
		run := func(name string, f func() error) {
			dudect.Hold(t, dudect.Case{Name: name, Samples: samples(c, 2000), Prepare: prepare, Run: func() {
				if err := f(); err != nil {
					t.Fatal(err)
				}
			}})
		}
		run("sign", func() error { _, err := k.SignHash(id, hash); return err })
		run("sign deterministic", func() error { _, err := k.SignHashDeterministic(id, hash, extra); return err })
		run("open a key token", func() error { _, err := k.UnwrapKey(token, nil); return err })
		run("agree", func() error { _, err := k.Agree(&keys[1].public); return err })
		dudect.Control(t, publicMultiple(c, &k.d, prepare))
	})
}

// publicMultiple is the control: the multiplication of the verification of signatures, which is for
// public numbers, of the secret number k.
func publicMultiple(c *Curve, k *mp.Scalar, prepare func(class int)) dudect.Case {
	var out, base [2 * maxSize]byte
	one := mp.Scalar{1}
	c.baseMult(base[:2*c.size], &one)
	return dudect.Case{Name: "a computation on public numbers", Samples: 500, Prepare: prepare, Run: func() {
		c.doubleMult(out[:2*c.size], base[:2*c.size], k, &one)
	}}
}

func TestKeysOfAStreamTakeTheSameTime(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, _ *PrivateKey) {
		stream := make([]byte, c.size)
		fill := func(b []byte) (int, error) { return copy(b, stream), nil }
		generate := func() {
			if _, err := generateKey(c, fill); err != nil {
				t.Fatal(err)
			}
		}
		prepare := func(class int) {
			var random [maxSize]byte
			if _, err := rand.Read(random[:]); err != nil {
				t.Fatal(err)
			}
			clear(stream)
			copy(stream, random[:c.size*class])
			stream[0] |= 1 // not zero
			stream[c.size-1] &= 0x7f
		}
		dudect.Hold(t, dudect.Case{Name: "generate", Samples: samples(c, 3000), Prepare: prepare, Run: generate})
		var k mp.Scalar
		dudect.Control(t, publicMultiple(c, &k, func(class int) {
			prepare(class)
			c.order.SetBytes(&k, stream)
		}))
	})
}
