package dbx_test

import (
	"context"
	"errors"
	"testing"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/store"
)

func write(t *testing.T, fn func(ctx context.Context, tx dbx.Tx) error) {
	t.Helper()
	db, err := store.Open(t.Context(), testdb.Address(t), clock.System)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx dbx.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// read runs fn in a transaction that may be spoiled.
func read(t *testing.T, fn func(ctx context.Context, tx dbx.Tx)) {
	t.Helper()
	db, err := store.Open(t.Context(), testdb.Address(t), clock.System)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Read(t.Context(), func(tx dbx.Tx) error { fn(t.Context(), tx); return nil }); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestFoundTellsAnAbsentRowFromAFailure(t *testing.T) {
	write(t, func(ctx context.Context, tx dbx.Tx) error {
		var v string
		if found, err := dbx.Found(ctx, tx, `SELECT value FROM meta WHERE name = ?`, []any{"none"}, &v); found || err != nil {
			t.Errorf("absent: %v %v", found, err)
		}
		if found, err := dbx.Found(ctx, tx, `SELECT value FROM meta WHERE name = ?`, []any{"epoch"}, &v); !found || err != nil || v == "" {
			t.Errorf("present: %v %v", found, err)
		}
		return nil
	})
	read(t, func(ctx context.Context, tx dbx.Tx) {
		var v string
		if found, err := dbx.Found(ctx, tx, `SELECT nothing FROM meta`, nil, &v); found || err == nil {
			t.Errorf("wrong: %v %v", found, err)
		}
	})
}

func TestEachStopsAtAFaultAndLeavesTheTransactionUsable(t *testing.T) {
	write(t, func(ctx context.Context, tx dbx.Tx) error {
		for _, n := range []string{"a", "b", "c"} {
			if n, err := dbx.Changed(ctx, tx, `INSERT INTO meta(name, value) VALUES(?, 'x')`, n); err != nil || n != 1 {
				return errors.Join(err, errors.New("no row"))
			}
		}
		seen := 0
		stop := errors.New("enough")
		err := dbx.Each(ctx, tx, func(func(...any) error) error {
			if seen++; seen == 2 {
				return stop
			}
			return nil
		}, `SELECT name FROM meta ORDER BY name`)
		if !errors.Is(err, stop) || seen != 2 {
			t.Errorf("%d rows, %v", seen, err)
		}
		if n, err := dbx.Changed(ctx, tx, `UPDATE meta SET value = 'y' WHERE value = 'x'`); err != nil || n != 3 {
			t.Errorf("%d %v", n, err)
		}
		return nil
	})
}
