package store

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"akno/backend/akno"
)

func TestABlobComesBackWhole(t *testing.T) {
	db := open(t, t.TempDir())
	defer closeDB(t, db)
	data := bytes.Repeat([]byte("scan "), 100_000)
	sum, size, err := db.Blobs().Put(iotest.OneByteReader(bytes.NewReader(data[:1000])), 1000)
	if err != nil || size != 1000 || !db.Blobs().Has(sum) {
		t.Fatalf("%s %d %v", sum, size, err)
	}
	again, _, err := db.Blobs().Put(bytes.NewReader(data[:1000]), 1<<20)
	if err != nil || again != sum {
		t.Errorf("the same octets have another name: %s %v", again, err)
	}
	got, err := db.Blobs().Read(sum)
	if err != nil || !bytes.Equal(got, data[:1000]) {
		t.Errorf("%d octets, %v", len(got), err)
	}
}

func TestARefusedBlobLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	defer closeDB(t, db)
	if _, _, err := db.Blobs().Put(strings.NewReader("12345"), 4); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("got %v", err)
	}
	if _, _, err := db.Blobs().Put(io.MultiReader(strings.NewReader("12"), iotest.ErrReader(io.ErrUnexpectedEOF)), 4); err == nil {
		t.Error("half a file was taken")
	}
	left, err := filepath.Glob(filepath.Join(dir, "blobs", "*", "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
}

func TestAChangedBlobIsFound(t *testing.T) {
	db := open(t, t.TempDir())
	defer closeDB(t, db)
	sum, _, err := db.Blobs().Put(strings.NewReader("passport"), 100)
	if err != nil {
		t.Fatal(err)
	}
	path, err := db.Blobs().Path(sum)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("pAssport"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Blobs().Open(sum); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("got %v", err)
	}
}

func TestNamesThatAreNoHashesOpenNothing(t *testing.T) {
	db := open(t, t.TempDir())
	defer closeDB(t, db)
	for _, name := range []string{"", "..", "../profile.db", strings.Repeat("A", 64), strings.Repeat("0", 63), strings.Repeat("0", 64)} {
		if _, err := db.Blobs().Open(name); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWhatACrashLeftIsSweptAtOpen(t *testing.T) {
	dir := t.TempDir()
	closeDB(t, open(t, dir))
	stray := filepath.Join(dir, "blobs", "tmp", "123")
	if err := os.WriteFile(stray, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	closeDB(t, open(t, dir))
	if _, err := os.Stat(stray); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
}
