package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
)

func TestADatabaseOpensInAnyFolder(t *testing.T) {
	for _, name := range []string{"with blanks", "папка", "percent %20", "hash#tag", "question?mode=ro", "amp&x=1"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			db := open(t, filepath.Join(dir, "portal.db"))
			if err := db.Write(t.Context(), put("a", "b")); err != nil {
				t.Error(err)
			}
			if got := names(t, db, "a"); len(got) != 1 {
				t.Errorf("read %v", got)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(dir, "portal.db")); err != nil {
				t.Errorf("the file is elsewhere: %v", err)
			}
		})
	}
}

func TestMoreReadersThanConnectionsWaitAndAreServed(t *testing.T) {
	db := fresh(t)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			err := db.Read(context.Background(), func(tx dbx.Tx) error {
				// A statement of its own for each reader: preparing needs no
				// second connection.
				var n int
				return tx.QueryRow(context.Background(), fmt.Sprintf(`SELECT count(*) + %d FROM meta`, i)).Scan(&n)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestAReaderSeesOneMoment(t *testing.T) {
	db := fresh(t)
	err := db.Read(t.Context(), func(tx dbx.Tx) error {
		var before, after int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM meta`).Scan(&before); err != nil {
			return err
		}
		if err := db.Write(t.Context(), put("meanwhile", "x")); err != nil {
			return err
		}
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM meta`).Scan(&after); err != nil {
			return err
		}
		if before != after {
			t.Errorf("%d rows became %d inside one read", before, after)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestADamagedFileIsNotServed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.db")
	db := open(t, path)
	for i := range 200 {
		if err := db.Write(t.Context(), put(fmt.Sprintf("row%03d", i), "some text that fills pages of the file")); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(raw); i += 7 {
		raw[i] ^= 0x5a
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err := Open(t.Context(), path, clock.System); err == nil {
		t.Error("a damaged database was opened")
		_ = db.Close()
	}
}
