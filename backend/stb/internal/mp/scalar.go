package mp

import (
	"encoding/binary"
	"math/bits"
)

// MaxLimbs is the number of limbs of the longest scalar.
const MaxLimbs = 8

// Scalar is a number modulo a group order, least significant limb first. A Modulus of n limbs
// uses the first n; the others are zero.
type Scalar [MaxLimbs]uint64

// Modulus is a group order q = 2^(64n) - e with e of about half its length.
type Modulus struct {
	n, m int // limbs of q and of e
	q    Scalar
	e    [MaxLimbs]uint64
}

// NewModulus returns the modulus with the given little-endian octets, 32, 48 or 64 of them.
func NewModulus(q []byte) *Modulus {
	m := &Modulus{n: len(q) / 8}
	var c uint64
	for i := range m.n {
		m.q[i] = binary.LittleEndian.Uint64(q[8*i:])
		m.e[i], c = bits.Sub64(0, m.q[i], c)
		if m.e[i] != 0 {
			m.m = i + 1
		}
	}
	return m
}

// Limbs returns the number of 64-bit limbs of the modulus.
func (m *Modulus) Limbs() int { return m.n }

// SetBytes sets z to the little-endian number at b, 8 octets per limb, and returns all ones
// when it is below q and zero otherwise; z is then reduced.
func (m *Modulus) SetBytes(z *Scalar, b []byte) uint64 {
	*z = Scalar{}
	for i := range m.n {
		z[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return m.subtract(z)
}

// PutBytes writes x to b, 8 octets per limb, little-endian.
func (m *Modulus) PutBytes(b []byte, x *Scalar) {
	for i := range m.n {
		binary.LittleEndian.PutUint64(b[8*i:], x[i])
	}
}

// subtract takes q from z once if z is not below it, and returns all ones if it was below.
func (m *Modulus) subtract(z *Scalar) uint64 {
	var t Scalar
	var c uint64
	for i := range m.n {
		t[i], c = bits.Sub64(z[i], m.q[i], c)
	}
	below := -c
	for i := range m.n {
		z[i] = t[i] ^ below&(t[i]^z[i])
	}
	clear(t[:])
	return below
}

// Add sets z to x+y mod q for reduced x and y.
func (m *Modulus) Add(z, x, y *Scalar) {
	var t Scalar
	var c uint64
	for i := range m.n {
		t[i], c = bits.Add64(x[i], y[i], c)
	}
	// A carry out stands for 2^(64n) = q + e; the sum is below 2q, so what is left after adding e
	// is reduced already.
	over := -c
	c = 0
	for i := range m.n {
		t[i], c = bits.Add64(t[i], over&m.e[i], c)
	}
	m.subtract(&t)
	*z = t
	clear(t[:])
}

// Sub sets z to x-y mod q for reduced x and y.
func (m *Modulus) Sub(z, x, y *Scalar) {
	var t Scalar
	var c uint64
	for i := range m.n {
		t[i], c = bits.Sub64(x[i], y[i], c)
	}
	under := -c
	c = 0
	for i := range m.n {
		t[i], c = bits.Add64(t[i], under&m.q[i], c)
	}
	*z = t
	clear(t[:])
}

// Mul sets z to x*y mod q.
func (m *Modulus) Mul(z, x, y *Scalar) {
	var t [2 * MaxLimbs]uint64
	for i := range m.n {
		mulAdd(t[i:i+m.n+1], y[:m.n], x[i])
	}
	// Each fold replaces the high half by its product with e. After two of them the high half
	// is a few bits, after four it is zero.
	var hi Scalar
	for range 4 {
		copy(hi[:m.n], t[m.n:2*m.n])
		clear(t[m.n:])
		for i := range m.n {
			if i+m.m < 2*m.n {
				mulAdd(t[i:2*m.n], m.e[:m.m], hi[i])
			} else {
				mulAdd(t[i:2*m.n], m.e[:2*m.n-i], hi[i])
			}
		}
	}
	var r Scalar
	copy(r[:m.n], t[:m.n])
	m.subtract(&r)
	*z = r
	clear(r[:])
	clear(hi[:])
	clear(t[:])
}

// mulAdd adds x*v to t and carries on to the end of t.
func mulAdd(t, x []uint64, v uint64) {
	var carry uint64
	for j, w := range x {
		hi, lo := bits.Mul64(w, v)
		var c uint64
		lo, c = bits.Add64(lo, carry, 0)
		hi += c
		t[j], c = bits.Add64(t[j], lo, 0)
		carry = hi + c
	}
	for j := len(x); j < len(t); j++ {
		t[j], carry = bits.Add64(t[j], carry, 0)
	}
}

// IsZero returns all ones when x is zero and zero otherwise.
func (x *Scalar) IsZero() uint64 {
	var v uint64
	for _, w := range x {
		v |= w
	}
	return zeroMask(v)
}

// MakeOdd sets z to x where x is odd and to q-x where it is even, and returns all ones
// in the second case. x is reduced and not zero; q is odd.
func (m *Modulus) MakeOdd(z, x *Scalar) uint64 {
	var zero, t Scalar
	m.Sub(&t, &zero, x)
	even := x[0]&1 - 1
	for i := range z {
		z[i] = x[i] ^ even&(x[i]^t[i])
	}
	clear(t[:])
	return even
}

// Window returns w bits of x from bit i on, w at most 32; bits beyond the end are zero.
// The position is public, the bits are not.
func (x *Scalar) Window(i, w int) uint64 {
	j, s := i/64, uint(i%64)
	if j >= len(x) {
		return 0
	}
	v := x[j] >> s
	if j+1 < len(x) {
		v |= x[j+1] << 1 << (63 - s)
	}
	return v & (1<<w - 1)
}
