package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
)

// personal are invented data that must not be read off the disk.
var personal = []string{"Верасень Алесь Іванавіч", "3140785A017PB2", "veras@example.by", "улица Лесная, 17"}

// disclosed names what of personal lies readable in a file of dir, in any of the
// forms in which a program may write text.
func disclosed(t *testing.T, dir string) []string {
	t.Helper()
	var forms [][]byte
	for _, p := range personal {
		wide := utf16.Encode([]rune(p))
		var little, big []byte
		for _, w := range wide {
			little, big = append(little, byte(w), byte(w>>8)), append(big, byte(w>>8), byte(w))
		}
		forms = append(forms, []byte(p), little, big, []byte(url.QueryEscape(p)), []byte(url.PathEscape(p)))
	}
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a temporary file that is gone by now
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		for i, f := range forms {
			if bytes.Contains(data, f) || strings.Contains(path, string(f)) {
				out = append(out, fmt.Sprintf("%s: form %d", filepath.Base(path), i))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fill writes personal data into every kind of place that a profile has.
func fill(ctx context.Context, db *DB, n int) error {
	err := db.Write(ctx, func(tx dbx.Tx) error {
		if n == 0 {
			if _, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS note(id INTEGER PRIMARY KEY, body TEXT)`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5(body)`); err != nil {
				return err
			}
		}
		for i := range 20 {
			text := strings.Join(personal, " ") + strconv.Itoa(i)
			for _, table := range []string{"note", "found"} {
				if _, err := tx.Exec(ctx, `INSERT INTO `+table+`(body) VALUES(?)`, text); err != nil {
					return err
				}
			}
		}
		return SetSetting(ctx, tx, "person", personal)
	})
	if err != nil {
		return err
	}
	scan := strings.Repeat(strings.Join(personal, "\n"), 1500) + strconv.Itoa(n)
	_, _, err = db.Blobs().Put(strings.NewReader(scan), 1<<20)
	return err
}

func TestNothingPersonalIsReadOffTheDisk(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	for n := range 5 {
		if err := fill(t.Context(), db, n); err != nil {
			t.Fatal(err)
		}
		if got := disclosed(t, dir); got != nil {
			t.Fatalf("during work: %v", got)
		}
	}
	if err := db.Keep(t.Context(), clock.System()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.rw.Exec(`VACUUM`); err != nil {
		t.Fatal(err)
	}
	if got := disclosed(t, dir); got != nil {
		t.Errorf("with a copy: %v", got)
	}
	closeDB(t, db)
	if got := disclosed(t, dir); got != nil {
		t.Errorf("after closing: %v", got)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 5 { // the database, its copy, the note of closing, its pages, the folder of files
		t.Errorf("%v %v", files, err)
	}
}

func TestNothingPersonalIsReadOffTheDiskAfterAKill(t *testing.T) {
	if dir := os.Getenv("STORE_KILL"); dir != "" {
		db := openAt(t, dir)
		for n := 0; ; n++ {
			if err := fill(t.Context(), db, n); err != nil {
				t.Fatal(err)
			}
			if err := db.Keep(t.Context(), clock.System().Add(2*copyOften)); err != nil {
				t.Fatal(err)
			}
			fmt.Println("n", n)
		}
	}
	for round := range 4 {
		dir := t.TempDir()
		last := untilKilled(t, "TestNothingPersonalIsReadOffTheDiskAfterAKill", "STORE_KILL", dir, 2+2*round)
		if got := disclosed(t, dir); got != nil {
			t.Errorf("after a kill: %v", got)
		}
		db := openAt(t, dir)
		var n int
		if err := db.rw.QueryRow(`SELECT count(*) FROM note`).Scan(&n); err != nil || n < 20*(last+1) {
			t.Errorf("%d rows, %d rounds were told, %v", n, last, err)
		}
		closeDB(t, db)
	}
}

// untilKilled runs this test in a process of its own until it has told of the
// round enough, kills it and returns the last round it told of.
func untilKilled(t *testing.T, name, env, dir string, enough int) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+name+"$")
	cmd.Env = append(os.Environ(), env+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last, lines := -1, bufio.NewScanner(out)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "n "); ok {
			last, _ = strconv.Atoi(text)
		}
		if last >= enough {
			break
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if last < enough {
		t.Fatalf("the other process ended by itself after round %d", last)
	}
	return last
}

// anOldProfile makes an unsealed profile as an earlier program left it.
func anOldProfile(t *testing.T, dir string) (sum string) {
	t.Helper()
	path := filepath.Join(dir, fileName)
	plainDB(t, path, "PRAGMA journal_mode=WAL")
	db, err := sql.Open("sqlite", dsn(path, "", "rwc", nil))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if err := migrate(t.Context(), db, path, ""); err != nil {
		t.Fatal(err)
	}
	for _, p := range personal {
		if _, err := db.Exec(`INSERT INTO setting(name, value) VALUES(?, ?)`, p, `"`+p+`"`); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyPlain(db, path+".v1"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	scan := []byte(strings.Join(personal, " "))
	sum = sumOf(scan)
	blob := filepath.Join(dir, openBlob, sum[:2], sum)
	if err := os.MkdirAll(filepath.Dir(blob), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(blob, scan, 0o600); err != nil {
		t.Fatal(err)
	}
	return sum
}

func copyPlain(db *sql.DB, path string) error {
	_, err := db.Exec(`VACUUM INTO ?`, path)
	return err
}

func sealedWell(t *testing.T, dir, sum string) {
	t.Helper()
	db := openAt(t, dir)
	defer closeDB(t, db)
	for _, p := range personal {
		got := ""
		if err := db.Setting(t.Context(), p, &got); err != nil || got != p {
			t.Errorf("%q: %q %v", p, got, err)
		}
	}
	if data, err := db.Blobs().Read(sum); err != nil || string(data) != strings.Join(personal, " ") {
		t.Errorf("the file: %q %v", data, err)
	}
	if got := disclosed(t, dir); got != nil {
		t.Errorf("still open: %v", got)
	}
}

func TestAnOldProfileIsSealedInPlace(t *testing.T) {
	dir := t.TempDir()
	sum := anOldProfile(t, dir)
	if disclosed(t, dir) == nil {
		t.Fatal("the old profile is not open: this test proves nothing")
	}
	sealedWell(t, dir, sum)
	sealedWell(t, dir, sum) // and again, as it is now
}

func TestAKillAtAnyStepOfSealingLosesNothing(t *testing.T) {
	if dir := os.Getenv("STORE_SEAL"); dir != "" {
		closeDB(t, openAt(t, dir))
		return
	}
	killed := 0
	r := rand.New(rand.NewPCG(9, 9))
	for range 25 {
		dir := t.TempDir()
		sum := anOldProfile(t, dir)
		cmd := exec.Command(os.Args[0], "-test.run=^TestAKillAtAnyStepOfSealingLosesNothing$")
		cmd.Env = append(os.Environ(), "STORE_SEAL="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(20+r.IntN(70))*time.Millisecond, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
		if err := cmd.Wait(); err != nil {
			killed++
		}
		kill.Stop()
		sealedWell(t, dir, sum)
	}
	if killed == 0 {
		t.Error("nobody was killed")
	}
	t.Logf("%d of 25 were killed", killed)
}

func TestEachStateThatAKillLeavesGoesOn(t *testing.T) {
	stop := errors.New("killed")
	for at := range 4 {
		dir := t.TempDir()
		sum := anOldProfile(t, dir)
		path := filepath.Join(dir, fileName)
		switch at {
		case 0: // a half-written sealed copy
			err := os.WriteFile(filepath.Join(dir, sealedName+".part"), []byte("half"), 0o600)
			if err != nil {
				t.Fatal(err)
			}
		case 1: // a whole sealed copy that was not put in place
			if err := sealAllBut(t, dir, stop); !errors.Is(err, stop) {
				t.Fatal(err)
			}
		case 2: // between the two renames
			if err := sealAllBut(t, dir, stop); !errors.Is(err, stop) {
				t.Fatal(err)
			}
			if err := os.Rename(path, filepath.Join(dir, openName)); err != nil {
				t.Fatal(err)
			}
		case 3: // in place, and nothing wiped
			if err := sealAll(t.Context(), dir, testKey); err != nil {
				t.Fatal(err)
			}
		}
		sealedWell(t, dir, sum)
	}
}

// sealAllBut leaves the sealed copy beside the open database.
func sealAllBut(t *testing.T, dir string, stop error) error {
	t.Helper()
	vfs, err := newVFS(t.Context(), testKey)
	if err != nil {
		return err
	}
	defer vfs.Close()
	plain, err := sql.Open("sqlite", dsn(filepath.Join(dir, fileName), "", "rw", nil))
	if err != nil {
		return err
	}
	defer plain.Close()
	if err := copyTo(t.Context(), plain, filepath.Join(dir, sealedName), vfs.Name()); err != nil {
		return err
	}
	return stop
}

func TestADamagedDatabaseIsRestoredFromTheLastCopy(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"a broken page": func(t *testing.T, path string) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b[2*4120+5] ^= 1
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"no file": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db := openAt(t, dir)
			if err := db.SetSetting(t.Context(), "a", 1); err != nil {
				t.Fatal(err)
			}
			if err := db.Keep(t.Context(), clock.System()); err != nil {
				t.Fatal(err)
			}
			closeDB(t, db)
			spoil(t, filepath.Join(dir, fileName))
			db = openAt(t, dir)
			defer closeDB(t, db)
			a := 0
			if err := db.Setting(t.Context(), "a", &a); err != nil || a != 1 || db.Restored().IsZero() {
				t.Errorf("%d %v %v", a, err, db.Restored())
			}
			if err := db.SetSetting(t.Context(), "b", 2); err != nil {
				t.Errorf("it does not go on: %v", err)
			}
		})
	}
}

func TestACopyIsMadeWhenItIsTime(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	defer closeDB(t, db)
	made := func() time.Time {
		st, err := os.Stat(filepath.Join(dir, copyName))
		if err != nil {
			return time.Time{}
		}
		return st.ModTime()
	}
	now := clock.System()
	keep := func(at time.Time) time.Time {
		t.Helper()
		if err := db.Keep(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		return made()
	}
	first := keep(now)
	if first.IsZero() {
		t.Fatal("there is none")
	}
	if keep(now.Add(copyOften/2)) != first {
		t.Error("a fresh one was made anew")
	}
	old := now.Add(-3 * copyOften)
	if err := os.Chtimes(filepath.Join(dir, copyName), old, old); err != nil {
		t.Fatal(err)
	}
	if keep(now).Before(first) {
		t.Error("an old one stays")
	}
}

func TestALockedStoreAnswersWithItsCode(t *testing.T) {
	db := openAt(t, t.TempDir())
	sum, _, err := db.Blobs().Put(strings.NewReader(personal[0]), 1000)
	if err != nil {
		t.Fatal(err)
	}
	blob, err := db.Blobs().Open(sum)
	if err != nil {
		t.Fatal(err)
	}
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.Write(t.Context(), func(tx dbx.Tx) error {
			close(inside)
			<-leave
			return SetSetting(t.Context(), tx, "a", 1)
		})
	}()
	<-inside
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	for akno.CodeOf(db.Read(t.Context(), func(dbx.Tx) error { return nil })) != akno.Locked {
		// until Close has begun
	}
	select {
	case err := <-closed:
		t.Fatalf("closed under a transaction: %v", err)
	default:
	}
	close(leave)
	if err := errors.Join(<-done, <-closed); err != nil {
		t.Error(err)
	}
	if data := make([]byte, 100); true {
		if n, err := blob.Read(data); err == nil {
			t.Errorf("a locked file gave %d octets", n)
		}
	}
}

func TestAFolderThatCannotBeWrittenIsNamed(t *testing.T) {
	for _, err := range []error{syscall.EROFS, &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}} {
		if got := akno.CodeOf(told("x", err)); got != akno.ReadOnly {
			t.Errorf("%v: %s", err, got)
		}
	}
	db := openAt(t, t.TempDir())
	defer closeDB(t, db)
	if _, err := db.ro.Exec(`INSERT INTO setting VALUES('a', '1')`); akno.CodeOf(told("x", err)) != akno.ReadOnly {
		t.Errorf("got %v", err)
	}
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
