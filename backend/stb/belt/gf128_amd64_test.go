//go:build !purego

package belt

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestVariantsOfTheMultiplicationAreEqual(t *testing.T) {
	if !carryless {
		t.Log("this processor does not multiply polynomials: there is one variant")
	}
	rng := rand.New(rand.NewPCG(34, 128))
	elements := []element{{}, {1, 0}, {0, 1 << 63}, {^uint64(0), ^uint64(0)}}
	for i := range 64 {
		elements = append(elements, element{1 << i, 0}, element{0, 1 << i})
	}
	for range 60 {
		elements = append(elements, element{rng.Uint64(), rng.Uint64()})
	}
	long := make([]byte, 40*BlockSize+BlockSize-1)
	for i := range long {
		long[i] = byte(rng.Uint32())
	}
	for _, a := range elements {
		for _, b := range elements {
			f := newFactor(b)
			if got, want := f.take(a, make([]byte, BlockSize)), f.times(a); got != want {
				t.Fatalf("%x times %x is %x, want %x", a, b, got, want)
			}
		}
		f := newFactor(a)
		for n := range 5 * BlockSize {
			if got, want := f.take(elements[n%len(elements)], long[:n]), f.takePlain(elements[n%len(elements)], long[:n]); got != want {
				t.Fatalf("%d octets under %x: %x, want %x", n, a, got, want)
			}
		}
		if got, want := f.take(a, long), f.takePlain(a, long); got != want {
			t.Fatalf("%d octets under %x: %x, want %x", len(long), a, got, want)
		}
	}
}

func TestTheMultiplicationReadsNothingBehindItsBlocksAndWritesNoneOfThem(t *testing.T) {
	b := bytes.Repeat([]byte{0x5a}, 5*BlockSize)
	f := newFactor(element{3, 5})
	one := f.take(element{7, 9}, b[:BlockSize+3])
	clear(b[BlockSize:])
	if two := f.take(element{7, 9}, b[:BlockSize+3]); one != two || !bytes.Equal(b[:BlockSize], bytes.Repeat([]byte{0x5a}, BlockSize)) {
		t.Errorf("%x and %x", one, two)
	}
	if got := f.take(element{7, 9}, nil); got != (element{7, 9}) {
		t.Errorf("nothing changed it to %x", got)
	}
}
