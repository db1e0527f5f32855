package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"akno/backend/internal/dbx"
)

// Remove gives the room of a file back. Only who has made sure, in the same
// transaction in which the last row that named it goes, that nothing names it
// may call it. A file that is not there is no error.
func (b *Blobs) Remove(sum string) error {
	if !validSum(sum) {
		return nil
	}
	if err := os.Remove(b.path(sum)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return told("blobs.Remove", err)
	}
	return nil
}

// Named says whether any row of any table holds the hash of a file, but for the
// history of one draft. It reads the whole profile, so that a table of a later
// version counts too.
func Named(ctx context.Context, tx dbx.Tx, sum, butHistoryOf string) (bool, error) {
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
