package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Rows are carried between the engines by way of a SQLite file with the schema
// of the same version: it is what a copy of either engine is.

// A table is its name and its columns in the order of the schema.
type table struct {
	name    string
	columns []string
}

func (t table) query() string { return "SELECT " + t.list() + " FROM " + quoted(t.name) }
func (t table) list() string {
	all := make([]string, len(t.columns))
	for i, c := range t.columns {
		all[i] = quoted(c)
	}
	return strings.Join(all, ", ")
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// tables returns those of a database in the order in which they were made, so
// that what is referred to comes first.
func tables(ctx context.Context, db *sql.DB) ([]table, error) {
	return gather(ctx, db, `SELECT s.name, c.name FROM sqlite_schema s JOIN pragma_table_info(s.name) c
		WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%' AND s.name <> 'schema_version' ORDER BY s.rowid, c.cid`)
}

func serverTables(ctx context.Context, tx querier) ([]table, error) {
	return gather(ctx, tx, `SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> 'schema_version'
			AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.oid, a.attnum`)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func gather(ctx context.Context, db querier, query string) ([]table, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	var out []table
	for rows.Next() {
		var name, column string
		if err := rows.Scan(&name, &column); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		if n := len(out); n == 0 || out[n-1].name != name {
			out = append(out, table{name: name})
		}
		last := &out[len(out)-1]
		last.columns = append(last.columns, column)
	}
	return out, errors.Join(rows.Err(), rows.Close())
}

// same returns the tables of a file when the server has the same ones.
func same(ctx context.Context, lite *sql.DB, tx querier) ([]table, error) {
	here, err := tables(ctx, lite)
	if err != nil {
		return nil, err
	}
	there, err := serverTables(ctx, tx)
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(here, there, func(a, b table) bool { return a.name == b.name && slices.Equal(a.columns, b.columns) }) {
		return nil, errors.New("the tables of the two engines differ")
	}
	return here, nil
}

// fromServer copies the database at address, as one moment has it, into a new
// SQLite file at path.
func fromServer(ctx context.Context, address, path string) (err error) {
	pg, err := connect(address, 1, map[string]string{"default_transaction_read_only": "on", "statement_timeout": "0"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pg.Close()) }()
	if err := isPortal(ctx, pg); err != nil {
		return err
	}
	version, _, err := schemaVersion(ctx, serverDialect, pg)
	if err != nil {
		return err
	}
	lite, err := sql.Open("sqlite", dsn(path, "rwc", []string{"foreign_keys(0)", "synchronous(OFF)"})) // synced as a whole
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lite.Close()) }()
	lite.SetMaxOpenConns(1)
	if err := migrate(ctx, fileDialect, lite, version); err != nil {
		return err
	}
	from, err := pg.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = from.Rollback() }() // it only read
	all, err := same(ctx, lite, from)
	if err != nil {
		return err
	}
	to, err := lite.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, t := range all {
		if err := pour(ctx, from, to, t); err != nil {
			return errors.Join(fmt.Errorf("table %s: %w", t.name, err), to.Rollback())
		}
	}
	return to.Commit()
}

func isPortal(ctx context.Context, pg *sql.DB) error {
	conn, err := pg.Conn(ctx)
	if err != nil {
		return err
	}
	ours, err := serverHolds(ctx, conn)
	if err == nil && !ours {
		err = errors.New("no portal is in the database")
	}
	return errors.Join(err, conn.Close())
}

// pour copies the rows of a table of a server into a file.
func pour(ctx context.Context, from, to *sql.Tx, t table) error {
	insert, err := to.PrepareContext(ctx, "INSERT INTO "+quoted(t.name)+"("+t.list()+") VALUES("+strings.Repeat("?, ", len(t.columns)-1)+"?)")
	if err != nil {
		return err
	}
	rows, err := from.QueryContext(ctx, t.query())
	if err != nil {
		return err
	}
	s := source{rows: rows, row: make([]any, len(t.columns))}
	for s.Next() {
		v, err := s.Values()
		if err == nil {
			_, err = insert.ExecContext(ctx, v...)
		}
		if err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(s.Err(), rows.Close(), insert.Close())
}

// A source reads rows whatever they hold. It is a pgx.CopyFromSource.
type source struct {
	rows *sql.Rows
	row  []any
}

func (s *source) Next() bool { return s.rows.Next() }
func (s *source) Err() error { return s.rows.Err() }
func (s *source) Values() ([]any, error) {
	to := make([]any, len(s.row))
	for i := range s.row {
		to[i] = &s.row[i]
	}
	err := s.rows.Scan(to...)
	for i, v := range s.row { // octets, but none, are no NULL
		if b, ok := v.([]byte); ok && b == nil {
			s.row[i] = []byte{}
		}
	}
	return s.row, err
}

// Fill puts what the SQLite file at path holds into the database at address, a
// PostgreSQL server's, which has no portal yet. The file is of this program's
// version, as Renew leaves it. Its epoch goes along. All is there or nothing.
func Fill(ctx context.Context, path, address string) error {
	if err := fill(ctx, path, address); err != nil {
		return fmt.Errorf("store: fill: %w", err)
	}
	return nil
}

func fill(ctx context.Context, path, address string) (err error) {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	lite, err := sql.Open("sqlite", dsn(path, "ro", []string{"busy_timeout(5000)"}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lite.Close()) }()
	version, newest, err := schemaVersion(ctx, fileDialect, lite)
	if err != nil {
		return err
	}
	if version != newest {
		return fmt.Errorf("the schema of the file is %d, want %d", version, newest)
	}
	s, err := openServer(ctx, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	conn, err := s.rw.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	all, err := same(ctx, lite, conn)
	if err != nil {
		return err
	}
	return conn.Raw(func(c any) error { return load(ctx, lite, c.(*stdlib.Conn).Conn(), all) })
}

func load(ctx context.Context, lite *sql.DB, conn *pgx.Conn, all []table) (err error) {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback(context.WithoutCancel(ctx)))
		}
	}()
	if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
		return err
	}
	// Nobody begins a portal here meanwhile.
	if _, err := tx.Exec(ctx, `LOCK TABLE meta`); err != nil {
		return err
	}
	var used bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM meta)`).Scan(&used); err != nil {
		return err
	}
	if used {
		return errors.New("the database has a portal already: name an empty one, or drop its schema")
	}
	for _, t := range all {
		rows, err := lite.QueryContext(ctx, t.query())
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, &source{rows: rows, row: make([]any, len(t.columns))})
		if err = errors.Join(err, rows.Close()); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return tx.Commit(ctx)
}

// Exists says whether there is a portal's database at an address.
func Exists(ctx context.Context, address string) (bool, error) {
	if !IsServer(address) {
		_, err := os.Stat(address)
		if errors.Is(err, os.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	}
	found, err := serverBegan(ctx, address)
	if err != nil {
		return false, fmt.Errorf("store: %w", err)
	}
	return found, nil
}

// serverBegan says whether the life of a portal has begun in a server.
func serverBegan(ctx context.Context, address string) (found bool, err error) {
	pg, err := connect(address, 1, nil)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, pg.Close()) }()
	conn, err := pg.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	ours, err := serverHolds(ctx, conn)
	if err != nil || !ours {
		return false, err
	}
	err = conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'epoch')`).Scan(&found)
	return found, err
}
