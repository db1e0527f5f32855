package bign

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"errors"
	"math/big"
	"slices"
	"testing"

	"akno/backend/stb/belt"
	"akno/backend/stb/internal/mp"
	"akno/backend/stb/oid"
)

func number(b []byte) *big.Int {
	r := slices.Clone(b)
	slices.Reverse(r)
	return new(big.Int).SetBytes(r)
}

func octets(v *big.Int, n int) []byte {
	b := v.FillBytes(make([]byte, n))
	slices.Reverse(b)
	return b
}

// order returns q of a curve.
func order(t testing.TB, c *Curve) *big.Int {
	for _, v := range standardVectors(t, "bign-params", 3) {
		if v.Inputs["name"] == c.Name() {
			return number(v.out(t, "q"))
		}
	}
	t.Fatal("no parameters")
	return nil
}

func eachCurve(t *testing.T, f func(t *testing.T, c *Curve, k *PrivateKey)) {
	t.Helper()
	for _, c := range Curves() {
		t.Run(c.Name(), func(t *testing.T) {
			d := make([]byte, c.Size())
			for i := range d {
				d[i] = byte(3*i + 1)
			}
			f(t, c, newKey(t, c, d))
		})
	}
}

// craft returns a public key and a signature that is valid for it with the hash value, the
// one-time key and the S1 wanted: the challenge is fixed by the first two, so the
// private key is what the equation leaves open.
func craft(t testing.TB, c *Curve, hash, once []byte, s1 *big.Int) (q *PublicKey, sig []byte) {
	t.Helper()
	n := order(t, c)
	r := newKey(t, c, once)
	challenge := c.challenge(hashOID(c), r.PublicKey().Bytes()[:c.Size()], nil, hash)
	s0 := challenge[:c.Size()/2]
	e := new(big.Int).Lsh(big.NewInt(1), uint(4*c.Size()))
	e.Add(e, number(s0))
	d := new(big.Int).Sub(number(once), number(hash))
	d.Sub(d, s1).Mul(d, new(big.Int).ModInverse(e, n)).Mod(d, n)
	key := newKey(t, c, octets(d, c.Size()))
	return key.PublicKey(), append(slices.Clone(s0), octets(s1, c.Size())...)
}

func TestSignaturesVerify(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		hash := bytes.Repeat([]byte{0xa5}, c.Size())
		a, err := k.SignHash(hashOID(c), hash)
		if err != nil || len(a) != c.SignatureSize() || !k.PublicKey().Verify(hashOID(c), hash, a) {
			t.Fatalf("own signature does not verify: %v", err)
		}
		b, err := k.Sign(rand.Reader, hash, &SignerOpts{HashOID: hashOID(c)})
		if err != nil || bytes.Equal(a, b) || !k.PublicKey().Verify(hashOID(c), hash, b) {
			t.Fatalf("second signature is equal or does not verify: %v", err)
		}
		x, _ := k.SignHashDeterministic(hashOID(c), hash, nil)
		y, _ := k.SignHashDeterministic(hashOID(c), hash, nil)
		if !bytes.Equal(x, y) || !k.PublicKey().Verify(hashOID(c), hash, x) {
			t.Fatal("deterministic signatures differ or do not verify")
		}
	})
}

func TestEveryChangedBitIsRefused(t *testing.T) {
	c := Curve256v1()
	k, err := GenerateKey(c)
	if err != nil {
		t.Fatal(err)
	}
	hash := bytes.Repeat([]byte{7}, c.Size())
	sig, err := k.SignHash(hashOID(c), hash)
	if err != nil {
		t.Fatal(err)
	}
	q := k.PublicKey()
	for i := range 8 * len(sig) {
		bad := slices.Clone(sig)
		bad[i/8] ^= 1 << (i % 8)
		if q.Verify(hashOID(c), hash, bad) {
			t.Errorf("bit %d of the signature does not matter", i)
		}
	}
	for i := range 8 * len(hash) {
		bad := slices.Clone(hash)
		bad[i/8] ^= 1 << (i % 8)
		if q.Verify(hashOID(c), bad, sig) {
			t.Errorf("bit %d of the hash does not matter", i)
		}
	}
	if q.Verify(oid.Bash256DER, hash, sig) {
		t.Error("signature passes with another hash function")
	}
}

