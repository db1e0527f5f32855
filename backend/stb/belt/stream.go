package belt

import (
	"crypto/cipher"
	"math/bits"

	"akno/backend/stb/internal/scrub"
)

// counter is the 128-bit counter of the modes, as four little-endian words.
type counter [4]uint32

// increment adds one.
func (n *counter) increment() {
	var carry uint32
	n[0], carry = bits.Add32(n[0], 1, 0)
	n[1], carry = bits.Add32(n[1], 0, carry)
	n[2], carry = bits.Add32(n[2], 0, carry)
	n[3], _ = bits.Add32(n[3], 0, carry)
}

// ctr implements cipher.Stream for belt-ctr.
type ctr struct {
	opaque
	c     Cipher
	s     counter
	gamma [BlockSize]byte
	used  int // octets of gamma already used
}

// NewCTR returns a stream for belt-ctr (clause 7.4) under an initialisation vector of 16
// octets; it panics when there are more or less. Encryption and decryption are the same.
// A vector serves one message under a key. The value has a method Wipe().
func (c *Cipher) NewCTR(iv []byte) cipher.Stream {
	s := &ctr{used: BlockSize}
	s.start(c, iv)
	return s
}

// start sets the counter to the encrypted vector; it is incremented before each use.
func (s *ctr) start(c *Cipher, iv []byte) {
	checkIV(iv)
	s.c.k = c.k
	s.used = BlockSize
	load((*[4]uint32)(&s.s), iv)
	encrypt(&s.c.k, (*[4]uint32)(&s.s))
}

func checkIV(iv []byte) {
	if len(iv) != BlockSize {
		panic("belt: initialisation vector is not 16 octets long")
	}
}

// Wipe clears the key and the gamma. The value must not be used afterwards.
func (s *ctr) Wipe() {
	*s = ctr{}
	scrub.Stack()
}

// XORKeyStream implements cipher.Stream. dst is at least as long as src; they are the same
// slice or do not overlap.
func (s *ctr) XORKeyStream(dst, src []byte) {
	dst = dst[:len(src)]
	if s.used < BlockSize {
		n := min(BlockSize-s.used, len(src))
		xorOctets(dst[:n], src, s.gamma[s.used:])
		s.used += n
		dst, src = dst[n:], src[n:]
	}
	var x, y, z [4]uint32
	for len(src) >= 3*BlockSize {
		in, out := src[:3*BlockSize], dst[:3*BlockSize]
		s.s.increment()
		x = s.s
		s.s.increment()
		y = s.s
		s.s.increment()
		z = s.s
		encrypt3(&s.c.k, &x, &y, &z)
		addBlock(out, in, &x)
		addBlock(out[BlockSize:], in[BlockSize:], &y)
		addBlock(out[2*BlockSize:], in[2*BlockSize:], &z)
		dst, src = dst[3*BlockSize:], src[3*BlockSize:]
	}
	for len(src) > 0 {
		s.s.increment()
		x = s.s
		encrypt(&s.c.k, &x)
		store(s.gamma[:], &x)
		s.used = min(BlockSize, len(src))
		xorOctets(dst[:s.used], src, s.gamma[:])
		dst, src = dst[s.used:], src[s.used:]
	}
}

// addBlock writes the sum modulo 2 of the first 16 octets of src and of x to dst.
func addBlock(dst, src []byte, x *[4]uint32) {
	var t [4]uint32
	load(&t, src)
	xor(&t, x)
	store(dst, &t)
}

// cfb implements cipher.Stream for belt-cfb.
type cfb struct {
	opaque
	c       Cipher
	text    [BlockSize]byte // the vector, then ciphertext
	gamma   [BlockSize]byte
	used    int // octets of gamma already used
	decrypt bool
}

// NewCFBEncrypter returns a stream that encrypts with belt-cfb (clause 7.3.2) under an
// initialisation vector of 16 octets; it panics when there are more or less. A vector serves
// one message under a key. The value has a method Wipe().
func (c *Cipher) NewCFBEncrypter(iv []byte) cipher.Stream { return c.newCFB(iv, false) }

// NewCFBDecrypter returns a stream that decrypts with belt-cfb (clause 7.3.3), like NewCFBEncrypter.
func (c *Cipher) NewCFBDecrypter(iv []byte) cipher.Stream { return c.newCFB(iv, true) }

func (c *Cipher) newCFB(iv []byte, decrypt bool) *cfb {
	checkIV(iv)
	s := &cfb{c: Cipher{k: c.k}, used: BlockSize, decrypt: decrypt}
	copy(s.text[:], iv)
	return s
}

// Wipe clears the key and the gamma. The value must not be used afterwards.
func (s *cfb) Wipe() {
	*s = cfb{}
	scrub.Stack()
}

// XORKeyStream implements cipher.Stream; see ctr.
func (s *cfb) XORKeyStream(dst, src []byte) {
	dst = dst[:len(src)]
	for len(src) > 0 {
		if s.used == BlockSize {
			n := 0
			switch {
			case s.decrypt && len(src) >= 2*BlockSize:
				n = s.decryptPairs(dst, src)
			case !s.decrypt && len(src) >= BlockSize:
				n = s.encryptBlocks(dst, src)
			}
			if n > 0 {
				dst, src = dst[n:], src[n:]
				continue
			}
			var x [4]uint32
			load(&x, s.text[:])
			encrypt(&s.c.k, &x)
			store(s.gamma[:], &x)
			s.used = 0
		}
		n := min(BlockSize-s.used, len(src))
		text := s.text[s.used : s.used+n]
		if s.decrypt {
			copy(text, src)
			xorOctets(dst[:n], text, s.gamma[s.used:])
		} else {
			xorOctets(dst[:n], src, s.gamma[s.used:])
			copy(text, dst)
		}
		s.used += n
		dst, src = dst[n:], src[n:]
	}
}

// encryptBlocks encrypts as many whole blocks as there are and returns their length.
func (s *cfb) encryptBlocks(dst, src []byte) int {
	var x, t [4]uint32
	n := len(src) &^ (BlockSize - 1)
	load(&x, s.text[:])
	for i := 0; i < n; i += BlockSize {
		encrypt(&s.c.k, &x)
		load(&t, src[i:])
		xor(&x, &t)
		store(dst[i:], &x)
	}
	store(s.text[:], &x)
	return n
}

// decryptPairs decrypts as many pairs of blocks as there are and returns their length. What
// is encrypted is ciphertext, known in advance, so two blocks go at once.
func (s *cfb) decryptPairs(dst, src []byte) int {
	var x, y, cx, cy [4]uint32
	n := len(src) &^ (2*BlockSize - 1)
	for i := 0; i < n; i += 2 * BlockSize {
		load(&x, s.text[:])
		load(&cx, src[i:])
		load(&cy, src[i+BlockSize:])
		y = cx
		encrypt2(&s.c.k, &s.c.k, &x, &y)
		xor(&x, &cx)
		xor(&y, &cy)
		store(s.text[:], &cy)
		store(dst[i:], &x)
		store(dst[i+BlockSize:], &y)
	}
	return n
}
