package cryptvfs

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite"
)

var testKey = bytes.Repeat([]byte{7, 11}, 16)

func newVFS(t testing.TB, key []byte) *VFS {
	t.Helper()
	v, err := New(key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// create writes an empty sealed database.
func create(t testing.TB, v *VFS, path string) {
	t.Helper()
	if err := v.Create(path); err != nil {
		t.Fatal(err)
	}
}

func openDB(t testing.TB, v *VFS, path string, more ...string) *sql.DB {
	t.Helper()
	pragmas := append([]string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "temp_store(MEMORY)"}, more...)
	dsn := "file:" + path + "?_txlock=immediate"
	if v != nil {
		dsn += "&vfs=" + v.Name()
	}
	for _, p := range pragmas {
		dsn += "&_pragma=" + p
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func exec1(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func text(t testing.TB, db *sql.DB, query string) string {
	t.Helper()
	var out sql.NullString
	if err := db.QueryRowContext(t.Context(), query).Scan(&out); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out.String
}

const everything = `SELECT group_concat(id || ':' || hex(body) || ':' || coalesce(name, '-'), x'0a') FROM (SELECT * FROM thing ORDER BY id)`

func TestRandomWorkEndsAsInPlainSQLite(t *testing.T) {
	dir := t.TempDir()
	v := newVFS(t, testKey)
	sealed := filepath.Join(dir, "sealed.db")
	create(t, v, sealed)
	pragma := []string{"wal_autocheckpoint(40)", "cache_size(20)", "secure_delete(1)"}
	dbs := []*sql.DB{openDB(t, v, sealed, pragma...), openDB(t, nil, filepath.Join(dir, "plain.db"), pragma...)}
	both := func(query string, args ...any) {
		for _, db := range dbs {
			exec1(t, db, query, args...)
		}
	}
	for _, db := range dbs {
		db.SetMaxOpenConns(1)
	}
	both(`CREATE TABLE thing(id INTEGER PRIMARY KEY, body BLOB, name TEXT) STRICT`)
	both(`CREATE INDEX thing_by_name ON thing(name)`)
	both(`CREATE VIRTUAL TABLE words USING fts5(t)`)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 600 {
		switch n := r.IntN(20); {
		case n < 9:
			body := make([]byte, r.IntN(3)*r.IntN(6000))
			_, _ = rand.NewChaCha8([32]byte{byte(i)}).Read(body)
			both(`INSERT OR REPLACE INTO thing VALUES(?, ?, ?)`, r.IntN(300), body, fmt.Sprint("имя ", i))
		case n < 12:
			both(`DELETE FROM thing WHERE id % 17 = ?`, r.IntN(17))
		case n < 15:
			both(`UPDATE thing SET body = zeroblob(?), name = ? WHERE id BETWEEN ? AND ?+9`, r.IntN(9000), "иное", r.IntN(300), r.IntN(300))
		case n < 17:
			both(`BEGIN; INSERT OR IGNORE INTO thing SELECT id+300, body, name FROM thing; DELETE FROM thing; ROLLBACK`)
		case n < 18:
			both(`PRAGMA wal_checkpoint(TRUNCATE)`)
		case n < 19:
			both(`INSERT INTO words VALUES(?)`, fmt.Sprint("слово ", i, " паспорт"))
		default:
			both(`VACUUM`)
		}
	}
	for _, q := range []string{everything, `SELECT group_concat(t) FROM words('паспорт')`} {
		if a, b := text(t, dbs[0], q), text(t, dbs[1], q); a != b {
			t.Fatalf("%s: %d octets against %d", q, len(a), len(b))
		}
	}
	want := text(t, dbs[1], everything)
	if err := dbs[0].Close(); err != nil {
		t.Fatal(err)
	}
	again := openDB(t, newVFS(t, testKey), sealed)
	if got := text(t, again, everything); got != want {
		t.Error("after closing and opening it reads otherwise")
	}
	if got := text(t, again, "PRAGMA integrity_check"); got != "ok" {
		t.Error(got)
	}
}

func TestNothingOfTheContentsIsOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	v := newVFS(t, testKey)
	path := filepath.Join(dir, "a.db")
	create(t, v, path)
	db := openDB(t, v, path, "cache_size(5)")
	secrets := []string{"Иванова Анна", "7654321A001PB5", "CREATE TABLE", "SQLite format 3"}
	exec1(t, db, `CREATE TABLE thing(id INTEGER PRIMARY KEY, body BLOB, name TEXT)`)
	look := func(when string) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range secrets {
				if bytes.Contains(data, []byte(s)) {
					t.Errorf("%s: %q lies in %s", when, s, filepath.Base(f))
				}
			}
			if base := filepath.Base(f); !slices.Contains([]string{"a.db", "a.db-wal", "copy.db"}, base) {
				t.Errorf("%s: %s was made", when, base)
			}
		}
	}
	for range 400 {
		exec1(t, db, `INSERT INTO thing(body, name) VALUES(?, ?)`, strings.Repeat(secrets[1], 50), secrets[0])
	}
	look("during work")
	if got := text(t, db, `SELECT count(*) FROM (SELECT name, body FROM thing ORDER BY body || id)`); got != "400" { // sorts
		t.Error(got)
	}
	exec1(t, db, `VACUUM INTO '`+filepath.Join(dir, "copy.db")+`'`)
	look("after a copy")
	exec1(t, db, `VACUUM`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	look("after closing")
	cp := openDB(t, v, filepath.Join(dir, "copy.db"))
	if got := text(t, cp, `SELECT count(*) FROM thing WHERE name = 'Иванова Анна'`); got != "400" {
		t.Errorf("the copy holds %s", got)
	}
}

func TestAnotherKeyOpensNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	v := newVFS(t, testKey)
	create(t, v, path)
	exec1(t, openDB(t, v, path), `CREATE TABLE thing(id INTEGER PRIMARY KEY)`)
	db := openDB(t, newVFS(t, bytes.Repeat([]byte{1}, 32)), path)
	if err := db.QueryRow(`SELECT count(*) FROM sqlite_schema`).Scan(new(int)); err == nil {
		t.Error("a foreign key read the database")
	}
}

// build makes a database with things in it and closes it, its log kept when
// asked for by a copy of both files.
func build(t *testing.T, dir string, keepLog bool) string {
	t.Helper()
	v := newVFS(t, testKey)
	path := filepath.Join(dir, "a.db")
	create(t, v, path)
	db := openDB(t, v, path, "wal_autocheckpoint(0)")
	exec1(t, db, `CREATE TABLE thing(id INTEGER PRIMARY KEY, body BLOB, name TEXT)`)
	for i := range 12 {
		exec1(t, db, `INSERT INTO thing VALUES(?, zeroblob(2000), 'n')`, i)
	}
	if !keepLog {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	crashed := filepath.Join(dir, "crashed.db")
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(crashed+suffix, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return crashed
}

func TestAChangeOfAnyOctetOfTheDatabaseIsFound(t *testing.T) {
	path := build(t, t.TempDir(), false)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	places := []int{}
	for b := 0; b < len(whole); b += pageBlock { // each page: its edges, tag, nonce, and some of the rest
		places = append(places, b, b+PageSize-1, b+PageSize, b+PageSize+tagSize-1, b+PageSize+tagSize, b+pageBlock-1)
		for range 6 {
			places = append(places, b+r.IntN(pageBlock))
		}
	}
	for _, i := range places {
		bad := slices.Clone(whole)
		bad[i] ^= 1 << r.IntN(8)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		v := newVFS(t, testKey)
		db := openDB(t, v, path)
		var got string
		if err := db.QueryRow("PRAGMA quick_check").Scan(&got); err == nil && got == "ok" {
			t.Errorf("octet %d of %d is not missed", i, len(whole))
		}
		_ = db.Close()
	}
}

func TestPagesThatChangedPlacesAreFound(t *testing.T) {
	path := build(t, t.TempDir(), false)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a, b := slices.Clone(data[2*pageBlock:3*pageBlock]), slices.Clone(data[3*pageBlock:4*pageBlock])
	copy(data[2*pageBlock:], b)
	copy(data[3*pageBlock:], a)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var sum int
	if err := openDB(t, newVFS(t, testKey), path).QueryRow(`SELECT sum(length(body)) FROM thing`).Scan(&sum); err == nil {
		t.Errorf("read %d", sum)
	}
}

func TestADamagedLogEndsWhereItIsDamagedAndNeverLies(t *testing.T) {
	dir := t.TempDir()
	path := build(t, dir, true)
	main, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	check := func(what string, log []byte, least int) {
		t.Helper()
		if err := os.WriteFile(path, main, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+"-wal", log, 0o600); err != nil {
			t.Fatal(err)
		}
		db := openDB(t, newVFS(t, testKey), path)
		defer db.Close()
		if got := text(t, db, "PRAGMA quick_check"); got != "ok" {
			t.Errorf("%s: %s", what, got)
			return
		}
		if text(t, db, `SELECT count(*) FROM sqlite_schema`) == "0" {
			if least > 0 {
				t.Errorf("%s: nothing is left", what)
			}
			return
		}
		n, ids := text(t, db, `SELECT count(*) FROM thing`), text(t, db, `SELECT count(*) FROM thing WHERE id < (SELECT count(*) FROM thing) AND length(body) = 2000`)
		if n != ids {
			t.Errorf("%s: %s things, %s of them the first ones", what, n, ids)
		}
		if got, _ := strconv.Atoi(n); got < least {
			t.Errorf("%s: %d things, want %d", what, got, least)
		}
	}
	check("as it was", log, 12)
	for range 60 {
		bad := slices.Clone(log)
		i := r.IntN(len(bad))
		bad[i] ^= 0x10
		check(fmt.Sprint("octet ", i), bad, 0)
		cut := r.IntN(len(log))
		check(fmt.Sprint("cut at ", cut), log[:cut], 0)
	}
	check("a torn end", append(slices.Clone(log), log[logStart:logStart+100]...), 12)
}

func TestReadersSeeWholeTransactionsWhileOneWrites(t *testing.T) {
	v := newVFS(t, testKey)
	path := filepath.Join(t.TempDir(), "a.db")
	create(t, v, path)
	w := openDB(t, v, path, "wal_autocheckpoint(20)", "cache_size(10)")
	w.SetMaxOpenConns(1)
	exec1(t, w, `CREATE TABLE thing(id INTEGER PRIMARY KEY, n INTEGER, body BLOB)`)
	for i := range 40 {
		exec1(t, w, `INSERT INTO thing VALUES(?, 0, zeroblob(3000))`, i)
	}
	r := openDB(t, v, path, "query_only(1)", "cache_size(5)")
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				var low, high, length int
				if err := r.QueryRow(`SELECT min(n), max(n), min(length(body)) FROM thing`).Scan(&low, &high, &length); err != nil || low != high || length != 3000 {
					t.Errorf("%d…%d, %d octets, %v", low, high, length, err)
					return
				}
			}
		})
	}
	for i := range 150 {
		exec1(t, w, `UPDATE thing SET n = ?`, i+1)
		if i%50 == 49 {
			exec1(t, w, `PRAGMA wal_checkpoint(RESTART)`)
		}
	}
	stop()
	wg.Wait()
}