func TestMalformedArgumentsOfVerifyAreFalse(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		hash := make([]byte, c.Size())
		sig, err := k.SignHash(hashOID(c), hash)
		if err != nil {
			t.Fatal(err)
		}
		q := k.PublicKey()
		id := hashOID(c)
		for name, ok := range map[string]bool{
			"no signature":         q.Verify(id, hash, nil),
			"short signature":      q.Verify(id, hash, sig[:len(sig)-1]),
			"long signature":       q.Verify(id, hash, append(slices.Clone(sig), 0)),
			"no hash":              q.Verify(id, nil, sig),
			"short hash":           q.Verify(id, hash[1:], sig),
			"long hash":            q.Verify(id, append(slices.Clone(hash), 0), sig),
			"no identifier":        q.Verify(nil, hash, sig),
			"identifier cut":       q.Verify(id[:len(id)-1], hash, sig),
			"identifier with tail": q.Verify(append(slices.Clone(id), 0), hash, sig),
			"identifier too long":  q.Verify(append([]byte{6, 98}, make([]byte, 98)...), hash, sig),
			"zeros":                q.Verify(id, hash, make([]byte, len(sig))),
			"ones":                 q.Verify(id, hash, bytes.Repeat([]byte{255}, len(sig))),
		} {
			if ok {
				t.Errorf("%s accepted", name)
			}
		}
	})
}

func TestS1IsZeroIsLegalAndS1NotBelowOrderIsNot(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, _ *PrivateKey) {
		n := order(t, c)
		hash := bytes.Repeat([]byte{0x33}, c.Size())
		once := make([]byte, c.Size())
		once[0] = 99
		gap := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(8*c.Size())), n)
		gap.Sub(gap, big.NewInt(1))
		for name, s1 := range map[string]*big.Int{
			"0": new(big.Int), "1": big.NewInt(1), "q-1": new(big.Int).Sub(n, big.NewInt(1)), "2^2l-1-q": gap,
		} {
			q, sig := craft(t, c, hash, once, s1)
			if !q.Verify(hashOID(c), hash, sig) {
				t.Errorf("S1 = %s refused", name)
			}
			again := new(big.Int).Add(s1, n)
			if again.BitLen() <= 8*c.Size() {
				copy(sig[c.Size()/2:], octets(again, c.Size()))
				if q.Verify(hashOID(c), hash, sig) {
					t.Errorf("S1 = %s + q accepted", name)
				}
			}
		}
	})
}

func TestHashValuesAtTheEndsOfTheRange(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		n := order(t, c)
		all := new(big.Int).Lsh(big.NewInt(1), uint(8*c.Size()))
		for _, h := range []*big.Int{
			new(big.Int), big.NewInt(1), new(big.Int).Sub(n, big.NewInt(1)), n,
			new(big.Int).Add(n, big.NewInt(1)), all.Sub(all, big.NewInt(1)),
		} {
			hash := octets(h, c.Size())
			sig, err := k.SignHash(hashOID(c), hash)
			if err != nil || !k.PublicKey().Verify(hashOID(c), hash, sig) {
				t.Errorf("H = %x: %v", h, err)
			}
			// H and H mod q are different messages although the equation cannot tell them apart.
			if h.Cmp(n) >= 0 && k.PublicKey().Verify(hashOID(c), octets(new(big.Int).Sub(h, n), c.Size()), sig) {
				t.Errorf("signature of %x passes for its remainder", h)
			}
		}
	})
}

func TestRecomputedPointAtInfinityIsRefused(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, _ *PrivateKey) {
		n := order(t, c)
		hash := make([]byte, c.Size())
		hash[3] = 8
		// With u = S1+H and v = S0+2^l, the key d = -u/v makes uG+vQ infinity whatever S0 is.
		s0 := bytes.Repeat([]byte{0x5a}, c.Size()/2)
		v := new(big.Int).Lsh(big.NewInt(1), uint(4*c.Size()))
		v.Add(v, number(s0))
		d := new(big.Int).Neg(new(big.Int).Add(number(hash), big.NewInt(5)))
		d.Mul(d, new(big.Int).ModInverse(v, n)).Mod(d, n)
		q := newKey(t, c, octets(d, c.Size())).PublicKey()
		if q.Verify(hashOID(c), hash, append(s0, octets(big.NewInt(5), c.Size())...)) {
			t.Error("accepted")
		}
		var out [2 * maxSize]byte
		var u, w mp.Scalar
		c.order.SetBytes(&u, octets(new(big.Int).Add(number(hash), big.NewInt(5)), c.Size()))
		c.challengeScalar(&w, s0)
		if c.doubleMult(out[:2*c.size], q.point(), &u, &w) {
			t.Error("the case is not the one meant: the sum is a point")
		}
	})
}

func TestRecomputedPointWithZeroAbscissa(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, _ *PrivateKey) {
		n := order(t, c)
		hash := bytes.Repeat([]byte{1}, c.Size())
		one := octets(big.NewInt(1), c.Size())
		minus := octets(new(big.Int).Sub(n, big.NewInt(1)), c.Size())
		for _, once := range [][]byte{one, minus} {
			q, sig := craft(t, c, hash, once, big.NewInt(1234567))
			if !q.Verify(hashOID(c), hash, sig) {
				t.Errorf("R = %x G refused", once)
			}
		}
	})
}

