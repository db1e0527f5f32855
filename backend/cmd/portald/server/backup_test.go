package server

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/testkit/testdb"
)

const someAccount = "0193f0a0-0000-7000-8000-0000000000aa"

// smallPDF is a whole file, of the kind that people attach.
var smallPDF = []byte("%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1>>\nstartxref\n9\n%%EOF\n")

// portalWithAFile makes a data folder with one file and returns the epoch.
func portalWithAFile(t *testing.T, c Config) string {
	t.Helper()
	p, err := Open(t.Context(), c, clock.System)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.DB.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := p.Blobs.Add(t.Context(), someAccount, bytes.NewReader(smallPDF)); err != nil {
		t.Fatal(err)
	}
	return p.DB.Epoch()
}

func TestARestoredPortalHasEverythingAndAnotherLife(t *testing.T) {
	dir := t.TempDir()
	c := defaults(t, filepath.Join(dir, "data"))
	old := portalWithAFile(t, c)
	p, err := Open(t.Context(), c, clock.System) // the copy is made under a portal that works
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "copy")
	made, err := Backup(t.Context(), c, copied, clock.System)
	if err != nil || made.Files < 4 {
		t.Fatalf("%+v %v", made, err)
	}
	if _, err := p.Blobs.Add(t.Context(), someAccount, bytes.NewReader(append(bytes.Clone(smallPDF), '\n'))); err != nil {
		t.Fatal(err)
	}
	if err := p.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), c, copied, clock.System); err == nil || !strings.Contains(err.Error(), "is there") {
		t.Fatalf("a portal was written over: %v", err)
	}
	if err := os.Rename(c.Data, c.Data+".lost"); err != nil {
		t.Fatal(err)
	}
	if testdb.OnServer() {
		if _, err := Restore(t.Context(), c, copied, clock.System); err == nil || !strings.Contains(err.Error(), "has a portal already") {
			t.Fatalf("the rows of a portal were written over: %v", err)
		}
		c.DB = testdb.Empty(t)
	}
	epoch, err := Restore(t.Context(), c, copied, clock.System)
	if err != nil || epoch == old || epoch == "" {
		t.Fatalf("epoch %q after %q: %v", epoch, old, err)
	}
	if p, err = Open(t.Context(), c, clock.System); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = p.DB.Read(t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT count(*) FROM blob`).Scan(&files)
	})
	if err != nil || files != 1 || p.DB.Epoch() != epoch {
		t.Errorf("%d files in %s: %v", files, p.DB.Epoch(), err)
	}
	if err := p.DB.Close(); err != nil {
		t.Error(err)
	}
	// A copy of either engine is restored to a file too.
	c.Data, c.DB = filepath.Join(dir, "on a file"), ""
	if _, err := Restore(t.Context(), c, copied, clock.System); err != nil {
		t.Error(err)
	}
}

func TestACopyThatIsNotWholeIsNotRestored(t *testing.T) {
	for name, harm := range map[string]func(dir string) error{
		"without its last file": func(dir string) error { return os.Remove(filepath.Join(dir, backupName)) },
		"with another database": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, databaseName), []byte("x"), 0o600)
		},
		"without a file":   func(dir string) error { return os.RemoveAll(filepath.Join(dir, "blobs", "aa", someAccount)) },
		"without its keys": func(dir string) error { return os.RemoveAll(filepath.Join(dir, "secret")) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c := defaults(t, filepath.Join(dir, "data"))
			portalWithAFile(t, c)
			copied := filepath.Join(dir, "copy")
			if _, err := Backup(t.Context(), c, copied, clock.System); err != nil {
				t.Fatal(err)
			}
			if err := harm(copied); err != nil {
				t.Fatal(err)
			}
			c.Data = filepath.Join(dir, "restored")
			c.DB = testdb.Beside(t, c.Data)
			if _, err := Restore(t.Context(), c, copied, clock.System); err == nil {
				t.Error("it was")
			}
			if _, err := os.Stat(c.Data); !os.IsNotExist(err) {
				t.Errorf("something was left: %v", err)
			}
		})
	}
}
