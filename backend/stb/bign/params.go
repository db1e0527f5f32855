package bign

import (
	"encoding/binary"

	"akno/backend/stb/internal/curve"
	"akno/backend/stb/internal/mp"
)

// Params are the domain parameters of a curve, little-endian, each of Size octets but the
// seed of 8 (clause 5.3, appendix Б).
type Params struct {
	// P is the prime of the field, A and B are the coefficients, Q is the group order and YG the ordinate
	// of the base point (0, YG).
	P, A, B, Q, YG []byte
	// Seed is what B was made of: the remainder modulo P of two belt-hash values.
	Seed []byte
}

// Params returns the parameters of the curve. The caller owns the octets.
func (c *Curve) Params() Params {
	gap, seed := uint64(mp.C4), uint64(0x1385E)
	switch c.size {
	case 48:
		gap, seed = mp.C6, 0xAF23
	case 64:
		gap, seed = mp.C8, 0x217AE
	}
	p := Params{P: complement(c.size, gap), A: complement(c.size, gap+3)}
	p.B, p.Q, p.YG = curve.Parameters(8 * c.size)
	p.Seed = binary.LittleEndian.AppendUint64(nil, seed)
	return p
}

// complement returns 2^(8n) - v.
func complement(n int, v uint64) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 0xff
	}
	binary.LittleEndian.PutUint64(b, -v)
	return b
}
