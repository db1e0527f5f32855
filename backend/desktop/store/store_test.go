package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
)

func openAt(t *testing.T, dir string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closeDB(t *testing.T, db *DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestAProfileKeepsWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	if err := db.SetSetting(t.Context(), "theme", "dark"); err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)
	db = openAt(t, dir)
	defer closeDB(t, db)
	theme, size := "", 100
	if err := db.Setting(t.Context(), "theme", &theme); err != nil || theme != "dark" {
		t.Errorf("%q %v", theme, err)
	}
	if err := db.Setting(t.Context(), "size", &size); err != nil || size != 100 {
		t.Errorf("a setting never made changed the default: %d %v", size, err)
	}
	st, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st.Mode(), err)
	}
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	db := openAt(t, t.TempDir())
	defer closeDB(t, db)
	stop := errors.New("stop")
	err := db.Write(t.Context(), func(tx dbx.Tx) error {
		if err := SetSetting(t.Context(), tx, "a", 1); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	a := 0
	if err := db.Setting(t.Context(), "a", &a); err != nil || a != 0 {
		t.Errorf("%d %v", a, err)
	}
}

func TestAReaderMayNotWrite(t *testing.T) {
	db := openAt(t, t.TempDir())
	defer closeDB(t, db)
	if err := db.Read(t.Context(), func(tx dbx.Tx) error { return SetSetting(t.Context(), tx, "a", 1) }); err == nil {
		t.Error("a write in Read went through")
	}
}

func TestAWriteBegunIsNotUndoneByACancelledContext(t *testing.T) {
	db := openAt(t, t.TempDir())
	defer closeDB(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Write(ctx, func(tx dbx.Tx) error {
		cancel()
		return SetSetting(ctx, tx, "a", 1)
	})
	a := 0
	if err2 := db.Setting(t.Context(), "a", &a); err != nil || err2 != nil || a != 1 {
		t.Errorf("%d %v %v", a, err, err2)
	}
	if err := db.Write(ctx, func(dbx.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a write that had not begun: %v", err)
	}
}

func TestADamagedDatabaseIsNamed(t *testing.T) {
	for name, spoil := range map[string]func(*testing.T, []byte) []byte{
		"no database at all": func(*testing.T, []byte) []byte { return []byte(strings.Repeat("not a database ", 1000)) },
		"a short one":        func(_ *testing.T, b []byte) []byte { return b[:1000] },
		"a broken page":      func(_ *testing.T, b []byte) []byte { b[3*4120+77] ^= 1; return b },
		"a broken first page": func(_ *testing.T, b []byte) []byte {
			b[20] ^= 1
			return b
		},
		"pages missing": func(_ *testing.T, b []byte) []byte { return b[:4*4120] },
		"the plain file of another program": func(t *testing.T, _ []byte) []byte {
			path := filepath.Join(t.TempDir(), "x.db")
			plainDB(t, path, "PRAGMA application_id=77", "CREATE TABLE a(b)")
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			closeDB(t, openAt(t, dir))
			path := filepath.Join(dir, fileName)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			spoiled := spoil(t, b)
			if err := os.WriteFile(path, spoiled, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), dir, testKey); akno.CodeOf(err) != akno.BadFile {
				t.Errorf("got %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, spoiled) {
				t.Errorf("a damaged file was changed: %v", err)
			}
		})
	}
}

func TestAnotherKeyIsRefusedAndChangesNothing(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	if err := db.SetSetting(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)
	if _, err := Open(t.Context(), dir, make([]byte, KeySize)); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("got %v", err)
	}
	db = openAt(t, dir)
	defer closeDB(t, db)
	a := 0
	if err := db.Setting(t.Context(), "a", &a); err != nil || a != 1 || !db.Restored().IsZero() {
		t.Errorf("%d %v", a, err)
	}
}

// plainDB makes an unsealed database.
func plainDB(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, "", "rwc", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestAFullDiskIsNamedAndLosesNothing(t *testing.T) {
	db := openAt(t, t.TempDir())
	defer closeDB(t, db)
	if _, err := db.rw.Exec("PRAGMA max_page_count=60"); err != nil {
		t.Fatal(err)
	}
	if err := db.SetSetting(t.Context(), "kept", 1); err != nil {
		t.Fatal(err)
	}
	if err := db.SetSetting(t.Context(), "big", strings.Repeat("x", 1<<20)); akno.CodeOf(err) != akno.DiskFull {
		t.Errorf("got %v", err)
	}
	kept := 0
	if err := db.Setting(t.Context(), "kept", &kept); err != nil || kept != 1 {
		t.Errorf("%d %v", kept, err)
	}
	if err := db.SetSetting(t.Context(), "after", 1); err != nil {
		t.Errorf("the database does not go on: %v", err)
	}
}

// upTo is the folder of an earlier program, whose last migration was version.
func upTo(t *testing.T, version int) fstest.MapFS {
	t.Helper()
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, f := range files {
		data, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if numberOf(t, f.Name()) <= version {
			out[f.Name()] = &fstest.MapFile{Data: data}
		}
	}
	return out
}

func numberOf(t *testing.T, file string) int {
	t.Helper()
	number, _, _ := strings.Cut(file, "_")
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// newest is the version of this program's schema.
func newest(t *testing.T) int {
	t.Helper()
	n := 0
	for name := range upTo(t, 1<<30) {
		n = max(n, numberOf(t, name))
	}
	return n
}

// later is the folder of a later program, with one migration more.
func later(t *testing.T, migration string) fstest.MapFS {
	t.Helper()
	out := upTo(t, 1<<30)
	out[fmt.Sprintf("%04d_later.sql", newest(t)+1)] = &fstest.MapFile{Data: []byte(migration)}
	return out
}

// old makes a profile as a program of an earlier schema left it.
func old(t *testing.T, version int, statements string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	db, err := sql.Open("sqlite", dsn(path, "", "rwc", writerPragmas))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if err := migrateFrom(t.Context(), db, path, "", upTo(t, version)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAProfileOfOnePersonGetsItsOwner(t *testing.T) {
	dir := old(t, 1, `
		INSERT INTO draft(id, procedure, form_id, form_version, form_hash, answers, rev, state, ready, total, created_at, saved_at)
			VALUES('sent', '', '', 1, '', '{}', 1, 'signed', 0, 0, 1, 1), ('open', '', '', 1, '', '{}', 1, 'draft', 0, 0, 1, 1);
		INSERT INTO sent(op_id, account, kind, target, body, body_hash, files, epoch, queued_at, acked_at)
			VALUES('op', 'anna', 'submit', 'sent', x'', '', '[]', '', 1, 1)`)
	db := openAt(t, dir)
	defer closeDB(t, db)
	var owners string
	if err := db.rw.QueryRow(`SELECT group_concat(id||'='||account, ' ') FROM (SELECT * FROM draft ORDER BY id)`).Scan(&owners); err != nil || owners != "open= sent=anna" {
		t.Errorf("%q %v", owners, err)
	}
}

func TestDraftsOfAnEarlierProgramAreInTheirBoxesAndCounted(t *testing.T) {
	dir := old(t, 2, `
		INSERT INTO draft(id, account, procedure, form_id, form_version, form_hash, answers, rev, state, ready, total, created_at, saved_at, deleted_at)
			VALUES('whole', 'anna', '', '', 1, '', '{}', 3, 'ordered', 5, 5, 1, 1, 0), ('half', 'anna', '', '', 1, '', '{}', 2, 'draft', 2, 5, 1, 2, 0),
				('gone', 'anna', '', '', 1, '', '{}', 1, 'draft', 0, 5, 1, 3, 9), ('sent', 'boris', '', '', 1, '', '{}', 1, 'signed', 5, 5, 1, 4, 0);
		INSERT INTO draft_rev(draft, rev, at, change) VALUES('half', 1, 1, '[]'), ('half', 2, 2, '[]')`)
	db := openAt(t, dir)
	defer closeDB(t, db)
	text := func(query string) string {
		t.Helper()
		var s string
		if err := db.rw.QueryRow(query).Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	const counts = `SELECT group_concat(account||'.'||box||'='||n, ' ') FROM (SELECT * FROM draft_count WHERE n<>0 ORDER BY account, box)`
	if got := text(counts); got != "anna.deleted=1 anna.drafts=1 anna.ready=1 boris.sent=1" {
		t.Error(got)
	}
	if got := text(`SELECT group_concat(rev||'<'||parent, ' ') FROM draft_rev`); got != "1<0 2<1" {
		t.Error(got)
	}
	for _, q := range []string{`UPDATE draft SET errors=0 WHERE id='half'`, `UPDATE draft SET account='boris' WHERE id='whole'`, `UPDATE draft SET deleted_at=0 WHERE id='gone'`} {
		if _, err := db.rw.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if got := text(counts); got != "anna.drafts=1 anna.ready=1 boris.ready=1 boris.sent=1" {
		t.Error(got)
	}
}

func TestCommandsOfAnEarlierProgramSayWhatTheySaid(t *testing.T) {
	dir := old(t, 46, `
		INSERT INTO outbox(seq, op_id, account, kind, target, body, body_hash, files, state, attempt, next_at, left_at, failure, fields, queued_at, carried_at, brought)
			VALUES(3, 'a', 'anna', 'submit', 'x', x'0102', 'h1', '["f"]', 'rejected', 4, 5, 6, 'invalid', '{"a":"b"}', 7, 8, 1),
				(9, 'b', '', 'withdraw', 'y', x'03', 'h2', '[]', 'pending', 0, 0, 0, '', '{}', 1, 0, 0);
		INSERT INTO sent(seq, op_id, account, kind, target, body, body_hash, files, epoch, queued_at, acked_at)
			VALUES(5, 'c', 'anna', 'answer', 'z', x'04', 'h3', '[]', 'life', 2, 3)`)
	db := openAt(t, dir)
	defer closeDB(t, db)
	for query, want := range map[string]string{
		`SELECT seq, op_id, account, kind, target, hex(body), body_hash, files, state, attempt, next_at, left_at, failure, fields, queued_at, carried_at, brought
			FROM outbox JOIN envelope USING (seq) ORDER BY seq`: `3 a anna submit x 0102 h1 ["f"] rejected 4 5 6 invalid {"a":"b"} 7 8 1] [9 b  withdraw y 03 h2 [] pending 0 0 0  {} 1 0 0`,
		`SELECT seq, op_id, account, kind, target, hex(body), body_hash, files, epoch, queued_at, acked_at FROM sent JOIN envelope USING (seq)`: `5 c anna answer z 04 h3 [] life 2 3`,
	} {
		if got := ask(t, db.rw, query); strings.TrimSuffix(want, "]") != strings.TrimSuffix(got, "]") {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	do(t, db.rw, `DELETE FROM outbox WHERE seq=9`)
	do(t, db.rw, `INSERT INTO envelope(files, body_hash, body) VALUES('[]', '', x'')`)
	if got := ask(t, db.rw, `SELECT seq FROM envelope ORDER BY seq`); got != "3] [5] [10" {
		t.Errorf("the numbers are %s: one was given twice, or octets outlive their command", got)
	}
	for _, query := range []string{`DELETE FROM envelope WHERE seq=3`, `DELETE FROM envelope WHERE seq=5`} {
		if _, err := db.rw.Exec(query); err == nil {
			t.Errorf("%s: a command lost what it says", query)
		}
	}
}

func TestAnUpgradeLeavesACopyAndANewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	defer closeDB(t, db)
	if err := db.SetSetting(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fileName)
	next := later(t, "-- +goose Up\nCREATE TABLE more (id TEXT PRIMARY KEY) STRICT;\n")
	version := newest(t)
	if err := migrateFrom(t.Context(), db.rw, path, db.vfs.Name(), next); err != nil {
		t.Fatal(err)
	}
	old, err := sql.Open("sqlite", dsn(fmt.Sprintf("%s.v%d", path, version), db.vfs.Name(), "ro", readerPragmas))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close() }()
	var value string
	if err := old.QueryRow(`SELECT value FROM setting WHERE name='a'`).Scan(&value); err != nil || value != "1" {
		t.Errorf("the copy holds %q, %v", value, err)
	}
	if err := migrate(t.Context(), db.rw, path, db.vfs.Name()); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("an old program opened a newer profile: %v", err)
	}
}

func TestABrokenUpgradeChangesNothing(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	defer closeDB(t, db)
	bad := later(t, "-- +goose Up\nCREATE TABLE half (id TEXT) STRICT;\nINSERT INTO nowhere VALUES(1);\n")
	if err := migrateFrom(t.Context(), db.rw, filepath.Join(dir, fileName), db.vfs.Name(), bad); err == nil {
		t.Fatal("a broken migration went through")
	}
	var n int
	if err := db.rw.QueryRow(`SELECT count(*) FROM sqlite_schema WHERE name='half'`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d %v", n, err)
	}
}

var testKey = []byte("a data key that is for tests only")[:KeySize]

func TestAReadThatIsGivenUpHoldsNothingOpen(t *testing.T) {
	for range 20 {
		db := openAt(t, t.TempDir())
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Read(ctx, func(tx dbx.Tx) error {
			rows, err := tx.Query(ctx, "SELECT name FROM sqlite_schema")
			if err != nil {
				return err
			}
			cancel()
			for rows.Next() {
			}
			return errors.Join(rows.Err(), rows.Close())
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		closeDB(t, db)
	}
}
