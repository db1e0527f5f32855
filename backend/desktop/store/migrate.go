package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"akno/backend/akno"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to the newest version, after copying a database
// that has something in it. A migration is one transaction. A database of a
// newer program is refused: this one would not know what it must keep.
func migrate(ctx context.Context, db *sql.DB, path, vfs string) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return migrateFrom(ctx, db, path, vfs, dir)
}

func migrateFrom(ctx context.Context, db *sql.DB, path, vfs string, dir fs.FS) error {
	p, err := provider(db, dir)
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
		if err := copyTo(ctx, db, fmt.Sprintf("%s.v%d", path, have), vfs); err != nil {
			return err
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// provider runs the migrations of a folder on db.
func provider(db *sql.DB, dir fs.FS) (*goose.Provider, error) {
	return goose.NewProvider(goose.DialectSQLite3, db, dir,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()), goose.WithTableName("schema_version"))
}
