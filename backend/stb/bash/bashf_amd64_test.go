//go:build !purego

package bash

import (
	"math/rand/v2"
	"testing"
)

// variants are the implementations this processor can run, by name.
func variants() map[string]func(*[24]uint64) {
	list := map[string]func(*[24]uint64){"plain": permutePlain}
	if best >= avx2 {
		list["AVX2"] = func(s *[24]uint64) { permuteAVX2(s, &constants) }
	}
	if best >= avx512 {
		list["AVX-512"] = func(s *[24]uint64) { permuteAVX512(s, &constants) }
	}
	return list
}

func TestVariantsOfThePermutationAreEqual(t *testing.T) {
	rng := rand.New(rand.NewPCG(34, 77))
	states := [][24]uint64{{}}
	for i := range 24 { // one bit in every word, and all but one
		var one, rest [24]uint64
		for j := range rest {
			rest[j] = ^uint64(0)
		}
		one[i], rest[i] = 1<<(i*5%64), ^uint64(1<<(i*7%64))
		states = append(states, one, rest)
	}
	for range 2000 {
		var s [24]uint64
		for j := range s {
			s[j] = rng.Uint64()
		}
		states = append(states, s)
	}
	for name, f := range variants() {
		for _, s := range states {
			want, got := s, s
			permutePlain(&want)
			f(&got)
			if got != want {
				t.Fatalf("%s: of %x comes %x, want %x", name, s, got, want)
			}
		}
	}
}

func TestVariantsTouchNothingButTheState(t *testing.T) {
	for name, f := range variants() {
		var room [3][24]uint64
		for i := range room {
			for j := range room[i] {
				room[i][j] = uint64(i*100 + j)
			}
		}
		before, list := room, constants
		f(&room[1])
		if room[0] != before[0] || room[2] != before[2] || room[1] == before[1] || constants != list {
			t.Errorf("%s writes beside the state", name)
		}
	}
}

func BenchmarkVariants(b *testing.B) {
	for name, f := range variants() {
		b.Run(name, func(b *testing.B) {
			var s [24]uint64
			for b.Loop() {
				f(&s)
			}
		})
	}
}
