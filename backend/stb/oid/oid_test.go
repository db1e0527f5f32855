package oid

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"slices"
	"testing"
)

func TestDERAgreesWithTheStandardLibrary(t *testing.T) {
	for _, e := range append(slices.Clone(table), entry{asn1.ObjectIdentifier{2, 999, 1 << 30}, "large"}) {
		want, err := asn1.Marshal(e.id)
		if err != nil {
			t.Fatal(err)
		}
		if got := DER(e.id); !bytes.Equal(got, want) {
			t.Errorf("%s: got %X, want %X", e.name, got, want)
		}
	}
}

func TestHashIdentifiersAreThoseOfTheStandard(t *testing.T) {
	for want, got := range map[string][]byte{
		"06092a7000020022651f51": BeltHashDER,
		"06092a7000020022654d0b": Bash256DER,
		"06092a7000020022654d0c": Bash384DER,
		"06092a7000020022654d0d": Bash512DER,
	} {
		if hex.EncodeToString(got) != want {
			t.Errorf("got %x, want %s", got, want)
		}
	}
}

func TestDERRefusesWhatIsNoIdentifier(t *testing.T) {
	for _, id := range []asn1.ObjectIdentifier{nil, {1}, {3, 1}, {1, 40}, {-1, 2}, {1, -2}, {1, 2, -3}, make(asn1.ObjectIdentifier, 200)} {
		if DER(id) != nil {
			t.Errorf("%v encoded", id)
		}
	}
}

func TestNamesAndIdentifiersAreUnique(t *testing.T) {
	list := table
	if len(names) != len(list) {
		t.Fatalf("%d different identifiers of %d", len(names), len(list))
	}
	for _, e := range list {
		got, ok := ByName(e.name)
		if !ok || !got.Equal(e.id) {
			t.Errorf("%s: got %v, want %v", e.name, got, e.id)
		}
		if Name(e.id) != e.name {
			t.Errorf("%v is called %s, want %s", e.id, Name(e.id), e.name)
		}
	}
	if _, ok := ByName("no such name"); ok {
		t.Error("unknown name found")
	}
	if got := Name(asn1.ObjectIdentifier{1, 2, 3}); got != "1.2.3" {
		t.Errorf("unknown identifier is called %s", got)
	}
	if len(Names()) != len(list) {
		t.Errorf("%d names, want %d", len(Names()), len(list))
	}
}
