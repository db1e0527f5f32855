package ids

import (
	"slices"
	"testing"
	"time"
)

func TestNew(t *testing.T) {
	start := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	var made []string
	for i := range 200 {
		id := New(start.Add(time.Duration(i) * time.Millisecond))
		if !Valid(id) {
			t.Fatalf("New made %q, which Valid refuses", id)
		}
		made = append(made, id)
	}
	if !slices.IsSorted(made) {
		t.Error("identifiers made later do not sort later")
	}
	if len(slices.Compact(made)) != 200 {
		t.Error("an identifier was made twice")
	}
}

func TestValidRefuses(t *testing.T) {
	for _, s := range []string{
		"", "0", "0193f0a0-0000-7000-8000-00000000000", "0193f0a0-0000-4000-8000-000000000000",
		"0193F0A0-0000-7000-8000-000000000000", "0193f0a0-0000-7000-c000-000000000000",
		"0193f0a0 0000-7000-8000-000000000000", "0193f0a0-0000-7000-8000-00000000000g",
	} {
		if Valid(s) {
			t.Errorf("Valid(%q) = true", s)
		}
	}
}
