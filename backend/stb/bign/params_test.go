package bign

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"testing"

	"akno/backend/stb/belt"
)

func TestPublishedParametersAreThoseOfTheStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-params", 3) {
		p := CurveByName(v.Inputs["name"].(string)).Params()
		for name, got := range map[string][]byte{"p": p.P, "a": p.A, "b": p.B, "q": p.Q, "yG": p.YG, "seed": p.Seed} {
			if !bytes.Equal(got, v.out(t, name)) {
				t.Errorf("%v: %s is %X", v.Inputs["name"], name, got)
			}
		}
	}
}

func TestCoefficientsComeFromTheirSeeds(t *testing.T) {
	for _, c := range Curves() {
		p := c.Params()
		next := binary.LittleEndian.AppendUint64(nil, binary.LittleEndian.Uint64(p.Seed)+1)
		one := belt.Sum256(bytes.Join([][]byte{p.P, p.A, p.Seed}, nil))
		two := belt.Sum256(bytes.Join([][]byte{p.P, p.A, next}, nil))
		b := number(append(one[:], two[:]...))
		if b.Mod(b, number(p.P)).Cmp(number(p.B)) != 0 {
			t.Errorf("%s: the seed gives %x", c, b)
		}
		if !isRoot(number(p.YG), number(p.B), number(p.P)) {
			t.Errorf("%s: the base point is not over zero", c)
		}
	}
}

// isRoot returns whether y squared is b modulo p.
func isRoot(y, b, p *big.Int) bool {
	s := new(big.Int).Mul(y, y)
	return s.Sub(s, b).Mod(s, p).Sign() == 0
}
