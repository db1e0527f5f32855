package belt

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"slices"
)

// ErrOpen says that a ciphertext, its associated data, its vector or its tag was changed, or
// that the key is another.
var ErrOpen = errors.New("belt: authenticated ciphertext does not open")

// aead implements cipher.AEAD for belt-dwp and belt-che.
type aead struct {
	opaque
	c   *Cipher
	che bool
}

// NewDWP returns belt-dwp (clauses 7.6.3 and 7.6.4) under a key of 16, 24 or 32 octets as a cipher.AEAD with a
// nonce of 16 and a tag of 8 octets. Any other key length gives a KeySizeError. The value has a method Wipe().
func NewDWP(key []byte) (cipher.AEAD, error) { return newAEAD(key, false) }

// NewCHE returns belt-che (clauses 7.6.5 and 7.6.6), like NewDWP. One key must not serve both.
func NewCHE(key []byte) (cipher.AEAD, error) { return newAEAD(key, true) }

func newAEAD(key []byte, che bool) (cipher.AEAD, error) {
	c, err := NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &aead{c: c, che: che}, nil
}

// DWP returns belt-dwp under the key of c, which it shares and does not copy:
// who keeps c in memory of its own choice keeps the key there.
func (c *Cipher) DWP() cipher.AEAD { return &aead{c: c} }

// Wipe clears the key. The value must not be used afterwards.
func (a *aead) Wipe() { a.c.Wipe() }

// NonceSize implements cipher.AEAD; it returns 16.
func (a *aead) NonceSize() int { return BlockSize }

// Overhead implements cipher.AEAD; it returns 8.
func (a *aead) Overhead() int { return MACSize }

// Seal implements cipher.AEAD. It panics when the nonce is not 16 octets long. A nonce serves one
// message under a key.
func (a *aead) Seal(dst, nonce, plaintext, data []byte) []byte {
	n, m := len(dst), len(plaintext)
	dst = slices.Grow(dst, m+MACSize)[:n+m+MACSize]
	p := a.start(nonce, data)
	defer p.wipe()
	p.crypt(dst[n:n+m], plaintext)
	p.text(dst[n : n+m])
	tag := p.tag(len(data), m)
	copy(dst[n+m:], tag[:])
	return dst
}

// Open implements cipher.AEAD. The tag is checked before anything is decrypted.
func (a *aead) Open(dst, nonce, ciphertext, data []byte) ([]byte, error) {
	if len(ciphertext) < MACSize {
		return nil, ErrOpen
	}
	m := len(ciphertext) - MACSize
	p := a.start(nonce, data)
	defer p.wipe()
	p.text(ciphertext[:m])
	tag := p.tag(len(data), m)
	if subtle.ConstantTimeCompare(tag[:], ciphertext[m:]) != 1 {
		return nil, ErrOpen
	}
	n := len(dst)
	dst = slices.Grow(dst, m)[:n+m]
	p.crypt(dst[n:], ciphertext[:m])
	return dst, nil
}

// packet is one message in work.
type packet struct {
	ctr ctr // its counter is s; belt-che steps it in its own way
	che bool
	r   factor
	t   element
}

// start takes in the nonce and the associated data.
func (a *aead) start(nonce, data []byte) *packet {
	p := &packet{che: a.che}
	p.ctr.start(a.c, nonce)
	r := [4]uint32(p.ctr.s)
	if !a.che {
		encrypt(&a.c.k, &r)
	}
	p.r = newFactor(toElement(&r))
	load(&r, h[:])
	p.t = toElement(&r)
	p.text(data)
	return p
}

// wipe clears the key, its gamma and what depends on them.
func (p *packet) wipe() { *p = packet{} }

// text takes octets into the tag, the last piece padded with zeros.
func (p *packet) text(b []byte) {
	p.t = p.r.take(p.t, b)
	if rest := len(b) % BlockSize; rest > 0 {
		var last [BlockSize]byte
		copy(last[:], b[len(b)-rest:])
		p.t = p.r.take(p.t, last[:])
	}
}

// tag returns the tag for the given numbers of octets.
func (p *packet) tag(data, text int) (out [MACSize]byte) {
	p.t = p.r.times(p.t.add(element{uint64(data) * 8, uint64(text) * 8}))
	x := p.t.words()
	encrypt(&p.ctr.c.k, &x)
	var b [BlockSize]byte
	store(b[:], &x)
	copy(out[:], b[:])
	return out
}

// crypt encrypts or decrypts src into dst.
func (p *packet) crypt(dst, src []byte) {
	if !p.che {
		p.ctr.XORKeyStream(dst, src)
		return
	}
	k := &p.ctr.c.k
	s := toElement((*[4]uint32)(&p.ctr.s))
	step := func() [4]uint32 {
		s = s.timesX()
		s.lo ^= 1
		return s.words()
	}
	for len(src) >= 3*BlockSize {
		x, y, z := step(), step(), step()
		encrypt3(k, &x, &y, &z)
		addBlock(dst, src, &x)
		addBlock(dst[BlockSize:], src[BlockSize:], &y)
		addBlock(dst[2*BlockSize:], src[2*BlockSize:], &z)
		dst, src = dst[3*BlockSize:], src[3*BlockSize:]
	}
	for len(src) > 0 {
		x := step()
		encrypt(k, &x)
		var gamma [BlockSize]byte
		store(gamma[:], &x)
		n := min(BlockSize, len(src))
		xorOctets(dst[:n], src, gamma[:])
		dst, src = dst[n:], src[n:]
	}
}
