package bels

import "encoding/binary"

// poly is a polynomial over GF(2): bit i of word j is the coefficient of x^(64j+i). Its length is
// public, its coefficients need not be.
type poly []uint64

// fromOctets reads little-endian octets, a multiple of 8 of them.
func fromOctets(b []byte) poly {
	p := make(poly, len(b)/8)
	for i := range p {
		p[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return p
}

// put writes p to b, 8 octets for each word.
func (p poly) put(b []byte) {
	for i, w := range p {
		binary.LittleEndian.PutUint64(b[8*i:], w)
	}
}

// addShifted adds q x^shift to p, which is long enough for it. The shift is public.
func (p poly) addShifted(q poly, shift int) {
	w, s := shift/64, uint(shift%64)
	for i, v := range q {
		p[w+i] ^= v << s
		if hi := v >> 1 >> (63 - s); w+i+1 < len(p) {
			p[w+i+1] ^= hi
		}
	}
}

// mod returns p modulo x^(8n) + m, n/8 words: from the top, each word is replaced by its
// product with m, which is shorter than a word, n octets below.
func (p poly) mod(n int, m uint32) poly {
	words := n / 8
	r := make(poly, max(len(p), words))
	copy(r, p)
	for j := len(r) - 1; j >= words; j-- {
		w := poly{r[j]}
		r[j] = 0
		for i := range 32 {
			if m>>i&1 == 1 {
				r.addShifted(w, 64*(j-words)+i)
			}
		}
	}
	return r[:words]
}

// times returns p q modulo x^(8n) + m. p is public, q need not be; both have n/8 words.
func (p poly) times(q poly, n int, m uint32) poly {
	r := make(poly, len(p)+len(q)+1)
	for i := range 64 * len(p) {
		if p[i/64]>>(i%64)&1 == 1 {
			r.addShifted(q, i)
		}
	}
	defer clear(r)
	return r.mod(n, m)
}

// invert returns 1/p modulo the irreducible x^(8n) + m: the power 2^(8n) - 2. p is public.
func (p poly) invert(n int, m uint32) poly {
	r := make(poly, n/8)
	r[0] = 1
	for range 8*n - 1 {
		r = r.times(p, n, m)
		r = r.times(r, n, m)
	}
	return r
}

// timesModulus returns p (x^(8n) + m). p is public.
func (p poly) timesModulus(n int, m uint32) poly {
	r := make(poly, len(p)+n/8+1)
	r.addShifted(p, 8*n)
	for i := range 32 {
		if m>>i&1 == 1 {
			r.addShifted(p, i)
		}
	}
	for len(r) > 1 && r[len(r)-1] == 0 {
		r = r[:len(r)-1]
	}
	return r
}
