package belt

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
)

// vector is one entry of stb_vectors.json.
type vector struct {
	Algorithm string
	Direction string
	Inputs    map[string]any
	Outputs   map[string]any
}

func (v vector) in(t testing.TB, name string) []byte  { return octets(t, v.Inputs, name) }
func (v vector) out(t testing.TB, name string) []byte { return octets(t, v.Outputs, name) }
func (v vector) has(name string) bool                 { _, ok := v.Inputs[name]; return ok }
func (v vector) num(t testing.TB, name string) int {
	t.Helper()
	f, ok := v.Inputs[name].(float64)
	if !ok {
		t.Fatalf("%s: no number %q", v.Algorithm, name)
	}
	return int(f)
}

func octets(t testing.TB, m map[string]any, name string) []byte {
	t.Helper()
	s, ok := m[name].(string)
	if !ok {
		t.Fatalf("no text %q in %v", name, m)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// standardVectors returns the entries of the standards' appendices for one
// algorithm and fails when there are fewer than want.
func standardVectors(t testing.TB, algorithm string, want int) []vector {
	t.Helper()
	raw, err := os.ReadFile("../testdata/stb_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var list []vector
	for _, v := range file.Vectors {
		if v.Algorithm == algorithm {
			list = append(list, v)
		}
	}
	if len(list) < want {
		t.Fatalf("%s: %d entries, want at least %d", algorithm, len(list), want)
	}
	return list
}
