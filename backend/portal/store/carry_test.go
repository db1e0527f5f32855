package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/testkit/testdb"

	"github.com/google/go-cmp/cmp"
)

// rowsOf returns every row of the tables that hold some, as texts with types.
func rowsOf(t *testing.T, path string) map[string][]string {
	t.Helper()
	lite, err := sql.Open("sqlite", dsn(path, "ro", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer lite.Close()
	all, err := tables(t.Context(), lite)
	if err != nil || len(all) < 20 {
		t.Fatalf("%d tables: %v", len(all), err)
	}
	out := map[string][]string{}
	for _, tab := range all {
		rows, err := lite.QueryContext(t.Context(), tab.query()+" ORDER BY 1, 2")
		if err != nil {
			t.Fatal(err)
		}
		s := source{rows: rows, row: make([]any, len(tab.columns))}
		for s.Next() {
			v, err := s.Values()
			if err != nil {
				t.Fatal(err)
			}
			out[tab.name] = append(out[tab.name], fmt.Sprintf("%#v", v))
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// furnish writes rows of every type: texts in two alphabets, octets (also none),
// numbers at the ends, and what is absent.
func furnish(t *testing.T, db *DB) {
	t.Helper()
	ctx := context.Background()
	err := db.Write(ctx, func(tx dbx.Tx) error {
		for _, q := range []struct {
			query string
			args  []any
		}{
			{`INSERT INTO account(account_id, state, max_level, roles, language, email, email_key, person_key, created_at, version)
				VALUES('a', 'active', 'strict', 'citizen', 'be', 'Ўладзімір ''x"', ?, NULL, ?, 1)`, []any{[]byte{0, 1, 255, '\\'}, int64(-1 << 63)}},
			{
				`INSERT INTO password(account_id, way, hash, must_change, expires_at, changed_at) VALUES('a', 'email', ?, ?, ?, 0)`,
				[]any{"$argon2id$\t\n\\.", true, int64(1<<63 - 1)},
			},
			{`INSERT INTO stream(account_id, name, seq, min_seq, live_count, checksum) VALUES('old', 'acct', 3, 0, 0, NULL)`, nil},
			{`INSERT INTO applied_op(account_id, op_id, hash, result, at) VALUES('a', 'o', ?, ?, 7)`, []any{[]byte{7}, []byte{}}},
		} {
			if _, err := tx.Exec(ctx, q.query, q.args...); err != nil {
				return err
			}
		}
		for i := range 3 {
			if err := RecordChange(ctx, tx, "a", "thing", fmt.Sprint(i), int64(i), i == 1); err != nil {
				return err
			}
		}
		return Enqueue(ctx, tx, "j", Job{AccountID: "a", Kind: "k", Payload: "", RunAt: time.UnixMilli(0)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestACopyHoldsEveryRowAndAnotherOfItIsEqual(t *testing.T) {
	db := fresh(t)
	furnish(t, db)
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.db"), filepath.Join(dir, "second.db")
	if err := db.Backup(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), first); err == nil {
		t.Error("a copy was written over")
	}
	want := rowsOf(t, first)
	if len(want["account"]) != 1 || len(want["change"]) != 3 || len(want["job"]) != 1 || len(want["meta"]) != 1 {
		t.Errorf("the copy holds %v", want)
	}
	other := testdb.Empty(t)
	if testdb.OnServer() {
		if err := Fill(t.Context(), first, other); err != nil {
			t.Fatal(err)
		}
		if err := Fill(t.Context(), first, other); err == nil {
			t.Error("a portal was written over")
		}
	} else if err := os.Rename(first, other); err != nil {
		t.Fatal(err)
	}
	if err := Copy(t.Context(), other, second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rowsOf(t, second)); diff != "" {
		t.Error(diff)
	}
	again := closing(t, open(t, other))
	if again.Epoch() != db.Epoch() {
		t.Errorf("epoch %s, want %s", again.Epoch(), db.Epoch())
	}
	if found, err := Exists(t.Context(), other); !found || err != nil {
		t.Errorf("%v %v", found, err)
	}
	// It lives on: what was given out is not given again.
	err := again.Write(t.Context(), func(tx dbx.Tx) error { return RecordChange(t.Context(), tx, "a", "thing", "9", 1, false) })
	if err != nil {
		t.Error(err)
	}
}

func TestNothingIsCopiedFromWhereNoPortalIs(t *testing.T) {
	from, to := testdb.Empty(t), filepath.Join(t.TempDir(), "copy.db")
	if found, err := Exists(t.Context(), from); found || err != nil {
		t.Errorf("%v %v", found, err)
	}
	if err := Copy(t.Context(), from, to); err == nil {
		t.Error("a copy was made")
	}
	for _, left := range []string{to, to + ".part"} {
		if _, err := os.Stat(left); !os.IsNotExist(err) {
			t.Errorf("%s is there: %v", filepath.Base(left), err)
		}
	}
}

func TestARenewedFileHasAnotherLife(t *testing.T) {
	db, f := freshFile(t)
	furnish(t, db)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := Copy(t.Context(), f.path, copied); err != nil {
		t.Fatal(err)
	}
	epoch, err := Renew(t.Context(), copied, clock.System)
	if err != nil || epoch == db.Epoch() {
		t.Errorf("%q after %q: %v", epoch, db.Epoch(), err)
	}
}
