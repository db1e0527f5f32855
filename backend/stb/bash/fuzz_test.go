package bash

import (
	"bytes"
	"testing"
)

func FuzzSavedState(f *testing.F) {
	for _, level := range []int{16, 128, 256} {
		h := newDigest(level)
		h.Write(make([]byte, 40))
		saved, err := h.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(saved)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, level := range []int{16, 128, 192, 256} {
			h := newDigest(level)
			if h.UnmarshalBinary(data) != nil {
				continue
			}
			if again, err := h.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
				t.Errorf("%x became %x, %v", data, again, err)
			}
			h.Write(data)
			if n := len(h.Sum(nil)); n != level/4 {
				t.Errorf("a value of %d octets", n)
			}
		}
	})
}

func FuzzOpen(f *testing.F) {
	key := bytes.Repeat([]byte{7}, 32)
	for _, d := range []int{1, 2} {
		sealed, err := Seal(nil, 128, d, nil, key, []byte("plain"), []byte("data"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(d, []byte{}, sealed, []byte("data"))
	}
	f.Fuzz(func(t *testing.T, d int, announcement, sealed, data []byte) {
		plain, err := Open(nil, 128, d, announcement, key, sealed, data)
		if err != nil {
			return
		}
		if again, err := Seal(nil, 128, d, announcement, key, plain, data); err != nil || !bytes.Equal(again, sealed) {
			t.Errorf("%x opened, and is %x when sealed again, %v", sealed, again, err)
		}
	})
}
