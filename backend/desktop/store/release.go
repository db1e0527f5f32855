package store

import (
	"context"
	"fmt"
	"os"
	"slices"

	"akno/backend/internal/dbx"
)

// Release gives the room of those files back that no row names any more, but for
// the history of one draft, and returns how many went. It is called after the commit
// that took their last rows away: had that failed, the rows would be there still and
// point to nothing. Nobody else names a file meanwhile.
func (db *DB) Release(ctx context.Context, butHistoryOf string, sums ...string) (gone int, err error) {
	sums = slices.DeleteFunc(slices.Clone(sums), func(sum string) bool { return !db.blobs.Has(sum) })
	if len(sums) == 0 {
		return 0, nil
	}
	err = db.Write(ctx, func(tx dbx.Tx) error {
		for _, sum := range sums {
			kept, err := named(ctx, tx, sum, butHistoryOf)
			if err != nil {
				return err
			}
			if kept || !db.blobs.Has(sum) {
				continue
			}
			if err := os.Remove(db.blobs.path(sum)); err != nil {
				return told("store.Release", err)
			}
			gone++
		}
		return nil
	})
	return gone, err
}

// named says whether any row of any table holds the hash of a file, but for the
// history of one draft. It reads the whole profile, so that a table of a later
// version counts too.
func named(ctx context.Context, tx dbx.Tx, sum, butHistoryOf string) (bool, error) {
	type column struct{ table, name string }
	var all []column
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var c column
		err := scan(&c.table, &c.name)
		all = append(all, c)
		return err
	}, `SELECT l.name, i.name FROM pragma_table_list l, pragma_table_info(l.name) i
		WHERE l.schema='main' AND l.type='table' AND l.strict=1 AND i.type IN ('TEXT', 'BLOB')`)
	if err != nil {
		return false, err
	}
	for _, c := range all {
		query := fmt.Sprintf(`SELECT 1 FROM %q WHERE instr(%q, CAST(? AS TEXT))>0`, c.table, c.name)
		args := []any{sum}
		if c.table == "draft_rev" {
			query += ` AND draft<>?`
			args = append(args, butHistoryOf)
		}
		var one int
		found, err := dbx.Found(ctx, tx, query+` LIMIT 1`, args, &one)
		if found || err != nil {
			return found, err
		}
	}
	return false, nil
}
