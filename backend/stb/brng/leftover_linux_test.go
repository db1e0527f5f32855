//go:build !race

package brng

import (
	"bytes"
	"crypto/rand"
	"testing"

	"akno/backend/stb/internal/leftover"
)

func TestAWipedGeneratorLeavesNothingInMemory(t *testing.T) {
	if !leftover.Alone(t) {
		return
	}
	iv, out := make([]byte, Size), make([]byte, 100)
	for name, use := range map[string]func(key []byte) func(){
		"CTR": func(key []byte) func() {
			g, err := NewCTR(key, iv)
			if err != nil {
				t.Error(err)
			}
			g.Generate(out)
			return g.Wipe
		},
		"HMAC": func(key []byte) func() {
			g := NewHMAC(key, iv)
			if _, err := g.Read(out); err != nil {
				t.Error(err)
			}
			return g.Wipe
		},
	} {
		keyed := func(end func(wipe func())) func(*leftover.Secrets) {
			return func(s *leftover.Secrets) {
				key := make([]byte, Size)
				if _, err := rand.Read(key); err != nil {
					t.Error(err)
				}
				s.Add("key", bytes.Clone(key))
				wipe := use(key)
				clear(key)
				s.Add("output", bytes.Clone(out))
				clear(out)
				end(wipe)
			}
		}
		leftover.Hold(t, name, keyed(func(wipe func()) { wipe() }))
		if name != "CTR" {
			continue // its key was never kept
		}
		var kept func()
		leftover.Control(t, name+" that is not wiped", keyed(func(wipe func()) { kept = wipe }))
		kept()
	}
}
