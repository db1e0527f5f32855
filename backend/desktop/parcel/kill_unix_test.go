//go:build unix

package parcel

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/internal/dbx"
)

// taking makes the test binary a program that takes a parcel in and dies by
// SIGKILL at a step of it.
const taking = "AKNO_TEST_TAKING"

func TestMain(m *testing.M) {
	if dir := os.Getenv(taking); dir != "" {
		if err := takeAndDie(dir, os.Getenv(taking+"_FILE"), os.Getenv(taking+"_STEP")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func takeAndDie(dir, path, step string) error {
	left, err := strconv.Atoi(step)
	if err != nil {
		return err
	}
	ctx := context.Background()
	c := &computer{dir: dir, who: "anna", now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	if err := c.start(ctx); err != nil {
		return err
	}
	in, err := Open(ctx, path, Password([]byte(password)))
	if err != nil {
		return err
	}
	c.db.Watch(func(string) {
		if left--; left == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	if _, err := in.TakeIn(ctx, c.Service, c.db.Blobs()); err != nil {
		return err
	}
	return c.db.Close()
}

func TestASuddenDeathLeavesEachDraftWholeOrAway(t *testing.T) {
	home := newComputer(t, "anna")
	ids := []string{home.write("первый"), home.write("второй")}
	path := home.parcel()
	const stride = 5 // every step costs a start of the program
	died := 0
	for step := 2; ; step += stride {
		work := newComputer(t, "anna")
		if err := work.db.Close(); err != nil {
			t.Fatal(err)
		}
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), taking+"="+work.dir, taking+"_FILE="+path, taking+"_STEP="+strconv.Itoa(step))
		output, err := child.CombinedOutput()
		if err := work.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err == nil {
			break
		}
		if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
			t.Fatalf("%v: %s", err, output)
		}
		died++
		for _, id := range ids {
			v, err := work.Open(t.Context(), id)
			if akno.CodeOf(err) == akno.NotFound {
				continue
			}
			if err != nil || !slices.Equal(home.chain(id), work.chain(id)) {
				t.Errorf("step %d left half a draft: %v", step, err)
			}
			if len(v.Row.Answers) == 0 {
				t.Errorf("step %d left a draft without answers", step)
			}
		}
		for _, taken := range work.takeIn(path) {
			if taken.Standing != draft.StandNew && taken.Standing != draft.StandSame {
				t.Errorf("step %d, then again: %+v", step, taken)
			}
		}
		for _, id := range ids {
			if !slices.Equal(home.chain(id), work.chain(id)) {
				t.Errorf("step %d, then again: not whole", step)
			}
		}
	}
	if died < 5 {
		t.Errorf("it died %d times only", died)
	}
}

func TestAFullDiskLeavesNothingHalf(t *testing.T) {
	home, work := newComputer(t, "anna"), newComputer(t, "anna")
	id := home.write("много")
	path := home.parcel()
	before := work.state()
	err := work.db.Write(t.Context(), func(tx dbx.Tx) error { // as full as the database can be told to be
		var pages int
		if err := tx.QueryRow(t.Context(), `PRAGMA page_count`).Scan(&pages); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `PRAGMA max_page_count=`+strconv.Itoa(pages)).Scan(&pages)
	})
	if err != nil {
		t.Fatal(err)
	}
	in := work.receive(path)
	if _, err := in.TakeIn(t.Context(), work.Service, work.db.Blobs()); akno.CodeOf(err) != akno.DiskFull {
		t.Fatalf("got %v", err)
	}
	if !slices.Equal(before, work.state()) {
		t.Error("something is left of it")
	}
	err = work.db.Write(t.Context(), func(tx dbx.Tx) error {
		var pages int
		return tx.QueryRow(t.Context(), `PRAGMA max_page_count=250000`).Scan(&pages)
	})
	if err != nil {
		t.Fatal(err)
	}
	if taken, err := in.TakeIn(t.Context(), work.Service, work.db.Blobs()); err != nil || taken[0].ID != id {
		t.Errorf("%+v, %v", taken, err)
	}
}
