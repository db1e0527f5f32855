package bign

import (
	"bytes"
	"errors"
	"math/big"
	"slices"
	"testing"

	"akno/backend/stb/belt"
	"akno/backend/stb/internal/mp"
	"akno/backend/stb/oid"
)

// S0 of zeros cannot be made on purpose; what it would do can be looked at.
func TestChallengeOfZerosIsNotZero(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		var e, want mp.Scalar
		c.challengeScalar(&e, make([]byte, c.Size()/2))
		power := make([]byte, c.Size())
		power[c.Size()/2] = 1
		if c.order.SetBytes(&want, power); e != want || e.IsZero() != 0 {
			t.Error("the scalar is not 2^l")
		}
		hash := make([]byte, c.Size())
		for _, s1 := range [][]byte{make([]byte, c.Size()), octets(big.NewInt(1), c.Size())} {
			if k.PublicKey().Verify(hashOID(c), hash, append(make([]byte, c.Size()/2), s1...)) {
				t.Error("S0 = 0 accepted without a reason")
			}
		}
	})
}

func TestSignatureOfAnotherCurveOrHashIsRefused(t *testing.T) {
	ids := [][]byte{oid.BeltHashDER, oid.Bash256DER, oid.Bash384DER, oid.Bash512DER}
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		hash := bytes.Repeat([]byte{0x42}, c.Size())
		for _, id := range ids {
			sig, err := k.SignHash(id, hash)
			if err != nil {
				t.Fatal(err)
			}
			// The same H under the name of another hash function is another message.
			for _, other := range ids {
				if k.PublicKey().Verify(other, hash, sig) != bytes.Equal(id, other) {
					t.Errorf("%X signed, %X verified", id, other)
				}
			}
			for _, foreign := range Curves() {
				if foreign == c {
					continue
				}
				q := newKey(t, foreign, octets(big.NewInt(77), foreign.Size())).PublicKey()
				if q.Verify(id, bytes.Repeat([]byte{0x42}, foreign.Size()), sig) {
					t.Errorf("passes with a key of %s", foreign.Name())
				}
			}
		}
	})
}

func TestEveryBitOfASignatureMattersOnEveryCurve(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		hash := bytes.Repeat([]byte{9}, c.Size())
		sig, err := k.SignHash(hashOID(c), hash)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 8 * len(sig) {
			bad := slices.Clone(sig)
			bad[i/8] ^= 1 << (i % 8)
			if k.PublicKey().Verify(hashOID(c), hash, bad) {
				t.Errorf("bit %d does not matter", i)
			}
		}
	})
}

// prime returns p of a curve.
func prime(c *Curve) *big.Int {
	p := new(big.Int).Lsh(big.NewInt(1), uint(8*c.Size()))
	return p.Sub(p, big.NewInt(map[int]int64{32: 189, 48: 317, 64: 569}[c.Size()]))
}

// A coordinate that is p or more stands for the same point as its remainder: two
// encodings of one key would be two keys for whoever compares octets.
func TestTwistedEncodingsOfAPointAreRefused(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, _ *PrivateKey) {
		p := prime(c)
		limit := new(big.Int).Lsh(big.NewInt(1), uint(8*c.Size()))
		twisted := 0
		for x := range int64(560) {
			q, err := PublicKeyFromAbscissa(c, octets(big.NewInt(x), c.Size()))
			if err != nil {
				continue
			}
			alias := new(big.Int).Add(p, big.NewInt(x))
			if alias.Cmp(limit) >= 0 {
				break
			}
			twisted++
			if _, err := NewPublicKey(c, append(octets(alias, c.Size()), q.Bytes()[c.Size():]...)); !errors.Is(err, ErrPublicKey) {
				t.Errorf("x = p+%d: %v", x, err)
			}
			if _, err := PublicKeyFromAbscissa(c, octets(alias, c.Size())); !errors.Is(err, ErrPublicKey) {
				t.Errorf("lifted x = p+%d: %v", x, err)
			}
		}
		if twisted < 20 {
			t.Errorf("%d points only", twisted)
		}
	})
}

func TestKeyTransportEdges(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		header := bytes.Repeat([]byte{3}, belt.HeaderSize)
		key := bytes.Repeat([]byte{5}, 33)
		token, err := k.PublicKey().WrapKey(key, header)
		if err != nil {
			t.Fatal(err)
		}
		refused := func(name string, token, header []byte) {
			t.Helper()
			if got, err := k.UnwrapKey(token, header); !errors.Is(err, ErrToken) || got != nil {
				t.Errorf("%s: %X, %v", name, got, err)
			}
		}
		withX := func(x *big.Int) []byte { return append(octets(x, c.Size()), token[c.Size():]...) }
		p := prime(c)
		refused("x = p", withX(p), header)
		refused("x = p+1", withX(new(big.Int).Add(p, big.NewInt(1))), header)
		refused("x of ones", append(bytes.Repeat([]byte{255}, c.Size()), token[c.Size():]...), header)
		off := 0
		for x := range int64(40) {
			if _, err := PublicKeyFromAbscissa(c, octets(big.NewInt(x), c.Size())); err != nil {
				refused("x not on the curve", withX(big.NewInt(x)), header)
				off++
			}
		}
		if off == 0 {
			t.Error("every x is on the curve")
		}
		refused("wrong header", token, append([]byte{4}, header[1:]...))
		refused("no header", token, nil)
		for i := c.Size() * 8; i < len(token)*8; i++ {
			bad := slices.Clone(token)
			bad[i/8] ^= 1 << (i % 8)
			refused("a bit of the wrapped key", bad, header)
		}
		refused("longer", append(slices.Clone(token), 0), header)
		if got, err := k.UnwrapKey(token, header); err != nil || !bytes.Equal(got, key) {
			t.Errorf("untouched: %v", err)
		}
	})
}
