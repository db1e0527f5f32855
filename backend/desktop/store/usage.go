package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"akno/backend/akno"
)

// Usage is how much room the profile takes, in octets.
type Usage struct {
	Database int64 // drafts, the outbox, copies of the portal's records
	Files    int64 // attached and prepared files
	Count    int   // of them
	Copy     int64 // the copy that a damaged database is restored from
	// Before are copies that were made before an upgrade of the database, which
	// Free removes: the upgraded one has been opened since.
	Before int64
	// Damaged is a database that was put aside for its copy; the program keeps it,
	// for who can rescue something of it.
	Damaged int64
	Other   int64 // keys, preferences and the like
}

// Total is all of it.
func (u Usage) Total() int64 {
	return u.Database + u.Files + u.Copy + u.Before + u.Damaged + u.Other
}

// beforeName are the names that migrate gives its copies.
var beforeName = regexp.MustCompile(`^` + regexp.QuoteMeta(fileName) + `\.v[0-9]+$`)

// Usage looks at the profile's folder. What changes meanwhile is counted as it was
// or as it is.
func (db *DB) Usage() (u Usage, err error) {
	dir := filepath.Dir(db.path)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		u.add(filepath.ToSlash(rel), st.Size())
		return nil
	})
	return u, told("store.Usage", err)
}

func (u *Usage) add(name string, n int64) {
	switch {
	case strings.HasPrefix(name, blobsName+"/"):
		u.Files += n
		u.Count++
	case name == fileName || name == fileName+"-wal" || name == fileName+"-shm" || name == pagesName:
		u.Database += n
	case strings.HasPrefix(name, copyName):
		u.Copy += n
	case beforeName.MatchString(name):
		u.Before += n
	case strings.HasPrefix(name, damagedName):
		u.Damaged += n
	default:
		u.Other += n
	}
}

// Free removes the copies that were made before upgrades.
func (db *DB) Free() error {
	const op = "store.Free"
	if err := db.begin(); err != nil {
		return err
	}
	defer db.end()
	if !db.sound.Load() { // they may still be needed
		return &akno.Error{Code: akno.WrongState, Op: op}
	}
	dir := filepath.Dir(db.path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return told(op, err)
	}
	for _, e := range entries {
		if beforeName.MatchString(e.Name()) {
			if err := remove(filepath.Join(dir, e.Name())); err != nil {
				return told(op, err)
			}
		}
	}
	return nil
}
