//go:build !race

package curve

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"akno/backend/stb/internal/dudect"
	"akno/backend/stb/internal/mp"
)

func TestSecretMultiplesTakeTheSameTime(t *testing.T) {
	for _, l := range levels() {
		all := l.scalars(40)
		var random []*mp.Scalar
		for _, v := range all[len(all)-40:] {
			random = append(random, l.scalar(v))
		}
		fixed := l.scalar(big.NewInt(3))
		out, q := make([]byte, l.bits/4), l.bytes(l.times(big.NewInt(9), l.generator()))
		v := l.scalar(new(big.Int).Lsh(big.NewInt(1), uint(l.bits/2)))
		var k, z mp.Scalar
		prepare := func(class int) {
			pair := [2]*mp.Scalar{fixed, random[rand.IntN(len(random))]}
			k = *pair[class]
		}
		dudect.Hold(t, dudect.Case{
			Name: l.name + ", base point", Samples: 3000 * 256 * 256 / (l.bits * l.bits), Prepare: prepare,
			Run: func() { l.base(out, &k) },
		})
		dudect.Hold(t, dudect.Case{
			Name: l.name + ", other point", Samples: 1500 * 256 * 256 / (l.bits * l.bits), Prepare: prepare,
			Run: func() { l.mult(out, q, &k) },
		})
		dudect.Hold(t, dudect.Case{
			Name: l.name + ", order", Samples: 4000, Prepare: prepare,
			Run: func() { l.order.Mul(&z, &k, &k) },
		})
		dudect.Control(t, dudect.Case{
			Name: l.name + ", a computation on public numbers", Samples: 500, Prepare: prepare,
			Run: func() { l.doubleMult(out, q, &k, v) },
		})
	}
}
