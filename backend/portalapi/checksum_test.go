package portalapi

import "testing"

func TestTheChecksumOfRecordsIsFrozen(t *testing.T) {
	// printf 'order|1|2' | sha256sum
	if got := Checksum(RowSum("order", "1", 2)); got != "f260f794d91626ae" {
		t.Errorf("got %s", got)
	}
	if RowSum("a", "b", 1)+RowSum("a", "b", 2)-RowSum("a", "b", 1) != RowSum("a", "b", 2) {
		t.Error("what was put in cannot be taken out")
	}
	if RowSum("ab", "c", 1) == RowSum("a", "bc", 1) {
		t.Error("kind and id run together")
	}
}
