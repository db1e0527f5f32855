package belt

import (
	"hash"

	"akno/backend/stb/internal/scrub"
)

// MACSize is the number of octets of a belt-mac value and of the tags of the authenticated modes.
const MACSize = 8

// mac implements hash.Hash for belt-mac.
type mac struct {
	opaque
	c   Cipher
	r   [4]uint32 // E(0)
	s   [4]uint32
	buf [BlockSize]byte
	n   int // octets in buf; the last block stays there, full or not
}

// NewMAC returns a hash.Hash that computes belt-mac (clause 7.5), 8 octets, under a key of 16,
// 24 or 32 octets; any other length gives a KeySizeError. The value has a method Wipe().
func NewMAC(key []byte) (hash.Hash, error) {
	m := new(mac)
	if err := expandKey(&m.c.k, key); err != nil {
		return nil, err
	}
	encrypt(&m.c.k, &m.r)
	return m, nil
}

// Write implements hash.Hash; it never fails.
func (m *mac) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if m.n == BlockSize {
			m.block(m.buf[:])
			m.n = 0
		}
		if m.n == 0 {
			for len(p) > BlockSize {
				m.block(p)
				p = p[BlockSize:]
			}
		}
		k := copy(m.buf[m.n:], p)
		m.n += k
		p = p[k:]
	}
	return n, nil
}

func (m *mac) block(p []byte) {
	var x [4]uint32
	load(&x, p)
	xor(&m.s, &x)
	encrypt(&m.c.k, &m.s)
}

// Sum implements hash.Hash: it appends the 8 octets of the value to b.
func (m *mac) Sum(b []byte) []byte {
	s, buf, r := m.s, m.buf, m.r
	mask := [4]uint32{r[1], r[2], r[3], r[0] ^ r[1]}
	if m.n < BlockSize {
		clear(buf[m.n:])
		buf[m.n] = 0x80
		mask = [4]uint32{r[0] ^ r[3], r[0], r[1], r[2]}
	}
	var x [4]uint32
	load(&x, buf[:])
	xor(&s, &x)
	xor(&s, &mask)
	encrypt(&m.c.k, &s)
	var out [BlockSize]byte
	store(out[:], &s)
	return append(b, out[:MACSize]...)
}

// Reset implements hash.Hash: it begins a new message under the same key.
func (m *mac) Reset() {
	clear(m.s[:])
	clear(m.buf[:])
	m.n = 0
}

// Wipe clears the key and what was written. The value must not be used afterwards.
func (m *mac) Wipe() {
	*m = mac{}
	scrub.Stack()
}

// Size implements hash.Hash; it returns 8.
func (m *mac) Size() int { return MACSize }

// BlockSize implements hash.Hash; it returns 16.
func (m *mac) BlockSize() int { return BlockSize }
