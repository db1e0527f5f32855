package bash

import (
	"encoding/binary"
	"errors"
	"hash"
)

const (
	// StateSize is the number of octets bash-f works on.
	StateSize = 192
	// Size256, Size384 and Size512 are the numbers of octets of the hash values.
	Size256, Size384, Size512 = 32, 48, 64
)

// ErrLevel says that a level or a capacity is not one of the standard's.
var ErrLevel = errors.New("bash: level not allowed")

// Permute applies bash-f (clause 6.2) to 192 octets in place.
func Permute(state *[StateSize]byte) {
	var s [24]uint64
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(state[8*i:])
	}
	permute(&s)
	for i, w := range s {
		binary.LittleEndian.PutUint64(state[8*i:], w)
	}
	clear(s[:])
}

// digest implements hash.Hash for bash-hash of level l (clause 7).
type digest struct {
	s     [24]uint64
	buf   [StateSize]byte
	n     int // octets in buf, less than rate
	level int
}

// New256 returns a hash.Hash that computes bash256, 32 octets.
func New256() hash.Hash { return newDigest(128) }

// New384 returns a hash.Hash that computes bash384, 48 octets.
func New384() hash.Hash { return newDigest(192) }

// New512 returns a hash.Hash that computes bash512, 64 octets.
func New512() hash.Hash { return newDigest(256) }

// New returns a hash.Hash that computes bash-hash of level l: a multiple of 16 from 16 to 256,
// otherwise ErrLevel. The value has l/4 octets.
func New(level int) (hash.Hash, error) {
	if level < 16 || level > 256 || level%16 != 0 {
		return nil, ErrLevel
	}
	return newDigest(level), nil
}

// Sum256 returns the bash256 value of data.
func Sum256(data []byte) (out [Size256]byte) {
	sum(out[:], data, 128)
	return out
}

// Sum384 returns the bash384 value of data.
func Sum384(data []byte) (out [Size384]byte) {
	sum(out[:], data, 192)
	return out
}

// Sum512 returns the bash512 value of data.
func Sum512(data []byte) (out [Size512]byte) {
	sum(out[:], data, 256)
	return out
}

func sum(out, data []byte, level int) {
	d := digest{level: level}
	d.Reset()
	_, _ = d.Write(data)
	d.finish(out)
	d.Reset() // bash-f can be undone: who finds the state knows the last block
}

func newDigest(level int) *digest {
	d := &digest{level: level}
	d.Reset()
	return d
}

// rate returns the number of octets a block replaces.
func (d *digest) rate() int { return StateSize - d.level/2 }

// Reset implements hash.Hash; it also removes what was written from memory.
func (d *digest) Reset() {
	*d = digest{level: d.level}
	d.s[23] = uint64(d.level / 4)
}

// Size implements hash.Hash.
func (d *digest) Size() int { return d.level / 4 }

// BlockSize implements hash.Hash: 128, 96 and 64 octets at the three levels.
func (d *digest) BlockSize() int { return d.rate() }

// block replaces the first words of the state by a block and applies bash-f.
func (d *digest) block(p []byte) {
	for i := range len(p) / 8 {
		d.s[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	permute(&d.s)
}

// Write implements hash.Hash; it never fails.
func (d *digest) Write(p []byte) (int, error) {
	n, rate := len(p), d.rate()
	if d.n > 0 {
		m := copy(d.buf[d.n:rate], p)
		d.n, p = d.n+m, p[m:]
		if d.n < rate {
			return n, nil
		}
		d.block(d.buf[:rate])
		d.n = 0
	}
	for len(p) >= rate {
		d.block(p[:rate])
		p = p[rate:]
	}
	d.n = copy(d.buf[:rate], p)
	return n, nil
}

// Sum implements hash.Hash: it appends the value to b and leaves the state as it was.
func (d *digest) Sum(b []byte) []byte {
	c := *d
	var out [Size512]byte
	c.finish(out[:d.level/4])
	c.Reset()
	return append(b, out[:d.level/4]...)
}

// finish pads with 0x40 and zeros and writes the value to out. The state is spent.
func (d *digest) finish(out []byte) {
	rate := d.rate()
	clear(d.buf[d.n:])
	d.buf[d.n] = 0x40
	d.block(d.buf[:rate])
	for i := 0; i < len(out); i += 4 {
		binary.LittleEndian.PutUint32(out[i:], uint32(d.s[i/8]>>(8*(i%8))))
	}
}

// savedMagic begins a saved state.
const savedMagic = "bsh1"

// MarshalBinary implements encoding.BinaryMarshaler: it returns a hash in progress. The result
// reveals what was hashed.
func (d *digest) MarshalBinary() ([]byte, error) {
	b := append(make([]byte, 0, 4+2*StateSize+4), savedMagic...)
	for _, w := range d.s {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	b = append(b, d.buf[:]...)
	b = binary.LittleEndian.AppendUint16(b, uint16(d.n))
	return binary.LittleEndian.AppendUint16(b, uint16(d.level)), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler for the result of MarshalBinary of a
// hash of the same level.
func (d *digest) UnmarshalBinary(b []byte) error {
	if len(b) != 4+2*StateSize+4 || string(b[:4]) != savedMagic {
		return errors.New("bash: not a saved hash state")
	}
	tail := b[4+2*StateSize:]
	n, level := int(binary.LittleEndian.Uint16(tail)), int(binary.LittleEndian.Uint16(tail[2:]))
	if level != d.level || n >= d.rate() {
		return errors.New("bash: saved hash state of another level")
	}
	for i := range d.s {
		d.s[i] = binary.LittleEndian.Uint64(b[4+8*i:])
	}
	copy(d.buf[:], b[4+StateSize:])
	d.n = n
	return nil
}

// Clone implements hash.Cloner: it returns a copy that goes on by itself.
func (d *digest) Clone() (hash.Cloner, error) {
	c := *d
	return &c, nil
}
