// Package jobs does the work that follows a commit: letters, deadlines,
// clearing up. A job is a row that was written with its cause; it is done at
// least once, so every handler bears being run twice.
package jobs

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/logx"
	"akno/backend/portal/store"
)

const (
	poll        = time.Second      // for jobs that became due or that another process wrote
	lease       = 5 * time.Minute  // after which a job whose process died is taken over
	maxAttempts = 20               // before a job is parked for an operator
	firstPause  = time.Second      // before the second attempt; doubles
	mostPause   = 15 * time.Minute // between two attempts
	perKind     = 4                // jobs of a kind that run at the same time
	maxError    = 500              // characters of an error that are kept
)

// A Job is one row: what to do and for which account.
type Job struct {
	ID      string
	Attempt int // 1 for the first
	store.Job
}

// A Handler does a job. Its error is retried; what can never succeed returns
// nil.
type Handler func(ctx context.Context, j Job) error

// A Task is done again and again; it returns how many things it did.
type Task struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) (int, error)
}

// DB is the database with the signal of new jobs.
type DB interface {
	dbx.DB
	Queued() <-chan struct{}
}

// A Runner does the jobs of one process. All fields are set before use.
type Runner struct {
	DB       DB
	Now      clock.Clock
	Log      logx.Logger
	Handlers map[string]Handler
	Tasks    []Task
}

// Run does jobs and tasks until ctx ends, and returns when those it began are
// over.
func (r *Runner) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, t := range r.Tasks {
		wg.Go(func() { r.repeat(ctx, t) })
	}
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		n, err := r.Step(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.WithField("error", err.Error()).Error("jobs cannot be read")
		}
		if n > 0 && err == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
			wg.Wait()
			return
		case <-r.DB.Queued():
		case <-tick.C:
		}
	}
}

// Step does the jobs that are due now, some of each kind at the same time, and
// returns how many it did.
func (r *Runner) Step(ctx context.Context) (int, error) {
	due, err := r.claim(ctx)
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	for _, j := range due {
		wg.Go(func() { r.do(ctx, j) })
	}
	wg.Wait()
	return len(due), nil
}

// claim takes the due jobs of every kind that has a handler. Most of the time
// there are none, which costs a read and no commit.
func (r *Runner) claim(ctx context.Context) ([]Job, error) {
	now := r.Now()
	const due = `kind = ? AND done_at = 0 AND parked = 0 AND run_at <= ? AND lease_until <= ?`
	kinds := slices.Sorted(maps.Keys(r.Handlers))
	var waiting []string
	err := r.DB.Read(ctx, func(tx dbx.Tx) error {
		waiting = waiting[:0]
		for _, k := range kinds {
			var one int
			found, err := dbx.Found(ctx, tx, `SELECT 1 FROM job WHERE `+due+` LIMIT 1`, []any{k, now.UnixMilli(), now.UnixMilli()}, &one)
			if err != nil {
				return err
			}
			if found {
				waiting = append(waiting, k)
			}
		}
		return nil
	})
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	var out []Job
	err = r.DB.Write(ctx, func(tx dbx.Tx) error {
		out = out[:0]
		for _, k := range waiting {
			err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
				j := Job{Job: store.Job{Kind: k}}
				var at int64
				err := scan(&j.AccountID, &j.ID, &j.Payload, &at, &j.Attempt)
				j.RunAt = time.UnixMilli(at).UTC()
				out = append(out, j)
				return err
			}, `UPDATE job SET lease_until = ?, attempt = attempt + 1 WHERE (account_id, id) IN
				(SELECT account_id, id FROM job WHERE `+due+` ORDER BY run_at, id LIMIT ?)
				RETURNING account_id, id, payload, run_at, attempt`,
				now.Add(lease).UnixMilli(), k, now.UnixMilli(), now.UnixMilli(), perKind)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: claim: %w", err)
	}
	return out, nil
}

func (r *Runner) do(ctx context.Context, j Job) {
	err := call(ctx, r.Handlers[j.Kind], j)
	if err != nil && ctx.Err() != nil {
		return // we are stopping: the lease ends and the job is done again
	}
	// The outcome is written even while the program stops.
	if werr := r.finish(context.WithoutCancel(ctx), j, err); werr != nil {
		r.Log.WithFields(logx.F{"jobID": j.ID, "kind": j.Kind, "error": werr.Error()}).Error("the outcome of a job is lost")
	}
}

func call(ctx context.Context, h Handler, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, lease/2)
	defer cancel()
	return h(ctx, j)
}

func (r *Runner) finish(ctx context.Context, j Job, failure error) error {
	now := r.Now()
	entry := r.Log.WithFields(logx.F{"jobID": j.ID, "kind": j.Kind, "attempt": j.Attempt})
	if failure == nil {
		entry.Info("job done")
		return r.DB.Write(ctx, func(tx dbx.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET done_at = ?, lease_until = 0, last_error = '' WHERE account_id = ? AND id = ?`,
				now.UnixMilli(), j.AccountID, j.ID)
			return err
		})
	}
	parked := j.Attempt >= maxAttempts
	text := []rune(logx.Scrub(failure.Error()))
	why := string(text[:min(len(text), maxError)])
	entry = entry.WithField("error", why)
	if parked {
		entry.Error("job parked")
	} else {
		entry.Warn("job failed")
	}
	next := now.Add(pause(j.Attempt))
	return r.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE job SET run_at = ?, lease_until = 0, parked = ?, last_error = ? WHERE account_id = ? AND id = ?`,
			next.UnixMilli(), parked, why, j.AccountID, j.ID)
		return err
	})
}

// pause returns the wait after the n-th failed attempt: a random part of a
// time that doubles, so that many that failed together do not come back
// together.
func pause(n int) time.Duration {
	most := firstPause
	for ; n > 1 && most < mostPause; n-- {
		most *= 2
	}
	most = min(most, mostPause)
	var b [8]byte
	rand.Read(b[:])
	return firstPause/2 + time.Duration(binary.BigEndian.Uint64(b[:])%uint64(most))
}

// repeat runs a task at once and then at its interval. A failure is logged and
// tried again at the next turn.
func (r *Runner) repeat(ctx context.Context, t Task) {
	tick := time.NewTicker(t.Every)
	defer tick.Stop()
	for {
		n, err := turn(ctx, t)
		entry := r.Log.WithField("task", t.Name)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			entry.WithField("error", err.Error()).Error("task failed")
		case n > 0:
			entry.WithField("count", n).Info("task done")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func turn(ctx context.Context, t Task) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return t.Run(ctx)
}
