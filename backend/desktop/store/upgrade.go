package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"akno/backend/akno"
)

// A profile of a program before 0.3 lies open on the disk:
//
//	profile.db, profile.db.v1 …   a plain SQLite file and its copies
//	blobs/ab/abcd…                files under their SHA-256
//
// It is sealed in place. A kill at any moment leaves one of these states, and
// the next start goes on from it:
//
//	profile.db open                             nothing has happened
//	profile.db open, .sealed                    sealing; it begins anew
//	profile.db.open, .sealed, no profile.db     between the two renames; turned back
//	profile.db sealed, profile.db.open, blobs/  sealed; what lay open is wiped
//
// What lay open is wiped only after the sealed database was read and found equal.
const (
	openName   = fileName + ".open"
	sealedName = fileName + ".sealed"
	openBlob   = "blobs"
)

// settle brings an open profile, or one that was being sealed, to its end.
func settle(ctx context.Context, dir string, key []byte) error {
	path, old := filepath.Join(dir, fileName), filepath.Join(dir, openName)
	if !exists(path) && exists(old) {
		step(ctx, "turn the open database back")
		if err := os.Rename(old, path); err != nil {
			return err
		}
	}
	open, err := liesOpen(path)
	if err != nil {
		return err
	}
	if open {
		if err := sealAll(ctx, dir, key); err != nil {
			return fmt.Errorf("seal: %w", err)
		}
	}
	return sweep(ctx, dir)
}

// liesOpen says whether the file at path is a plain SQLite file.
func liesOpen(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	if err != nil && n == 0 {
		return false, nil
	}
	return string(head) == magic, nil
}

func sealAll(ctx context.Context, dir string, key []byte) error {
	path, sealed := filepath.Join(dir, fileName), filepath.Join(dir, sealedName)
	blobs, err := openBlobs(filepath.Join(dir, blobsName), key)
	if err != nil {
		return err
	}
	defer blobs.close()
	blobs.steps = stepsOf(ctx)
	if err := sealBlobs(filepath.Join(dir, openBlob), blobs); err != nil {
		return err
	}
	vfs, err := newVFS(ctx, key)
	if err != nil {
		return err
	}
	plain, err := sql.Open("sqlite", dsn(path, "", "rw", []string{"busy_timeout(5000)", "temp_store(MEMORY)"}))
	if err != nil {
		return errors.Join(err, vfs.Close())
	}
	plain.SetMaxOpenConns(1)
	err = func() error {
		if err := errors.Join(checkOwner(ctx, plain), quickCheck(ctx, plain, "")); err != nil {
			return err
		}
		if err := copyTo(ctx, plain, sealed, vfs.Name()); err != nil {
			return err
		}
		return sameContents(ctx, plain, sealed, vfs.Name())
	}()
	if err := errors.Join(err, plain.Close(), vfs.Close()); err != nil {
		return err
	}
	if exists(path + "-wal") {
		return &akno.Error{Code: akno.WrongState, Op: "store.seal", Err: errors.New("another program has the profile open")}
	}
	step(ctx, "put the open database aside")
	if err := os.Rename(path, filepath.Join(dir, openName)); err != nil {
		return err
	}
	step(ctx, "put the sealed database in place")
	if err := os.Rename(sealed, path); err != nil {
		return err
	}
	step(ctx, "the sealed database is in place")
	return syncParent(path)
}

// sealBlobs puts every file of an open folder into blobs.
func sealBlobs(dir string, blobs *Blobs) error {
	names, err := filepath.Glob(filepath.Join(dir, "??", "*"))
	if err != nil {
		return err
	}
	for _, name := range names {
		sum := filepath.Base(name)
		if !validSum(sum) || blobs.Has(sum) {
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		got, _, err := blobs.Put(f, 1<<40)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		if got != sum {
			// Damaged before it came here: kept under its true hash, and not
			// found under the old one, as it would have been refused before.
			continue
		}
		if _, err := blobs.Read(sum); err != nil {
			return err
		}
	}
	return nil
}

// sameContents compares every row of every table.
func sameContents(ctx context.Context, plain *sql.DB, sealed, vfs string) error {
	other, err := sql.Open("sqlite", dsn(sealed, vfs, "ro", nil))
	if err != nil {
		return err
	}
	other.SetMaxOpenConns(1)
	err = func() error {
		tables, err := dump(ctx, plain, `SELECT name FROM sqlite_schema WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`)
		if err != nil {
			return err
		}
		for _, t := range append([][]any{{"sqlite_schema"}}, tables...) {
			query := fmt.Sprintf(`SELECT * FROM "%s"`, t[0])
			if t[0] == "sqlite_schema" {
				query = `SELECT type, name, sql FROM sqlite_schema ORDER BY type, name`
			}
			a, err := dump(ctx, plain, query)
			if err != nil {
				return err
			}
			b, err := dump(ctx, other, query)
			if err != nil {
				return err
			}
			if !equalRows(a, b) {
				return &akno.Error{Code: akno.BadFile, Op: "store.seal", Err: fmt.Errorf("table %s differs", t[0])}
			}
		}
		return nil
	}()
	return errors.Join(err, other.Close())
}

// dump returns the rows of a query.
func dump(ctx context.Context, db *sql.DB, query string, args ...any) ([][]any, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for rows.Next() {
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		if err := rows.Scan(at...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

func equalRows(a, b [][]any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		for j := range a[i] {
			x, isBytes := a[i][j].([]byte)
			y, _ := b[i][j].([]byte)
			if isBytes && !bytes.Equal(x, y) || !isBytes && a[i][j] != b[i][j] {
				return false
			}
		}
	}
	return true
}

// sweep wipes what lay open once the database is sealed, and what a kill left of
// the sealing.
func sweep(ctx context.Context, dir string) error {
	path := filepath.Join(dir, fileName)
	if open, err := liesOpen(path); err != nil || open {
		return err
	}
	if !exists(path) {
		return nil
	}
	for _, name := range []string{sealedName, sealedName + ".part", copyName + ".part"} {
		step(ctx, "remove what is left of sealing")
		if err := remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	plain := []string{filepath.Join(dir, openName)}
	for _, pattern := range []string{openName + "-*", fileName + ".v*", filepath.Join(openBlob, "*", "*")} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		plain = append(plain, found...)
	}
	for _, name := range plain {
		if filepath.Dir(name) == dir && name != plain[0] {
			if open, err := liesOpen(name); err != nil || !open {
				continue // a copy that is sealed
			}
		}
		if err := shred(ctx, name); err != nil {
			return err
		}
	}
	if exists(filepath.Join(dir, openBlob)) {
		step(ctx, "remove the folder of open files")
		return os.RemoveAll(filepath.Join(dir, openBlob))
	}
	return nil
}

// shred overwrites the file with zeros and removes it. Media that write to
// another place each time keep the old octets until they need the room: this is
// the best that a program can do, and no promise.
func shred(ctx context.Context, path string) error {
	st, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	step(ctx, "overwrite what lay open")
	if st.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = io.CopyN(f, zeros{}, st.Size())
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	step(ctx, "remove what lay open")
	return os.Remove(path)
}

// zeros is a reader of zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
