//go:build !purego

package bash

// The implementations of bash-f on this architecture, from the plainest to the fastest.
const (
	plain = iota
	avx2
	avx512
)

// best is the fastest implementation the processor and the operating system support.
var best = detect()

// permuteAVX512 is permutePlain with registers of 512 bits (AVX-512F).
//
//go:noescape
func permuteAVX512(s, constants *[24]uint64)

// permuteAVX2 is permutePlain with registers of 256 bits (AVX2).
//
//go:noescape
func permuteAVX2(s, constants *[24]uint64)

// cpuid returns the answer of the instruction CPUID.
func cpuid(leaf, sub uint32) (a, b, c, d uint32)

// xgetbv returns the lower half of the register XCR0: what the operating system saves.
func xgetbv() uint32

// permute is bash-f on words (clause 6.2).
func permute(s *[24]uint64) {
	switch best {
	case avx512:
		permuteAVX512(s, &constants)
	case avx2:
		permuteAVX2(s, &constants)
	default:
		permutePlain(s)
	}
}

// detect asks the processor and the operating system.
func detect() int {
	const (
		osxsave, avx   = 1 << 27, 1 << 28 // leaf 1, c
		hasAVX2        = 1 << 5           // leaf 7, b
		hasAVX512F     = 1 << 16
		saved2, saved5 = 0x06, 0xe6 // of XCR0: the registers of AVX, and those of AVX-512 besides
	)
	most, _, _, _ := cpuid(0, 0)
	if most < 7 {
		return plain
	}
	_, _, c, _ := cpuid(1, 0)
	if c&osxsave == 0 || c&avx == 0 {
		return plain
	}
	_, b, _, _ := cpuid(7, 0)
	saved := xgetbv()
	switch {
	case b&hasAVX512F != 0 && saved&saved5 == saved5:
		return avx512
	case b&hasAVX2 != 0 && saved&saved2 == saved2:
		return avx2
	}
	return plain
}
