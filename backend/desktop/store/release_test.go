package store

import (
	"strings"
	"testing"

	"akno/backend/internal/dbx"
)

func TestFilesThatNoRowNamesAreReleased(t *testing.T) {
	db := openAt(t, t.TempDir())
	defer closeDB(t, db)
	put := func(octets string) string {
		t.Helper()
		sum, _, err := db.Blobs().Put(strings.NewReader(octets), 100)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	set, first, second, free := put("in a setting"), put("in the history of the first"), put("in the history of the second"), put("free")
	err := db.Write(t.Context(), func(tx dbx.Tx) error {
		if err := SetSetting(t.Context(), tx, "scan", map[string]string{"sha256": set}); err != nil {
			return err
		}
		for draft, sum := range map[string]string{"d1": first, "d2": second} {
			_, err := tx.Exec(t.Context(), `INSERT INTO draft(id, procedure, form_id, form_version, form_hash, answers, rev, state, ready, total, created_at, saved_at)
				VALUES(?, 'P', 'F', 1, 'h', '{}', 1, 'draft', 0, 0, 1, 1)`, draft)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `INSERT INTO draft_rev(draft, rev, at, change) VALUES(?, 1, 1, ?)`, draft, `["`+sum+`"]`); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	release := func(butHistoryOf string, want int) {
		t.Helper()
		gone, err := db.Release(t.Context(), butHistoryOf, free, set, first, free, "no hash", second)
		if err != nil || gone != want {
			t.Fatalf("%d files went, want %d: %v", gone, want, err)
		}
	}
	release("", 1)
	if has := db.Blobs().Has; has(free) || !has(set) || !has(first) || !has(second) {
		t.Error("a file that is named went, or the one that is not named stayed")
	}
	release("d1", 1)
	if has := db.Blobs().Has; has(first) || !has(set) || !has(second) {
		t.Error("the history of another draft counts for nothing, or that of the one counts")
	}
	release("d1", 0)
}
