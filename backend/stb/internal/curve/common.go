package curve

import "akno/backend/stb/internal/mp"

const (
	// combBits is the width of the windows of a secret multiple of the base point.
	combBits = 6
	// multBits is the width of the windows of a secret multiple of another point.
	multBits = 5
	// nafBase and nafPoint are the widths of the non-adjacent forms of public multiples.
	nafBase, nafPoint = 9, 5
	// maxMultiples is the length of the longest table of odd multiples.
	maxMultiples = 1 << (nafBase - 2)
)

// equalMask returns all ones where a and b, both below 2^63, are equal and zero otherwise.
func equalMask(a, b uint64) uint64 {
	d := a ^ b
	return -((d - 1) &^ d >> 63)
}

// naf writes the non-adjacent form of width w of the n bits of k from bit from on:
// digits that are zero or odd and below 2^(w-1) in absolute value, the first of weight one. out
// has n+1 digits or more. Not constant time.
func naf(out []int16, k *mp.Scalar, from, n, w int) {
	carry := 0
	for i := 0; i < len(out); {
		if bit := int(bits(k, from, n, i, 1)); bit == carry {
			i++
			continue
		}
		d := int(bits(k, from, n, i, w)) + carry
		carry = d >> (w - 1) & 1
		out[i] = int16(d - carry<<w)
		i += w
	}
}

// bits returns w bits of the n that begin at from, those at i and above.
func bits(k *mp.Scalar, from, n, i, w int) uint64 {
	if i >= n {
		return 0
	}
	return k.Window(from+i, min(w, n-i))
}

// abs returns the absolute value of d.
func abs(d int16) int16 {
	if d < 0 {
		return -d
	}
	return d
}
