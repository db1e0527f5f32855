package store

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"akno/backend/akno"
)

func TestABlobComesBackWhole(t *testing.T) {
	db := openAt(t, t.TempDir())
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
	db := openAt(t, dir)
	defer closeDB(t, db)
	if _, _, err := db.Blobs().Put(strings.NewReader("12345"), 4); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("got %v", err)
	}
	if _, _, err := db.Blobs().Put(io.MultiReader(strings.NewReader("12"), iotest.ErrReader(io.ErrUnexpectedEOF)), 4); err == nil {
		t.Error("half a file was taken")
	}
	left, err := filepath.Glob(filepath.Join(dir, blobsName, "*", "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
}

func TestAChangeOfAnyOctetOfABlobIsFound(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	defer closeDB(t, db)
	data := bytes.Repeat([]byte("passport "), 15_000) // three chunks
	sum, _, err := db.Blobs().Put(bytes.NewReader(data), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	path := db.blobs.path(sum)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(whole, []byte("passport")) || strings.Contains(path, sum[:16]) {
		t.Error("the file or its name tells what it is")
	}
	cut := func(n int) []byte { return whole[:n] }
	bad := map[string][]byte{"no end": cut(len(whole) - 1), "no last chunk": cut(chunksAt + 2*chunkFull), "empty": {}, "half a head": cut(40)}
	for _, i := range []int{0, idAt, factsAt, factsAt + factsSize, chunksAt - 1, chunksAt, chunksAt + chunkSize, chunksAt + chunkFull - 1, chunksAt + chunkFull + 7, len(whole) - 1, len(whole) - 20} {
		b := bytes.Clone(whole)
		b[i] ^= 4
		bad[fmt.Sprint("octet ", i)] = b
	}
	swapped := bytes.Clone(whole)
	copy(swapped[chunksAt:], whole[chunksAt+chunkFull:chunksAt+2*chunkFull])
	bad["a chunk in another's place"] = swapped
	for name, b := range bad {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Blobs().Read(sum); akno.CodeOf(err) != akno.BadFile {
			t.Errorf("%s: %d octets, %v", name, len(got), err)
		}
	}
	other, _, err := db.Blobs().Put(strings.NewReader("another"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(db.blobs.path(other), path); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Blobs().Open(sum); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("another file under its name: %v", err)
	}
}

func TestABlobIsReadFromAnyPlace(t *testing.T) {
	db := openAt(t, t.TempDir())
	defer closeDB(t, db)
	for _, size := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3*chunkSize + 100} {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i * i >> 8)
		}
		sum, n, err := db.Blobs().PutIf(bytes.NewReader(data), 1<<20, func(f io.ReadSeeker, size int64) error {
			got, err := io.ReadAll(f)
			if !bytes.Equal(got, data) || size != int64(len(data)) {
				t.Errorf("the check read %d octets", len(got))
			}
			return err
		})
		if err != nil || n != int64(size) {
			t.Fatal(n, err)
		}
		b, err := db.Blobs().Open(sum)
		if err != nil || b.Size() != int64(size) {
			t.Fatal(err)
		}
		if err := iotest.TestReader(b, data); err != nil {
			t.Errorf("%d octets: %v", size, err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestNamesThatAreNoHashesOpenNothing(t *testing.T) {
	db := openAt(t, t.TempDir())
	defer closeDB(t, db)
	for _, name := range []string{"", "..", "../profile.db", strings.Repeat("A", 64), strings.Repeat("0", 63), strings.Repeat("0", 64)} {
		if _, err := db.Blobs().Open(name); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWhatACrashLeftIsSweptAtOpen(t *testing.T) {
	dir := t.TempDir()
	closeDB(t, openAt(t, dir))
	stray := filepath.Join(dir, blobsName, "tmp", "123")
	if err := os.WriteFile(stray, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	closeDB(t, openAt(t, dir))
	if _, err := os.Stat(stray); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
}
