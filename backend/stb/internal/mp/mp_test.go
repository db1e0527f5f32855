package mp

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// element is what the three field types have in common, for the tests.
type element[E any] interface {
	*E
	Mul(x, y *E)
	Square(x *E)
	Add(x, y *E)
	Sub(x, y *E)
	Neg(x *E)
	Half(x *E)
	Inv(x *E)
	Sqrt(x *E) uint64
	Equal(x *E) uint64
	IsZero() uint64
	SetBytes(b []byte) uint64
	PutBytes(b []byte)
	CondNeg(mask uint64)
	Select(mask uint64, x, y *E)
}

func reversed(b []byte) []byte {
	r := make([]byte, len(b))
	for i, v := range b {
		r[len(b)-1-i] = v
	}
	return r
}

// edges returns the octets of the values at which carries and reductions turn.
func edges(n int, c int64, rng *rand.Rand) []*big.Int {
	top := new(big.Int).Lsh(big.NewInt(1), uint(64*n))
	var list []*big.Int
	for _, d := range []int64{0, 1, 2, c - 1, c, c + 1, c * c, 1 << 32} {
		list = append(list, big.NewInt(d), new(big.Int).Sub(top, big.NewInt(d+1)))
	}
	ones := new(big.Int).SetUint64(^uint64(0))
	for i := range n {
		list = append(list, new(big.Int).Lsh(ones, uint(64*i)))
	}
	for range 40 {
		v := new(big.Int)
		for range n {
			v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(rng.Uint64()))
		}
		list = append(list, v)
	}
	return list
}

func checkField[E any, P element[E]](t *testing.T, n int, c int64) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(64*n)), big.NewInt(c))
	values := edges(n, c, rand.New(rand.NewPCG(1, uint64(n))))
	set := func(v *big.Int) *E {
		e := new(E)
		below := P(e).SetBytes(reversed(v.FillBytes(make([]byte, 8*n))))
		if (below != 0) != (v.Cmp(p) < 0) || (below != 0 && below != ^uint64(0)) {
			t.Fatalf("%x: below p is %x", v, below)
		}
		return e
	}
	same := func(what string, got *E, want *big.Int) {
		t.Helper()
		b := make([]byte, 8*n)
		P(got).PutBytes(b)
		if w := new(big.Int).Mod(want, p); new(big.Int).SetBytes(reversed(b)).Cmp(w) != 0 {
			t.Fatalf("%s: got %x, want %x", what, reversed(b), w)
		}
	}
	half := new(big.Int).ModInverse(big.NewInt(2), p)
	for _, a := range values {
		x, z := set(a), new(E)
		P(z).Neg(x)
		same("neg", z, new(big.Int).Neg(a))
		*z = *x
		P(z).CondNeg(0)
		same("kept sign", z, a)
		P(z).CondNeg(^uint64(0))
		same("changed sign", z, new(big.Int).Neg(a))
		P(z).Half(x)
		same("half", z, new(big.Int).Mul(a, half))
		P(z).Square(x)
		same("square", z, new(big.Int).Mul(a, a))
		r := new(E)
		if P(r).Sqrt(z) == 0 {
			t.Fatalf("%x squared has no root", a)
		}
		P(r).Square(r)
		same("root", r, new(big.Int).Mul(a, a))
		if (P(r).Sqrt(x) != 0) != (big.Jacobi(new(big.Int).Mod(a, p), p) >= 0) {
			t.Fatalf("%x: wrong answer whether it is a square", a)
		}
		P(z).Inv(x)
		if m := new(big.Int).Mod(a, p); m.Sign() == 0 {
			same("inverse of zero", z, m)
			if P(x).IsZero() != ^uint64(0) {
				t.Fatalf("%x is not zero", a)
			}
		} else {
			same("inverse", z, new(big.Int).ModInverse(m, p))
			if P(x).IsZero() != 0 {
				t.Fatalf("%x is zero", a)
			}
		}
		for _, b := range values {
			y := set(b)
			P(z).Mul(x, y)
			same("product", z, new(big.Int).Mul(a, b))
			P(z).Add(x, y)
			same("sum", z, new(big.Int).Add(a, b))
			P(z).Sub(x, y)
			same("difference", z, new(big.Int).Sub(a, b))
			equal := new(big.Int).Mod(new(big.Int).Sub(a, b), p).Sign() == 0
			if (P(x).Equal(y) != 0) != equal {
				t.Fatalf("%x = %x answered wrongly", a, b)
			}
			P(z).Select(^uint64(0), x, y)
			same("first", z, a)
			P(z).Select(0, x, y)
			same("second", z, b)
		}
		// Operands and result in the same place.
		*z = *x
		P(z).Mul(z, z)
		same("product in place", z, new(big.Int).Mul(a, a))
		P(z).Sub(z, z)
		same("difference in place", z, new(big.Int))
		*z = *x
		P(z).Add(z, z)
		same("sum in place", z, new(big.Int).Lsh(a, 1))
	}
}

func TestFieldsAgreeWithBigNumbers(t *testing.T) {
	t.Run("256", func(t *testing.T) { checkField[E4](t, 4, C4) })
	t.Run("384", func(t *testing.T) { checkField[E6](t, 6, C6) })
	t.Run("512", func(t *testing.T) { checkField[E8](t, 8, C8) })
}

func BenchmarkMul4(b *testing.B) {
	x := E4{1, 2, 3, 4}
	for b.Loop() {
		x.Mul(&x, &x)
	}
}

func BenchmarkSquare4(b *testing.B) {
	x := E4{1, 2, 3, 4}
	for b.Loop() {
		x.Square(&x)
	}
}

func BenchmarkAdd4(b *testing.B) {
	x := E4{1, 2, 3, 4}
	for b.Loop() {
		x.Add(&x, &x)
	}
}

func BenchmarkMul8(b *testing.B) {
	x := E8{1, 2, 3, 4}
	for b.Loop() {
		x.Mul(&x, &x)
	}
}

func BenchmarkInv4(b *testing.B) {
	x := E4{1, 2, 3, 4}
	for b.Loop() {
		x.Inv(&x)
	}
}
