package bash

import (
	"bytes"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"os"
	"slices"
	"testing"
)

type vector struct {
	Algorithm       string
	Inputs, Outputs map[string]any
}

func unhex(t testing.TB, v any) []byte {
	t.Helper()
	s, ok := v.(string)
	if !ok {
		t.Fatalf("no text: %v", v)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func standardVectors(t testing.TB, algorithm string, want int) (list []vector) {
	t.Helper()
	raw, err := os.ReadFile("../testdata/stb_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Vectors {
		if v.Algorithm == algorithm {
			list = append(list, v)
		}
	}
	if len(list) != want {
		t.Fatalf("%s: %d entries, want %d", algorithm, len(list), want)
	}
	return list
}

func TestPermutationMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bash-f", 1) {
		s := [StateSize]byte(unhex(t, v.Inputs["state"]))
		Permute(&s)
		if !bytes.Equal(s[:], unhex(t, v.Outputs["state"])) {
			t.Errorf("got %X", s)
		}
	}
}

func TestHashesMatchStandard(t *testing.T) {
	for _, c := range []struct {
		name  string
		count int
		hash  func() hash.Hash
		sum   func([]byte) []byte
	}{
		{"bash256", 4, New256, func(b []byte) []byte { s := Sum256(b); return s[:] }},
		{"bash384", 3, New384, func(b []byte) []byte { s := Sum384(b); return s[:] }},
		{"bash512", 4, New512, func(b []byte) []byte { s := Sum512(b); return s[:] }},
	} {
		for _, v := range standardVectors(t, c.name, c.count) {
			msg, want := unhex(t, v.Inputs["msg"]), unhex(t, v.Outputs["hash"])
			if got := c.sum(msg); !bytes.Equal(got, want) {
				t.Errorf("%s of %d octets: got %X, want %X", c.name, len(msg), got, want)
			}
			h := c.hash()
			for _, b := range msg {
				h.Write([]byte{b})
			}
			if got := h.Sum(nil); !bytes.Equal(got, want) || h.Size() != len(want) {
				t.Errorf("%s octet by octet: got %X, want %X", c.name, got, want)
			}
		}
	}
}

func TestHashDoesNotDependOnPieces(t *testing.T) {
	msg := make([]byte, 500)
	for i := range msg {
		msg[i] = byte(i * 11)
	}
	for level := 16; level <= 256; level += 16 {
		h, err := New(level)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(msg); n += 7 {
			h.Reset()
			h.Write(msg[:n])
			want := h.Sum(nil)
			if len(want) != level/4 {
				t.Fatalf("level %d gives %d octets", level, len(want))
			}
			h.Reset()
			for p := msg[:n]; len(p) > 0; p = p[min(50, len(p)):] {
				h.Write(p[:min(50, len(p))])
				h.Sum(nil)
			}
			if got := h.Sum(nil); !bytes.Equal(got, want) {
				t.Fatalf("level %d, length %d: got %X, want %X", level, n, got, want)
			}
		}
	}
	for _, level := range []int{0, 8, 130, 272, -16} {
		if _, err := New(level); !errors.Is(err, ErrLevel) {
			t.Errorf("level %d: %v", level, err)
		}
	}
}

func TestHashSavesAndRestoresState(t *testing.T) {
	for n := range 140 {
		a, b := New256(), New256()
		a.Write(bytes.Repeat([]byte{5}, n))
		saved, err := a.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := b.(encoding.BinaryUnmarshaler).UnmarshalBinary(saved); err != nil {
			t.Fatal(err)
		}
		a.Write([]byte("tail"))
		b.Write([]byte("tail"))
		if !bytes.Equal(a.Sum(nil), b.Sum(nil)) {
			t.Fatalf("length %d: restored state gives another value", n)
		}
		if New384().(encoding.BinaryUnmarshaler).UnmarshalBinary(saved) == nil ||
			b.(encoding.BinaryUnmarshaler).UnmarshalBinary(saved[1:]) == nil {
			t.Fatal("state of another hash accepted")
		}
	}
}

func TestAutomatonHashMatchesStandard(t *testing.T) {
	for name, count := range map[string]int{"bash-prg-hash2562": 4, "bash-prg-hash3841": 3} {
		for _, v := range standardVectors(t, name, count) {
			h, err := NewPrgHash(int(v.Inputs["l"].(float64)), int(v.Inputs["d"].(float64)), unhex(t, v.Inputs["announcement"]))
			if err != nil {
				t.Fatal(err)
			}
			msg, want := unhex(t, v.Inputs["msg"]), unhex(t, v.Outputs["hash"])
			h.Write([]byte("discarded"))
			h.Reset()
			for _, b := range msg {
				h.Write([]byte{b})
			}
			if got := h.Sum(nil); !bytes.Equal(got, want) {
				t.Errorf("%s of %d octets: got %X, want %X", name, len(msg), got, want)
			}
		}
	}
}

func TestThreeAutomataMatchStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bash-prg-3automata", 1) {
		start := func(l, d int, announcement, key []byte) *Automaton {
			a, err := NewAutomaton(l, d, announcement, key)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		alpha := start(256, 2, nil, unhex(t, v.Inputs["key"]))
		alpha.Absorb(unhex(t, v.Inputs["msg_I"]))
		alpha.Ratchet()
		k1 := make([]byte, 16)
		alpha.Squeeze(k1)
		beta := start(128, 1, unhex(t, v.Inputs["announcement1"]), k1)
		gamma := beta.Clone()
		x := unhex(t, v.Inputs["X"])
		y1, y2 := make([]byte, len(x)), make([]byte, len(x))
		if err := beta.Encrypt(y1, x); err != nil {
			t.Fatal(err)
		}
		if err := gamma.Restart(unhex(t, v.Inputs["announcement2"]), nil); err != nil {
			t.Fatal(err)
		}
		if err := gamma.Encrypt(y2, x); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(k1, unhex(t, v.Outputs["K1"])) || !bytes.Equal(y1, unhex(t, v.Outputs["Y1"])) ||
			!bytes.Equal(y2, unhex(t, v.Outputs["Y2"])) {
			t.Errorf("got %X %X %X", k1, y1, y2)
		}
	}
}

func TestAuthenticatedEncryptionMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bash-prg-ae2561", 1) {
		a, k, i := unhex(t, v.Inputs["announcement"]), unhex(t, v.Inputs["key"]), unhex(t, v.Inputs["aad"])
		want := append(unhex(t, v.Outputs["ct"]), unhex(t, v.Outputs["tag"])...)
		got, err := Seal([]byte("head"), 256, 1, a, k, unhex(t, v.Inputs["pt"]), i)
		if err != nil || !bytes.Equal(got[4:], want) || string(got[:4]) != "head" {
			t.Errorf("got %X, %v", got, err)
		}
	}
}

func TestSealedTextOpensOnlyUnchanged(t *testing.T) {
	for _, l := range []int{128, 192, 256} {
		for d := 1; d <= 2; d++ {
			key, ann, data := bytes.Repeat([]byte{1}, l/8), []byte("nonce 01"), []byte("associated")
			for _, n := range []int{0, 1, 100, 168, 500} {
				plain := bytes.Repeat([]byte{7}, n)
				sealed, err := Seal(nil, l, d, ann, key, plain, data)
				if err != nil || len(sealed) != n+l/8 {
					t.Fatal(err)
				}
				got, err := Open(nil, l, d, ann, key, sealed, data)
				if err != nil || !bytes.Equal(got, plain) {
					t.Fatalf("l=%d d=%d n=%d: %v", l, d, n, err)
				}
				for i := 0; i < len(sealed); i += 13 {
					bad := slices.Clone(sealed)
					bad[i] ^= 0x10
					if _, err := Open(nil, l, d, ann, key, bad, data); !errors.Is(err, ErrOpen) {
						t.Fatalf("octet %d: %v", i, err)
					}
				}
				if _, err := Open(nil, l, d, ann, key, sealed, data[1:]); !errors.Is(err, ErrOpen) {
					t.Fatalf("other data: %v", err)
				}
				if _, err := Open(nil, l, d, ann, key, sealed[:l/8-1], data); !errors.Is(err, ErrOpen) {
					t.Fatalf("cut: %v", err)
				}
			}
		}
	}
}

func TestAutomatonRefusesWhatTheStandardDoesNotAllow(t *testing.T) {
	for _, c := range []struct {
		l, d     int
		ann, key int
		want     error
	}{
		{127, 1, 0, 0, ErrLevel},
		{128, 3, 0, 0, ErrLevel},
		{128, 0, 0, 0, ErrLevel},
		{128, 1, 3, 0, ErrPart},
		{128, 1, 64, 0, ErrPart},
		{128, 1, 0, 12, ErrPart},
		{256, 1, 0, 28, ErrPart},
		{256, 1, 0, 64, ErrPart},
	} {
		if _, err := NewAutomaton(c.l, c.d, make([]byte, c.ann), make([]byte, c.key)); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	a, err := NewAutomaton(128, 1, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Encrypt(nil, nil); !errors.Is(err, ErrKeyless) {
		t.Errorf("encrypt without a key: %v", err)
	}
	if err := a.Decrypt(nil, nil); !errors.Is(err, ErrKeyless) {
		t.Errorf("decrypt without a key: %v", err)
	}
	if err := a.Restart(make([]byte, 5), nil); !errors.Is(err, ErrPart) {
		t.Errorf("restart: %v", err)
	}
}

func TestHashDoesNotAllocate(t *testing.T) {
	msg, out := make([]byte, 300), make([]byte, 0, 64)
	h := New256()
	if n := testing.AllocsPerRun(20, func() {
		h.Reset()
		h.Write(msg)
		out = h.Sum(out[:0])
		Sum384(msg)
		Sum512(msg)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPermute(b *testing.B) {
	var s [24]uint64
	for b.Loop() {
		permute(&s)
	}
}

func BenchmarkHash(b *testing.B) {
	msg := make([]byte, 16384)
	for _, c := range []struct {
		name string
		sum  func()
	}{
		{"256", func() { Sum256(msg) }},
		{"384", func() { Sum384(msg) }},
		{"512", func() { Sum512(msg) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(msg)))
			for b.Loop() {
				c.sum()
			}
		})
	}
}
