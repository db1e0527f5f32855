package syncer

import (
	"context"
	"time"
)

// What follows is for lanes beside this one, which wait as this one does.

// LongestWait is the longest wait that this program plans by itself.
const LongestWait = backoffMax

// A Class is what a failed try means for what was to be done.
type Class = verdict

// The classes.
const (
	Again       = retry  // try again
	Silence     = halt   // try again, and nothing else before: the portal is silent
	NeedsSignIn = signIn // waits for a sign-in, or for a stronger one
	Final       = final  // the person has to do something
)

// ClassOf classes a failure of the portal or of the line.
func ClassOf(err error) Class { return judge(err) }

// Backoff returns how long to wait after a failed try, see backoff.
func Backoff(attempt int, asked time.Duration, random func(n int64) int64) time.Duration {
	return backoff(attempt, asked, random)
}

// Random returns a number in [0, n) that nobody can foresee.
func Random(n int64) int64 { return random(n) }

// Peek makes Run look at the portal soon, whenever it looked last: another lane has
// changed something there.
func (s *Syncer) Peek() {
	s.stateMu.Lock()
	s.look = true
	s.stateMu.Unlock()
	s.Nudge()
}

// A Bell wakes a lane that waits. Rung once or often before the lane looks, it is
// one look.
type Bell chan struct{}

// NewBell returns a bell that was not rung.
func NewBell() Bell { return make(Bell, 1) }

// Ring wakes the lane; it does not wait.
func (b Bell) Ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// Rounds calls round at once, whenever the bell was rung and when the wait is over
// that round returned, until ctx ends. A round that fails is told to stumbled.
func (b Bell) Rounds(ctx context.Context, round func(context.Context) (time.Duration, error), stumbled func(error)) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b:
		case <-timer.C:
		}
		wait, err := round(ctx)
		if err != nil && ctx.Err() == nil {
			stumbled(err)
		}
		timer.Reset(wait)
	}
}
