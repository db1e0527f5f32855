// Package store is the portal's database: one writer that serves all who wait
// with one commit, a pool of readers, the migrations, and the small pieces that
// every service shares: the index of changes, the record of commands already
// applied, the wake-up of jobs.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strconv"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/retry"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// applicationID marks the file as a portal's database: "AKNP".
const applicationID = 0x414b4e50

// A DB is the portal's database. It implements dbx.DB.
type DB struct {
	rw, ro  *sql.DB
	writer  *writer
	readers chan *prepared // idle connections; nil is one not yet opened
	epoch   string
	path    string
}

var _ dbx.DB = (*DB)(nil)

// Open opens the database at path, creates it when it is not there, brings its
// schema up to date and checks that the file is sound and that every setting
// is in force. Only one process may have a portal's database open.
func Open(ctx context.Context, path string, now clock.Clock) (*DB, error) {
	db := &DB{path: path, readers: make(chan *prepared, max(4, runtime.NumCPU()))}
	for range cap(db.readers) {
		db.readers <- nil
	}
	var err error
	if db.rw, err = sql.Open("sqlite", dsn(path, "rwc", writerPragmas)); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db.rw.SetMaxOpenConns(1)
	if err := db.prepare(ctx, path, now); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), db.Close())
	}
	return db, nil
}

func (db *DB) prepare(ctx context.Context, path string, now clock.Clock) error {
	if err := checkOwner(ctx, db.rw); err != nil {
		return err
	}
	if err := migrate(ctx, db.rw); err != nil {
		return err
	}
	if err := readBack(ctx, db.rw); err != nil {
		return err
	}
	if err := quickCheck(ctx, db.rw); err != nil {
		return err
	}
	conn, err := db.rw.Conn(ctx)
	if err != nil {
		return err
	}
	db.writer = newWriter(conn, now)
	if db.ro, err = sql.Open("sqlite", dsn(path, "ro", readerPragmas)); err != nil {
		return err
	}
	return db.Write(ctx, func(tx dbx.Tx) error {
		found, err := dbx.Found(ctx, tx, `SELECT value FROM meta WHERE name='epoch'`, nil, &db.epoch)
		if err != nil || found {
			return err
		}
		db.epoch = ids.New(now())
		_, err = tx.Exec(ctx, `INSERT INTO meta(name, value) VALUES('epoch', ?)`, db.epoch)
		return err
	})
}

// Epoch names the life of this database. A database that was restored from a
// copy gets a new one, which tells the clients not to trust old answers.
func (db *DB) Epoch() string { return db.epoch }

// Write runs fn in the writer's next group and returns after its commit.
func (db *DB) Write(ctx context.Context, fn func(tx dbx.Tx) error) error {
	return db.writer.write(ctx, fn)
}

// Read runs fn on a snapshot of a read-only connection. It is short: a snapshot
// that stays open keeps the log from being reset.
func (db *DB) Read(ctx context.Context, fn func(tx dbx.Tx) error) (err error) {
	var r *prepared
	select {
	case r = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	if r == nil {
		conn, err := db.ro.Conn(ctx)
		if err != nil {
			db.readers <- nil
			return fmt.Errorf("store: read: %w", err)
		}
		r = newPrepared(conn)
	}
	defer func() { // also when fn panics
		if r.broken {
			err = errors.Join(err, r.discard())
			r = nil
		}
		db.readers <- r
	}()
	return r.read(ctx, fn)
}

// Failed is closed when a commit or a sync failed in a way after which nothing
// may be written any more: the process has to end and be started again.
func (db *DB) Failed() <-chan struct{} { return db.writer.failed }

// Stats are counters of the writer since it was opened.
func (db *DB) Stats() Stats { return db.writer.stats() }

// Ready returns an error with code Unavailable when the database takes no
// writes.
func (db *DB) Ready() error {
	select {
	case <-db.writer.failed:
		return &akno.Error{Code: akno.Unavailable, Op: "store.Ready"}
	default:
	}
	if len(db.writer.jobs) == cap(db.writer.jobs) {
		return retry.Unavailable("store.Ready", fullWait)
	}
	return nil
}

// Close ends the writer after what it has taken, waits for the readers and
// closes all connections. It is called once.
func (db *DB) Close() error {
	var errs []error
	if db.writer != nil {
		errs = append(errs, db.writer.close())
	}
	for range cap(db.readers) {
		if r := <-db.readers; r != nil {
			errs = append(errs, r.close())
		}
	}
	if db.ro != nil {
		errs = append(errs, db.ro.Close())
	}
	if db.rw != nil {
		errs = append(errs, db.rw.Close())
	}
	return errors.Join(errs...)
}

var (
	writerPragmas = []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-32000)", "temp_store(MEMORY)", "journal_size_limit(67108864)",
	}
	readerPragmas = []string{
		"busy_timeout(5000)", "query_only(1)", "cache_size(-32000)", "temp_store(MEMORY)", "mmap_size(268435456)",
	}
)

// dsn puts the settings where each connection of a pool gets them; a PRAGMA
// that is executed reaches one connection only.
func dsn(path, mode string, pragmas []string) string {
	q := url.Values{"mode": {mode}, "_pragma": pragmas}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

// checkOwner refuses a file that belongs to another program.
func checkOwner(ctx context.Context, db *sql.DB) error {
	var id, tables int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if id != applicationID && (id != 0 || tables != 0) {
		return fmt.Errorf("not a database of the portal (application id %#x)", id)
	}
	return nil
}

// readBack proves that the settings of the DSN are in force.
func readBack(ctx context.Context, db *sql.DB) error {
	for _, s := range []struct{ name, want string }{
		{"journal_mode", "wal"},
		{"synchronous", "2"},
		{"foreign_keys", "1"},
		{"busy_timeout", "5000"},
		{"application_id", strconv.Itoa(applicationID)},
	} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+s.name).Scan(&got); err != nil {
			return err
		}
		if got != s.want {
			return fmt.Errorf("%s is %s, want %s", s.name, got, s.want)
		}
	}
	return nil
}

func quickCheck(ctx context.Context, db *sql.DB) error {
	var got string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&got); err != nil {
		return err
	}
	if got != "ok" {
		return fmt.Errorf("quick check: %s", got)
	}
	return nil
}
