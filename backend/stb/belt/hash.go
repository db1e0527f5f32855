package belt

import (
	"encoding/binary"
	"errors"
	"hash"
)

const (
	// Size is the length of a belt-hash value in octets.
	Size = 32
	// HashBlockSize is the length of the pieces belt-hash and HMAC-hbelt work on, in octets.
	HashBlockSize = 32
)

// state is a hash in progress: the sum s of the first outputs of belt-compress
// and the chaining value h (clause 7.8, belt-hash).
type state struct {
	s [4]uint32
	h [8]uint32
}

// initial is the chaining value belt-hash starts from: the first 32 octets of H.
var initial = func() (st state) {
	for i := range st.h {
		st.h[i] = binary.LittleEndian.Uint32(h[4*i:])
	}
	return st
}()

// compress is belt-compress (clause 6.3) on words: of X1||X2 in x and X3||X4 in y
// it leaves Y in y and returns S. Like the rounds it works on what its caller owns, so the race
// detector has nothing to find here.
//
//go:norace
func compress(x, y *[8]uint32) (s [4]uint32) {
	var u, v [4]uint32
	for i := range u {
		u[i] = y[i] ^ y[4+i]
	}
	s = u
	encrypt(x, &s)
	for i := range s {
		s[i] ^= u[i]
	}
	k := [8]uint32{s[0], s[1], s[2], s[3], y[4], y[5], y[6], y[7]}
	m := [8]uint32{^s[0], ^s[1], ^s[2], ^s[3], y[0], y[1], y[2], y[3]}
	u = [4]uint32{x[0], x[1], x[2], x[3]}
	v = [4]uint32{x[4], x[5], x[6], x[7]}
	encrypt2(&k, &m, &u, &v)
	for i := range u {
		y[i] = u[i] ^ x[i]
		y[4+i] = v[i] ^ x[4+i]
	}
	return s
}

// absorb adds one block of 32 octets, given as words.
func (st *state) absorb(x *[8]uint32) {
	t := compress(x, &st.h)
	for i := range st.s {
		st.s[i] ^= t[i]
	}
}

// blocks adds the whole blocks of p, whose length is a multiple of 32.
func (st *state) blocks(p []byte) {
	var x [8]uint32
	for len(p) >= HashBlockSize {
		q := p[:HashBlockSize]
		for i := range x {
			x[i] = binary.LittleEndian.Uint32(q[4*i:])
		}
		st.absorb(&x)
		p = p[HashBlockSize:]
	}
}

// finish compresses the length of the message, in bits, and the sum; the hash
// value is then in st.h.
func (st *state) finish(octets uint64) {
	var x [8]uint32
	lo, hi := octets<<3, octets>>61
	x[0], x[1], x[2] = uint32(lo), uint32(lo>>32), uint32(hi)
	copy(x[4:], st.s[:])
	compress(&x, &st.h)
}

// digest implements hash.Hash for belt-hash.
type digest struct {
	st  state
	buf [HashBlockSize]byte
	n   int    // octets in buf, less than 32
	len uint64 // octets written
}

// NewHash returns a hash.Hash that computes belt-hash (clause 7.8) of 32 octets.
// It does not allocate after it was made.
func NewHash() hash.Hash { return &digest{st: initial} }

// Sum256 returns the belt-hash value of data.
func Sum256(data []byte) [Size]byte {
	d := digest{st: initial}
	_, _ = d.Write(data)
	return d.checkSum()
}

// Write implements hash.Hash; it never fails.
func (d *digest) Write(p []byte) (int, error) {
	n := len(p)
	d.len += uint64(n)
	if d.n > 0 {
		m := copy(d.buf[d.n:], p)
		d.n, p = d.n+m, p[m:]
		if d.n < HashBlockSize {
			return n, nil
		}
		d.st.blocks(d.buf[:])
		d.n = 0
	}
	whole := len(p) &^ (HashBlockSize - 1)
	d.st.blocks(p[:whole])
	d.n = copy(d.buf[:], p[whole:])
	return n, nil
}

// Sum implements hash.Hash: it appends the 32 octets of the value to b and leaves
// the state as it was.
func (d *digest) Sum(b []byte) []byte {
	c := *d
	sum := c.checkSum()
	return append(b, sum[:]...)
}

// checkSum completes the computation and returns the value. The state is spent.
func (d *digest) checkSum() (out [Size]byte) {
	if d.n > 0 {
		clear(d.buf[d.n:])
		d.st.blocks(d.buf[:])
	}
	d.st.finish(d.len)
	for i, w := range d.st.h {
		binary.LittleEndian.PutUint32(out[4*i:], w)
	}
	return out
}

// Reset implements hash.Hash; it also removes what was written from memory.
func (d *digest) Reset() { *d = digest{st: initial} }

// Size implements hash.Hash; it returns 32.
func (d *digest) Size() int { return Size }

// BlockSize implements hash.Hash; it returns 32.
func (d *digest) BlockSize() int { return HashBlockSize }

// Compress is belt-compress (clause 6.3): of 64 octets it makes the 16 octets S and
// the 32 octets Y.
func Compress(in *[64]byte) (s [16]byte, y [32]byte) {
	var x, z [8]uint32
	for i := range x {
		x[i] = binary.LittleEndian.Uint32(in[4*i:])
		z[i] = binary.LittleEndian.Uint32(in[32+4*i:])
	}
	w := compress(&x, &z)
	store(s[:], &w)
	for i, v := range z {
		binary.LittleEndian.PutUint32(y[4*i:], v)
	}
	return s, y
}

// savedState is the length of a saved hash state: s, h, the buffer and the count
// of octets.
const savedState = 4 + 16 + 32 + HashBlockSize + 8

// MarshalBinary implements encoding.BinaryMarshaler: it returns a hash in progress,
// so that a long computation can be taken up later. The result reveals what was hashed.
func (d *digest) MarshalBinary() ([]byte, error) {
	b := append(make([]byte, 0, savedState), "bht1"...)
	for _, w := range d.st.s {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	for _, w := range d.st.h {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	b = append(b, d.buf[:]...)
	return binary.LittleEndian.AppendUint64(b, d.len), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler for the result of MarshalBinary.
func (d *digest) UnmarshalBinary(b []byte) error {
	if len(b) != savedState || string(b[:4]) != "bht1" {
		return errors.New("belt: not a saved hash state")
	}
	b = b[4:]
	for i := range d.st.s {
		d.st.s[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	for i := range d.st.h {
		d.st.h[i] = binary.LittleEndian.Uint32(b[16+4*i:])
	}
	copy(d.buf[:], b[48:])
	d.len = binary.LittleEndian.Uint64(b[48+HashBlockSize:])
	d.n = int(d.len % HashBlockSize)
	return nil
}

// Clone implements hash.Cloner: it returns a copy that goes on by itself.
func (d *digest) Clone() (hash.Cloner, error) {
	c := *d
	return &c, nil
}
