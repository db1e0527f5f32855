package bels

import (
	"bytes"
	"testing"
)

func FuzzJoin(f *testing.F) {
	secret := bytes.Repeat([]byte{5}, 32)
	for _, n := range []int{16, 24, 32} {
		shares, err := Split(secret[:n], 4, 2)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(n+1, bytes.Join(shares, nil))
	}
	f.Fuzz(func(t *testing.T, n int, data []byte) {
		if n < 1 {
			return
		}
		var shares [][]byte
		for ; len(data) > 0; data = data[min(n, len(data)):] {
			shares = append(shares, data[:min(n, len(data))])
		}
		secret, err := Join(shares)
		if (err == nil) != (len(secret) > 0) || err == nil && len(secret) != n-1 {
			t.Fatalf("%d octets of shares of %d, %v", len(secret), n, err)
		}
		if err != nil {
			return
		}
		// The order of the shares says nothing.
		shares[0], shares[len(shares)-1] = shares[len(shares)-1], shares[0]
		if again, err := Join(shares); err != nil || !bytes.Equal(again, secret) {
			t.Errorf("%x, in another order %x, %v", secret, again, err)
		}
	})
}
