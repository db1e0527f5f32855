package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/retry"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	groupSize = 64              // jobs served by one commit
	queueSize = 1024            // jobs that may wait
	fullWait  = time.Second     // for a place when so many wait
	maxAge    = 5 * time.Second // at which a job that waits is sent away: a client gives up soon after
)

// A writer owns the only writing connection. It runs the jobs that wait as one
// transaction: one COMMIT, one sync, serves them all. There are no savepoints:
// a job that fails after it wrote spoils its group, whose jobs are then run
// one by one. That is dear, so services check first and write after.
type writer struct {
	conn   *prepared
	now    clock.Clock
	jobs   chan *job     // its length is the back-pressure
	failed chan struct{} // closed when the database may not be written any more
	queued chan struct{} // holds a token when a commit brought new work for the jobs' runner

	closeMu sync.RWMutex // guards closed against a send on jobs
	closed  bool
	done    chan struct{}

	nJobs, nGroups, nSpoiled, nRefused atomic.Int64
}

type job struct {
	ctx  context.Context
	at   time.Time
	fn   func(dbx.Tx) error
	err  error
	done chan struct{}
}

func newWriter(conn *sql.Conn, now clock.Clock) *writer {
	w := &writer{
		conn: newPrepared(conn), now: now,
		jobs:   make(chan *job, queueSize),
		failed: make(chan struct{}),
		queued: make(chan struct{}, 1),
		done:   make(chan struct{}),
	}
	go w.run()
	return w
}

func (w *writer) stats() Stats {
	return Stats{
		Jobs: w.nJobs.Load(), Groups: w.nGroups.Load(), Spoiled: w.nSpoiled.Load(),
		Refused: w.nRefused.Load(), Waiting: len(w.jobs),
	}
}

func (w *writer) write(ctx context.Context, fn func(dbx.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, at: w.now(), fn: fn, done: make(chan struct{})}
	if err := w.queue(j); err != nil {
		return err
	}
	<-j.done // from here on the database decides, not the caller's clock
	return j.err
}

func (w *writer) queue(j *job) error {
	w.closeMu.RLock()
	defer w.closeMu.RUnlock()
	if w.closed {
		return &akno.Error{Code: akno.Unavailable, Op: "store.Write", Err: errors.New("closed")}
	}
	select {
	case w.jobs <- j:
		return nil
	default: // full
	}
	full := time.NewTimer(fullWait)
	defer full.Stop()
	select {
	case w.jobs <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	case <-full.C:
		w.nRefused.Add(1)
		return retry.Unavailable("store.Write", fullWait)
	}
}

func (w *writer) close() error {
	w.closeMu.Lock()
	if w.closed {
		w.closeMu.Unlock()
		return nil
	}
	w.closed = true
	close(w.jobs)
	w.closeMu.Unlock()
	<-w.done
	return w.conn.close()
}

func (w *writer) run() {
	defer close(w.done)
	for first := range w.jobs {
		w.serve(first)
	}
}

// serve takes what waits behind first, runs it and answers.
func (w *writer) serve(first *job) {
	group := []*job{first}
	for len(group) < groupSize && len(w.jobs) > 0 {
		j, ok := <-w.jobs
		if !ok {
			break
		}
		group = append(group, j)
	}
	group = w.young(group)
	if len(group) > 0 && !w.commit(group) {
		w.nSpoiled.Add(1)
		for _, j := range group {
			w.commit([]*job{j})
		}
	}
	w.nJobs.Add(int64(len(group)))
	w.nGroups.Add(1)
	for _, j := range group {
		close(j.done) // answers leave after COMMIT only
	}
}

// young sends away the jobs that have waited for too long: when the disk is
// that slow, more work would only make it slower.
func (w *writer) young(group []*job) []*job {
	now := w.now()
	kept := group[:0]
	for _, j := range group {
		if now.Sub(j.at) <= maxAge {
			kept = append(kept, j)
			continue
		}
		w.nRefused.Add(1)
		j.err = retry.Unavailable("store.Write", fullWait)
		close(j.done)
	}
	return kept
}

// commit runs group as one transaction. It returns false if one job of several
// spoiled it; nothing has changed then, and each has to run on its own.
func (w *writer) commit(group []*job) bool {
	err := w.begin()
	enqueued := false
	for _, j := range group {
		if err != nil {
			break
		}
		tx := &writeTx{w: w}
		if j.err = j.ctx.Err(); j.err == nil {
			j.err = protect(j.fn, tx)
		}
		enqueued = enqueued || tx.enqueued
		if tx.broken == nil && (j.err == nil || !tx.wrote) {
			continue // done, or refused before its first write: the group goes on
		}
		if len(group) > 1 {
			w.rollback()
			return false
		}
		if err = j.err; err == nil {
			err = tx.broken // fn hid the failure, but the engine may have undone its writes
		}
	}
	if err == nil {
		if err = w.conn.exec("COMMIT"); err != nil && !diskFull(err) {
			w.fail()
		}
	}
	if err == nil && enqueued {
		select {
		case w.queued <- struct{}{}:
		default:
		}
	}
	if err != nil {
		w.rollback()
		for _, j := range group {
			if j.err == nil {
				j.err = told(err)
			}
		}
	}
	return true
}

func (w *writer) begin() error {
	select {
	case <-w.failed:
		return &akno.Error{Code: akno.Unavailable, Op: "store.Write", Err: errors.New("an earlier commit failed")}
	default:
		return w.conn.exec("BEGIN IMMEDIATE")
	}
}

// rollback ends a transaction that may have been ended by the engine already.
func (w *writer) rollback() {
	if err := w.conn.exec("ROLLBACK"); err != nil && !strings.Contains(err.Error(), "no transaction is active") {
		w.fail()
	}
}

// fail stops all writing: after a failed sync the kernel may have dropped the
// pages and will claim success the next time.
func (w *writer) fail() {
	select {
	case <-w.failed:
	default:
		close(w.failed)
	}
}

// protect turns a panic of fn into an error, so that a fault of one service
// does not end the writer of all.
func protect(fn func(dbx.Tx) error, tx dbx.Tx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("store: panic in a write: %v\n%s", v, debug.Stack())
		}
	}()
	return fn(tx)
}

// told names the failures of the engine that a caller can act on.
func told(err error) error {
	switch {
	case diskFull(err):
		return &akno.Error{Code: akno.DiskFull, Op: "store.Write", Err: err}
	case primary(err) == sqlite3.SQLITE_BUSY:
		return &akno.Error{Code: akno.Unavailable, Op: "store.Write", Err: err}
	}
	return err
}

func diskFull(err error) bool { return primary(err) == sqlite3.SQLITE_FULL }

// primary returns the engine's primary result code in err's chain, or 0.
func primary(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// undoes says whether the engine may answer err by undoing the whole
// transaction on its own.
func undoes(err error) bool {
	switch primary(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_CORRUPT:
		return true
	}
	return false
}
