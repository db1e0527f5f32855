package dbx_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"akno/backend/internal/dbx"
)

func TestManyRowsAreWrittenAndFoundAgain(t *testing.T) {
	for _, n := range []int{0, 1, 2, 9, 10, 11, 49, 50, 51, 60, 123} {
		write(t, func(ctx context.Context, tx dbx.Tx) error {
			rows, keys := make([][]any, n), make([]string, n)
			for i := range rows {
				keys[i] = fmt.Sprintf("key %03d", i)
				rows[i] = []any{keys[i], "a"}
			}
			if err := dbx.Insert(ctx, tx, `INSERT INTO meta(name, value)`, ``, rows...); err != nil {
				return err
			}
			for i := range rows { // each again, and one that is new
				rows[i][1] = "b"
			}
			rows = append(rows, []any{"key new", "b"})
			err := dbx.Insert(ctx, tx, `INSERT INTO meta(name, value)`, `ON CONFLICT(name) DO UPDATE SET value = excluded.value`, rows...)
			if err != nil {
				return err
			}
			var got []string
			asked := append(slices.Clone(keys), "key none")
			err = dbx.EachOf(ctx, tx, func(scan func(...any) error) error {
				var name string
				err := scan(&name)
				got = append(got, name)
				return err
			}, `SELECT name FROM meta WHERE value = ? AND name IN (?)`, []any{"b"}, asked)
			if err != nil {
				return err
			}
			slices.Sort(got)
			if !slices.Equal(got, keys) {
				t.Errorf("of %d rows %d were found: %v", n, len(got), got)
			}
			return nil
		})
	}
}

func TestAsManyStatementsAsLotsAreNeeded(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 10: 1, 11: 2, 50: 1, 100: 2, 99: 14} {
		write(t, func(ctx context.Context, tx dbx.Tx) error {
			c := &counting{Tx: tx}
			rows, keys := make([][]any, n), make([]string, n)
			for i := range rows {
				keys[i] = fmt.Sprint("key ", i)
				rows[i] = []any{keys[i], "a"}
			}
			if err := dbx.Insert(ctx, c, `INSERT INTO meta(name, value)`, ``, rows...); err != nil {
				return err
			}
			if c.n != want {
				t.Errorf("%d rows by %d statements, want %d", n, c.n, want)
			}
			return nil
		})
	}
}

// counting counts the statements that write.
type counting struct {
	dbx.Tx
	n int
}

func (c *counting) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.n++
	return c.Tx.Exec(ctx, query, args...)
}
