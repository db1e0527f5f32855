package bash

import (
	"crypto/subtle"
	"errors"
	"hash"
	"slices"

	"akno/backend/stb/internal/scrub"
)

// opaque keeps a state that came of a key from being printed.
type opaque = scrub.Opaque

// Commands of the automaton (clause 8.4), as committed to the state.
const (
	cmdNull = iota
	cmdKey
	cmdData
	cmdText
	cmdOut
)

// maxPart is the number of octets of the longest announcement or key.
const maxPart = 60

var (
	// ErrPart says that an announcement or a key has a length the automaton does not take: a
	// multiple of 4 up to 60 octets, a key at least l/8 octets or, where allowed, none.
	ErrPart = errors.New("bash: length of announcement or key not allowed")
	// ErrKeyless says that an automaton without a key was asked to encrypt or decrypt.
	ErrKeyless = errors.New("bash: automaton without a key cannot encrypt")
	// ErrOpen says that a ciphertext, its associated data or its tag was changed, or that the
	// key is another.
	ErrOpen = errors.New("bash: authenticated ciphertext does not open")
)

// Automaton is the programmable automaton bash-prg (clause 8). Commands change its state;
// equal sequences of commands give equal outputs.
type Automaton struct {
	opaque
	s     [StateSize]byte
	l, d  int
	r     int // octets of the buffer
	pos   int
	keyed bool
}

// NewAutomaton is the command start: an automaton of level l, 128, 192 or 256, and capacity
// d, 1 or 2, with an announcement and a key, either of which may be empty. Errors: ErrLevel, ErrPart.
func NewAutomaton(l, d int, announcement, key []byte) (*Automaton, error) {
	if (l != 128 && l != 192 && l != 256) || (d != 1 && d != 2) {
		return nil, ErrLevel
	}
	a := &Automaton{l: l, d: d, r: StateSize - d*l/4}
	if err := a.checkParts(announcement, key); err != nil {
		return nil, err
	}
	a.setKeyed(key)
	a.mixParts(announcement, key)
	a.s[StateSize-8] = byte(l/4 + d)
	a.s[StateSize-7] = byte((l/4 + d) >> 8)
	return a, nil
}

func (a *Automaton) checkParts(announcement, key []byte) error {
	for _, p := range [][]byte{announcement, key} {
		if len(p)%4 != 0 || len(p) > maxPart {
			return ErrPart
		}
	}
	if len(key) > 0 && len(key) < a.l/8 {
		return ErrPart
	}
	return nil
}

// setKeyed shortens the hidden part of the state when there is a key.
func (a *Automaton) setKeyed(key []byte) {
	if len(key) > 0 {
		a.keyed = true
		a.r = StateSize - a.l/8 - a.d*a.l/16
	}
}

// mixParts adds the announcement and the key, with their lengths before them.
func (a *Automaton) mixParts(announcement, key []byte) {
	a.s[0] ^= byte(4*len(announcement) + len(key)/4)
	subtle.XORBytes(a.s[1:], a.s[1:], announcement)
	rest := a.s[1+len(announcement):]
	subtle.XORBytes(rest, rest, key)
	a.pos = 1 + len(announcement) + len(key)
}

// commit ends the last command and begins the one with the given code.
func (a *Automaton) commit(code byte) {
	a.s[a.pos] ^= code<<2 | 1
	a.s[a.r] ^= 0x80
	Permute(&a.s)
	a.pos = 0
}

// Restart mixes a further announcement and a further key, either of which may be empty, into
// the state. Error: ErrPart.
func (a *Automaton) Restart(announcement, key []byte) error {
	if err := a.checkParts(announcement, key); err != nil {
		return err
	}
	if len(key) > 0 {
		a.commit(cmdKey)
	} else {
		a.commit(cmdNull)
	}
	a.setKeyed(key)
	a.mixParts(announcement, key)
	return nil
}

// Absorb takes data into the state.
func (a *Automaton) Absorb(data []byte) {
	a.commit(cmdData)
	a.absorbMore(data)
}

// absorbMore goes on with the command absorb.
func (a *Automaton) absorbMore(data []byte) {
	for len(data) > 0 {
		n := min(a.r-a.pos, len(data))
		b := a.s[a.pos : a.pos+n]
		subtle.XORBytes(b, b, data[:n])
		a.advance(n)
		data = data[n:]
	}
}

// advance moves the position by n octets, and on to the next buffer at the end of one.
func (a *Automaton) advance(n int) {
	a.pos += n
	if a.pos == a.r {
		Permute(&a.s)
		a.pos = 0
	}
}

// Squeeze fills out from the state.
func (a *Automaton) Squeeze(out []byte) {
	a.commit(cmdOut)
	for len(out) > 0 {
		n := copy(out[:min(a.r-a.pos, len(out))], a.s[a.pos:])
		a.advance(n)
		out = out[n:]
	}
}

