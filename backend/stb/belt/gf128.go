package belt

import "math/bits"

// element is a polynomial over GF(2) modulo x^128+x^7+x^2+x+1: bit i of lo is the coefficient
// of x^i, bit i of hi that of x^(64+i) (clause 4.2.3).
type element struct{ lo, hi uint64 }

// toElement reads a block of four words as a polynomial.
func toElement(x *[4]uint32) element {
	return element{uint64(x[0]) | uint64(x[1])<<32, uint64(x[2]) | uint64(x[3])<<32}
}

// words is the inverse of toElement.
func (a element) words() [4]uint32 {
	return [4]uint32{uint32(a.lo), uint32(a.lo >> 32), uint32(a.hi), uint32(a.hi >> 32)}
}

// add returns a+b.
func (a element) add(b element) element { return element{a.lo ^ b.lo, a.hi ^ b.hi} }

// timesX returns a*x in constant time.
func (a element) timesX() element {
	return element{a.lo<<1 ^ 0x87&-(a.hi>>63), a.hi<<1 | a.lo>>63}
}

// factor is an element prepared for many multiplications: its halves, their sum and the
// same with the bits reversed.
type factor struct{ v, r [3]uint64 }

// newFactor prepares b.
func newFactor(b element) (f factor) {
	f.v = [3]uint64{b.lo, b.hi, b.lo ^ b.hi}
	for i, w := range f.v {
		f.r[i] = bits.Reverse64(w)
	}
	return f
}

// times returns a*f. Products of halves are made with ordinary multiplications of words in which
// only every fourth bit is set, so that no carry reaches a bit in use: neither tables nor branches.
func (f *factor) times(a element) element {
	v := [3]uint64{a.lo, a.hi, a.lo ^ a.hi}
	var lo, hi [3]uint64
	for i, w := range v {
		lo[i] = spread(w, f.v[i])
		hi[i] = bits.Reverse64(spread(bits.Reverse64(w), f.r[i])) >> 1
	}
	lo[2] ^= lo[0] ^ lo[1]
	hi[2] ^= hi[0] ^ hi[1]
	t0, t1, t2, t3 := lo[0], hi[0]^lo[2], lo[1]^hi[2], hi[1]
	// The upper half stands for itself times x^7+x^2+x+1; what overflows goes round again.
	over := t3>>63 ^ t3>>62 ^ t3>>57
	t0 ^= t2 ^ t2<<1 ^ t2<<2 ^ t2<<7
	t1 ^= t3 ^ t3<<1 ^ t3<<2 ^ t3<<7 ^ t2>>63 ^ t2>>62 ^ t2>>57
	t0 ^= over ^ over<<1 ^ over<<2 ^ over<<7
	return element{t0, t1}
}

// takePlain adds each whole block of b to t and multiplies the sum by f; it returns the new t.
func (f *factor) takePlain(t element, b []byte) element {
	var x [4]uint32
	for ; len(b) >= BlockSize; b = b[BlockSize:] {
		load(&x, b)
		t = f.times(t.add(toElement(&x)))
	}
	return t
}

// spread returns the low 64 bits of the product of two polynomials.
func spread(x, y uint64) uint64 {
	const m0, m1, m2, m3 = 0x1111111111111111, 0x2222222222222222, 0x4444444444444444, 0x8888888888888888
	x0, x1, x2, x3 := x&m0, x&m1, x&m2, x&m3
	y0, y1, y2, y3 := y&m0, y&m1, y&m2, y&m3
	z0 := x0*y0 ^ x1*y3 ^ x2*y2 ^ x3*y1
	z1 := x0*y1 ^ x1*y0 ^ x2*y3 ^ x3*y2
	z2 := x0*y2 ^ x1*y1 ^ x2*y0 ^ x3*y3
	z3 := x0*y3 ^ x1*y2 ^ x2*y1 ^ x3*y0
	return z0&m0 | z1&m1 | z2&m2 | z3&m3
}

// PolyMul returns the product u*v of the authenticated modes (clause 4.2.3).
func PolyMul(u, v [BlockSize]byte) (w [BlockSize]byte) {
	var x, y [4]uint32
	load(&x, u[:])
	load(&y, v[:])
	f := newFactor(toElement(&y))
	x = f.times(toElement(&x)).words()
	store(w[:], &x)
	return w
}
