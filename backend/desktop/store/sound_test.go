package store

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
)

// spoil damages a page in the middle of the file and puts its time back, as a
// failing disk does.
func spoil(t *testing.T, dir string, keepTime bool) {
	t.Helper()
	path := filepath.Join(dir, fileName)
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := len(b) - 3*4096
	for i := at; i < at+2*4096; i++ {
		b[i] = 0xa5
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if keepTime {
		if err := os.Chtimes(path, time.Time{}, st.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
}

// filled is a profile with something on many pages.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	db := openAt(t, dir)
	for i := range 40 {
		if err := db.SetSetting(t.Context(), "s"+strconv.Itoa(i), strings.Repeat("x", 3000)); err != nil {
			t.Fatal(err)
		}
	}
	closeDB(t, db)
	return dir
}

func TestADamageThatNothingShowsIsFoundBesideTheWorkAndStopsTheWriting(t *testing.T) {
	dir := filled(t)
	spoil(t, dir, true)
	db := openAt(t, dir)
	defer closeDB(t, db)
	if err := db.SetSetting(t.Context(), "before", 1); err != nil {
		t.Fatal(err)
	}
	if err := db.Check(t.Context()); akno.CodeOf(err) != akno.BadFile {
		t.Fatalf("got %v", err)
	}
	if err := db.SetSetting(t.Context(), "after", 1); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("a damaged file takes what a person types: %v", err)
	}
	before := 0
	if err := db.Setting(t.Context(), "before", &before); err != nil || before != 1 {
		t.Errorf("what can be read is not: %d %v", before, err)
	}
}

func TestAProfileThatFailedItsCheckIsReadThroughAtTheNextOpening(t *testing.T) {
	dir := filled(t)
	spoil(t, dir, true)
	db := openAt(t, dir)
	if err := db.Check(t.Context()); akno.CodeOf(err) != akno.BadFile {
		t.Fatalf("got %v", err)
	}
	closeDB(t, db)
	if _, err := Open(t.Context(), dir, testKey); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("got %v", err)
	}
}

func TestAfterACrashOrAChangeFromOutsideTheFileIsReadFirst(t *testing.T) {
	for name, unsettle := range map[string]func(t *testing.T, dir string){
		"another program wrote it": func(t *testing.T, dir string) { spoil(t, dir, false) },
		"it was not closed": func(t *testing.T, dir string) {
			spoil(t, dir, true)
			if err := os.Remove(filepath.Join(dir, closedName)); err != nil {
				t.Fatal(err)
			}
		},
		"a log is left": func(t *testing.T, dir string) {
			spoil(t, dir, true)
			if err := os.WriteFile(filepath.Join(dir, fileName+"-wal"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"the note is half": func(t *testing.T, dir string) {
			spoil(t, dir, true)
			if err := os.WriteFile(filepath.Join(dir, closedName), []byte(`{"size":`), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			unsettle(t, dir)
			if _, err := Open(t.Context(), dir, testKey); akno.CodeOf(err) != akno.BadFile {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestASoundProfileIsReadThroughOnce(t *testing.T) {
	dir := filled(t)
	db := openAt(t, dir)
	if db.sound.Load() {
		t.Error("closed in order and read through before it opened")
	}
	if _, err := os.Stat(filepath.Join(dir, closedName)); !os.IsNotExist(err) {
		t.Errorf("in use and noted as closed: %v", err)
	}
	if err := db.Check(t.Context()); err != nil || !db.sound.Load() {
		t.Errorf("%v", err)
	}
	closeDB(t, db)
}
