package belt

import (
	"bytes"
	"crypto/cipher"
	"math/rand/v2"
	"testing"
)

func TestBlocksWorkedOnAtOnceAreThoseWorkedOnAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(34, 31))
	for range 2000 {
		var k, m [8]uint32
		for i := range k {
			k[i], m[i] = rng.Uint32(), rng.Uint32()
		}
		var b, one [3][4]uint32
		for i := range b {
			for j := range b[i] {
				b[i][j] = rng.Uint32()
			}
			one[i] = b[i]
			encrypt(&k, &one[i])
		}
		back := one
		for i := range back {
			decrypt(&k, &back[i])
		}
		if back != b {
			t.Fatalf("%x encrypts to %x and decrypts to %x", b, one, back)
		}
		two, three := b, b
		encrypt3(&k, &three[0], &three[1], &three[2])
		encrypt2(&k, &m, &two[0], &two[1])
		other := b[1]
		encrypt(&m, &other)
		if three != one || two[0] != one[0] || two[1] != other {
			t.Fatalf("of %x come %x alone, %x by two, %x by three", b, one, two, three)
		}
		two, three = one, one
		decrypt3(&k, &three[0], &three[1], &three[2])
		decrypt2(&k, &two[0], &two[1])
		if three != b || two[0] != b[0] || two[1] != b[1] {
			t.Fatalf("of %x come %x by two, %x by three", one, two, three)
		}
	}
}

func TestStreamsDoNotDependOnPieces(t *testing.T) {
	c, err := NewCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	iv, text := make([]byte, BlockSize), make([]byte, 300)
	for i := range text {
		text[i] = byte(7 * i)
	}
	for name, start := range map[string]func([]byte) cipher.Stream{
		"ctr": c.NewCTR, "cfb encrypt": c.NewCFBEncrypter, "cfb decrypt": c.NewCFBDecrypter,
	} {
		want := make([]byte, len(text))
		alone := start(iv)
		for i := range want { // octet by octet no two blocks go at once
			alone.XORKeyStream(want[i:i+1], text[i:i+1])
		}
		for n := range len(text) {
			got := bytes.Clone(text)
			s := start(iv)
			s.XORKeyStream(got[:n], got[:n])
			s.XORKeyStream(got[n:], got[n:])
			if !bytes.Equal(got, want) {
				t.Fatalf("%s, cut at %d: %x, want %x", name, n, got, want)
			}
		}
	}
}
