package bash

import "math/bits"

// rounds is the number of rounds of bash-f.
const rounds = 24

// constants are the round constants C1..C24 (clause 6.2).
var constants = func() (c [rounds]uint64) {
	v := uint64(0x3bf5080ac8ba94b1)
	for i := range c {
		c[i] = v
		v = v>>1 ^ 0xdc2be1997fe0d8ae&-(v&1)
	}
	return c
}()

// permutePlain is bash-f on words (clause 6.2), for any processor. Two rounds go from s to a second state and
// back, so that the permutation of words costs nothing: results are stored at their
// new places.
func permutePlain(s *[24]uint64) {
	var t [24]uint64
	for i := 0; i < rounds; i += 2 {
		round(&t, s)
		t[23] ^= constants[i]
		round(s, &t)
		s[23] ^= constants[i+1]
	}
	clear(t[:])
}

// column is bash-s (clause 6.1).
func column(a, b, c uint64, m1, n1, m2, n2 int) (x, y, z uint64) {
	t := a ^ b ^ c
	u := b ^ bits.RotateLeft64(t, n1)
	v := u ^ bits.RotateLeft64(a, m1)
	w := c ^ bits.RotateLeft64(c, m2) ^ bits.RotateLeft64(u, n2)
	return t ^ (^w | v), v ^ (t | w), w ^ t&v
}

// round applies bash-s to the eight columns of s and stores the words, permuted, in t.
func round(t, s *[24]uint64) {
	t[18], t[7], t[9] = column(s[0], s[8], s[16], 8, 53, 14, 1)
	t[23], t[2], t[8] = column(s[1], s[9], s[17], 56, 51, 34, 7)
	t[20], t[1], t[11] = column(s[2], s[10], s[18], 8, 37, 46, 49)
	t[17], t[4], t[10] = column(s[3], s[11], s[19], 56, 3, 2, 23)
	t[22], t[3], t[13] = column(s[4], s[12], s[20], 8, 21, 14, 33)
	t[19], t[6], t[12] = column(s[5], s[13], s[21], 56, 19, 34, 39)
	t[16], t[5], t[15] = column(s[6], s[14], s[22], 8, 5, 46, 17)
	t[21], t[0], t[14] = column(s[7], s[15], s[23], 56, 35, 2, 55)
}
