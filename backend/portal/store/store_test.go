package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"

	"github.com/google/go-cmp/cmp"
)

// childEnv makes the test binary a writer that never ends by itself.
const childEnv = "AKNO_STORE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		writeForever(path)
	}
	os.Exit(m.Run())
}

func open(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, clock.System)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// fresh opens a database of the run's engine.
func fresh(t *testing.T) *DB {
	t.Helper()
	return closing(t, open(t, testdb.Address(t)))
}

// freshFile opens a file, whatever the engine of the run is: the test is about
// what only a file has.
func freshFile(t *testing.T) (*DB, *file) {
	t.Helper()
	db := closing(t, open(t, filepath.Join(t.TempDir(), "portal.db")))
	return db, db.engine.(*file)
}

func closing(t *testing.T, db *DB) *DB {
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func put(name, value string) func(dbx.Tx) error {
	return func(tx dbx.Tx) error {
		_, err := tx.Exec(context.Background(), `INSERT INTO meta(name, value) VALUES(?, ?)`, name, value)
		return err
	}
}

func names(t *testing.T, db *DB, like string) []string {
	t.Helper()
	out := []string{}
	err := db.Read(t.Context(), func(tx dbx.Tx) error {
		out = out[:0]
		return dbx.Each(t.Context(), tx, func(scan func(...any) error) error {
			var s string
			err := scan(&s)
			out = append(out, s)
			return err
		}, `SELECT name FROM meta WHERE name LIKE ? ORDER BY name`, like)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var errRefused = errors.New("refused")

// mixed returns job i: most are good, some refuse before or after a write, some
// panic, some hide a failed statement.
func mixed(i int) (fn func(dbx.Tx) error, good bool) {
	write := put(fmt.Sprintf("job%03d", i), "x")
	switch i % 10 {
	case 3:
		return func(dbx.Tx) error { return errRefused }, false
	case 5:
		return func(tx dbx.Tx) error { return errors.Join(write(tx), errRefused) }, false
	case 7:
		return func(tx dbx.Tx) error {
			if err := write(tx); err != nil {
				return err
			}
			panic("a fault of a service")
		}, false
	}
	return write, true
}

func TestGoodJobsOfAGroupAreKeptAndBadOnesLeaveNothing(t *testing.T) {
	db := fresh(t)
	var wg sync.WaitGroup
	errs := make([]error, 200)
	for i := range errs {
		wg.Go(func() {
			fn, _ := mixed(i)
			errs[i] = db.Write(context.Background(), fn)
		})
	}
	wg.Wait()
	want := []string{}
	for i, err := range errs {
		_, good := mixed(i)
		if good {
			want = append(want, fmt.Sprintf("job%03d", i))
		}
		if good != (err == nil) {
			t.Errorf("job %d: error %v", i, err)
		}
		if i%10 == 3 || i%10 == 5 {
			if !errors.Is(err, errRefused) {
				t.Errorf("job %d: %v, want its own refusal", i, err)
			}
		}
	}
	if diff := cmp.Diff(want, names(t, db, "job%")); diff != "" {
		t.Error(diff)
	}
	if s := db.Stats(); s.Jobs < 200 || s.Groups > s.Jobs {
		t.Errorf("stats %+v", s)
	}
}

func TestJobsThatWaitShareACommit(t *testing.T) {
	db, _ := freshFile(t)
	before := db.Stats()
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Write(context.Background(), func(dbx.Tx) error { close(held); <-hold; return nil })
	})
	<-held
	for i := range 40 {
		wg.Go(func() {
			if err := db.Write(context.Background(), put("shared"+strconv.Itoa(i), "x")); err != nil {
				t.Error(err)
			}
		})
	}
	for db.Stats().Waiting < 40 {
		if t.Context().Err() != nil {
			t.Fatal("the jobs never queued up")
		}
	}
	close(hold)
	wg.Wait()
	s := db.Stats()
	if groups := s.Groups - before.Groups; groups > 2 {
		t.Errorf("41 jobs took %d commits, want 2", groups)
	}
}

func TestACancelledCallerDoesNotUndoTheOthers(t *testing.T) {
	db := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Write(ctx, func(tx dbx.Tx) error {
		cancel()
		_, err := tx.Exec(ctx, `INSERT INTO meta(name, value) VALUES('late', 'x')`)
		return err
	})
	if err != nil {
		t.Errorf("a job that began is not stopped by its caller: %v", err)
	}
	if err := db.Write(ctx, put("never", "x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := names(t, db, "late"); len(got) != 1 {
		t.Errorf("late write: %v", got)
	}
	if got := names(t, db, "never"); len(got) != 0 {
		t.Errorf("cancelled write: %v", got)
	}
}

func TestAReaderCannotWriteAndSurvivesAPanic(t *testing.T) {
	db := fresh(t)
	for range 40 { // more than there are connections
		func() {
			defer func() { _ = recover() }()
			_ = db.Read(t.Context(), func(dbx.Tx) error { panic("a fault") })
		}()
	}
	err := db.Read(t.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO meta(name, value) VALUES('r', 'x')`)
		return err
	})
	if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "-", ""), "readonly") {
		t.Errorf("got %v", err)
	}
	if got := names(t, db, "epoch"); len(got) != 1 {
		t.Errorf("after the faults: %v", got)
	}
}

func TestADatabaseKeepsItsEpochAndRefusesStrangers(t *testing.T) {
	path := testdb.Empty(t)
	db := open(t, path)
	epoch := db.Epoch()
	have, newest, err := db.SchemaVersion(t.Context())
	if err != nil || have == 0 || have != newest {
		t.Errorf("schema %d of %d, %v", have, newest, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path)
	if db.Epoch() != epoch || !ids.Valid(epoch) {
		t.Errorf("epoch %q became %q", epoch, db.Epoch())
	}
	if f, ok := db.engine.(*file); !ok {
		testdb.Exec(t, path, `COMMENT ON TABLE meta IS 'another program'`)
	} else if err := f.writer.conn.exec(`PRAGMA application_id = 7`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err := Open(t.Context(), path, clock.System); err == nil {
		t.Error("a stranger's database was opened")
		_ = db.Close()
	}
}

func TestAfterClosingAWriteIsUnavailable(t *testing.T) {
	db := open(t, testdb.Address(t))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), put("a", "b")); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestJobsThatWaitedTooLongAreSentAway(t *testing.T) {
	var mu sync.Mutex
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return at }
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "portal.db"), now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	hold, held := make(chan struct{}), make(chan struct{})
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		first <- db.Write(context.Background(), func(dbx.Tx) error { close(held); <-hold; return nil })
	}()
	<-held
	go func() { second <- db.Write(context.Background(), put("old", "x")) }()
	for db.Stats().Waiting < 1 {
		if t.Context().Err() != nil {
			t.Fatal("the job never queued up")
		}
	}
	mu.Lock()
	at = at.Add(maxAge + time.Second)
	mu.Unlock()
	close(hold)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := <-second; akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAFullDiskIsToldAndTheDatabaseGoesOn(t *testing.T) {
	db, f := freshFile(t)
	if err := f.writer.conn.exec(`PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 1<<20)
	if err := db.Write(t.Context(), put("big", big)); akno.CodeOf(err) != akno.DiskFull {
		t.Errorf("got %v", err)
	}
	hidden := func(tx dbx.Tx) error { _ = put("big", big)(tx); return nil }
	if err := db.Write(t.Context(), hidden); akno.CodeOf(err) != akno.DiskFull {
		t.Errorf("a job that hides the failure got %v", err)
	}
	if err := f.writer.conn.exec(`PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), put("big", big)); err != nil {
		t.Error(err)
	}
}

// writeForever acknowledges every row on standard output after its commit.
func writeForever(path string) {
	ctx := context.Background()
	db, err := Open(ctx, path, clock.System)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	var out sync.Mutex
	for g := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("ack%d.%06d", g, i)
				if err := db.Write(ctx, put(name, "x")); err != nil {
					continue
				}
				out.Lock()
				fmt.Println(name)
				out.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestNoAcknowledgedWriteIsLostByAKill(t *testing.T) {
	path := testdb.Address(t)
	acked := map[string]bool{}
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			acked[lines.Text()] = true
			if n == 300 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		db := open(t, path)
		have := map[string]bool{}
		for _, n := range names(t, db, "ack%") {
			have[n] = true
		}
		lost := 0
		for n := range acked {
			if len(n) == len("ack0.000000") && !have[n] { // the last line may be torn
				lost++
			}
		}
		if lost > 0 || len(acked) < 300 {
			t.Errorf("%d of %d acknowledged rows are lost", lost, len(acked))
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
