package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func op(t *testing.T, id string, parts ...any) Op {
	t.Helper()
	o, err := NewOp(id, "test.Do", parts...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestACommandIsAppliedOnceAndAnswersAlike(t *testing.T) {
	db := fresh(t)
	ran := 0
	do := func(account string, o Op) (string, error) {
		var out string
		err := db.Write(t.Context(), func(tx dbx.Tx) error {
			var err error
			out, err = OnceAs(t.Context(), tx, account, o, at, func() (string, error) {
				ran++
				return fmt.Sprint("answer ", ran), nil
			})
			return err
		})
		return out, err
	}
	for range 3 {
		if got, err := do("a", op(t, "1", "body")); got != "answer 1" || err != nil {
			t.Errorf("%q %v", got, err)
		}
	}
	if _, err := do("a", op(t, "1", "another body")); akno.CodeOf(err) != akno.Conflict || akno.FieldsOf(err)["opId"] != "reused" {
		t.Errorf("got %v", err)
	}
	if got, err := do("b", op(t, "1", "body")); got != "answer 2" || err != nil {
		t.Errorf("another account: %q %v", got, err)
	}
}

func TestACommandWhoseAnswerIsForgottenIsNotAppliedAgain(t *testing.T) {
	db := fresh(t)
	ran := 0
	do := func(o Op) error {
		return db.Write(t.Context(), func(tx dbx.Tx) error {
			_, err := OnceAs(t.Context(), tx, "a", o, at, func() (string, error) {
				ran++
				return "answer", nil
			})
			return err
		})
	}
	if err := do(op(t, "1", "body")); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, 1, 0} { // rows that are swept: not yet, then once
		n, err := db.Sweep(t.Context(), at.Add(time.Duration(300+200*i)*24*time.Hour))
		if err != nil || n != want {
			t.Errorf("%d: %d rows swept, %v", i, n, err)
		}
	}
	if err := do(op(t, "1", "body")); !errors.Is(err, ErrForgotten) || ran != 1 {
		t.Errorf("%v, applied %d times", err, ran)
	}
	if err := do(op(t, "1", "another body")); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("got %v", err)
	}
}

func TestARefusedCommandMayBeTriedAgain(t *testing.T) {
	db := fresh(t)
	refuse := errors.New("not now")
	for i, want := range []error{refuse, nil} {
		err := db.Write(t.Context(), func(tx dbx.Tx) error {
			_, err := Once(t.Context(), tx, "a", op(t, "1"), at, func() ([]byte, error) {
				if i == 0 {
					return nil, refuse
				}
				return nil, nil
			})
			return err
		})
		if !errors.Is(err, want) {
			t.Errorf("try %d: %v, want %v", i, err, want)
		}
	}
}

func TestWhatIsGoneIsForgottenInTimeAndItsStreamSaysSo(t *testing.T) {
	db := fresh(t)
	record := func(account, id string, version int64, gone bool) {
		t.Helper()
		err := db.Write(t.Context(), func(tx dbx.Tx) error { return RecordChange(t.Context(), tx, account, "thing", id, version, gone) })
		if err != nil {
			t.Fatal(err)
		}
	}
	sweep := func(days int, want int) {
		t.Helper()
		if n, err := db.Sweep(t.Context(), at.Add(time.Duration(days)*24*time.Hour)); err != nil || n != want {
			t.Errorf("day %d: %d forgotten, want %d, %v", days, n, want, err)
		}
	}
	state := func() (out string) {
		t.Helper()
		err := db.Read(t.Context(), func(tx dbx.Tx) error {
			out = ""
			return dbx.Each(t.Context(), tx, func(scan func(...any) error) error {
				var id string
				var seq, least int64
				err := scan(&id, &seq, &least)
				out += fmt.Sprintf("%s %d/%d; ", id, seq, least)
				return err
			}, `SELECT c.id, c.seq, s.min_seq FROM change c JOIN stream s ON s.account_id = c.account_id AND s.name = c.stream ORDER BY c.account_id, c.seq`)
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for i, id := range []string{"x", "y", "z"} {
		record("a", id, 1, false)
		if i == 1 {
			record("a", id, 2, true)
		}
	}
	record("b", "x", 1, false)
	sweep(0, 0)
	record("a", "x", 2, true)
	sweep(30, 0)
	sweep(399, 0)
	sweep(401, 1) // y is gone for good
	if got, want := state(), "z 4/3; x 5/3; x 1/0; "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	record("a", "x", 3, false) // comes back, and goes again
	record("a", "x", 4, true)
	sweep(402, 0)
	sweep(431, 0)
	sweep(803, 1)
	if got, want := state(), "z 4/7; x 1/0; "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOpsOfDifferentPartsDiffer(t *testing.T) {
	a, b, c := op(t, "1", "ab", "c"), op(t, "1", "a", "bc"), op(t, "1", "abc")
	if a.Hash == b.Hash || a.Hash == c.Hash || b.Hash == c.Hash {
		t.Error("the parts run into one another")
	}
}

func TestAnEntityStandsInTheIndexOnceAtItsLastChange(t *testing.T) {
	db := fresh(t)
	for _, c := range []struct {
		account, id string
		version     int64
		gone        bool
	}{{"a", "x", 1, false}, {"a", "y", 1, false}, {"b", "x", 1, false}, {"a", "x", 2, false}, {"a", "y", 2, true}} {
		err := db.Write(t.Context(), func(tx dbx.Tx) error {
			return RecordChange(t.Context(), tx, c.account, "thing", c.id, c.version, c.gone)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := ""
	err := db.Read(t.Context(), func(tx dbx.Tx) error {
		return dbx.Each(t.Context(), tx, func(scan func(...any) error) error {
			var id string
			var seq, version int64
			var gone bool
			err := scan(&id, &seq, &version, &gone)
			got += fmt.Sprintf("%s %d v%d %v; ", id, seq, version, gone)
			return err
		}, `SELECT id, seq, version, deleted FROM change WHERE account_id = 'a' ORDER BY seq`)
	})
	if want := "x 3 v2 false; y 4 v2 true; "; err != nil || got != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

func TestACommitWithAJobWakesTheRunner(t *testing.T) {
	db := fresh(t)
	job := func(fail bool) error {
		return db.Write(t.Context(), func(tx dbx.Tx) error {
			if err := Enqueue(t.Context(), tx, fmt.Sprint("j", fail), Job{AccountID: "a", Kind: "k", Payload: "{}", RunAt: at}); err != nil {
				return err
			}
			if fail {
				return errRefused
			}
			return nil
		})
	}
	if err := job(true); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	select {
	case <-db.Queued():
		t.Error("a job that was rolled back wakes the runner")
	default:
	}
	if err := job(false); err != nil {
		t.Fatal(err)
	}
	select {
	case <-db.Queued():
	default:
		t.Error("a committed job wakes nobody")
	}
}
