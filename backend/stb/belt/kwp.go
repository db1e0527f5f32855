package belt

import (
	"crypto/subtle"
	"errors"
)

// HeaderSize is the length of the header of a protected key, in octets.
const HeaderSize = 16

// ErrUnwrap says that a protected key does not open: wrong protection key, wrong
// header or damaged octets, which cannot be told apart.
var ErrUnwrap = errors.New("belt: protected key does not open")

// WrapKey protects key with c (belt-kwp, clause 7.7.3): the wide block of key and header
// together. key has 16 octets or more, header 16, nil standing for zeros. The
// result is 16 octets longer than key. A length not allowed gives ErrLength.
func (c *Cipher) WrapKey(key, header []byte) ([]byte, error) {
	if len(key) < BlockSize || (header != nil && len(header) != HeaderSize) {
		return nil, ErrLength
	}
	out := make([]byte, len(key)+HeaderSize)
	copy(out, key)
	copy(out[len(key):], header)
	if err := c.EncryptWide(out); err != nil {
		return nil, err
	}
	return out, nil
}

// UnwrapKey opens what WrapKey made (clause 7.7.4). Every failure is ErrUnwrap; the
// header is compared in constant time and the octets found are wiped when it differs.
func (c *Cipher) UnwrapKey(wrapped, header []byte) ([]byte, error) {
	if len(wrapped) < BlockSize+HeaderSize || (header != nil && len(header) != HeaderSize) {
		return nil, ErrUnwrap
	}
	out := append([]byte(nil), wrapped...)
	if err := c.DecryptWide(out); err != nil {
		return nil, ErrUnwrap
	}
	var zero [HeaderSize]byte
	if header == nil {
		header = zero[:]
	}
	n := len(out) - HeaderSize
	if subtle.ConstantTimeCompare(out[n:], header) != 1 {
		clear(out)
		return nil, ErrUnwrap
	}
	return out[:n:n], nil
}

// Wrap is WrapKey under a protection key of 16, 24 or 32 octets.
func Wrap(kek, key, header []byte) ([]byte, error) {
	var c Cipher
	if err := expandKey(&c.k, kek); err != nil {
		return nil, err
	}
	defer c.Wipe()
	return c.WrapKey(key, header)
}

// Unwrap is UnwrapKey under a protection key of 16, 24 or 32 octets.
func Unwrap(kek, wrapped, header []byte) ([]byte, error) {
	var c Cipher
	if err := expandKey(&c.k, kek); err != nil {
		return nil, err
	}
	defer c.Wipe()
	return c.UnwrapKey(wrapped, header)
}
