// Package store is the profile on this computer: one SQLite file with drafts,
// the outbox, what was sent and copies of the portal's records; and a folder of
// files known by their SHA-256. All of it is sealed under the profile's data
// key before it reaches the disk. Services write their SQL against dbx; what
// reaches the disk, and when, is decided here.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"akno/backend/akno"
	"akno/backend/desktop/diskfault"
	"akno/backend/desktop/secmem"
	"akno/backend/desktop/store/cryptvfs"
	"akno/backend/internal/dbx"
)

// applicationID marks the file as a profile of this program: "AKNO".
const applicationID = 0x414b4e4f

// The names in the profile folder.
const (
	fileName  = "profile.db"
	blobsName = "files"
)

// A DB is a profile's database. It implements dbx.DB. The caller holds the
// profile's lock (desktop/single): two programs never share one, and the index
// of the log lives in the memory of one.
type DB struct {
	path     string
	vfs      *cryptvfs.VFS
	rw, ro   *sql.DB
	writeMu  sync.Mutex // one writer at a time, without SQLite's busy waiting
	blobs    *Blobs
	restored time.Time
	sound    atomic.Bool           // the file was read through
	damage   atomic.Pointer[error] // what Check or a reader found
	steps    func(step string)     // for tests of sudden deaths, nil otherwise
	pagesKey *secmem.Box           // makes the code of the file of pages

	checkMu     sync.Mutex // one Check at a time; guards the rest of this group
	closedPages string     // the code of what the pages were at the last closing, until they are compared
	compared    string     // that code, once they are

	workMu sync.Mutex // guards the rest
	work   int        // transactions that run
	shut   chan struct{}
}

var _ dbx.DB = (*DB)(nil)

// Open opens the profile in the folder dir under its data key of KeySize
// octets, which the caller wipes; creates it when it is not there, seals one
// that is not sealed yet, checks that it is sound, unless it was closed in order
// (Check does it then), and brings its schema up to date; before an upgrade it
// leaves a copy beside the file. A damaged database
// is put aside and the last copy takes its place, which Restored tells. An error
// has the code bad_file for a damaged database without a copy or for another
// key, with the field profile damaged or older, disk_full where there is no space and read_only where nothing can be
// written.
func Open(ctx context.Context, dir string, key []byte) (*DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, told("store.Open", err)
	}
	if err := settle(ctx, dir, key); err != nil {
		return nil, told("store.Open", err)
	}
	db, err := open(ctx, dir, key)
	if akno.CodeOf(err) != akno.BadFile {
		return db, err
	}
	at, restoreErr := restore(ctx, dir, key)
	if restoreErr != nil {
		why := "damaged"
		if errors.Is(err, cryptvfs.ErrOlder) {
			why = "older"
		}
		return nil, &akno.Error{Code: akno.BadFile, Op: "store.Open", Fields: map[string]string{"profile": why}, Err: errors.Join(err, restoreErr)}
	}
	db, err = open(ctx, dir, key)
	if err == nil {
		db.restored = at
	}
	return db, err
}

func open(ctx context.Context, dir string, key []byte) (*DB, error) {
	db := &DB{path: filepath.Join(dir, fileName)}
	if err := db.connect(ctx, key); err != nil {
		if db.foundOlder() {
			err = errors.Join(err, cryptvfs.ErrOlder)
		}
		return nil, errors.Join(told("store.Open", err), db.Close())
	}
	var err error
	if db.blobs, err = openBlobs(filepath.Join(dir, blobsName), key); err != nil {
		return nil, errors.Join(told("store.Open", err), db.Close())
	}
	return db, nil
}

// newVFS returns a VFS that seals under the data key.
func newVFS(ctx context.Context, key []byte) (*cryptvfs.VFS, error) {
	pages, err := derive(key, "akno pages")
	if err != nil {
		return nil, err
	}
	defer clear(pages)
	vfs, err := cryptvfs.New(pages)
	if steps := stepsOf(ctx); steps != nil && err == nil {
		vfs.Watch(steps)
	}
	return vfs, err
}

