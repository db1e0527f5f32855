package pack

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"akno/backend/akno/workdays"
)

var day = workdays.MustParse("2026-11-21")

func build(t testing.TB, serial int, items ...string) *Bundle {
	t.Helper()
	var list []Item
	for _, it := range items {
		name, octets, _ := strings.Cut(it, "=")
		list = append(list, Item{Name: name, Octets: []byte(octets)})
	}
	b, err := Build(day, serial, list)
	if err != nil {
		t.Fatal(err)
	}
	b.Signature = []byte("signed")
	return b
}

// signed accepts what build made.
func signed(_, signature []byte) error {
	if string(signature) != "signed" {
		return errors.New("not the publisher's")
	}
	return nil
}

func TestABundleReadsBack(t *testing.T) {
	b := build(t, 1, `b={"b":1}`, `a={"a":1}`, `c={"a":1}`)
	back, err := Read(b.Raw, b.Signature, b.Lines())
	if err != nil {
		t.Fatal(err)
	}
	v, err := back.Verify(signed)
	if err != nil || v.Hash() != b.Hash() {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": `{"a":1}`, "b": `{"b":1}`, "c": `{"a":1}`} {
		if got, ok := v.Item(name); !ok || string(got) != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	if _, ok := v.Item("d"); ok {
		t.Error("an item that is not there was found")
	}
	if n := bytes.Count(b.Lines(), []byte("\n")); n != 2 {
		t.Errorf("%d lines for two octet strings", n)
	}
}

func TestAnUpdateIsWhatChanged(t *testing.T) {
	old, next := build(t, 1, "a=1", "b=2", "c=3"), build(t, 2, "a=1", "b=22", "d=4")
	fetched, err := Parse(next.Raw, next.Signature)
	if err != nil {
		t.Fatal(err)
	}
	fetched.Take(old)
	missing := fetched.Missing()
	if len(missing) != 2 {
		t.Fatalf("%d items are fetched of 3, and one is here", len(missing))
	}
	if _, err := fetched.Verify(signed); !errors.Is(err, ErrItem) {
		t.Errorf("an update with holes is taken: %v", err)
	}
	for _, hash := range missing {
		octets, _ := next.Octets(hash)
		if err := fetched.Add(octets); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := fetched.Verify(signed); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotTheManifestIsRefused(t *testing.T) {
	b := build(t, 1, "a=1", "b=2")
	for name, change := range map[string]func(string) string{
		"another word":      func(s string) string { return strings.Replace(s, Format, "akno.packs/2", 1) },
		"no serial":         func(s string) string { return strings.Replace(s, `"serial":1`, `"serial":0`, 1) },
		"an unknown member": func(s string) string { return strings.Replace(s, `"serial"`, `"x":1,"serial"`, 1) },
		"no items":          func(s string) string { return s[:strings.Index(s, `"items"`)] + `"items":[]}` },
		"twice the same":    func(s string) string { return strings.Replace(s, `"name":"b"`, `"name":"a"`, 1) },
		"more behind it":    func(s string) string { return s + "{}" },
		"no JSON":           func(s string) string { return s[1:] },
		"an impossible day": func(s string) string { return strings.Replace(s, "2026-11-21", "2026-02-30", 1) },
		"a size of nothing": func(s string) string { return strings.Replace(s, `"size":1`, `"size":0`, 1) },
	} {
		if _, err := Parse([]byte(change(string(b.Raw))), nil); !errors.Is(err, ErrManifest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.Add([]byte("3")); !errors.Is(err, ErrItem) {
		t.Errorf("a foreign item: %v", err)
	}
	b.Signature = []byte("forged")
	if _, err := b.Verify(signed); err == nil {
		t.Error("a forged signature passes")
	}
	if _, err := Read(b.Raw, b.Signature, []byte("1\n9\n")); !errors.Is(err, ErrItem) {
		t.Errorf("a changed item: %v", err)
	}
}

func TestCanonicalIsOneSpelling(t *testing.T) {
	got, err := Canonical(map[string]any{"b": 1, "a": []any{"<ў>", true, nil}, "c": map[string]int{}})
	if err != nil || string(got) != `{"a":["<ў>",true,null],"b":1,"c":{}}` {
		t.Errorf("%s, %v", got, err)
	}
}

// A manifest comes from the network before its signature is judged.
func FuzzParse(f *testing.F) {
	b := build(f, 1, "a=1", "b=2")
	f.Add(b.Raw)
	f.Add([]byte(`{"format":"akno.packs/1","issued":"2026-11-21","serial":1,"items":[{"name":"a","sha256":"","size":1}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := Parse(raw, nil)
		if err != nil {
			return
		}
		if len(b.Missing()) == 0 {
			t.Error("nothing is missing of nothing")
		}
		if _, err := b.Verify(func(_, _ []byte) error { return nil }); err == nil {
			t.Error("a bundle without items is whole")
		}
	})
}
