// Package bels implements the sharing of secrets of STB 34.101.60-2013 with the standard public
// polynomials: a secret of 16, 24 or 32 octets is split into up to 16 shares, and any of them
// that reach a threshold restore it.
//
// Fewer shares than the threshold, or shares of another secret, restore a wrong value without
// any error: what the secret opens must show that it is right. A share is the octet of its
// number followed by as many octets as the secret has. Polynomials that depend on the secret
// are worked on by shifts and masks only. The code is not certified.
package bels

import (
	"crypto/rand"
	"encoding/binary"
	"errors"

	"akno/backend/stb/internal/scrub"
)

// MaxShares is the greatest number of shares.
const MaxShares = 16

var (
	// ErrSecret says that a secret is not 16, 24 or 32 octets long.
	ErrSecret = errors.New("bels: secret is not 16, 24 or 32 octets long")
	// ErrCount says that a threshold is below 2 or above the number of shares, or that there are
	// more than MaxShares.
	ErrCount = errors.New("bels: number of shares or threshold not allowed")
	// ErrShares says that shares cannot belong together: fewer than 2, a number twice or out of
	// range, different or wrong lengths.
	ErrShares = errors.New("bels: shares do not fit together")
)

// modulus returns the lower coefficients m of the polynomial x^(8 size) + m with the given
// number: 0 is common, 1 to 16 belong to the shares (annex A).
func modulus(size, number int) uint32 {
	switch size {
	case 16:
		return [MaxShares + 1]uint32{
			0x87, 0x285, 0xC41, 0x1821, 0x8015, 0x8301, 0x20281, 0x22081, 0x2A001,
			0x80141, 0x80205, 0x82801, 0x8A001, 0x108041, 0x200025, 0x200405, 0x200C01,
		}[number]
	case 24:
		return [MaxShares + 1]uint32{
			0x87, 0x1209, 0x1241, 0x8601, 0x8821, 0xC005, 0x20049, 0x20085, 0x21009,
			0x60801, 0x90201, 0xA0081, 0x200411, 0x228001, 0x400209, 0x420801, 0x810401,
		}[number]
	default:
		return [MaxShares + 1]uint32{
			0x425, 0x1000B, 0x1000D, 0x1A001, 0x20061, 0x40085, 0x200181, 0x204005, 0x280011,
			0x810201, 0x820401, 0x100000B, 0x1002801, 0x1200009, 0x2000029, 0x2002009, 0x800000B,
		}[number]
	}
}

// Polynomial returns the lower coefficients, size octets little-endian, of the standard polynomial with
// the given number: 0 is the common one, 1 to 16 belong to the shares. It returns nil when
// there is none.
func Polynomial(size, number int) []byte {
	if !validSize(size) || number < 0 || number > MaxShares {
		return nil
	}
	b := make([]byte, size)
	binary.LittleEndian.PutUint32(b, modulus(size, number))
	return b
}

func validSize(n int) bool { return n == 16 || n == 24 || n == 32 }

// Split makes count shares of a secret of 16, 24 or 32 octets, threshold of which restore it.
// Errors: ErrSecret, ErrCount.
func Split(secret []byte, count, threshold int) ([][]byte, error) {
	if threshold < 2 || threshold > MaxShares {
		return nil, ErrCount
	}
	k := make([]byte, (threshold-1)*len(secret))
	defer clear(k)
	if _, err := rand.Read(k); err != nil {
		return nil, err
	}
	return SplitWith(secret, count, threshold, k)
}

// SplitWith is Split with the random octets given by the caller, (threshold-1) times as many as
// the secret has. It exists for conformance runs.
func SplitWith(secret []byte, count, threshold int, k []byte) ([][]byte, error) {
	n := len(secret)
	if !validSize(n) {
		return nil, ErrSecret
	}
	if threshold < 2 || threshold > count || count > MaxShares || len(k) != (threshold-1)*n {
		return nil, ErrCount
	}
	scrub.Stack()
	defer scrub.Stack()
	// c = k f0 + s, where f0 = x^(8n) + m0.
	c := make(poly, threshold*n/8+1)
	defer clear(c)
	s, factor := fromOctets(secret), fromOctets(k)
	defer clear(s)
	defer clear(factor)
	c.addShifted(factor, 8*n)
	for i := range 32 {
		if modulus(n, 0)>>i&1 == 1 {
			c.addShifted(factor, i)
		}
	}
	c.addShifted(s, 0)
	shares := make([][]byte, count)
	for i := range shares {
		r := c.mod(n, modulus(n, i+1))
		shares[i] = make([]byte, 1+n)
		shares[i][0] = byte(i + 1)
		r.put(shares[i][1:])
		clear(r)
	}
	return shares, nil
}

// Join restores a secret of two or more shares, in any order. See the package comment for what
// it cannot notice. Error: ErrShares.
func Join(shares [][]byte) ([]byte, error) {
	n, err := check(shares)
	if err != nil {
		return nil, err
	}
	scrub.Stack()
	defer scrub.Stack()
	words := n / 8
	// Garner: c is right modulo the product g of the polynomials of the shares taken in so far.
	c := make(poly, (len(shares)+1)*words+1)
	defer clear(c)
	g := poly{1}
	for _, share := range shares {
		m := modulus(n, int(share[0]))
		d := fromOctets(share[1:])
		r := c.mod(n, m)
		d.addShifted(r, 0)
		inverse := g.mod(n, m).invert(n, m)
		u := inverse.times(d, n, m)
		for i := range 64 * len(g) {
			if g[i/64]>>(i%64)&1 == 1 { // g is public
				c.addShifted(u, i)
			}
		}
		clear(d)
		clear(r)
		clear(u)
		g = g.timesModulus(n, m)
	}
	s := c.mod(n, modulus(n, 0))
	defer clear(s)
	secret := make([]byte, n)
	s.put(secret)
	return secret, nil
}

// check returns the number of octets of the secret.
func check(shares [][]byte) (int, error) {
	if len(shares) < 2 || len(shares) > MaxShares {
		return 0, ErrShares
	}
	n := len(shares[0]) - 1
	seen := [MaxShares + 1]bool{}
	for _, s := range shares {
		if !validSize(n) || len(s) != n+1 || s[0] < 1 || s[0] > MaxShares || seen[s[0]] {
			return 0, ErrShares
		}
		seen[s[0]] = true
	}
	return n, nil
}
