//go:build !race

package bels

import (
	"crypto/rand"
	"testing"

	"akno/backend/stb/internal/dudect"
)

// sharesOf lays out a secret and random octets for its shares: class 0 is zeros, class 1 random.
func sharesOf(t *testing.T, secret, k []byte) func(class int) {
	return func(class int) {
		for _, b := range [][]byte{secret, k} {
			if _, err := rand.Read(b); err != nil {
				t.Fatal(err)
			}
			for i := range b {
				b[i] &= byte(-class)
			}
		}
	}
}

func TestSecretsAreSharedInTheSameTime(t *testing.T) {
	for _, n := range []int{16, 32} {
		secret, k := make([]byte, n), make([]byte, 2*n)
		prepare := sharesOf(t, secret, k)
		var shares [][]byte
		split := func() {
			var err error
			if shares, err = SplitWith(secret, 5, 3, k); err != nil {
				t.Fatal(err)
			}
		}
		dudect.Hold(t, dudect.Case{Name: "split", Samples: 1000, Prepare: prepare, Run: split})
		dudect.Hold(t, dudect.Case{
			Name: "join", Samples: 150,
			Prepare: func(class int) { prepare(class); split() },
			Run: func() {
				if _, err := Join(shares[:3]); err != nil {
					t.Fatal(err)
				}
			},
		})
		// The control: the multiplication whose first factor is public, by a secret one.
		m, a, b := modulus(n, 1), make(poly, n/8), make(poly, n/8)
		dudect.Control(t, dudect.Case{
			Name: "a computation on a public factor", Samples: 1000,
			Prepare: func(class int) { prepare(class); copy(a, fromOctets(secret)); copy(b, fromOctets(secret)) },
			Run:     func() { a.times(b, n, m) },
		})
	}
}