func TestSpecialPrivateKeysSign(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, _ *PrivateKey) {
		n := order(t, c)
		hash := bytes.Repeat([]byte{0xee}, c.Size())
		for _, d := range []*big.Int{
			big.NewInt(1), big.NewInt(2), new(big.Int).Sub(n, big.NewInt(1)),
			new(big.Int).Rsh(n, 1), new(big.Int).Lsh(big.NewInt(1), uint(4*c.Size())),
		} {
			k := newKey(t, c, octets(d, c.Size()))
			sig, err := k.SignHash(hashOID(c), hash)
			if err != nil || !k.PublicKey().Verify(hashOID(c), hash, sig) {
				t.Errorf("d = %x: %v", d, err)
			}
		}
	})
}

func TestKeysOutOfRangeAreRefused(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		n := order(t, c)
		size := c.Size()
		for name, d := range map[string][]byte{
			"zero": make([]byte, size), "q": octets(n, size), "q+1": octets(new(big.Int).Add(n, big.NewInt(1)), size),
			"ones": bytes.Repeat([]byte{255}, size), "short": make([]byte, size-1), "long": append([]byte{1}, make([]byte, size)...), "none": nil,
		} {
			if _, err := NewPrivateKey(c, d); !errors.Is(err, ErrPrivateKey) {
				t.Errorf("private key %s: %v", name, err)
			}
		}
		xy := k.PublicKey().Bytes()
		bigEndian := slices.Clone(xy)
		slices.Reverse(bigEndian[:size])
		slices.Reverse(bigEndian[size:])
		p := new(big.Int).Lsh(big.NewInt(1), uint(8*size))
		p.Sub(p, big.NewInt(map[int]int64{32: 189, 48: 317, 64: 569}[size]))
		one := newKey(t, c, octets(big.NewInt(1), size)).PublicKey().Bytes()
		for name, b := range map[string][]byte{
			"off the curve": append(slices.Clone(xy[:2*size-1]), xy[2*size-1]^1), "zero": make([]byte, 2*size),
			"x = p": append(octets(p, size), one[size:]...), "swapped": append(slices.Clone(xy[size:]), xy[:size]...),
			"big-endian": bigEndian, "short": xy[1:], "long": append(slices.Clone(xy), 0),
			"with prefix": append([]byte{4}, xy...), "none": nil,
		} {
			if _, err := NewPublicKey(c, b); !errors.Is(err, ErrPublicKey) {
				t.Errorf("public key %s: %v", name, err)
			}
		}
		negated := append(slices.Clone(xy[:size]), octets(new(big.Int).Sub(p, number(xy[size:])), size)...)
		q, err := NewPublicKey(c, negated)
		if err != nil || q.Equal(k.Public()) {
			t.Errorf("negated key: %v", err)
		}
		hash := make([]byte, size)
		sig, err := k.SignHash(hashOID(c), hash)
		if err != nil || q.Verify(hashOID(c), hash, sig) {
			t.Errorf("signature passes with the negated key: %v", err)
		}
	})
}

func TestKeyOfOneCurveIsNoKeyOfAnother(t *testing.T) {
	a, err := GenerateKey(Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	b, err := GenerateKey(Curve384v1())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewPublicKey(Curve384v1(), a.PublicKey().Bytes()); !errors.Is(err, ErrPublicKey) {
		t.Errorf("256v1 octets as a 384v1 key: %v", err)
	}
	if _, err := a.Agree(b.PublicKey()); !errors.Is(err, ErrPublicKey) {
		t.Errorf("agreement across curves: %v", err)
	}
	if a.PublicKey().Equal(b.PublicKey()) || a.Equal(b) || a.PublicKey().Equal("text") || a.Equal(nil) {
		t.Error("different keys are equal")
	}
	if same := newKey(t, Curve256v1(), a.Bytes()); !same.Equal(a) || !same.PublicKey().Equal(crypto.PublicKey(a.PublicKey())) {
		t.Error("equal keys are different")
	}
}

func TestWipedKeyIsUseless(t *testing.T) {
	k, err := GenerateKey(Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	q := k.PublicKey()
	k.Wipe()
	hash := make([]byte, 32)
	if _, err := k.SignHash(oid.BeltHashDER, hash); !errors.Is(err, ErrWiped) {
		t.Errorf("signing: %v", err)
	}
	if _, err := k.UnwrapKey(make([]byte, 80), nil); !errors.Is(err, ErrWiped) {
		t.Errorf("unwrapping: %v", err)
	}
	if _, err := k.Agree(q); !errors.Is(err, ErrWiped) {
		t.Errorf("agreement: %v", err)
	}
	if !bytes.Equal(k.Bytes(), make([]byte, 32)) {
		t.Error("secret left behind")
	}
}

func TestSignRefusesWhatDoesNotFit(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		hash := make([]byte, c.Size())
		if _, err := k.SignHash(hashOID(c), hash[1:]); !errors.Is(err, ErrHash) {
			t.Errorf("short hash: %v", err)
		}
		if _, err := k.SignHash([]byte("hash"), hash); !errors.Is(err, ErrHash) {
			t.Errorf("no identifier: %v", err)
		}
		if _, err := k.Sign(nil, hash, crypto.SHA256); err == nil {
			t.Error("foreign options accepted")
		}
		if _, err := k.SignHashWithKey(hashOID(c), hash, make([]byte, c.Size())); !errors.Is(err, ErrPrivateKey) {
			t.Errorf("one-time key zero: %v", err)
		}
	})
}