func TestWhatWasCommittedSurvivesAKill(t *testing.T) {
	if path := os.Getenv("CRYPTVFS_KILL"); path != "" {
		writeUntilKilled(t, path)
	}
	for round := range 6 {
		path := filepath.Join(t.TempDir(), "a.db")
		cmd := exec.Command(os.Args[0], "-test.run=^TestWhatWasCommittedSurvivesAKill$")
		cmd.Env = append(os.Environ(), "CRYPTVFS_KILL="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		told, lines := 0, bufio.NewScanner(out)
		for lines.Scan() {
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				told = n
			}
			if told >= 40+60*round {
				break
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what was said before the blow
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				told = n
			}
		}
		_ = cmd.Wait()
		db := openDB(t, newVFS(t, testKey), path)
		got, _ := strconv.Atoi(text(t, db, `SELECT count(*) FROM thing`))
		if got < told || told == 0 {
			t.Errorf("%d committed, %d found", told, got)
		}
		if check := text(t, db, "PRAGMA integrity_check"); check != "ok" {
			t.Error(check)
		}
		_ = db.Close()
	}
}

func writeUntilKilled(t *testing.T, path string) {
	v := newVFS(t, testKey)
	create(t, v, path)
	db := openDB(t, v, path, "wal_autocheckpoint(30)")
	exec1(t, db, `CREATE TABLE thing(id INTEGER PRIMARY KEY, body BLOB)`)
	for i := 1; ; i++ {
		exec1(t, db, `INSERT INTO thing(body) VALUES(zeroblob(?))`, i%9000)
		fmt.Println(i)
	}
}

