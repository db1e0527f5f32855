package belt

import (
	"crypto/cipher"
	"encoding/binary"
	"strconv"

	"akno/backend/stb/internal/scrub"
)

// BlockSize is the length of a block in octets.
const BlockSize = 16

// KeySizeError says that a key is not 16, 24 or 32 octets long; its value is the
// length that was given.
type KeySizeError int

// Error implements error.
func (e KeySizeError) Error() string {
	return "belt: key of " + strconv.Itoa(int(e)) + " octets, want 16, 24 or 32"
}

// Cipher is belt-block with an expanded key. It implements cipher.Block and is safe
// for use by several goroutines at once, except for Wipe.
type Cipher struct {
	opaque
	k [8]uint32
}

// opaque keeps what holds a key from being printed.
type opaque = scrub.Opaque

var _ cipher.Block = (*Cipher)(nil)

// NewCipher expands a key of 16, 24 or 32 octets (belt-keyexpand, clause 8.1). It
// returns a KeySizeError for any other length. The key may be wiped afterwards.
func NewCipher(key []byte) (*Cipher, error) {
	c := new(Cipher)
	if err := expandKey(&c.k, key); err != nil {
		return nil, err
	}
	return c, nil
}

// ExpandKey returns the 32 octets belt-keyexpand (clause 8.1) makes of a key of 16, 24
// or 32 octets, or a KeySizeError.
func ExpandKey(key []byte) ([32]byte, error) {
	var out [32]byte
	var k [8]uint32
	if err := expandKey(&k, key); err != nil {
		return out, err
	}
	for i, w := range k {
		binary.LittleEndian.PutUint32(out[4*i:], w)
	}
	clear(k[:])
	scrub.Stack()
	return out, nil
}

// expandKey implements ExpandKey on words.
func expandKey(k *[8]uint32, key []byte) error {
	if n := len(key); n != 16 && n != 24 && n != 32 {
		return KeySizeError(n)
	}
	scrub.Stack()
	for i := range len(key) / 4 {
		k[i] = binary.LittleEndian.Uint32(key[4*i:])
	}
	switch len(key) {
	case 16:
		copy(k[4:], k[:4])
	case 24:
		k[6] = k[0] ^ k[1] ^ k[2]
		k[7] = k[3] ^ k[4] ^ k[5]
	}
	_ = touchTables()
	return nil
}

// BlockSize implements cipher.Block; it returns 16.
func (c *Cipher) BlockSize() int { return BlockSize }

// Encrypt implements cipher.Block: the first 16 octets of src are encrypted into dst
// (clause 6.1.3). It panics when either is shorter.
func (c *Cipher) Encrypt(dst, src []byte) {
	var x [4]uint32
	load(&x, src)
	encrypt(&c.k, &x)
	store(dst, &x)
}

// Decrypt implements cipher.Block: the inverse of Encrypt (clause 6.1.4).
func (c *Cipher) Decrypt(dst, src []byte) {
	var x [4]uint32
	load(&x, src)
	decrypt(&c.k, &x)
	store(dst, &x)
}

// SetKey puts another key in place, for a Cipher that is not shared. Errors as of NewCipher.
func (c *Cipher) SetKey(key []byte) error {
	c.Wipe()
	return expandKey(&c.k, key)
}

// Wipe clears the key, and what was left of it on the stack of the goroutine. The cipher must not be used
// afterwards.
func (c *Cipher) Wipe() {
	clear(c.k[:])
	scrub.Stack()
}

// load reads a block of 16 octets as four little-endian words.
func load(x *[4]uint32, b []byte) {
	_ = b[15]
	x[0] = binary.LittleEndian.Uint32(b[0:4])
	x[1] = binary.LittleEndian.Uint32(b[4:8])
	x[2] = binary.LittleEndian.Uint32(b[8:12])
	x[3] = binary.LittleEndian.Uint32(b[12:16])
}

// store is the inverse of load.
func store(b []byte, x *[4]uint32) {
	_ = b[15]
	binary.LittleEndian.PutUint32(b[0:4], x[0])
	binary.LittleEndian.PutUint32(b[4:8], x[1])
	binary.LittleEndian.PutUint32(b[8:12], x[2])
	binary.LittleEndian.PutUint32(b[12:16], x[3])
}