func TestKeyTransportGoesThereAndBack(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		for _, n := range []int{16, 18, 24, 32, 48, 64} {
			key := bytes.Repeat([]byte{byte(n)}, n)
			token, err := k.PublicKey().WrapKey(key, nil)
			if err != nil || len(token) != c.Size()+n+16 {
				t.Fatalf("%d octets: %v", n, err)
			}
			got, err := k.UnwrapKey(token, nil)
			if err != nil || !bytes.Equal(got, key) {
				t.Fatalf("%d octets: got %X, %v", n, got, err)
			}
		}
		if _, err := k.PublicKey().WrapKey(make([]byte, 15), nil); !errors.Is(err, belt.ErrLength) {
			t.Errorf("15 octets: %v", err)
		}
	})
}

func TestDamagedTokensDoNotOpen(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		token, err := k.PublicKey().WrapKey(make([]byte, 16), nil)
		if err != nil {
			t.Fatal(err)
		}
		other, err := GenerateKey(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.UnwrapKey(token, nil); !errors.Is(err, ErrToken) {
			t.Errorf("another key: %v", err)
		}
		if _, err := k.UnwrapKey(token, bytes.Repeat([]byte{1}, 16)); !errors.Is(err, ErrToken) {
			t.Errorf("another header: %v", err)
		}
		for i := 0; i < 8*len(token); i += 7 {
			bad := slices.Clone(token)
			bad[i/8] ^= 1 << (i % 8)
			if _, err := k.UnwrapKey(bad, nil); !errors.Is(err, ErrToken) {
				t.Fatalf("bit %d: %v", i, err)
			}
		}
		for _, n := range []int{0, c.Size(), c.Size() + 31, len(token) - 1} {
			if _, err := k.UnwrapKey(token[:n], nil); !errors.Is(err, ErrToken) {
				t.Errorf("%d octets: %v", n, err)
			}
		}
		copy(token, bytes.Repeat([]byte{255}, c.Size()))
		if _, err := k.UnwrapKey(token, nil); !errors.Is(err, ErrToken) {
			t.Errorf("abscissa above p: %v", err)
		}
	})
}

func TestSignAndVerifyDoNotAllocate(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		hash := make([]byte, c.Size())
		sig, err := k.SignHash(hashOID(c), hash)
		if err != nil || len(sig) != c.SignatureSize() {
			t.Fatal(err)
		}
		q, id := k.PublicKey(), hashOID(c)
		good := true
		for name, f := range map[string]func(){
			"verify":             func() { good = good && q.Verify(id, hash, sig) },
			"append":             func() { sig, err = k.AppendSignature(sig[:0], id, hash) },
			"sign":               func() { s, _ := k.SignHash(id, hash); good = good && len(s) == len(sig) },
			"sign deterministic": func() { s, _ := k.SignHashDeterministic(id, hash, id); good = good && len(s) == len(sig) },
		} {
			if n := testing.AllocsPerRun(5, f); n != 0 || err != nil || !good {
				t.Errorf("%s: %v allocations, %v, %v", name, n, good, err)
			}
		}
	})
}

func TestASignatureIsAppended(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, k *PrivateKey) {
		hash := bytes.Repeat([]byte{7}, c.Size())
		sig, err := k.AppendSignature([]byte("before"), hashOID(c), hash)
		if err != nil || string(sig[:6]) != "before" || !k.PublicKey().Verify(hashOID(c), hash, sig[6:]) {
			t.Errorf("%X, %v", sig, err)
		}
		if sig, err := k.AppendSignature([]byte("before"), hashOID(c), hash[1:]); sig != nil || !errors.Is(err, ErrHash) {
			t.Errorf("short hash: %X, %v", sig, err)
		}
	})
}