func TestLayoutNamesEveryOctetOnce(t *testing.T) {
	for _, at := range []func(int64) block{pageAt, logAt} {
		end, place := int64(0), int64(0)
		for range 50 {
			b := at(end)
			if b.start != end || b.place != place {
				t.Fatalf("%+v, want start %d place %d", b, end, place)
			}
			if last := at(end + int64(b.size) - 1); last != b {
				t.Fatalf("%+v and %+v", b, last)
			}
			end, place = end+int64(b.size), place+int64(b.size)+overhead
		}
	}
	for n := range int64(5) {
		if got := logSize(logEnd(logHeader + n*frame)); got != logHeader+n*frame {
			t.Errorf("%d frames: %d", n, got)
		}
		if got := pageSize(pageEnd(n * PageSize)); got != n*PageSize {
			t.Errorf("%d pages: %d", n, got)
		}
	}
}

func TestTheSeedIsAnEmptyDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seed.db")
	if err := os.WriteFile(path, Seed(), 0o600); err != nil {
		t.Fatal(err)
	}
	db := openDB(t, nil, path)
	if got := text(t, db, "PRAGMA integrity_check"); got != "ok" {
		t.Error(got)
	}
	if got := text(t, db, "PRAGMA journal_mode"); got != "wal" {
		t.Error(got)
	}
	if n := binary.BigEndian.Uint32(Seed()[28:]); n != 1 {
		t.Error(n)
	}
}

func TestAVFSInUseIsNotClosed(t *testing.T) {
	v := newVFS(t, testKey)
	path := filepath.Join(t.TempDir(), "a.db")
	create(t, v, path)
	db := openDB(t, v, path)
	exec1(t, db, `CREATE TABLE thing(id INTEGER PRIMARY KEY)`)
	if err := v.Close(); err != ErrInUse {
		t.Errorf("got %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
}
