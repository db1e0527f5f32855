package brng

import (
	"crypto/subtle"
	"errors"
	"hash"

	"akno/backend/stb/belt"
	"akno/backend/stb/internal/scrub"
)

// opaque keeps the state of a generator from being printed.
type opaque = scrub.Opaque

// Size is the number of octets of a block, of the key and of the vector of CTR.
const Size = 32

// ErrSize says that the key or the vector of CTR does not have 32 octets.
var ErrSize = errors.New("brng: key and vector have 32 octets each")

// CTR is the generator in counter mode, brng-ctr-hbelt (clause 6.2).
type CTR struct {
	opaque
	key, s, r [Size]byte
}

// NewCTR returns a generator with a key and a vector of 32 octets each; other lengths give
// ErrSize. A vector serves once under a key.
func NewCTR(key, iv []byte) (*CTR, error) {
	if len(key) != Size || len(iv) != Size {
		return nil, ErrSize
	}
	g := new(CTR)
	copy(g.key[:], key)
	copy(g.s[:], iv)
	for i, v := range iv {
		g.r[i] = ^v
	}
	return g, nil
}

// Generate fills p with pseudorandom octets. What p held before is taken in as the additional
// data of the standard, a last short block padded with zeros: fill p with zeros where there are none.
func (g *CTR) Generate(p []byte) {
	var buf [4 * Size]byte
	defer clear(buf[:])
	for len(p) > 0 {
		copy(buf[:], g.key[:])
		copy(buf[Size:], g.s[:])
		clear(buf[2*Size : 3*Size])
		copy(buf[2*Size:3*Size], p)
		copy(buf[3*Size:], g.r[:])
		y := belt.Sum256(buf[:])
		subtle.XORBytes(g.r[:], g.r[:], y[:])
		for i := range g.s {
			if g.s[i]++; g.s[i] != 0 {
				break
			}
		}
		p = p[copy(p, y[:]):]
		clear(y[:])
	}
}

// Read implements io.Reader: Generate without additional data. It never fails.
func (g *CTR) Read(p []byte) (int, error) {
	clear(p)
	g.Generate(p)
	return len(p), nil
}

// IV returns the vector with which the next block will be made.
func (g *CTR) IV() [Size]byte { return g.s }

// Wipe clears the state.
func (g *CTR) Wipe() {
	*g = CTR{}
	scrub.Stack()
}

// HMAC is the generator in HMAC mode, brng-hmac-hbelt (clause 6.3).
type HMAC struct {
	opaque
	mac  hash.Hash
	iv   []byte
	r    [Size]byte
	rest []byte // of the last block, not given out yet
	buf  [Size]byte
}

// NewHMAC returns a generator with a key and a vector of any length.
func NewHMAC(key, iv []byte) *HMAC {
	g := &HMAC{mac: belt.NewHMAC(key), iv: append([]byte(nil), iv...)}
	g.mac.Write(iv)
	g.mac.Sum(g.r[:0])
	return g
}

// Read implements io.Reader: it fills p with pseudorandom octets and never fails.
func (g *HMAC) Read(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if len(g.rest) == 0 {
			g.block()
		}
		m := copy(p, g.rest)
		clear(g.rest[:m])
		g.rest, p = g.rest[m:], p[m:]
	}
	return n, nil
}

// Wipe clears the state and the key.
func (g *HMAC) Wipe() {
	if w, ok := g.mac.(interface{ Wipe() }); ok {
		w.Wipe()
	}
	clear(g.iv)
	clear(g.r[:])
	clear(g.buf[:])
	g.rest = nil
	scrub.Stack()
}

// block makes the next block.
func (g *HMAC) block() {
	g.mac.Reset()
	g.mac.Write(g.r[:])
	g.mac.Write(g.iv)
	g.mac.Sum(g.buf[:0])
	g.rest = g.buf[:]
	g.mac.Reset()
	g.mac.Write(g.r[:])
	g.mac.Sum(g.r[:0])
}
