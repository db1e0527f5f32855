package dbx

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// NoRows says whether err means that a query found nothing.
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// Found runs a query of one row and scans it into dest. It returns false when
// there is no such row.
func Found(ctx context.Context, tx Tx, query string, args []any, dest ...any) (bool, error) {
	err := tx.QueryRow(ctx, query, args...).Scan(dest...)
	if NoRows(err) {
		return false, nil
	}
	return err == nil, err
}

// Each runs a query and calls row for every row; scan reads the row's columns.
func Each(ctx context.Context, tx Tx, row func(scan func(dest ...any) error) error, query string, args ...any) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	scan := rows.Scan
	for rows.Next() {
		if err := row(scan); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// Changed runs a statement and returns how many rows it changed.
func Changed(ctx context.Context, tx Tx, query string, args ...any) (int64, error) {
	res, err := tx.Exec(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("rows changed: %w", err)
	}
	return n, nil
}
