//go:build !purego

package belt

// carryless says whether the processor multiplies polynomials (PCLMULQDQ).
var carryless = detect()

// takeBlocks is takePlain with the processor's own multiplication of polynomials. It
// takes the same time whatever the values are.
//
//go:noescape
func takeBlocks(t, f *element, b *byte, blocks int)

// features returns the register ECX of leaf 1 of the instruction CPUID.
func features() uint32

func detect() bool {
	const pclmulqdq = 1 << 1
	return features()&pclmulqdq != 0
}

// take adds each whole block of b to t and multiplies the sum by f; it returns the new t.
func (f *factor) take(t element, b []byte) element {
	if !carryless {
		return f.takePlain(t, b)
	}
	if n := len(b) / BlockSize; n > 0 {
		by := element{f.v[0], f.v[1]}
		takeBlocks(&t, &by, &b[0], n)
	}
	return t
}
