package belt

import (
	"encoding/binary"

	"akno/backend/stb/internal/scrub"
)

const (
	// LevelSize is the number of octets of the level of a key.
	LevelSize = 12
)

// keyRepRow gives for the lengths of the old and of the new key, in octets, the row of H from
// which the first four octets go into the transformation.
func keyRepRow(from, to int) (row int, ok bool) {
	switch [2]int{from, to} {
	case [2]int{16, 16}:
		return 0, true
	case [2]int{24, 16}:
		return 2, true
	case [2]int{24, 24}:
		return 3, true
	case [2]int{32, 16}:
		return 4, true
	case [2]int{32, 24}:
		return 5, true
	case [2]int{32, 32}:
		return 6, true
	}
	return 0, false
}

// TransformKey is belt-keyrep (clause 8.2): of a key of 16, 24 or 32 octets at the given level, 12
// octets, it makes the key of size octets with the given header, 16 octets, at the next
// level. size is 16, 24 or 32 and not above the length of key. Lengths not allowed give ErrLength.
func TransformKey(key, level, header []byte, size int) ([]byte, error) {
	row, ok := keyRepRow(len(key), size)
	if !ok || len(level) != LevelSize || len(header) != HeaderSize {
		return nil, ErrLength
	}
	var x, y [8]uint32
	if err := expandKey(&y, key); err != nil {
		return nil, err
	}
	x[0] = binary.LittleEndian.Uint32(h[16*row:])
	for i := range 3 {
		x[1+i] = binary.LittleEndian.Uint32(level[4*i:])
	}
	for i := range 4 {
		x[4+i] = binary.LittleEndian.Uint32(header[4*i:])
	}
	compress(&x, &y)
	out := make([]byte, 0, 32)
	for _, w := range y {
		out = binary.LittleEndian.AppendUint32(out, w)
	}
	clear(y[:])
	clear(out[size:])
	scrub.Stack()
	return out[:size], nil
}
