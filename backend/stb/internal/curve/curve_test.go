package curve

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"akno/backend/stb/internal/mp"
)

// level is one curve through its exported functions, and its numbers.
type level struct {
	name       string
	bits       int
	order      *mp.Modulus
	p, q, b    *big.Int
	y          string
	base       func(out []byte, k *mp.Scalar)
	mult       func(out, q []byte, k *mp.Scalar) bool
	doubleMult func(out, q []byte, u, v *mp.Scalar) bool
	onCurve    func(xy []byte) bool
	lift       func(out, x []byte) bool
	subtract   func(out, p, q []byte) bool
}

func number(b []byte) *big.Int {
	r := slices.Clone(b)
	slices.Reverse(r)
	return new(big.Int).SetBytes(r)
}

func levels() []level {
	prime := func(bits uint, c int64) *big.Int {
		return new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), bits), big.NewInt(c))
	}
	return []level{
		{
			"256", 256, Order256, prime(256, 189), number(octets(q256)), number(octets(b256)), y256,
			BaseMult256, Mult256, DoubleMult256, OnCurve256, Lift256, Subtract256,
		},
		{
			"384", 384, Order384, prime(384, 317), number(octets(q384)), number(octets(b384)), y384,
			BaseMult384, Mult384, DoubleMult384, OnCurve384, Lift384, Subtract384,
		},
		{
			"512", 512, Order512, prime(512, 569), number(octets(q512)), number(octets(b512)), y512,
			BaseMult512, Mult512, DoubleMult512, OnCurve512, Lift512, Subtract512,
		},
	}
}

func (l level) octets(v *big.Int) []byte {
	b := v.FillBytes(make([]byte, l.bits/8))
	slices.Reverse(b)
	return b
}

func (l level) scalar(v *big.Int) *mp.Scalar {
	var k mp.Scalar
	l.order.SetBytes(&k, l.octets(v))
	return &k
}

// big numbers: a point is nil for infinity or {x, y}.
type bigPoint []*big.Int

func (l level) add(a, b bigPoint) bigPoint {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	var s *big.Int
	if a[0].Cmp(b[0]) == 0 {
		if a[1].Cmp(b[1]) != 0 || a[1].Sign() == 0 {
			return nil
		}
		s = new(big.Int).Mul(a[0], a[0])
		s.Mul(s, big.NewInt(3)).Sub(s, big.NewInt(3))
		s.Mul(s, new(big.Int).ModInverse(new(big.Int).Lsh(a[1], 1), l.p))
	} else {
		s = new(big.Int).Sub(b[1], a[1])
		d := new(big.Int).Sub(b[0], a[0])
		s.Mul(s, d.ModInverse(d.Mod(d, l.p), l.p))
	}
	s.Mod(s, l.p)
	x := new(big.Int).Mul(s, s)
	x.Sub(x, a[0]).Sub(x, b[0]).Mod(x, l.p)
	y := new(big.Int).Sub(a[0], x)
	y.Mul(y, s).Sub(y, a[1]).Mod(y, l.p)
	return bigPoint{x, y}
}

func (l level) times(k *big.Int, a bigPoint) (r bigPoint) {
	for i := k.BitLen() - 1; i >= 0; i-- {
		r = l.add(r, r)
		if k.Bit(i) == 1 {
			r = l.add(r, a)
		}
	}
	return r
}

func (l level) generator() bigPoint { return bigPoint{new(big.Int), number(octets(l.y))} }

func (l level) bytes(a bigPoint) []byte { return append(l.octets(a[0]), l.octets(a[1])...) }

