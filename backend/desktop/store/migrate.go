package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pressly/goose/v3"

	"akno/backend/akno"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to the newest version, after copying a database
// that has something in it. A migration is one transaction. A database of a
// newer program is refused: this one would not know what it must keep.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return migrateFrom(ctx, db, path, dir)
}

func migrateFrom(ctx context.Context, db *sql.DB, path string, dir fs.FS) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()), goose.WithTableName("schema_version"))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	have, newest, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if have > newest {
		return &akno.Error{Code: akno.WrongState, Op: "store.migrate", Err: fmt.Errorf("schema %d, this program knows %d", have, newest)}
	}
	if have == newest {
		return nil
	}
	if have > 0 {
		if err := backup(ctx, db, fmt.Sprintf("%s.v%d", path, have)); err != nil {
			return err
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// backup writes a whole copy of the database to path. It is complete under its
// name or not there at all.
func backup(ctx context.Context, db *sql.DB, path string) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	if err := os.Chmod(part, 0o600); err != nil {
		return err
	}
	if err := syncPath(part); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncParent(path)
}
