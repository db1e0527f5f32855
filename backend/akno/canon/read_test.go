package canon

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"akno/backend/akno/form"
	"akno/backend/akno/workdays"

	"github.com/google/go-cmp/cmp"
)

// frozen returns the submissions of testdata.
func frozen(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/frozen/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	var out [][]byte
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, raw)
	}
	return out
}

// rich is a submission that has everything.
func rich(t testing.TB) []byte {
	t.Helper()
	s := Submission{Format: Format, Sections: []Section{}, Attachments: []Attachment{{Field: "f", Name: "n \"x\"", MediaType: "m", Size: 12, SHA256: "s"}}}
	if err := s.AsOf.UnmarshalText([]byte("2026-11-20")); err != nil {
		t.Fatal(err)
	}
	s.Applicant = Applicant{Kind: "k", Name: "Ў\\", BirthDate: "1", Document: "2", PersonalNumber: "3", Represented: "4", UNP: "5"}
	s.Order, s.Payment = &Order{Code: "1", Amount: 4500}, &Payment{Operation: "7", Receipt: "r"}
	s.Sections = append(s.Sections, Section{ID: "x", Answers: []Answer{
		{Field: "flag", Value: form.Flag(true)},
		{Field: "none"},
		{Field: "text", Text: "\n\t😀\u2028", Value: form.Text("a\"]},{\\")},
		{Field: "long", Value: form.Text(string(bytes.Repeat([]byte("ў"), 3000)))},
		{Field: "list", Value: form.ListOf(form.Text("a]"), form.ListOf())},
		{Field: "record", Value: form.RecordOf(map[string]form.Value{"b": form.Text("}"), "a": form.ListOf(form.Text(`"`))})},
		{Field: "table", Rows: [][]Answer{{{Field: "cell", Text: "x"}, {Field: "cell", Value: form.Text("y")}}, {}}},
	}}, Section{ID: "none", Answers: []Answer{}})
	raw, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Whatever is canonical is read in place, and as encoding/json reads it; what is not
// is left to the other reader or found out by writing it again.
func sameReading(t *testing.T, raw []byte) (inPlace bool) {
	t.Helper()
	s, ok := read(raw)
	want, err := decode(raw)
	again, werr := s.Encode()
	if !ok || werr != nil || !bytes.Equal(raw, again) {
		return false
	}
	if err != nil {
		t.Fatalf("%q is read in place, and else: %v", raw, err)
	}
	if diff := cmp.Diff(want, s, cmp.Comparer(func(a, b workdays.Date) bool { return a == b })); diff != "" {
		t.Errorf("%q: %s", raw, diff)
	}
	return true
}

func TestCanonicalSubmissionsAreReadInPlace(t *testing.T) {
	for _, raw := range append(frozen(t), rich(t)) {
		if !sameReading(t, raw) {
			t.Errorf("not read in place: %s", raw)
		}
		for cut := range len(raw) { // no beginning of one is one
			if _, ok := read(raw[:cut]); ok {
				t.Fatalf("%q was read", raw[:cut])
			}
		}
	}
}

func TestOctetsThatAreNotCanonicalAreNotTaken(t *testing.T) {
	raw := frozen(t)[0]
	for at := 0; at < len(raw); at += 7 {
		for _, c := range []byte{'"', '\\', '{', '}', ']', ',', ' ', 0, 0xff} {
			if raw[at] == c {
				continue
			}
			changed := bytes.Clone(raw)
			changed[at] = c
			if _, err := Parse(changed); err == nil {
				sameReading(t, changed)
			}
		}
	}
}

func FuzzReadInPlace(f *testing.F) {
	for _, raw := range append(frozen(f), rich(f)) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in := sameReading(t, raw)
		if _, err := Parse(raw); err != nil && in && bytes.Contains(raw, []byte(`"format":"`+Format+`"`)) && len(raw) <= MaxSize {
			t.Errorf("%q: %v", raw, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	raw := frozen(b)[0]
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}