// scalars returns multipliers at which windows, recodings and additions turn.
func (l level) scalars(n int) []*big.Int {
	rng := rand.New(rand.NewPCG(3, uint64(l.bits)))
	one := big.NewInt(1)
	var list []*big.Int
	for _, v := range []int64{1, 2, 3, 31, 32, 33, 63, 64, 65, 1 << 20} {
		list = append(list, big.NewInt(v), new(big.Int).Sub(l.q, big.NewInt(v)))
	}
	// The last addition of a fixed-window multiplication is a doubling here.
	e := new(big.Int).Sub(new(big.Int).Lsh(one, uint(l.bits)), l.q)
	for _, top := range []int64{1, 2, 14, 15, 62} {
		for _, w := range []int{combBits, multBits} {
			last := uint((l.bits+w-1)/w-1) * uint(w)
			v := new(big.Int).Lsh(big.NewInt(top), last)
			for _, d := range []*big.Int{new(big.Int), e, one} {
				if v := new(big.Int).Add(v, d); v.Sign() > 0 && v.Cmp(l.q) < 0 {
					list = append(list, v)
				}
			}
		}
	}
	for range n {
		v := new(big.Int)
		for range l.bits / 64 {
			v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(rng.Uint64()))
		}
		list = append(list, v.Mod(v, new(big.Int).Sub(l.q, one)).Add(v, one))
	}
	return list
}

func TestMultiplesAgreeWithBigNumbers(t *testing.T) {
	for _, l := range levels() {
		t.Run(l.name, func(t *testing.T) {
			out := make([]byte, l.bits/4)
			other := l.times(big.NewInt(12345), l.generator())
			for _, k := range l.scalars(4) {
				l.base(out, l.scalar(k))
				if want := l.bytes(l.times(k, l.generator())); !bytes.Equal(out, want) {
					t.Fatalf("%x G: got %X, want %X", k, out, want)
				}
				if !l.mult(out, l.bytes(other), l.scalar(k)) {
					t.Fatal("point refused")
				}
				if want := l.bytes(l.times(k, other)); !bytes.Equal(out, want) {
					t.Fatalf("%x Q: got %X, want %X", k, out, want)
				}
			}
		})
	}
}

func TestDoubleMultipleAgreesWithBigNumbers(t *testing.T) {
	for _, l := range levels() {
		t.Run(l.name, func(t *testing.T) {
			half := new(big.Int).Lsh(big.NewInt(1), uint(l.bits/2))
			us := append(l.scalars(2)[:6], new(big.Int), half, new(big.Int).Sub(half, big.NewInt(1)))
			vs := []*big.Int{new(big.Int), big.NewInt(1), half, new(big.Int).Sub(new(big.Int).Lsh(half, 1), big.NewInt(1))}
			some := l.scalars(2)
			for _, v := range some[len(some)-2:] {
				vs = append(vs, v.Mod(v, half).Add(v, half))
			}
			out := make([]byte, l.bits/4)
			for _, d := range []int64{1, 777} {
				point := l.times(big.NewInt(d), l.generator())
				for _, u := range us {
					for _, v := range vs {
						sum := new(big.Int).Mul(v, big.NewInt(d))
						sum.Add(sum, u).Mod(sum, l.q)
						want := l.times(sum, l.generator())
						ok := l.doubleMult(out, l.bytes(point), l.scalar(u), l.scalar(v))
						if ok != (want != nil) {
							t.Fatalf("%x G + %x * %d G: point is %v", u, v, d, ok)
						}
						if ok && !bytes.Equal(out, l.bytes(want)) {
							t.Fatalf("%x G + %x * %d G: got %X, want %X", u, v, d, out, l.bytes(want))
						}
					}
				}
			}
		})
	}
}

func TestFinalAdditionOfEqualAndOppositePoints(t *testing.T) {
	for _, l := range levels() {
		out := make([]byte, l.bits/4)
		v := new(big.Int).Lsh(big.NewInt(1), uint(l.bits/2))
		q := l.times(big.NewInt(3), l.generator())
		u := new(big.Int).Mul(v, big.NewInt(3))
		if !l.doubleMult(out, l.bytes(q), l.scalar(u), l.scalar(v)) ||
			!bytes.Equal(out, l.bytes(l.times(new(big.Int).Lsh(u, 1), l.generator()))) {
			t.Errorf("%s: sum of equal points is wrong", l.name)
		}
		u.Sub(l.q, u)
		if l.doubleMult(out, l.bytes(q), l.scalar(u), l.scalar(v)) {
			t.Errorf("%s: sum of opposite points is a point", l.name)
		}
	}
}

