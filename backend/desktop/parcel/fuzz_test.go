package parcel

import (
	"bytes"
	"testing"

	"akno/backend/akno"
)

// FuzzHead reads what stands in the open. What is taken has one spelling.
func FuzzHead(f *testing.F) {
	f.Fuzz(func(t *testing.T, octets []byte) {
		h, read, err := readHead(bytes.NewReader(octets))
		if err != nil {
			if code := akno.CodeOf(err); code != akno.BadFile && code != akno.WrongState {
				t.Errorf("code %s", code)
			}
			return
		}
		again, err := h.encode()
		if err != nil || !bytes.Equal(again, read) || !bytes.HasPrefix(octets, read) {
			t.Errorf("%q is read as %q", octets, again)
		}
	})
}

// FuzzManifest reads what an enemy who knows the password may write. What is
// taken has one spelling and names nothing that does not come along.
func FuzzManifest(f *testing.F) {
	f.Fuzz(func(t *testing.T, octets []byte) {
		m, err := readManifest(octets, bytes.Contains(octets, []byte(`"commands"`)))
		if err != nil {
			if code := akno.CodeOf(err); code != akno.BadFile {
				t.Errorf("code %s: %v", code, err)
			}
			return
		}
		if again, err := m.encode(); err != nil || !bytes.Equal(again, octets) {
			t.Errorf("%q is read as %q", octets, again)
		}
	})
}

// FuzzContents opens chunks that were tampered with: nothing of them is given.
func FuzzContents(f *testing.F) {
	key := make([]byte, keySize)
	f.Fuzz(func(t *testing.T, octets []byte) {
		s, err := newSealing(key, [32]byte{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.wipe()
		var out bytes.Buffer
		if _, err := out.ReadFrom(s.reader(bytes.NewReader(octets))); err != nil {
			return
		}
		var again bytes.Buffer // what was taken is what this key sealed
		w := s.writer(&again)
		if _, err := w.Write(out.Bytes()); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil || !bytes.Equal(again.Bytes(), octets) {
			t.Errorf("%d octets were taken that nobody sealed", len(octets))
		}
	})
}
