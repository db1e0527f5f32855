package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"akno/backend/akno"
)

func TestTheRoomOfAProfileIsToldAndCopiesBeforeUpgradesAreFreed(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(t.Context(), dir, make([]byte, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, _, err := db.Blobs().Put(bytes.NewReader(make([]byte, 5000)), 1<<20); err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]int{
		fileName + ".v10": 700, fileName + ".v35": 30, copyName: 11, damagedName + "-wal": 5, "preferences.json": 2, fileName + ".v1.txt": 1,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, n), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	u, err := db.Usage()
	if err != nil || u.Count != 1 || u.Files < 5000 || u.Database == 0 || u.Copy != 11 || u.Before != 730 || u.Damaged != 5 || u.Other < 3 {
		t.Fatalf("%+v, %v", u, err)
	}
	if u.Total() != u.Database+u.Files+u.Copy+u.Before+u.Damaged+u.Other {
		t.Error(u.Total())
	}
	db.sound.Store(false)
	if err := db.Free(); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("freed while the database was not read through: %v", err)
	}
	db.sound.Store(true)
	if err := db.Free(); err != nil {
		t.Fatal(err)
	}
	after, err := db.Usage()
	if err != nil || after.Before != 0 || after.Copy != 11 || after.Damaged != 5 || after.Other != u.Other {
		t.Errorf("%+v, %v", after, err)
	}
}
