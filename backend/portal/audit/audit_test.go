package audit

import (
	"slices"
	"testing"
	"time"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/store"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// chain writes records to two accounts by turns and returns the first one's.
func chain(t *testing.T) []Entry {
	t.Helper()
	db, err := store.Open(t.Context(), testdb.Address(t), clock.Fixed(at))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for i, action := range []string{"register", "sign_in", "view_card", "sign_in"} {
		err := db.Write(t.Context(), func(tx dbx.Tx) error {
			for _, account := range []string{"a", "b"} {
				r := Record{Actor: ByAccount(account), Action: action, Entity: "account:" + account, Ground: "test"}
				if err := Append(t.Context(), tx, account, at.Add(time.Duration(i)*time.Second), r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var out []Entry
	err = db.Read(t.Context(), func(tx dbx.Tx) error {
		out, err = List(t.Context(), tx, "a")
		return err
	})
	if err != nil || len(out) != 4 {
		t.Fatalf("%d entries, %v", len(out), err)
	}
	return out
}

func TestEachAccountHasAChainOfItsOwn(t *testing.T) {
	c := chain(t)
	if n := Verify("a", c); n != 0 {
		t.Errorf("record %d does not fit", n)
	}
	if n := Verify("b", c); n != 1 {
		t.Errorf("the chain passes for another account's: %d", n)
	}
	if c[3].Seq != 4 || !c[3].At.Equal(at.Add(3*time.Second)) || c[2].Action != "view_card" {
		t.Errorf("%+v", c)
	}
}

func TestNothingCanBeChangedRemovedOrPutBetween(t *testing.T) {
	whole := chain(t)
	for _, c := range []struct {
		name  string
		spoil func([]Entry) []Entry
		want  int64
	}{
		{"another actor", func(e []Entry) []Entry { e[1].Actor = "guest"; return e }, 2},
		{"another time", func(e []Entry) []Entry { e[2].At = e[2].At.Add(time.Millisecond); return e }, 3},
		{"letters moved between fields", func(e []Entry) []Entry { e[0].Actor, e[0].Action = e[0].Actor+"r", "egister"; return e }, 1},
		{"a record is gone", func(e []Entry) []Entry { return slices.Delete(e, 1, 2) }, 2},
		{"a record is there twice", func(e []Entry) []Entry { return slices.Insert(e, 1, e[1]) }, 3},
		{"two records change places", func(e []Entry) []Entry { e[1], e[2] = e[2], e[1]; return e }, 2},
		{"the first record is gone", func(e []Entry) []Entry { return e[1:] }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Verify("a", c.spoil(slices.Clone(whole))); got != c.want {
				t.Errorf("found at %d, want %d", got, c.want)
			}
		})
	}
}
