package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/pressly/goose/v3"
)

// The folders hold the same numbers and make the same tables and columns; each
// is written in the words of its engine.
//
//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// A dialect is what the runner of migrations and their folder are called.
type dialect struct {
	name   goose.Dialect
	folder string
}

var (
	fileDialect   = dialect{goose.DialectSQLite3, "migrations/sqlite"}
	serverDialect = dialect{goose.DialectPostgres, "migrations/postgres"}
)

// newest asks for every migration that there is.
const newest = math.MaxInt64

// migrate brings the schema up to a version. A migration is one transaction;
// there is no way back but a copy.
func migrate(ctx context.Context, d dialect, db *sql.DB, version int64) error {
	p, err := provider(d, db)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func provider(d dialect, db *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, d.folder)
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(d.name, db, dir,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()), goose.WithTableName("schema_version"))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return p, nil
}

// SchemaVersion returns the version of the schema that the database has and
// the newest one this program knows.
func (db *DB) SchemaVersion(ctx context.Context) (have, newest int64, err error) {
	return schemaVersion(ctx, db.engine.dialect(), db.engine.reader())
}

func schemaVersion(ctx context.Context, d dialect, db *sql.DB) (have, newest int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT max(version_id) FROM schema_version`).Scan(&have)
	if err != nil {
		return 0, 0, fmt.Errorf("store: schema version: %w", err)
	}
	p, err := provider(d, db)
	if err != nil {
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	for _, s := range p.ListSources() {
		newest = max(newest, s.Version)
	}
	if have > newest {
		err = errors.New("store: the database is of a newer program")
	}
	return have, newest, err
}
