package belt

import (
	"context"
	"encoding/binary"
	"hash"

	"akno/backend/stb/internal/scrub"
)

// hmacKey holds the two hash states after the padded key: HMAC-hbelt (STB 34.101.47,
// clause 6.1) costs a key setup once, not with each message.
type hmacKey struct {
	inner, outer state
}

// set computes both states. A key longer than a hash block is hashed first.
func (k *hmacKey) set(key []byte) {
	scrub.Stack()
	_ = touchTables()
	var pad [HashBlockSize]byte
	if len(key) > HashBlockSize {
		pad = Sum256(key)
	} else {
		copy(pad[:], key)
	}
	for i := range pad {
		pad[i] ^= 0x36
	}
	k.inner = initial
	k.inner.blocks(pad[:])
	for i := range pad {
		pad[i] ^= 0x36 ^ 0x5c
	}
	k.outer = initial
	k.outer.blocks(pad[:])
	clear(pad[:])
}

// close finishes the outer hash over the inner value, given and returned as words.
func (k *hmacKey) close(inner *[8]uint32) {
	st := k.outer
	st.absorb(inner)
	st.finish(2 * HashBlockSize)
	*inner = st.h
}

// hmacHash implements hash.Hash for HMAC-hbelt.
type hmacHash struct {
	opaque
	key hmacKey
	d   digest
}

// NewHMAC returns a hash.Hash that computes HMAC-hbelt of 32 octets (STB 34.101.47,
// clause 6.1) under a key of any length. The block length is 32 octets. The value has a method Wipe().
func NewHMAC(key []byte) hash.Hash {
	m := new(hmacHash)
	m.key.set(key)
	m.Reset()
	return m
}

// SumHMAC returns the HMAC-hbelt of data under key.
func SumHMAC(key, data []byte) [Size]byte {
	var m hmacHash
	m.key.set(key)
	m.Reset()
	_, _ = m.d.Write(data)
	out := m.checkSum()
	m.Wipe()
	return out
}

// Write implements hash.Hash; it never fails.
func (m *hmacHash) Write(p []byte) (int, error) { return m.d.Write(p) }

// Sum implements hash.Hash: it appends the 32 octets of the value to b.
func (m *hmacHash) Sum(b []byte) []byte {
	c := *m
	sum := c.checkSum()
	c.forget()
	return append(b, sum[:]...)
}

// checkSum completes the computation; the state is spent.
func (m *hmacHash) checkSum() (out [Size]byte) {
	inner := m.d.checkSum()
	var x [8]uint32
	for i := range x {
		x[i] = binary.LittleEndian.Uint32(inner[4*i:])
	}
	clear(inner[:])
	m.key.close(&x)
	for i, w := range x {
		binary.LittleEndian.PutUint32(out[4*i:], w)
	}
	clear(x[:])
	return out
}

// Reset implements hash.Hash: it begins a new message under the same key.
func (m *hmacHash) Reset() {
	// Field by field: the whole would first be put together elsewhere on the stack.
	copy(m.d.st.s[:], m.key.inner.s[:])
	copy(m.d.st.h[:], m.key.inner.h[:])
	clear(m.d.buf[:])
	m.d.n, m.d.len = 0, HashBlockSize
}

// Wipe clears the key and what was written. The value must not be used afterwards.
func (m *hmacHash) Wipe() {
	m.forget()
	scrub.Stack()
}

// forget clears the key and what was written, and nothing of the stack.
//
//go:noinline
func (m *hmacHash) forget() { *m = hmacHash{} }

// Size implements hash.Hash; it returns 32.
func (m *hmacHash) Size() int { return Size }

// BlockSize implements hash.Hash; it returns 32.
func (m *hmacHash) BlockSize() int { return HashBlockSize }

// pbkdf2Step is the number of iterations between two looks at the context.
const pbkdf2Step = 1000

// PBKDF2 derives a key of 32 octets from a password, as octets of UTF-8, and a salt
// (STB 34.101.45, appendix E): PBKDF2 of PKCS #5 with HMAC-hbelt and one block of output.
// It panics when iterations is less than 1.
func PBKDF2(password, salt []byte, iterations int) [Size]byte {
	key, _ := PBKDF2Context(context.Background(), password, salt, iterations, nil)
	return key
}

// PBKDF2Context is PBKDF2 that stops when ctx is done, with its error and a key of zeros,
// and that tells progress, when not nil, every thousand iterations how many are done.
func PBKDF2Context(
	ctx context.Context, password, salt []byte, iterations int, progress func(done int),
) (key [Size]byte, err error) {
	if iterations < 1 {
		panic("belt: PBKDF2 with less than one iteration")
	}
	var m hmacHash
	var first [Size]byte
	var t, sum [8]uint32
	// Also when the context ends it: the states after the password are as good as the password.
	defer func() {
		clear(first[:])
		clear(t[:])
		clear(sum[:])
		m.Wipe()
	}()
	m.key.set(password)
	m.Reset()
	_, _ = m.d.Write(salt)
	_, _ = m.d.Write([]byte{0, 0, 0, 1})
	first = m.checkSum()
	for i := range t {
		t[i] = binary.LittleEndian.Uint32(first[4*i:])
	}
	sum = t
	for done := 1; done < iterations; {
		if err := ctx.Err(); err != nil {
			return key, err
		}
		n := min(pbkdf2Step, iterations-done)
		m.key.iterate(&t, &sum, n)
		done += n
		if progress != nil {
			progress(done)
		}
	}
	for i, w := range sum {
		binary.LittleEndian.PutUint32(key[4*i:], w)
	}
	return key, nil
}

// iterate replaces t by its HMAC n times and adds each value to sum.
func (k *hmacKey) iterate(t, sum *[8]uint32, n int) {
	for range n {
		st := k.inner
		st.absorb(t)
		st.finish(2 * HashBlockSize)
		*t = st.h
		k.close(t)
		for i, w := range t {
			sum[i] ^= w
		}
	}
}
