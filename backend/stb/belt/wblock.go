package belt

import (
	"encoding/binary"
	"errors"
)

// ErrLength says that an input has a length the algorithm is not defined for.
var ErrLength = errors.New("belt: length not allowed for this algorithm")

// wideScratch is the longest scratch a wide block takes from the stack, in octets.
const wideScratch = 512

// EncryptWide applies belt-wblock (clause 6.2.3) to buf in place. buf has 32 octets or
// more; a shorter one gives ErrLength.
func (c *Cipher) EncryptWide(buf []byte) error { return c.EncryptWideFrom(buf, 0) }

// EncryptWideFrom runs 2n rounds of belt-wblock on buf, n the number of blocks it
// fills, with round numbers that start at done+1. EncryptWide is the case of 0;
// STB 34.101.45, clause 6.3.3, goes on with later rounds when a one-time key is out of range.
func (c *Cipher) EncryptWideFrom(buf []byte, done uint64) error {
	if len(buf) < 2*BlockSize {
		return ErrLength
	}
	n := (len(buf) + BlockSize - 1) / BlockSize
	var fixed [wideScratch]byte
	// A shift of the word by a block is a step of a window over w: the octets that
	// leave stay behind it, the new last block is written in front of it.
	w := scratch(&fixed, len(buf)+2*n*BlockSize)
	copy(w, buf)
	var s, x, y [4]uint32
	for i := range n - 1 {
		load(&x, w[i*BlockSize:])
		xor(&s, &x)
	}
	for i := range 2 * n {
		v := w[i*BlockSize:]
		last := v[len(buf)-BlockSize : len(buf)+BlockSize]
		inner := v[(n-2)*BlockSize:]
		load(&x, v)
		load(&y, inner)
		xor(&x, &y)
		c.mixWide(last, &s, done+uint64(i)+1)
		store(last[BlockSize:], &s)
		// The sum of the next window: without the block that left, with the one that
		// has become full, and with what the last step changed in the one before it.
		xor(&s, &x)
		load(&y, inner)
		xor(&s, &y)
		load(&y, inner[BlockSize:])
		xor(&s, &y)
	}
	copy(buf, w[2*n*BlockSize:])
	clear(w)
	return nil
}

// DecryptWide is the inverse of EncryptWide (clause 6.2.4).
func (c *Cipher) DecryptWide(buf []byte) error {
	if len(buf) < 2*BlockSize {
		return ErrLength
	}
	n := (len(buf) + BlockSize - 1) / BlockSize
	var fixed [wideScratch]byte
	w := scratch(&fixed, len(buf)+2*n*BlockSize)
	copy(w[2*n*BlockSize:], buf)
	var sum, s, x [4]uint32
	for i := range n - 1 {
		load(&x, buf[i*BlockSize:])
		xor(&sum, &x)
	}
	for i := 2 * n; i > 0; i-- {
		v := w[(i-1)*BlockSize:]
		last := v[len(buf)-BlockSize : len(buf)+BlockSize]
		inner := v[(n-2)*BlockSize:]
		load(&s, last[BlockSize:])
		load(&x, inner[BlockSize:])
		xor(&sum, &x)
		if n > 2 {
			load(&x, inner)
			xor(&sum, &x)
		}
		c.mixWide(last, &s, uint64(i))
		if n > 2 {
			load(&x, inner)
			xor(&sum, &x)
		}
		xor(&sum, &s)
		store(v, &sum)
		sum = s
	}
	copy(buf, w)
	clear(w)
	return nil
}

// mixWide adds belt-block(s) and the number of the round to the 16 octets at last.
func (c *Cipher) mixWide(last []byte, s *[4]uint32, round uint64) {
	t := *s
	encrypt(&c.k, &t)
	t[0] ^= uint32(round)
	t[1] ^= uint32(round >> 32)
	var x [4]uint32
	load(&x, last)
	xor(&x, &t)
	store(last, &x)
}

// scratch returns n octets, of fixed when it is long enough.
func scratch(fixed *[wideScratch]byte, n int) []byte {
	if n <= len(fixed) {
		return fixed[:n]
	}
	return make([]byte, n)
}

// xor adds y to x modulo 2.
func xor(x, y *[4]uint32) {
	x[0] ^= y[0]
	x[1] ^= y[1]
	x[2] ^= y[2]
	x[3] ^= y[3]
}

// xorOctets writes a ^ b to dst for the length of dst.
func xorOctets(dst, a, b []byte) {
	for len(dst) >= 8 {
		binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(a)^binary.LittleEndian.Uint64(b))
		dst, a, b = dst[8:], a[8:], b[8:]
	}
	for i := range dst {
		dst[i] = a[i] ^ b[i]
	}
}
