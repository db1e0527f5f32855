package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// migrate brings the schema up to the newest version. A migration is one
// transaction; there is no way back but a copy of the file.
func migrate(ctx context.Context, db *sql.DB) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()), goose.WithTableName("schema_version"))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return p, nil
}

// SchemaVersion returns the version of the schema that the database has and
// the newest one this program knows.
func (db *DB) SchemaVersion(ctx context.Context) (have, newest int64, err error) {
	err = db.ro.QueryRowContext(ctx, `SELECT max(version_id) FROM schema_version`).Scan(&have)
	if err != nil {
		return 0, 0, fmt.Errorf("store: schema version: %w", err)
	}
	p, err := provider(db.ro)
	if err != nil {
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	for _, s := range p.ListSources() {
		newest = max(newest, s.Version)
	}
	return have, newest, nil
}