func TestDifferencesAgreeWithBigNumbers(t *testing.T) {
	for _, l := range levels() {
		out := make([]byte, l.bits/4)
		three, five := l.times(big.NewInt(3), l.generator()), l.times(big.NewInt(5), l.generator())
		minus := l.times(new(big.Int).Sub(l.q, big.NewInt(3)), l.generator())
		for _, c := range []struct {
			p, q bigPoint
			want int64
		}{{five, three, 2}, {three, minus, 6}, {five, minus, 8}} {
			if !l.subtract(out, l.bytes(c.p), l.bytes(c.q)) || !bytes.Equal(out, l.bytes(l.times(big.NewInt(c.want), l.generator()))) {
				t.Errorf("%s: the difference %d G is wrong", l.name, c.want)
			}
		}
		if l.subtract(out, l.bytes(three), l.bytes(three)) || l.subtract(out, l.bytes(three), make([]byte, l.bits/4)) {
			t.Errorf("%s: no point is taken for one", l.name)
		}
	}
}

func TestPointsOffTheCurveAreRefused(t *testing.T) {
	for _, l := range levels() {
		good := l.bytes(l.generator())
		if !l.onCurve(good) {
			t.Errorf("%s: base point refused", l.name)
		}
		size := l.bits / 8
		zero := make([]byte, 2*size)
		highX := append(l.octets(l.p), good[size:]...)
		swapped := append(slices.Clone(good[size:]), good[:size]...)
		flipped := slices.Clone(good)
		flipped[size] ^= 1
		for name, b := range map[string][]byte{"zero": zero, "x = p": highX, "swapped": swapped, "bit": flipped} {
			if l.onCurve(b) || l.mult(make([]byte, 2*size), b, l.scalar(big.NewInt(1))) ||
				l.doubleMult(make([]byte, 2*size), b, l.scalar(big.NewInt(1)), l.scalar(big.NewInt(1))) {
				t.Errorf("%s: %s accepted", l.name, name)
			}
		}
		out := make([]byte, 2*size)
		if l.lift(out, l.octets(l.p)) {
			t.Errorf("%s: abscissa p accepted", l.name)
		}
		on := 0
		for x := range int64(40) {
			if l.lift(out, l.octets(big.NewInt(x))) {
				on++
				if !l.onCurve(out) {
					t.Errorf("%s: point over %d is not on the curve", l.name, x)
				}
			}
		}
		if on < 8 || on > 32 {
			t.Errorf("%s: %d of 40 abscissae have a point", l.name, on)
		}
	}
}

func TestMultiplicationDoesNotAllocate(t *testing.T) {
	for _, l := range levels() {
		out, q, k := make([]byte, l.bits/4), l.bytes(l.generator()), l.scalar(big.NewInt(77777))
		if n := testing.AllocsPerRun(5, func() {
			l.base(out, k)
			l.mult(out, q, k)
			l.doubleMult(out, q, k, k)
		}); n != 0 {
			t.Errorf("%s: %v allocations", l.name, n)
		}
	}
}

func BenchmarkCurves(b *testing.B) {
	for _, l := range levels() {
		out, q := make([]byte, l.bits/4), l.bytes(l.times(big.NewInt(9), l.generator()))
		k := l.scalars(1)
		u := l.scalar(k[len(k)-1])
		half := new(big.Int).Lsh(big.NewInt(1), uint(l.bits/2))
		v := l.scalar(new(big.Int).Mod(k[len(k)-1], half))
		b.Run(l.name+"/base", func(b *testing.B) {
			for b.Loop() {
				l.base(out, u)
			}
		})
		b.Run(l.name+"/mult", func(b *testing.B) {
			for b.Loop() {
				l.mult(out, q, u)
			}
		})
		b.Run(l.name+"/double", func(b *testing.B) {
			for b.Loop() {
				l.doubleMult(out, q, u, v)
			}
		})
	}
}
