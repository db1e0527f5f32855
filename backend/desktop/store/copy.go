package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"akno/backend/akno"
)

const (
	// copyName is the copy that takes the place of a damaged database.
	copyName = fileName + ".copy"
	// damagedName is where a damaged database is put.
	damagedName = fileName + ".damaged"
	// copyOften is how old a copy may become while the profile is worked on.
	copyOften = time.Hour
)

// copyTo writes a whole copy of the database to path through the VFS of that
// name. It is complete under its name or not there at all.
func copyTo(ctx context.Context, db *sql.DB, path, vfs string) error {
	part := path + ".part"
	step(ctx, "remove a half copy")
	if err := remove(part); err != nil {
		return err
	}
	target := url.URL{Scheme: "file", OmitHost: true, Path: part, RawQuery: url.Values{"vfs": {vfs}}.Encode()}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", target.String()); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	if err := prove(ctx, part, vfs); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	step(ctx, "a copy is written")
	if err := os.Chmod(part, 0o600); err != nil {
		return err
	}
	if err := syncPath(part); err != nil {
		return err
	}
	step(ctx, "give the copy its name")
	if err := os.Rename(part, path); err != nil {
		return err
	}
	step(ctx, "the copy has its name")
	return syncParent(path)
}

// prove reads the whole copy at path and gives it back its log: a database
// begins to use one by a change of its first page, and that change must not be
// the first thing that happens to a copy when it is needed.
func prove(ctx context.Context, path, vfs string) error {
	db, err := sql.Open("sqlite", dsn(path, vfs, "rw", []string{"journal_mode(WAL)", "synchronous(FULL)"}))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(checkOwner(ctx, db), quickCheck(ctx, db, ""), db.Close())
}

// Keep brings the copy up to date that a damaged database is restored from: when
// there is none, or it is an hour old by now and something has been written
// since.
func (db *DB) Keep(ctx context.Context, now time.Time) error {
	if err := db.begin(); err != nil {
		return err
	}
	defer db.end()
	path := filepath.Join(filepath.Dir(db.path), copyName)
	st, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return told("store.Keep", err)
	}
	if err == nil && (now.Sub(st.ModTime()) < copyOften || !db.changedSince(st.ModTime())) {
		return nil
	}
	// A copy of what nobody has read through must not take the place of a good one.
	if err := db.Check(ctx); err != nil {
		return err
	}
	conn, err := sql.Open("sqlite", dsn(db.path, db.vfs.Name(), "ro", []string{"busy_timeout(5000)", "temp_store(MEMORY)"}))
	if err != nil {
		return told("store.Keep", err)
	}
	return told("store.Keep", errors.Join(copyTo(ctx, conn, path, db.vfs.Name()), conn.Close()))
}

// changedSince says whether the database or its log was written after at.
func (db *DB) changedSince(at time.Time) bool {
	for _, suffix := range []string{"", "-wal"} {
		if st, err := os.Stat(db.path + suffix); err == nil && st.ModTime().After(at) {
			return true
		}
	}
	return false
}

// restore puts a damaged database aside, with its log, and the copy in its
// place. It returns when the copy was made. Without a copy, or with one that
// does not open either, nothing is changed.
func restore(ctx context.Context, dir string, key []byte) (time.Time, error) {
	path, from := filepath.Join(dir, fileName), filepath.Join(dir, copyName)
	st, err := os.Stat(from)
	if err != nil {
		return time.Time{}, &akno.Error{Code: akno.BadFile, Op: "store.restore", Err: errors.New("there is no copy")}
	}
	vfs, err := newVFS(ctx, key)
	if err != nil {
		return time.Time{}, err
	}
	if err := errors.Join(prove(ctx, from, vfs.Name()), vfs.Close()); err != nil {
		return time.Time{}, &akno.Error{Code: akno.BadFile, Op: "store.restore", Err: err}
	}
	step(ctx, "remove the note of the damaged one")
	// What the pages of the damaged one were says nothing of the copy's.
	if err := remove(filepath.Join(dir, closedName)); err != nil {
		return time.Time{}, told("store.restore", err)
	}
	// The log first: alone with the copy it would be taken for the copy's.
	for _, suffix := range []string{"-wal", ""} {
		step(ctx, "put the damaged one aside")
		err := os.Rename(path+suffix, filepath.Join(dir, damagedName+suffix))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return time.Time{}, told("store.restore", err)
		}
	}
	step(ctx, "put the copy in place")
	if err := os.Rename(from, path); err != nil {
		return time.Time{}, told("store.restore", err)
	}
	return st.ModTime(), told("store.restore", syncParent(path))
}

// remove is os.Remove that misses nothing.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
