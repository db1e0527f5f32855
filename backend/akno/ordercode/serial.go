package ordercode

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// Serials is the number of serials that a code can hold.
const Serials = 1_000_000_000

// PerBucket is the number of orders that a bucket can make in a day.
const PerBucket = 100_000

// Buckets is the number of buckets over which accounts are spread.
const Buckets = 1024

const (
	rounds   = 10
	halfBits = 15
	halfMask = 1<<halfBits - 1
)

// ErrKey is returned for a key shorter than 32 octets.
var ErrKey = errors.New("ordercode: the key of the serials is shorter than 32 octets")

// A Permutation is a keyed permutation of 0 … 10⁹−1: it turns the plain count of
// orders into serials that nobody without the key can foretell, and back. It is
// a balanced Feistel network of ten rounds with HMAC-SHA-256 over two halves of
// 15 bits, walked until the result is below 10⁹ (1.07 steps on average). It is
// safe for use by several goroutines.
type Permutation struct{ key []byte }

// NewPermutation returns the permutation of key, at least 32 octets. The key
// belongs to the version digit: another key needs another version.
func NewPermutation(key []byte) (*Permutation, error) {
	if len(key) < 32 {
		return nil, ErrKey
	}
	return &Permutation{key: append([]byte(nil), key...)}, nil
}

// Serial returns the serial of the n-th order that a bucket makes in a day. It
// returns ErrRange if the bucket's day is full.
func (p *Permutation) Serial(bucket, n int) (int, error) {
	if out(bucket, Buckets-1) || out(n, PerBucket-1) {
		return 0, ErrRange
	}
	return p.apply(bucket*PerBucket + n), nil
}

// Open returns the bucket and the count behind a serial, without any query. It
// is false for a serial that no bucket could have made.
func (p *Permutation) Open(serial int) (bucket, n int, ok bool) {
	if out(serial, Serials-1) {
		return 0, 0, false
	}
	x := p.invert(serial)
	if x >= Buckets*PerBucket {
		return 0, 0, false
	}
	return x / PerBucket, x % PerBucket, true
}

// apply walks the cycle of the 30-bit permutation until it is back in range;
// since it starts in range, the walk ends.
func (p *Permutation) apply(x int) int {
	for {
		l, r := uint32(x)>>halfBits, uint32(x)&halfMask
		for i := range rounds {
			l, r = r, l^p.round(i, r)
		}
		if x = int(l<<halfBits | r); x < Serials {
			return x
		}
	}
}

func (p *Permutation) invert(x int) int {
	for {
		l, r := uint32(x)>>halfBits, uint32(x)&halfMask
		for i := rounds - 1; i >= 0; i-- {
			l, r = r^p.round(i, l), l
		}
		if x = int(l<<halfBits | r); x < Serials {
			return x
		}
	}
}

func (p *Permutation) round(i int, half uint32) uint32 {
	m := hmac.New(sha256.New, p.key)
	m.Write([]byte{byte(i), byte(half >> 8), byte(half)})
	return binary.BigEndian.Uint32(m.Sum(nil)) & halfMask
}
