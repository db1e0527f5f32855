package syncer

import "time"

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
