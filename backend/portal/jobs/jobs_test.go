package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/logx"
	"akno/backend/portal/store"
)

type rig struct {
	*Runner
	t    *testing.T
	db   *store.DB
	mu   sync.Mutex
	at   time.Time
	done []string // payloads
}

func (r *rig) now() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.at }

func (r *rig) pass(d time.Duration) { r.mu.Lock(); defer r.mu.Unlock(); r.at = r.at.Add(d) }

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	var err error
	if r.db, err = store.Open(t.Context(), testdb.Address(t), r.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.db.Close(); err != nil {
			t.Error(err)
		}
	})
	r.Runner = &Runner{DB: r.db, Now: r.now, Log: logx.Discard(), Handlers: map[string]Handler{"note": r.note}}
	return r
}

func (r *rig) note(_ context.Context, j Job) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done = append(r.done, fmt.Sprintf("%s/%d", j.Payload, j.Attempt))
	return nil
}

func (r *rig) enqueue(kind, payload string, at time.Time) {
	r.t.Helper()
	err := r.db.Write(r.t.Context(), func(tx dbx.Tx) error {
		return store.Enqueue(r.t.Context(), tx, ids.New(r.now()), store.Job{AccountID: "a", Kind: kind, Payload: payload, RunAt: at})
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) step(want int) {
	r.t.Helper()
	n, err := r.Step(r.t.Context())
	if err != nil || n != want {
		r.t.Errorf("did %d jobs, %v; want %d", n, err, want)
	}
}

func TestAJobRunsOnceWhenItIsDue(t *testing.T) {
	r := newRig(t)
	r.enqueue("note", "now", r.at)
	r.enqueue("note", "later", r.at.Add(time.Hour))
	r.enqueue("unknown", "nobody's", r.at)
	r.step(1)
	r.step(0)
	r.pass(time.Hour)
	r.step(1)
	if want := []string{"now/1", "later/1"}; !slices.Equal(r.done, want) {
		t.Errorf("%v, want %v", r.done, want)
	}
}

func TestAFailedJobComesBackLaterAndIsParkedInTheEnd(t *testing.T) {
	r := newRig(t)
	tries := 0
	r.Handlers["bad"] = func(context.Context, Job) error {
		tries++
		if tries%2 == 0 {
			panic("a fault")
		}
		return errors.New("no such host mail.example for anna@example.by")
	}
	r.enqueue("bad", "{}", r.at)
	for range maxAttempts {
		r.step(1)
		r.step(0)
		r.pass(mostPause + firstPause)
	}
	r.step(0)
	if tries != maxAttempts {
		t.Errorf("%d tries", tries)
	}
	var parked bool
	var why string
	err := r.db.Read(t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT parked, last_error FROM job`).Scan(&parked, &why)
	})
	if err != nil || !parked || why == "" {
		t.Errorf("parked %v %q %v", parked, why, err)
	}
}

func TestAJobOfADeadProcessIsTakenOver(t *testing.T) {
	r := newRig(t)
	r.enqueue("note", "x", r.at)
	if _, err := r.claim(t.Context()); err != nil { // the process dies here
		t.Fatal(err)
	}
	r.step(0)
	r.pass(lease)
	r.step(1)
	if want := []string{"x/2"}; !slices.Equal(r.done, want) {
		t.Errorf("%v, want %v", r.done, want)
	}
}

func TestOneKindDoesNotStarveAnother(t *testing.T) {
	r := newRig(t)
	r.Handlers["mail"] = func(context.Context, Job) error { return nil }
	for i := range 50 {
		r.enqueue("mail", fmt.Sprint(i), r.at)
	}
	r.enqueue("note", "x", r.at)
	r.step(perKind + 1)
	if len(r.done) != 1 {
		t.Error("the other kind waits")
	}
}

func TestARunnerIsWokenByACommitAndStops(t *testing.T) {
	r := newRig(t)
	ran := make(chan string, 1)
	r.Handlers["note"] = func(_ context.Context, j Job) error { ran <- j.Payload; return nil }
	tasks := make(chan struct{}, 8)
	r.Tasks = []Task{{Name: "count", Every: time.Hour, Run: func(context.Context) (int, error) { tasks <- struct{}{}; return 1, nil }}}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { r.Run(ctx); close(stopped) }()
	<-tasks
	r.enqueue("note", "woken", r.at)
	if got := <-ran; got != "woken" {
		t.Errorf("got %q", got)
	}
	cancel()
	<-stopped
}

func TestPausesGrowAndAreBounded(t *testing.T) {
	for n := 1; n < 40; n++ {
		d := pause(n)
		if d < firstPause/2 || d > mostPause+firstPause {
			t.Errorf("pause %d: %v", n, d)
		}
	}
	if d := pause(1); d > 2*firstPause {
		t.Errorf("the first pause is %v", d)
	}
}

func TestSweepRemovesWhatIsOver(t *testing.T) {
	r := newRig(t)
	r.enqueue("note", "x", r.at)
	r.step(1)
	r.pass(8 * 24 * time.Hour)
	n, err := r.db.Sweep(t.Context(), r.now())
	if err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}
