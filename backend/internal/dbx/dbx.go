// Package dbx is the small door through which services use a database: a
// transaction that looks the same on every engine, and the two ways to get one.
package dbx

import (
	"context"
	"database/sql"
)

// A Tx is one transaction. Queries are written with ? for parameters.
type Tx interface {
	Exec(ctx context.Context, query string, args ...any) (sql.Result, error)
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// A DB runs functions in transactions.
type DB interface {
	// Write returns nil once the changes of fn are on disk, or an error if
	// none of them is. fn may run twice: it has no effect outside of tx and
	// assigns its results instead of adding to them. It checks first and
	// writes after, since a failure after a write costs the other writers of
	// the same group a second run.
	Write(ctx context.Context, fn func(tx Tx) error) error
	// Read runs fn on a snapshot; fn may not write.
	Read(ctx context.Context, fn func(tx Tx) error) error
}
