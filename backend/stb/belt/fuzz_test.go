package belt

import (
	"bytes"
	"testing"
)

func FuzzSavedState(f *testing.F) {
	h := NewHash().(*digest)
	h.Write(make([]byte, 40))
	saved, err := h.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(saved)
	f.Add(bytes.Repeat([]byte{0xff}, savedState))
	f.Fuzz(func(t *testing.T, data []byte) {
		h := NewHash().(*digest)
		if h.UnmarshalBinary(data) != nil {
			return
		}
		if again, err := h.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%x became %x, %v", data, again, err)
		}
		h.Write(data)
		if n := len(h.Sum(nil)); n != Size {
			t.Errorf("a value of %d octets", n)
		}
	})
}
