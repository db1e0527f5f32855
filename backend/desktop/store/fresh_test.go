package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
)

// twoStates are the octets of a database that was closed in order, before and after
// one value was changed for one as long, so that every mixture is a sound database.
func twoStates(t *testing.T, dir string) (before, after []byte) {
	t.Helper()
	path := filepath.Join(dir, fileName)
	read := func() []byte {
		octets, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return octets
	}
	before = read()
	db := openAt(t, dir)
	if err := db.SetSetting(t.Context(), "s20", strings.Repeat("y", 3000)); err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)
	return before, read()
}

// put lays octets in the place of the database as if nothing had happened.
func put(t *testing.T, dir string, octets []byte) {
	t.Helper()
	path := filepath.Join(dir, fileName)
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(path, octets, 0o600), os.Chtimes(path, time.Time{}, st.ModTime())); err != nil {
		t.Fatal(err)
	}
}

// mixed is the newer state with one page of the older: one that was changed, which
// is not the first.
func mixed(t *testing.T, before, after []byte) []byte {
	t.Helper()
	const block = 4120
	out := bytes.Clone(after)
	for at := block; at+block <= len(before); at += block {
		if !bytes.Equal(before[at:at+block], after[at:at+block]) {
			copy(out[at:], before[at:at+block])
			return out
		}
	}
	t.Fatal("no page was changed")
	return nil
}

func TestAnOlderPageInThePlaceOfANewerOneIsFound(t *testing.T) {
	for name, lay := range map[string]func(t *testing.T, before, after []byte) []byte{
		"one page":       mixed,
		"the whole file": func(_ *testing.T, before, _ []byte) []byte { return before },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			before, after := twoStates(t, dir)
			put(t, dir, lay(t, before, after))
			db := openAt(t, dir)
			if err := db.Check(t.Context()); akno.CodeOf(err) != akno.BadFile {
				t.Fatalf("got %v", err)
			}
			if err := db.SetSetting(t.Context(), "after", 1); akno.CodeOf(err) != akno.BadFile {
				t.Errorf("it takes what a person types: %v", err)
			}
			if err := db.Keep(t.Context(), clock.System()); akno.CodeOf(err) != akno.BadFile {
				t.Errorf("a copy is made of it: %v", err)
			}
			closeDB(t, db)
			for n := range 3 { // until a person decides
				if _, err := Open(t.Context(), dir, testKey); akno.CodeOf(err) != akno.BadFile || akno.FieldsOf(err)["profile"] != "older" {
					t.Errorf("opening %d after it: %v", n, err)
				}
			}
			if err := AcceptOlder(dir); err != nil {
				t.Fatal(err)
			}
			db = openAt(t, dir)
			if err := errors.Join(db.Check(t.Context()), db.SetSetting(t.Context(), "after", 1)); err != nil {
				t.Errorf("accepted, it does not go on: %v", err)
			}
			closeDB(t, db)
			closeDB(t, openAt(t, dir))
		})
	}
}

func TestAnOlderPageIsFoundAlsoWhenTheTimeOfTheFileTellsOfAChange(t *testing.T) {
	dir := filled(t)
	before, after := twoStates(t, dir)
	if err := os.WriteFile(filepath.Join(dir, fileName), mixed(t, before, after), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, testKey); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("got %v", err)
	}
}

func TestACopyTakesThePlaceOfADatabaseWithAnOlderPage(t *testing.T) {
	dir := filled(t)
	db := openAt(t, dir)
	if err := db.Keep(t.Context(), clock.System()); err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)
	before, after := twoStates(t, dir)
	put(t, dir, mixed(t, before, after))
	db = openAt(t, dir)
	if err := db.Check(t.Context()); akno.CodeOf(err) != akno.BadFile {
		t.Fatalf("got %v", err)
	}
	closeDB(t, db)
	db = openAt(t, dir)
	if db.Restored().IsZero() {
		t.Error("nobody is told")
	}
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
	closeDB(t, db)
}

func TestASoundDatabaseIsNeverTakenForAnOlderOne(t *testing.T) {
	dir := filled(t)
	r := rand.New(rand.NewPCG(7, 7))
	for round := range 15 { // each of the cases below, and two of them together
		db := openAt(t, dir)
		if round%3 == 0 { // sometimes nothing is compared until the end
			if err := db.Check(t.Context()); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		for range r.IntN(8) {
			name := fmt.Sprint("s", r.IntN(60))
			if err := db.SetSetting(t.Context(), name, strings.Repeat("z", r.IntN(9000))); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		for _, act := range []string{`DELETE FROM setting WHERE name > 's4'`, `VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
			if r.IntN(5) > 0 {
				continue
			}
			if _, err := db.rw.Exec(act); err != nil {
				t.Fatalf("round %d, %s: %v", round, act, err)
			}
		}
		if round%4 == 0 {
			if err := db.Keep(t.Context(), clock.System().Add(2*copyOften)); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		if round%5 == 0 {
			if err := db.Check(t.Context()); err != nil {
				t.Fatalf("round %d, after the work: %v", round, err)
			}
		}
		closeDB(t, db)
		if !db.Restored().IsZero() {
			t.Fatalf("round %d was restored", round)
		}
	}
}

func TestTheNoteOfAnEarlierProgramSaysNothingOfPages(t *testing.T) {
	dir := filled(t)
	// An earlier program takes the note away, works, and leaves one of its own.
	stale, err := os.ReadFile(filepath.Join(dir, pagesName))
	if err != nil {
		t.Fatal(err)
	}
	twoStates(t, dir)
	st, err := fileState(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	writeNote(filepath.Join(dir, fileName), st)
	if err := os.WriteFile(filepath.Join(dir, pagesName), stale, 0o600); err != nil {
		t.Fatal(err)
	}
	db := openAt(t, dir)
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
	closeDB(t, db)
}
