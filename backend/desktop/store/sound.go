package store

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/atomicfile"
)

// Whether the file is sound is found out by reading all of it, which takes
// longer the more a person has written. A profile that was closed in order and
// has not been touched since is therefore opened at once and read through
// beside the work (Check); after a crash, a copy from elsewhere or a change by
// another program it is read through before anything else is done with it. A
// damage that is found beside the work stops the writing, so that what a person
// types is never promised by a file that cannot keep it.

// closedName is the note beside the database that it was closed in order.
const closedName = fileName + ".closed"

// closedAs is what the file was when it was closed. Any of it changes when
// somebody else writes the file.
type closedAs struct {
	Size     int64 `json:"size"`
	Modified int64 `json:"modified"` // Unix nanoseconds
}

func fileState(path string) (closedAs, error) {
	st, err := os.Stat(path)
	if err != nil {
		return closedAs{}, err
	}
	return closedAs{st.Size(), st.ModTime().UnixNano()}, nil
}

// noteClosed writes the note. A profile without one is only opened more slowly,
// so that its failure is nobody's.
func noteClosed(path string) {
	st, err := fileState(path)
	if err != nil {
		return
	}
	if text, err := json.Marshal(st); err == nil {
		_ = atomicfile.Write(path+".closed", text, 0o600)
	}
}

// takeClosed says whether the file is as it was closed in order, and takes the
// note away: from now on the profile is in use.
func takeClosed(path string) (bool, error) {
	note := path + ".closed"
	text, err := os.ReadFile(note)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := os.Remove(note); err != nil {
		return false, err
	}
	if err := syncParent(note); err != nil {
		return false, err
	}
	var then closedAs
	if json.Unmarshal(text, &then) != nil {
		return false, nil
	}
	now, err := fileState(path)
	if err != nil {
		return false, nil //nolint:nilerr // no file: there is nothing to trust
	}
	_, log := os.Stat(path + "-wal")
	return now == then && errors.Is(log, os.ErrNotExist), nil
}

// checkPause is how long Check rests between two tables, for whoever types.
const checkPause = 20 * time.Millisecond

// Check reads the whole file through, a table at a time, unless Open has done
// so. A damage is returned with the code bad_file; from then on Write refuses
// with it.
func (db *DB) Check(ctx context.Context) error {
	if db.sound.Load() {
		return nil
	}
	tables, err := db.tables(ctx)
	for _, name := range tables {
		if err = quickCheck(ctx, db.ro, name); err != nil {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(checkPause):
		}
	}
	if err = told("store.Check", err); err == nil {
		db.sound.Store(true)
	}
	if akno.CodeOf(err) == akno.BadFile {
		db.damage.CompareAndSwap(nil, &err)
	}
	return err
}

// tables names what Check reads.
func (db *DB) tables(ctx context.Context) ([]string, error) {
	rows, err := db.ro.QueryContext(ctx, `SELECT name FROM sqlite_schema WHERE type='table' AND rootpage>0`)
	if err != nil {
		return nil, err
	}
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		out = append(out, name)
	}
	return out, errors.Join(rows.Err(), rows.Close())
}
