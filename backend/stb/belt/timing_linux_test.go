//go:build !race

package belt

import (
	"crypto/rand"
	"errors"
	"testing"

	"akno/backend/stb/internal/dudect"
)

// wrongHeaders returns protected keys whose headers differ from the one that is expected, zeros, in the
// first octet or in the last one, in both cases after random octets of the key.
func wrongHeaders(t *testing.T, c *Cipher, n int) (first, last [][]byte) {
	t.Helper()
	key := make([]byte, 32)
	for range n {
		for at, list := range map[int]*[][]byte{0: &first, HeaderSize - 1: &last} {
			if _, err := rand.Read(key); err != nil {
				t.Fatal(err)
			}
			header := make([]byte, HeaderSize)
			header[at] = 0x80
			wrapped, err := c.WrapKey(key, header)
			if err != nil {
				t.Fatal(err)
			}
			*list = append(*list, wrapped)
		}
	}
	return first, last
}

func TestThePlaceOfTheDifferenceInAHeaderTakesTheSameTime(t *testing.T) {
	c, err := NewCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	// Many of each, so that what differs between the classes is the place and not the look-ups of belt.
	const many = 500
	first, last := wrongHeaders(t, c, many)
	wrapped, next := make([]byte, len(first[0])), 0
	prepare := func(class int) {
		next = (next + 1) % many
		copy(wrapped, [2][][]byte{first, last}[class][next])
	}
	dudect.Hold(t, dudect.Case{Name: "unwrap", Samples: 20_000, Prepare: prepare, Run: func() {
		if _, err := c.UnwrapKey(wrapped, nil); !errors.Is(err, ErrUnwrap) {
			t.Fatal(err)
		}
	}})
	dudect.Control(t, dudect.Case{Name: "unwrap with a comparison that stops early", Samples: 20_000, Prepare: prepare, Run: func() {
		if earlyUnwrap(c, wrapped) {
			t.Fatal("opened")
		}
	}})
}

// earlyUnwrap is what UnwrapKey must not be: it compares octet by octet and stops at the first
// difference. It does so several times over, lest a busy machine hide it.
func earlyUnwrap(c *Cipher, wrapped []byte) bool {
	out := append([]byte(nil), wrapped...)
	if c.DecryptWide(out) != nil {
		return false
	}
	same := true
	for range 10 {
		same = sameHeader(out[len(out)-HeaderSize:]) && same
	}
	return same
}

//go:noinline
func sameHeader(header []byte) bool {
	for _, b := range header {
		if b != 0 {
			return false
		}
	}
	return true
}

func TestTagsOfAuthenticatedModesTakeTheSameTime(t *testing.T) {
	a, err := NewDWP(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	nonce, text := make([]byte, BlockSize), make([]byte, 64)
	sealed := a.Seal(nil, nonce, text, nil)
	good, bad := append([]byte(nil), sealed...), append([]byte(nil), sealed...)
	good[len(text)] ^= 1    // the first octet of the tag
	bad[len(sealed)-1] ^= 1 // the last
	dudect.Hold(t, dudect.Case{
		Name: "open", Samples: 20_000,
		Prepare: func(class int) { copy(sealed, [2][]byte{good, bad}[class]) },
		Run: func() {
			if _, err := a.Open(nil, nonce, sealed, nil); !errors.Is(err, ErrOpen) {
				t.Fatal(err)
			}
		},
	})
}
