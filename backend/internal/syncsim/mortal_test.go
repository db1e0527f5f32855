package syncsim

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/store"
	"akno/backend/internal/dbx"
)

// errDead is what a program gets from its disk after the moment of its death.
var errDead = errors.New("the program is dead")

// A fate says what becomes of a commit.
type fate int

const (
	lives fate = iota
	diesBefore
	diesAfter
	isDead
)

// A fuse decides at which commit a program dies: kill -9 before the commit
// reaches the disk, or right after it.
type fuse struct {
	mu    sync.Mutex
	left  int // commits until the one that is struck; 0 is not armed
	after bool
	dead  bool
	full  bool   // the disk takes nothing
	kill  func() // ends the process; nil where it is only thought
}

func (f *fuse) arm(commits int, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left, f.after = commits, after
}

func (f *fuse) disarm() { f.arm(0, false) }

func (f *fuse) fill(full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full = full
}

func (f *fuse) isFull() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.full
}

func (f *fuse) die() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = true
}

func (f *fuse) isDead() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dead
}

// strike is called for every commit.
func (f *fuse) strike() fate {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.dead:
		return isDead
	case f.left == 0:
		return lives
	}
	if f.left--; f.left > 0 {
		return lives
	}
	if f.after {
		return diesAfter
	}
	f.dead = true
	return diesBefore
}

// commit runs fn in a transaction of db, or dies on the way.
func (f *fuse) commit(ctx context.Context, db dbx.DB, fn func(tx dbx.Tx) error) error {
	if f.isFull() {
		bare := fn
		fn = func(tx dbx.Tx) error { return bare(&fullTx{Tx: tx}) }
	}
	switch f.strike() {
	case isDead:
		return errDead
	case diesBefore:
		err := db.Write(ctx, func(tx dbx.Tx) error {
			err := fn(tx)
			if f.kill != nil {
				f.kill()
			}
			return errors.Join(err, errDead)
		})
		return errors.Join(err, errDead)
	case diesAfter:
		err := db.Write(ctx, fn)
		if f.kill != nil {
			f.kill()
		}
		f.die()
		return errors.Join(err, errDead)
	}
	return db.Write(ctx, fn)
}

// A fullTx is a transaction that reads, and finds the disk full when it writes.
type fullTx struct{ dbx.Tx }

func (fullTx) Exec(context.Context, string, ...any) (sql.Result, error) {
	return nil, &akno.Error{Code: akno.DiskFull, Op: "store.Write"}
}

// crowded stands between files and a disk that is full at times: half of what is
// written then is there, and the rest is refused.
func crowded(full func() bool) func(f io.WriterAt) io.WriterAt {
	return func(f io.WriterAt) io.WriterAt { return crowdedFile{f, full} }
}

type crowdedFile struct {
	io.WriterAt
	full func() bool
}

func (c crowdedFile) WriteAt(p []byte, at int64) (int, error) {
	if !c.full() {
		return c.WriterAt.WriteAt(p, at)
	}
	n, err := c.WriterAt.WriteAt(p[:len(p)/2], at)
	return n, errors.Join(err, syscall.ENOSPC)
}

// mortalDB is the database of a portal that may die.
type mortalDB struct {
	dbx.DB
	fuse *fuse
}

func (m mortalDB) Write(ctx context.Context, fn func(tx dbx.Tx) error) error {
	return m.fuse.commit(ctx, m.DB, fn)
}

func (m mortalDB) Read(ctx context.Context, fn func(tx dbx.Tx) error) error {
	if m.fuse.isDead() {
		return errDead
	}
	return m.DB.Read(ctx, fn)
}

// mortalProfile is the profile of a program that may die.
type mortalProfile struct {
	*store.DB
	fuse   *fuse
	yields func() bool
}

func (m mortalProfile) Write(ctx context.Context, fn func(tx dbx.Tx) error) error {
	if m.yields() {
		runtime.Gosched() // a request that is under way goes on first
	}
	return m.fuse.commit(ctx, m.DB, fn)
}

func (m mortalProfile) Read(ctx context.Context, fn func(tx dbx.Tx) error) error {
	if m.fuse.isDead() {
		return errDead
	}
	return m.DB.Read(ctx, fn)
}

func (m mortalProfile) SetSetting(ctx context.Context, name string, v any) error {
	return m.Write(ctx, func(tx dbx.Tx) error { return store.SetSetting(ctx, tx, name, v) })
}

func (m mortalProfile) Setting(ctx context.Context, name string, v any) error {
	return m.Read(ctx, func(tx dbx.Tx) error { return store.Setting(ctx, tx, name, v) })
}

// copyDatabase copies a database with its log as a power cut would leave it.
func copyDatabase(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal"} {
		if err := copyFile(from+suffix, to+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// copyClosed copies a profile that was closed in order, so that it is known to
// be.
func copyClosed(from, to string) error {
	st, err := os.Stat(from)
	if err != nil {
		return err
	}
	err = errors.Join(copyDatabase(from, to), copyFile(from+".closed", to+".closed"))
	return errors.Join(err, os.Chtimes(to, time.Time{}, st.ModTime()))
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