func (db *DB) connect(ctx context.Context, key []byte) error {
	var err error
	if db.vfs, err = newVFS(ctx, key); err != nil {
		return err
	}
	if err := db.begun(ctx); err != nil {
		return err
	}
	pages, err := derive(key, "akno page tags")
	if err != nil {
		return err
	}
	defer clear(pages)
	db.pagesKey = secmem.Of(pages)
	inOrder, closedPages, err := takeClosed(ctx, db.path)
	if err != nil {
		return err
	}
	db.closedPages = closedPages
	db.vfs.Follow(db.path)
	if db.rw, err = openKeeping(dsn(db.path, db.vfs.Name(), "rw", writerPragmas)); err != nil {
		return err
	}
	db.rw.SetMaxOpenConns(1)
	if err := db.prepare(ctx, db.path, inOrder); err != nil {
		return err
	}
	if db.ro, err = openKeeping(dsn(db.path, db.vfs.Name(), "ro", readerPragmas)); err != nil {
		return err
	}
	db.ro.SetMaxOpenConns(4)
	return nil
}

// begun makes an empty database where there is none. One that is gone while its
// copy is there was not never there.
func (db *DB) begun(ctx context.Context) error {
	st, err := os.Stat(db.path)
	switch {
	case err == nil && st.Size() >= cryptvfs.PageSize:
		return nil
	case err == nil && st.Size() > 0, exists(filepath.Join(filepath.Dir(db.path), copyName)):
		return &akno.Error{Code: akno.BadFile, Op: "store.begun", Err: errors.New("the database is gone or cut short")}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	step(ctx, "make an empty database")
	return db.vfs.Create(db.path)
}

// Restored returns when the copy was made that took the place of a damaged
// database in Open, the zero time when none did.
func (db *DB) Restored() time.Time { return db.restored }

func (db *DB) prepare(ctx context.Context, path string, inOrder bool) error {
	if err := checkOwner(ctx, db.rw); err != nil {
		return err
	}
	if !inOrder {
		if err := db.expect(); err != nil {
			return err
		}
		if err := quickCheck(ctx, db.rw, ""); err != nil {
			return err
		}
		db.sound.Store(true)
	}
	if err := migrate(ctx, db.rw, path, db.vfs.Name()); err != nil {
		return err
	}
	// The file is made by the driver with the process's mask; what people
	// typed is for the owner only.
	for _, suffix := range []string{"", "-wal"} {
		if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return dbx.ReadBack(ctx, db.rw, applicationID)
}

// Blobs returns the profile's folder of files.
func (db *DB) Blobs() *Blobs { return db.blobs }

// Write runs fn in one transaction and returns after its commit is on the disk.
// When fn fails nothing of it is kept.
func (db *DB) Write(ctx context.Context, fn func(tx dbx.Tx) error) error {
	if err := db.begin(); err != nil {
		return err
	}
	defer db.end()
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	// A person who closes the window must not undo what she typed: once
	// begun, a transaction and its statements end by their own result, not by
	// the context.
	if err := ctx.Err(); err != nil {
		return err
	}
	if damage := db.damage.Load(); damage != nil {
		return *damage
	}
	if db.steps == nil {
		return told("store.Write", inTx(context.WithoutCancel(ctx), db.rw, nil, fn))
	}
	db.steps("begin")
	err := inTx(context.WithoutCancel(ctx), db.rw, nil, func(tx dbx.Tx) error {
		defer db.steps("commit")
		return fn(watched{tx, db.steps})
	})
	db.steps("committed")
	return told("store.Write", err)
}

// Read runs fn on a snapshot; a write there fails.
func (db *DB) Read(ctx context.Context, fn func(tx dbx.Tx) error) error {
	if err := db.begin(); err != nil {
		return err
	}
	defer db.end()
	if err := ctx.Err(); err != nil {
		return told("store.Read", err)
	}
	// A context that ends ends the statements of fn, which were given it. The
	// transaction has to end here: one begun with ctx would be rolled back by a
	// goroutine of its own, perhaps after Close.
	err := inTx(context.WithoutCancel(ctx), db.ro, &sql.TxOptions{ReadOnly: true}, fn)
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_CORRUPT {
		found := told("store.Read", err)
		db.damage.CompareAndSwap(nil, &found) // the next Open restores the copy
	}
	return told("store.Read", err)
}

func inTx(ctx context.Context, db *sql.DB, opts *sql.TxOptions, fn func(tx dbx.Tx) error) error {
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // no effect after Commit
	if err := fn(txn{tx, opts == nil || !opts.ReadOnly}); err != nil {
		return err
	}
	return tx.Commit()
}

// txn shows a *sql.Tx as a dbx.Tx.
type txn struct {
	tx    *sql.Tx
	whole bool // its statements do not end with their context either
}

func (t txn) of(ctx context.Context) context.Context {
	if t.whole {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (t txn) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.tx.ExecContext(t.of(ctx), query, args...)
}

func (t txn) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(t.of(ctx), query, args...)
}

func (t txn) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(t.of(ctx), query, args...)
}

// begin counts a transaction in; a database that is closed or about to be has
// the code locked.
func (db *DB) begin() error {
	db.workMu.Lock()
	defer db.workMu.Unlock()
	if db.shut != nil {
		return &akno.Error{Code: akno.Locked, Op: "store"}
	}
	db.work++
	return nil
}

func (db *DB) end() {
	db.workMu.Lock()
	defer db.workMu.Unlock()
	if db.work--; db.work == 0 && db.shut != nil {
		close(db.shut)
	}
}

// Close lets the transactions end that have begun, folds the log into the file,
// closes the database and wipes its keys and every page in memory. It is called
// once.
func (db *DB) Close() error {
	db.workMu.Lock()
	db.shut = make(chan struct{})
	if db.work == 0 {
		close(db.shut)
	}
	db.workMu.Unlock()
	<-db.shut
	var errs []error
	if db.ro != nil {
		errs = append(errs, db.ro.Close())
	}
	if db.rw != nil {
		errs = append(errs, db.rw.Close())
	}
	if db.vfs != nil {
		errs = append(errs, db.vfs.Close())
	}
	err := errors.Join(errs...)
	if err == nil && db.blobs != nil && db.damage.Load() == nil && db.expect() == nil {
		db.noteClosed()
	}
	if err == nil {
		db.noteOlder()
	}
	if db.pagesKey != nil {
		db.pagesKey.Wipe()
	}
	if db.blobs != nil {
		db.blobs.close()
	}
	return err
}

// Watch calls step before every statement of a write, before its commit and
// after it, and before every step of storing a file. Tests end the program in
// it. It is called once, before the profile is used.
func (db *DB) Watch(step func(step string)) { db.steps, db.blobs.steps = step, step }

// watched is a transaction whose statements are told before they run.
type watched struct {
	dbx.Tx
	steps func(step string)
}

func (w watched) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	w.steps(query)
	return w.Tx.Exec(ctx, query, args...)
}

