//go:build !race

package bash

import (
	"bytes"
	"crypto/rand"
	"testing"

	"akno/backend/stb/internal/leftover"
)

func TestAWipedAutomatonLeavesNothingInMemory(t *testing.T) {
	if !leftover.Alone(t) {
		return
	}
	iv, text := make([]byte, 16), bytes.Repeat([]byte{3}, 300)
	keyed := func(use func(s *leftover.Secrets, key []byte)) func(*leftover.Secrets) {
		return func(s *leftover.Secrets) {
			key := make([]byte, 32)
			if _, err := rand.Read(key); err != nil {
				t.Error(err)
			}
			s.Add("key", bytes.Clone(key))
			use(s, key)
			clear(key)
		}
	}
	leftover.Hold(t, "sealed and opened", keyed(func(_ *leftover.Secrets, key []byte) {
		sealed, err := Seal(nil, 256, 1, iv, key, text, text)
		if err != nil {
			t.Error(err)
		}
		if _, err := Open(nil, 256, 1, iv, key, sealed, text); err != nil {
			t.Error(err)
		}
	}))
	leftover.Hold(t, "hashed", keyed(func(_ *leftover.Secrets, key []byte) {
		Sum256(key)
		h := New512()
		h.Write(key)
		h.Sum(nil)
		h.Reset()
	}))
	var a *Automaton
	state := func(wipe bool) func(*leftover.Secrets) {
		return keyed(func(s *leftover.Secrets, key []byte) {
			var err error
			if a, err = NewAutomaton(256, 1, nil, key); err != nil {
				t.Error(err)
			}
			a.Absorb(text)
			a.Ratchet()
			s.Add("state", bytes.Clone(a.s[:]))
			if wipe {
				a.Wipe()
			}
		})
	}
	leftover.Hold(t, "a state", state(true))
	leftover.Control(t, "a state that is not wiped", state(false))
	a.Wipe()
}
