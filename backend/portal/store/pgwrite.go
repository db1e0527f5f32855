package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/retry"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	alone   = 3                      // runs after which a write has the process for itself
	clashes = 5                      // runs after which a key that is there already is told
	shortly = 2 * time.Millisecond   // first pause before a write is run again
	seldom  = 250 * time.Millisecond // the longest
)

func (s *server) write(ctx context.Context, fn func(dbx.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer func() { <-s.slots }()
	s.nJobs.Add(1)
	// From here on the database decides, not the caller's clock; but a server
	// that is away is not waited for longer than a client does.
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxAge)
	defer cancel()
	for n := 1; ; n++ {
		err := s.turn(ctx, n, fn)
		if err == nil || !again(err, n) {
			return serverTold("store.Write", err)
		}
		s.nRepeated.Add(1)
		select {
		case <-time.After(pause(n)):
		case <-patience.Done():
			return &akno.Error{Code: akno.Unavailable, Op: "store.Write", Err: errors.Join(retry.After(fullWait), err)}
		}
	}
}

// enter takes a place among the writes that run.
func (s *server) enter(ctx context.Context) error {
	s.nWaiting.Add(1)
	defer s.nWaiting.Add(-1)
	late := time.NewTimer(maxAge)
	defer late.Stop()
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return &akno.Error{Code: akno.Unavailable, Op: "store.Write", Err: errors.New("closed")}
	case <-late.C:
		s.nRefused.Add(1)
		return retry.Unavailable("store.Write", fullWait)
	}
	return nil
}

// turn runs fn for the n-th time. A write that keeps meeting others of this
// process runs while they wait, so that it comes to its end.
func (s *server) turn(ctx context.Context, n int, fn func(dbx.Tx) error) error {
	if n > alone {
		s.turnMu.Lock()
		defer s.turnMu.Unlock()
	} else {
		s.turnMu.RLock()
		defer s.turnMu.RUnlock()
	}
	return s.once(context.WithoutCancel(ctx), fn)
}

func (s *server) once(ctx context.Context, fn func(dbx.Tx) error) error {
	raw, err := s.rw.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	tx := &serverTx{tx: raw}
	if err = protect(fn, tx); err == nil {
		err = tx.broken // fn hid the failure, but nothing of it will be kept
	}
	if err != nil {
		if rerr := raw.Rollback(); rerr != nil && !lost(err) && !lost(rerr) {
			err = errors.Join(err, rerr)
		}
		return errors.Join(err, hidden(err, tx.broken))
	}
	if err := raw.Commit(); err != nil {
		if lost(err) {
			return unknown{err}
		}
		return err
	}
	s.nCommits.Add(1)
	if tx.enqueued {
		select {
		case s.woken <- struct{}{}:
		default:
		}
	}
	return nil
}

// hidden returns the failure of a statement that is not in err's chain.
func hidden(err, broken error) error {
	if broken == nil || errors.Is(err, broken) {
		return nil
	}
	return broken
}

// unknown is the failure of a commit of which nobody knows whether it reached
// the disk. It is never run again here: the command's record tells its caller.
type unknown struct{ err error }

func (u unknown) Error() string { return "whether the commit was kept is not known: " + u.err.Error() }
func (u unknown) Unwrap() error { return u.err }

// again says whether a transaction that failed with err at its n-th run is run
// once more: it met another one, or the server went away before the commit.
func again(err error, n int) bool {
	if _, ok := errors.AsType[unknown](err); ok {
		return false
	}
	switch state(err) {
	case "40001", "40P01": // serialization failure, deadlock
		return true
	case "25006": // the server has become a standby
		return true
	case "23505": // a key that another one wrote in between; or a defect
		return n < clashes
	}
	return lost(err)
}

// lost says whether err is that of a server which is away or stops.
func lost(err error) bool {
	switch s := state(err); {
	case s == "57P01", s == "57P02", s == "57P03", s == "53300", strings.HasPrefix(s, "08"):
		return true
	case s != "":
		return false
	}
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[*net.OpError](err)
	return connect || network || pgconn.SafeToRetry(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF)
}

// state returns the SQLSTATE in err's chain, or "".
func state(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// serverTold names the failures of the engine that a caller can act on.
func serverTold(op string, err error) error {
	switch s := state(err); {
	case err == nil:
		return nil
	case s == "53100":
		return &akno.Error{Code: akno.DiskFull, Op: op, Err: err}
	case s == "22021": // a NUL, which SQLite keeps
		return &akno.Error{Code: akno.Invalid, Op: op, Err: err}
	case lost(err), s == "57014", errors.Is(err, pgx.ErrTxCommitRollback):
		return &akno.Error{Code: akno.Unavailable, Op: op, Err: errors.Join(retry.After(fullWait), err)}
	}
	return err
}

// pause returns how long to wait after the n-th run, at random up to a bound
// that doubles: those who met part.
func pause(n int) time.Duration {
	bound := min(shortly<<min(n, 10), seldom)
	var b [8]byte
	rand.Read(b[:])
	return time.Duration(binary.LittleEndian.Uint64(b[:]) % uint64(bound))
}