func (w watched) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	w.steps(query)
	return w.Tx.Query(ctx, query, args...)
}

func (w watched) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	w.steps(query)
	return w.Tx.QueryRow(ctx, query, args...)
}

var (
	writerPragmas = []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"temp_store(MEMORY)", "secure_delete(1)", "journal_size_limit(16777216)",
		// Under the octet by which systems without advisory locks lock files.
		"max_page_count(250000)",
	}
	readerPragmas = []string{"busy_timeout(5000)", "query_only(1)", "temp_store(MEMORY)", "cache_size(-8192)"}
)

// dsn puts the settings where each connection of a pool gets them; a PRAGMA
// that is executed reaches one connection only.
func dsn(path, vfs, mode string, pragmas []string) string {
	q := url.Values{"vfs": {vfs}, "mode": {mode}, "_pragma": pragmas, "_txlock": {"immediate"}}
	if mode == "ro" {
		q.Del("_txlock")
	}
	if vfs == "" {
		q.Del("vfs") // the system's own
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

// checkOwner refuses a file that belongs to another program.
func checkOwner(ctx context.Context, db *sql.DB) error {
	err := dbx.CheckOwner(ctx, db, applicationID)
	if _, foreign := errors.AsType[dbx.Foreign](err); foreign {
		return &akno.Error{Code: akno.BadFile, Op: "store.owner", Err: err}
	}
	return err
}

// quickCheck reads a table through, or with "" the whole file.
func quickCheck(ctx context.Context, db *sql.DB, table string) error {
	query := "PRAGMA quick_check(1)"
	if table != "" {
		query = `PRAGMA quick_check("` + strings.ReplaceAll(table, `"`, `""`) + `")`
	}
	var got string
	if err := db.QueryRowContext(ctx, query).Scan(&got); err != nil {
		return err
	}
	if got != "ok" {
		return &akno.Error{Code: akno.BadFile, Op: "store.check", Err: errors.New(got)}
	}
	return nil
}

// told gives an error of the engine or the disk the code a person is told by.
// Errors that have a code keep it.
func told(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*akno.Error](err); ok {
		return err
	}
	code := akno.Internal
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			code = akno.DiskFull
		case sqlite3.SQLITE_READONLY:
			code = akno.ReadOnly
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			code = akno.BadFile
		}
	}
	code = cmp.Or(diskfault.Code(err), code)
	if code == akno.Internal {
		return fmt.Errorf("%s: %w", op, err)
	}
	return &akno.Error{Code: code, Op: op, Err: err}
}
