// Package mp is the arithmetic below the curves of STB 34.101.45: elements of
// the three prime fields and numbers modulo the three group orders.
//
// The primes are 2^(2l) - c with a small c, so a product is reduced by multiplying its
// high half by c. Elements are kept weakly reduced: any value that fits the limbs
// stands for its remainder, and the canonical form is made on output and in
// comparisons only. No routine branches on or indexes by a value of its operands.
package mp

//go:generate go run gen.go

// zeroMask returns all ones for zero and zero for anything else.
func zeroMask(v uint64) uint64 { return (v|-v)>>63 - 1 }
