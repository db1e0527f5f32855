package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"akno/backend/internal/clock"
)

// costly tells inputs that ask for long work in honest ways: they are not what is
// looked for.
func costly(v any) bool {
	switch x := v.(type) {
	case map[string]any:
		for _, e := range x {
			if costly(e) {
				return true
			}
		}
	case []any:
		for _, e := range x {
			if costly(e) {
				return true
			}
		}
	case float64:
		return x > 1000
	}
	return false
}

func FuzzVectors(f *testing.F) {
	for _, name := range []string{"stb_vectors.json", "bee2_vectors.json", "pki-dev/keys/bels_vectors.json"} {
		raw, err := os.ReadFile(filepath.Join(stbData, filepath.FromSlash(name)))
		if err != nil {
			f.Fatal(err)
		}
		var file struct{ Vectors []json.RawMessage }
		if err := json.Unmarshal(raw, &file); err != nil {
			f.Fatal(err)
		}
		seen := map[string]bool{}
		for _, v := range file.Vectors {
			var entry testVector
			if err := json.Unmarshal(v, &entry); err != nil {
				f.Fatal(err)
			}
			if !seen[entry.Algorithm] && len(v) < 2000 {
				f.Add([]byte(v))
			}
			seen[entry.Algorithm] = true
		}
	}
	f.Fuzz(func(t *testing.T, entry []byte) {
		var any any
		if json.Unmarshal(entry, &any) != nil || costly(any) {
			return
		}
		file := bytes.Join([][]byte{[]byte(`{"tests":[`), entry, []byte(`,{}]}`)}, nil)
		var out, diagnostics bytes.Buffer
		e := &env{in: bytes.NewReader(file), out: &out, err: &diagnostics, now: clock.System}
		if status := run([]string{"vectors", "-"}, e); status != exitYes {
			t.Fatalf("status %d: %s", status, diagnostics.String())
		}
		var first, second result
		d := json.NewDecoder(&out)
		if err := d.Decode(&first); err != nil {
			t.Fatal(err)
		}
		if err := d.Decode(&second); err != nil || second.I != 1 || !second.Unsupported || d.More() {
			t.Errorf("%v %+v", err, second)
		}
		answers := 0
		for _, is := range []bool{first.Unsupported, first.Result != "", first.Outputs != nil} {
			if is {
				answers++
			}
		}
		if first.I != 0 || answers != 1 {
			t.Errorf("%s: %+v", entry, first)
		}
	})
}
