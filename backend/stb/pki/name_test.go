package pki

import (
	"testing"
)

func TestValuesOfNamesAreComparedWithoutCaseAndRepeatedSpaces(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"", "", true},
		{"", "   ", true},
		{"Учебный центр", " УЧЕБНЫЙ\t\u00a0 центр ", true},
		{"Учебный центр", "Учебныйцентр", false},
		{"a b", "a b c", false},
		{"a b c", "a b", false},
		{"a ", "a b", false},
		{"ЁЎІ", "ёўі", true},
		{"straße", "STRASSE", false},
		{"K", "\u212a", true}, // the sign of kelvin
		{"\xff", "\ufffd", true},
	} {
		want := foldedValue(tt.a) == foldedValue(tt.b)
		if got := sameValue(tt.a, tt.b); got != want || got != sameValue(tt.b, tt.a) {
			t.Errorf("%q and %q: %v, folded %v", tt.a, tt.b, got, want)
		}
		if want != tt.same {
			t.Errorf("%q and %q fold to the same: %v", tt.a, tt.b, want)
		}
	}
}

func FuzzSameValue(f *testing.F) {
	f.Add("Учебный  центр", "учебный центр ")
	f.Add("a\u0085b", "A B")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got, want := sameValue(a, b), foldedValue(a) == foldedValue(b); got != want {
			t.Errorf("%q and %q: %v, want %v", a, b, got, want)
		}
	})
}
