//go:build !race

package bels

import (
	"bytes"
	"crypto/rand"
	"testing"

	"akno/backend/stb/internal/leftover"
)

func TestSharingLeavesNothingInMemory(t *testing.T) {
	if !leftover.Alone(t) {
		return
	}
	share := func(n int, wipe bool) func(*leftover.Secrets) {
		return func(s *leftover.Secrets) {
			secret := make([]byte, n)
			if _, err := rand.Read(secret); err != nil {
				t.Error(err)
			}
			s.Add("secret", bytes.Clone(secret))
			shares, err := Split(secret, 5, 3)
			if err != nil {
				t.Error(err)
				return
			}
			for _, share := range shares {
				s.Add("share", bytes.Clone(share[1:]))
			}
			joined, err := Join(shares[1:4])
			if err != nil || !bytes.Equal(joined, secret) {
				t.Error("another secret", err)
			}
			clear(secret)
			clear(joined)
			for _, share := range shares {
				if wipe {
					clear(share)
				}
			}
		}
	}
	for _, n := range []int{16, 24, 32} {
		leftover.Hold(t, "split and joined", share(n, true))
	}
	leftover.Control(t, "shares that are not wiped", share(32, false))
}