// Encrypt writes the ciphertext of src to dst, which has the same length and may be the same
// slice. Error: ErrKeyless.
func (a *Automaton) Encrypt(dst, src []byte) error {
	if !a.keyed {
		return ErrKeyless
	}
	a.commit(cmdText)
	for len(src) > 0 {
		n := min(a.r-a.pos, len(src))
		b := a.s[a.pos : a.pos+n]
		subtle.XORBytes(b, b, src[:n])
		copy(dst, b)
		a.advance(n)
		dst, src = dst[n:], src[n:]
	}
	return nil
}

// Decrypt is the inverse of Encrypt by an automaton in the same state.
func (a *Automaton) Decrypt(dst, src []byte) error {
	if !a.keyed {
		return ErrKeyless
	}
	a.commit(cmdText)
	var c [StateSize]byte
	for len(src) > 0 {
		n := copy(c[:min(a.r-a.pos, len(src))], src)
		b := a.s[a.pos : a.pos+n]
		subtle.XORBytes(dst[:n], c[:n], b)
		copy(b, c[:n])
		a.advance(n)
		dst, src = dst[n:], src[n:]
	}
	return nil
}

// Ratchet changes the state so that earlier states cannot be found from it.
func (a *Automaton) Ratchet() {
	t := a.s
	a.commit(cmdNull)
	subtle.XORBytes(a.s[:], a.s[:], t[:])
	clear(t[:])
}

// Clone returns a copy that goes on by itself.
func (a *Automaton) Clone() *Automaton {
	c := *a
	return &c
}

// Wipe clears the state.
func (a *Automaton) Wipe() { clear(a.s[:]) }

// prgHash implements hash.Hash for bash-prg-hash (clause 8.12).
type prgHash struct {
	start, a Automaton
}

// NewPrgHash returns a hash.Hash that computes bash-prg-hash of level l and capacity d under
// an announcement: l/4 octets. Errors: ErrLevel, ErrPart.
func NewPrgHash(l, d int, announcement []byte) (hash.Hash, error) {
	a, err := NewAutomaton(l, d, announcement, nil)
	if err != nil {
		return nil, err
	}
	a.Absorb(nil)
	return &prgHash{*a, *a}, nil
}

// Write implements hash.Hash; it never fails.
func (h *prgHash) Write(p []byte) (int, error) {
	h.a.absorbMore(p)
	return len(p), nil
}

// Sum implements hash.Hash.
func (h *prgHash) Sum(b []byte) []byte {
	c := h.a
	var out [Size512]byte
	c.Squeeze(out[:h.Size()])
	c.Wipe()
	return append(b, out[:h.Size()]...)
}

// Reset implements hash.Hash.
func (h *prgHash) Reset() { h.a = h.start }

// Size implements hash.Hash.
func (h *prgHash) Size() int { return h.a.l / 4 }

// BlockSize implements hash.Hash.
func (h *prgHash) BlockSize() int { return h.a.r }

// Seal is bash-prg-ae (clause 8.13): it appends to dst the ciphertext of plain and a tag of l/8
// octets that covers it, the associated data and the announcement. One announcement serves one
// plaintext under a key. Errors: ErrLevel, ErrPart, ErrKeyless.
func Seal(dst []byte, l, d int, announcement, key, plain, data []byte) ([]byte, error) {
	a, err := NewAutomaton(l, d, announcement, key)
	if err != nil {
		return nil, err
	}
	defer a.Wipe()
	a.Absorb(data)
	n := len(dst)
	dst = slices.Grow(dst, len(plain)+l/8)[:n+len(plain)+l/8]
	if err := a.Encrypt(dst[n:n+len(plain)], plain); err != nil {
		return nil, err
	}
	a.Squeeze(dst[n+len(plain):])
	return dst, nil
}

// Open is the inverse of Seal: it appends the plaintext to dst. A tag that does not fit gives
// ErrOpen, and nothing of the plaintext is left in memory.
func Open(dst []byte, l, d int, announcement, key, sealed, data []byte) ([]byte, error) {
	a, err := NewAutomaton(l, d, announcement, key)
	if err != nil {
		return nil, err
	}
	defer a.Wipe()
	if len(sealed) < l/8 {
		return nil, ErrOpen
	}
	cut := len(sealed) - l/8
	a.Absorb(data)
	plain := make([]byte, cut)
	defer clear(plain)
	if err := a.Decrypt(plain, sealed[:cut]); err != nil {
		return nil, err
	}
	var tag [32]byte
	a.Squeeze(tag[:l/8])
	if subtle.ConstantTimeCompare(tag[:l/8], sealed[cut:]) != 1 {
		return nil, ErrOpen
	}
	return append(dst, plain...), nil
}
