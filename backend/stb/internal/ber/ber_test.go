package ber_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"akno/backend/stb/internal/ber"
)

func octets(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDERFormOfEveryKindOfElement(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"already DER":         {"300502010a0500", "300502010a0500"},
		"indefinite":          {"308002010a05000000", "300502010a0500"},
		"nested indefinite":   {"30803080050000000000", "300430020500"},
		"long length":         {"308400000003020101", "3003020101"},
		"long length inside":  {"300402810101", "3003020101"},
		"pieces":              {"24800401aa24030401bb0000", "0402aabb"},
		"no pieces":           {"24800000", "0400"},
		"empty":               {"3000", "3000"},
		"context constructed": {"a0800401010000", "a003040101"},
	} {
		in := octets(t, tc.in)
		e, rest, err := ber.Read(in)
		if err != nil || len(rest) != 0 || !bytes.Equal(e.Raw, in) {
			t.Errorf("%s: %v, rest %x", name, err, rest)
			continue
		}
		got, err := e.DER()
		if err != nil || hex.EncodeToString(got) != tc.want {
			t.Errorf("%s: %x %v, want %s", name, got, err, tc.want)
		}
	}
}

func TestMalformedElementsAreRefused(t *testing.T) {
	for name, in := range map[string]string{
		"nothing": "", "no length": "30", "cut": "3005020101", "long form cut": "3082", "reserved length": "30ff00",
		"indefinite primitive": "0480000000", "indefinite without end": "30800500", "high tag": "1f8100",
		"end of contents alone": "0000", "length of five octets": "30850100000000",
	} {
		if _, _, err := ber.Read(octets(t, in)); !errors.Is(err, ber.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e, _, err := ber.Read(octets(t, "2403020101"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Octets(); !errors.Is(err, ber.ErrMalformed) {
		t.Errorf("a string of integers: %v", err)
	}
	if _, err := e.DER(); !errors.Is(err, ber.ErrMalformed) {
		t.Errorf("DER of a string of integers: %v", err)
	}
}

func TestLimitsHold(t *testing.T) {
	deep := append(bytes.Repeat([]byte{0x30, 0x80}, ber.MaxDepth+2), make([]byte, 2*(ber.MaxDepth+2))...)
	if _, _, err := ber.Read(deep); !errors.Is(err, ber.ErrLimit) {
		t.Errorf("deep: %v", err)
	}
	e, _, err := ber.Read(octets(t, "3006050005000500"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Children(2); !errors.Is(err, ber.ErrLimit) {
		t.Errorf("three children of at most two: %v", err)
	}
	if list, err := e.Children(3); err != nil || len(list) != 3 {
		t.Errorf("three children: %v", err)
	}
	if _, err := list0(e).Children(1); !errors.Is(err, ber.ErrMalformed) {
		t.Errorf("children of NULL: %v", err)
	}
}

func list0(e ber.Element) ber.Element {
	list, _ := e.Children(3)
	return list[0]
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"308002010a05000000", "24800401aa240304010b0000", "308400000003020101"} {
		b, _ := hex.DecodeString(s)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, _, err := ber.Read(data)
		if err != nil {
			return
		}
		form, err := e.DER()
		if err != nil {
			return
		}
		again, rest, err := ber.Read(form)
		if err != nil || len(rest) != 0 {
			t.Fatalf("the DER form does not read: %v", err)
		}
		if twice, err := again.DER(); err != nil || !bytes.Equal(twice, form) {
			t.Errorf("DER of DER differs: %x %x %v", form, twice, err)
		}
	})
}
