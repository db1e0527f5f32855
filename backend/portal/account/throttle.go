package account

import (
	"context"
	"fmt"
	"time"

	"akno/backend/internal/dbx"
	"akno/backend/portal/retry"
)

// A brake is the rule of one counter: free events in a window, then a wait that
// doubles with each further one.
type brake struct {
	kind   string
	window time.Duration
	free   int           // events in the window that need not wait
	first  time.Duration // the wait after the last free one
	most   time.Duration // no wait is longer
	step   time.Duration // the least time between two events
}

// The brakes. They live in the database, since they have to hold for all
// processes of the portal together.
var (
	// A login from one network: the wait is felt by this pair only, so that
	// nobody can lock out the owner from elsewhere.
	brakePair = brake{"pair", 15 * time.Minute, 5, time.Second, 15 * time.Minute, 0}
	// All logins from one network.
	brakeNetwork = brake{"network", time.Hour, 100, time.Minute, time.Minute, 0}
	// A login from everywhere: nobody waits here, see slowLogin.
	brakeLogin = brake{"login", time.Hour, 1 << 30, 0, 0, 0}
	// Wrong current passwords of somebody who is signed in.
	brakeChange = brake{"change", 15 * time.Minute, 5, time.Second, 15 * time.Minute, 0}
	// Registrations from one network; the free ones are Limits.Registrations.
	brakeRegister = brake{"register", time.Hour, 0, time.Minute, time.Hour, 0}
	// Letters to one address: one a minute, five a day.
	brakeLetter = brake{"letter", 24 * time.Hour, 5, time.Hour, 24 * time.Hour, time.Minute}
)

const (
	slowLogin   = 20 // failures of a login in an hour from which each check is delayed
	slowBy      = 2 * time.Second
	closedLogin = 100 // failures in a row from which the password way is closed (NIST SP 800-63B)
)

// A count is what a counter says after an event.
type count struct {
	total int // events in the window, with this one
	run   int // events since the last success
}

// A pressed brake is a rule and whom it is applied to.
type pressed struct {
	brake brake
	key   []byte
}

// press counts an event at every brake, or, when one of them asks to wait,
// counts nothing and returns an error with code SlowDown.
func press(ctx context.Context, tx dbx.Tx, op string, now time.Time, brakes ...pressed) ([]count, error) {
	for _, p := range brakes {
		wait, err := p.wait(ctx, tx, now)
		if err != nil {
			return nil, err
		}
		if wait > 0 {
			return nil, retry.SlowDown(op, wait)
		}
	}
	out := make([]count, 0, len(brakes))
	for _, p := range brakes {
		c, err := p.count(ctx, tx, now)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// wait returns how long the next event has to wait.
func (p pressed) wait(ctx context.Context, tx dbx.Tx, now time.Time) (time.Duration, error) {
	var next int64
	_, err := dbx.Found(ctx, tx, `SELECT next_at FROM throttle WHERE kind = ? AND key = ?`, []any{p.brake.kind, p.key}, &next)
	if err != nil {
		return 0, fmt.Errorf("throttle: %w", err)
	}
	return max(time.UnixMilli(next).Sub(now), 0), nil
}

func (p pressed) count(ctx context.Context, tx dbx.Tx, now time.Time) (count, error) {
	var since int64
	var c count
	_, err := dbx.Found(ctx, tx, `SELECT since, count, run FROM throttle WHERE kind = ? AND key = ?`,
		[]any{p.brake.kind, p.key}, &since, &c.total, &c.run)
	if err != nil {
		return c, fmt.Errorf("throttle: %w", err)
	}
	if now.Sub(time.UnixMilli(since)) >= p.brake.window {
		since, c.total = now.UnixMilli(), 0
	}
	c.total++
	c.run++
	next := now.Add(p.brake.after(c.total)).UnixMilli()
	_, err = tx.Exec(ctx, `INSERT INTO throttle(kind, key, since, count, run, next_at) VALUES(?, ?, ?, ?, ?, ?)
		ON CONFLICT(kind, key) DO UPDATE SET since = excluded.since, count = excluded.count, run = excluded.run, next_at = excluded.next_at`,
		p.brake.kind, p.key, since, c.total, c.run, next)
	if err != nil {
		return c, fmt.Errorf("throttle: %w", err)
	}
	return c, nil
}

// after returns the wait after the n-th event of a window.
func (b brake) after(n int) time.Duration {
	d := b.step
	if n >= b.free {
		d = max(d, b.first)
		for i := b.free; i < n && d < b.most; i++ {
			d *= 2
		}
	}
	return min(d, max(b.most, b.step))
}

// release forgets the events of a counter: the right password came.
func (b brake) release(ctx context.Context, tx dbx.Tx, key []byte) error {
	_, err := tx.Exec(ctx, `DELETE FROM throttle WHERE kind = ? AND key = ?`, b.kind, key)
	if err != nil {
		return fmt.Errorf("throttle: %w", err)
	}
	return nil
}

// takeBack uncounts one event of a counter that others share.
func (b brake) takeBack(ctx context.Context, tx dbx.Tx, key []byte) error {
	_, err := tx.Exec(ctx, `UPDATE throttle SET count = count - 1 WHERE kind = ? AND key = ? AND count > 0`, b.kind, key)
	if err != nil {
		return fmt.Errorf("throttle: %w", err)
	}
	return nil
}
