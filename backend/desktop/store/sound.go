package store

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/atomicfile"
	"akno/backend/stb/belt"
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

// pagesName is what each page of the database was when it was closed: its tag, 8
// octets. The note has its code (HMAC-hbelt), so that one without the other says
// nothing. By it a page is found that is older than it should be, since somebody
// has put it back or since the disk did not write what it said it had written.
const pagesName = fileName + ".pages"

// closedAs is what the file was when it was closed. Any of it changes when
// somebody else writes the file.
type closedAs struct {
	Size     int64  `json:"size"`
	Modified int64  `json:"modified"`        // Unix nanoseconds
	Pages    string `json:"pages,omitempty"` // the code of the file of pages, in hex
}

func fileState(path string) (closedAs, error) {
	st, err := os.Stat(path)
	if err != nil {
		return closedAs{}, err
	}
	return closedAs{Size: st.Size(), Modified: st.ModTime().UnixNano()}, nil
}

// noteClosed writes the note. A profile without one is only opened more slowly,
// so that its failure is nobody's.
func (db *DB) noteClosed() {
	st, err := fileState(db.path)
	if err != nil {
		return
	}
	if tags := db.vfs.Tags(db.path); atomicfile.Write(db.path+".pages", tags, 0o600) == nil {
		st.Pages = db.codeOf(tags)
	}
	writeNote(db.path, st)
}

func writeNote(path string, st closedAs) {
	if text, err := json.Marshal(st); err == nil {
		_ = atomicfile.Write(path+".closed", text, 0o600)
	}
}

// codeOf is the code of what the pages were.
func (db *DB) codeOf(tags []byte) string {
	mac := belt.SumHMAC(db.pagesKey.Octets(), tags)
	return hex.EncodeToString(mac[:])
}

// expect compares what was read and what will be with what the pages were when the
// profile was closed. The caller holds checkMu, or nobody else has the database.
func (db *DB) expect() error {
	code := db.closedPages
	if code == "" {
		return nil
	}
	db.closedPages = ""
	tags, err := os.ReadFile(db.path + ".pages")
	if err != nil || subtle.ConstantTimeCompare([]byte(db.codeOf(tags)), []byte(code)) != 1 {
		return nil //nolint:nilerr // nothing is known: it is read through all the same
	}
	db.compared = code
	if err := db.vfs.Expect(db.path, tags); err != nil {
		return &akno.Error{Code: akno.BadFile, Op: "store.expect", Err: err}
	}
	return nil
}

// foundOlder says whether a page was found that is older than it was at the last
// closing.
func (db *DB) foundOlder() bool { return db.compared != "" && db.vfs.Older(db.path) }

// noteOlder sees to it that the next opening finds an older page too, whatever
// becomes of this program: by itself the file may look sound.
func (db *DB) noteOlder() {
	if db.foundOlder() {
		writeNote(db.path, closedAs{Size: -1, Pages: db.compared})
	}
}

// AcceptOlder lets the next Open go on with what the database in dir holds, though a
// page of it was found that is older than it should be: that is for a person to
// decide, where no copy can take its place. It is read through all the same. The
// caller holds the profile's lock.
func AcceptOlder(dir string) error {
	note := filepath.Join(dir, closedName)
	if err := remove(note); err != nil {
		return told("store.AcceptOlder", err)
	}
	return told("store.AcceptOlder", syncParent(note))
}

// takeClosed says whether the file is as it was closed in order, and the code of
// what its pages were then, and takes the note away: from now on the profile is in
// use.
func takeClosed(ctx context.Context, path string) (inOrder bool, pages string, err error) {
	note := path + ".closed"
	text, err := os.ReadFile(note)
	if errors.Is(err, os.ErrNotExist) {
		return false, "", nil
	}
	if err != nil {
		return false, "", err
	}
	step(ctx, "remove the note of closing")
	if err := os.Remove(note); err != nil {
		return false, "", err
	}
	if err := syncParent(note); err != nil {
		return false, "", err
	}
	var then closedAs
	if json.Unmarshal(text, &then) != nil {
		return false, "", nil
	}
	now, err := fileState(path)
	if err != nil {
		return false, "", nil //nolint:nilerr // no file: there is nothing to trust
	}
	now.Pages = then.Pages
	_, log := os.Stat(path + "-wal")
	return now == then && errors.Is(log, os.ErrNotExist), then.Pages, nil
}

// checkPause is how long Check rests between two tables, for whoever types.
const checkPause = 20 * time.Millisecond

// Check reads the whole file through, a table at a time, unless Open has done
// so, and finds pages that are older than they should be. A damage is returned
// with the code bad_file; from then on Write refuses with it.
func (db *DB) Check(ctx context.Context) error {
	db.checkMu.Lock()
	defer db.checkMu.Unlock()
	if db.sound.Load() {
		return nil
	}
	if damage := db.damage.Load(); damage != nil {
		return *damage
	}
	err := db.expect()
	var tables []string
	if err == nil {
		tables, err = db.tables(ctx)
	}
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
		db.noteOlder()
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
