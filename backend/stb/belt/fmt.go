package belt

import (
	"encoding/binary"
	"math/bits"
)

// MaxDigits is the greatest base and the greatest number of digits of belt-fmt.
const MaxDigits = 65536

// EncryptDigits encrypts a number in place, keeping its base and its number of digits (belt-fmt,
// clause 7.10.5). digits has 2 to 65536 elements, the least significant first, each below
// base, which is 2 to 65536. iv has 16 octets, nil standing for zeros. Anything else gives ErrLength. The
// conversion between bases uses division and is not constant time.
func (c *Cipher) EncryptDigits(digits []uint16, base int, iv []byte) error {
	f, err := newFormat(c, digits, base, iv)
	if err != nil {
		return err
	}
	for i := range 3 {
		f.mix(f.left, f.right, 2*i, 1)
		f.mix(f.right, f.left, 2*i+1, 1)
	}
	return nil
}

// DecryptDigits is the inverse of EncryptDigits (clause 7.10.6).
func (c *Cipher) DecryptDigits(digits []uint16, base int, iv []byte) error {
	f, err := newFormat(c, digits, base, iv)
	if err != nil {
		return err
	}
	for i := 2; i >= 0; i-- {
		f.mix(f.right, f.left, 2*i+1, -1)
		f.mix(f.left, f.right, 2*i, -1)
	}
	return nil
}

// format is a run of belt-fmt.
type format struct {
	c           *Cipher
	base        uint64
	left, right []uint16
	s           [6][4]byte // S0..S5
}

func newFormat(c *Cipher, digits []uint16, base int, iv []byte) (*format, error) {
	n := len(digits)
	if base < 2 || base > MaxDigits || n < 2 || n > MaxDigits || (iv != nil && len(iv) != BlockSize) {
		return nil, ErrLength
	}
	for _, d := range digits {
		if int(d) >= base {
			return nil, ErrLength
		}
	}
	f := &format{c: c, base: uint64(base), left: digits[:(n+1)/2], right: digits[(n+1)/2:]}
	binary.LittleEndian.PutUint16(f.s[0][:], uint16(base))
	binary.LittleEndian.PutUint16(f.s[0][2:], uint16(n))
	f.s[5] = f.s[0]
	for i := range len(iv) / 4 {
		copy(f.s[1+i][:], iv[4*i:])
	}
	return f, nil
}

// mix adds to the digits of x, or subtracts, those of F of y in the given round.
func (f *format) mix(x, y []uint16, round, sign int) {
	t := f.number(y)
	t = append(t, h[4*round:4*round+4]...)
	t = append(t, f.s[round][:]...)
	switch len(t) {
	case BlockSize:
		f.c.Encrypt(t, t)
	case 24:
		f.c.block24(t)
	default:
		// 32 octets and more, so there is no error.
		_ = f.c.EncryptWide(t)
	}
	limbs := make([]uint64, len(t)/8)
	for i := range limbs {
		limbs[i] = binary.LittleEndian.Uint64(t[8*i:])
	}
	for i := range x {
		d := int(divide(limbs, f.base))
		v := int(x[i]) + sign*d
		base := int(f.base)
		x[i] = uint16((v + base) % base)
	}
	clear(limbs)
	clear(t)
}

// number returns the digits as octets of a little-endian number: as many, in eights, as the
// greatest number of that many digits needs.
func (f *format) number(digits []uint16) []byte {
	var top []uint64
	for range digits {
		top = multiplyAdd(top, f.base, f.base-1)
	}
	// Long enough from the beginning: what it would grow out of would be left behind.
	limbs := make([]uint64, 0, len(top)+1)
	for i := len(digits) - 1; i >= 0; i-- {
		limbs = multiplyAdd(limbs, f.base, uint64(digits[i]))
	}
	out := make([]byte, 8*max(len(top), 1), 8*max(len(top), 1)+8)
	for i, w := range limbs {
		binary.LittleEndian.PutUint64(out[8*i:], w)
	}
	clear(limbs)
	return out
}

// multiplyAdd returns x*m + a without leading zero limbs.
func multiplyAdd(x []uint64, m, a uint64) []uint64 {
	for i, w := range x {
		hi, lo := bits.Mul64(w, m)
		var c uint64
		x[i], c = bits.Add64(lo, a, 0)
		a = hi + c
	}
	if a != 0 {
		x = append(x, a)
	}
	return x
}

// divide replaces x by its quotient by d and returns the remainder.
func divide(x []uint64, d uint64) (r uint64) {
	for i := len(x) - 1; i >= 0; i-- {
		x[i], r = bits.Div64(r, x[i], d)
	}
	return r
}

// block24 is belt-32block, which serves numbers of 24 octets (clause 7.10.3).
func (c *Cipher) block24(t []byte) {
	for i := byte(1); i <= 3; i++ {
		c.Encrypt(t[8:], t[8:])
		t[8] ^= i
		var first [8]byte
		copy(first[:], t)
		copy(t, t[8:])
		xorOctets(t[16:], first[:], t[:8])
	}
}
