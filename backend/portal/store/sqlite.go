package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/retry"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// applicationID marks the file as a portal's database: "AKNP".
const applicationID = 0x414b4e50

// A file is the engine over one SQLite file. Only one process may have it open.
type file struct {
	rw, ro  *sql.DB
	writer  *writer
	readers chan *prepared // idle connections; nil is one not yet opened
	path    string
}

// openFile opens the file at path, creates it when it is not there, and checks
// that it is sound and that every setting is in force.
func openFile(ctx context.Context, path string, now clock.Clock) (*file, error) {
	f := &file{path: path, readers: make(chan *prepared, max(4, runtime.NumCPU()))}
	for range cap(f.readers) {
		f.readers <- nil
	}
	var err error
	if f.rw, err = sql.Open("sqlite", dsn(path, "rwc", writerPragmas)); err != nil {
		return nil, err
	}
	f.rw.SetMaxOpenConns(1)
	if err := f.prepare(ctx, now); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *file) prepare(ctx context.Context, now clock.Clock) error {
	if err := dbx.CheckOwner(ctx, f.rw, applicationID); err != nil {
		return fmt.Errorf("not a database of the portal: %w", err)
	}
	if err := migrate(ctx, fileDialect, f.rw, newest); err != nil {
		return err
	}
	if err := dbx.ReadBack(ctx, f.rw, applicationID); err != nil {
		return err
	}
	if err := quickCheck(ctx, f.rw); err != nil {
		return err
	}
	conn, err := f.rw.Conn(ctx)
	if err != nil {
		return err
	}
	f.writer = newWriter(conn, now)
	f.ro, err = sql.Open("sqlite", dsn(f.path, "ro", readerPragmas))
	return err
}

func (f *file) read(ctx context.Context, fn func(tx dbx.Tx) error) (err error) {
	var r *prepared
	select {
	case r = <-f.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	if r == nil {
		conn, err := f.ro.Conn(ctx)
		if err != nil {
			f.readers <- nil
			return fmt.Errorf("store: read: %w", err)
		}
		r = newPrepared(conn)
	}
	defer func() { // also when fn panics
		if r.broken {
			err = errors.Join(err, r.discard())
			r = nil
		}
		f.readers <- r
	}()
	return r.read(ctx, fn)
}

func (f *file) write(ctx context.Context, fn func(tx dbx.Tx) error) error {
	return f.writer.write(ctx, fn)
}

func (f *file) ready(context.Context) error {
	select {
	case <-f.writer.failed:
		return &akno.Error{Code: akno.Unavailable, Op: "store.Ready"}
	default:
	}
	if len(f.writer.jobs) == cap(f.writer.jobs) {
		return retry.Unavailable("store.Ready", fullWait)
	}
	return nil
}

func (f *file) stats() Stats            { return f.writer.stats() }
func (f *file) queued() <-chan struct{} { return f.writer.queued }
func (f *file) failed() <-chan struct{} { return f.writer.failed }
func (f *file) dialect() dialect        { return fileDialect }
func (f *file) reader() *sql.DB         { return f.ro }

func (f *file) close() error {
	var errs []error
	if f.writer != nil {
		errs = append(errs, f.writer.close())
	}
	for range cap(f.readers) {
		if r := <-f.readers; r != nil {
			errs = append(errs, r.close())
		}
	}
	if f.ro != nil {
		errs = append(errs, f.ro.Close())
	}
	return errors.Join(append(errs, f.rw.Close())...)
}

var (
	writerPragmas = []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-32000)", "temp_store(MEMORY)", "journal_size_limit(67108864)",
		// The log is put into the file by a commit that others wait for, with three
		// syncs in all: every 32 MB, and not every third batch of applications.
		"wal_autocheckpoint(8192)",
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
