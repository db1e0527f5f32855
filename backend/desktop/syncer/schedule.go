package syncer

import (
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
)

const (
	pullEvery  = 20 * time.Second // while somebody is signed in
	backoffMin = time.Second
	backoffMax = 15 * time.Minute
)

// A World is what the plan depends on besides the rows.
type World struct {
	Now     time.Time
	Account string // who is signed in, "" for nobody
	Paused  bool   // the person cut the network
	Pulled  time.Time
	NotYet  time.Time // the lane as a whole rests until then, after silence
}

// A Plan is what to do next.
type Plan struct {
	Pull        bool
	Push        []string      // op ids, in this order
	Wait        time.Duration // until the plan may change by itself; 0 for never
	NeedsSignIn bool          // something waits for a sign-in
}

// Next decides what to do. It depends on its arguments only, so that after a
// crash, a sleep or a jump of the clock the next look at the rows is right.
//
// A command waits for the older ones of its application and for nothing else,
// so that one that cannot go does not hold up the others.
func Next(rows []Queued, w World) Plan {
	var p Plan
	if w.Paused {
		return p
	}
	var wake time.Time
	until := func(t time.Time) {
		if wake.IsZero() || t.Before(wake) {
			wake = t
		}
	}
	taken := map[string]bool{} // targets
	for _, q := range rows {
		mine := w.Account != "" && (q.Account == "" || q.Account == w.Account)
		switch {
		case q.Rejected || taken[q.Target]:
			continue
		case !mine:
			p.NeedsSignIn = p.NeedsSignIn || w.Account == ""
			continue
		}
		taken[q.Target] = true
		p.NeedsSignIn = p.NeedsSignIn || q.Failure == akno.LowLevel || q.Failure == akno.SignedOut
		ready := latest(q.NextTry, w.NotYet)
		// A try planned further ahead than any rule allows was planned by a
		// clock that ran ahead.
		if !ready.After(w.Now) || ready.Sub(w.Now) > backoffMax+time.Hour {
			p.Push = append(p.Push, q.OpID)
		} else {
			until(ready)
		}
	}
	if w.Account != "" {
		due := latest(w.Pulled.Add(pullEvery), w.NotYet)
		if !due.After(w.Now) || due.Sub(w.Now) > backoffMax+time.Hour {
			p.Pull = true
		} else {
			until(due)
		}
	}
	if !wake.IsZero() {
		p.Wait = max(wake.Sub(w.Now), time.Millisecond)
	}
	return p
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// backoff returns how long to wait after a failed try: any time up to a bound
// that doubles with each try (full jitter), or what the portal asked for if
// that is longer. random returns a number in [0, n).
func backoff(attempt int, asked time.Duration, random func(n int64) int64) time.Duration {
	bound := backoffMax
	if attempt < 10 {
		bound = min(backoffMax, backoffMin<<max(attempt, 0))
	}
	return max(time.Duration(random(int64(bound)))+time.Millisecond, min(asked, 24*time.Hour))
}

// A verdict is what a failed try means for its command.
type verdict int

const (
	retry  verdict = iota // try again
	halt                  // try again, and nothing else before: the portal is silent
	signIn                // waits for a sign-in, or for a stronger one
	final                 // the person has to do something
)

// http500 is the status of a portal that stumbled.
const http500 = 500

// judge classes a failure of the portal or of the line.
func judge(err error) verdict {
	code := akno.CodeOf(err)
	if akno.Silent(code) {
		if portalclient.StatusOf(err) == http500 {
			return retry // the portal speaks, and stumbles over this one command
		}
		return halt
	}
	switch code {
	case akno.SlowDown, akno.NoRevocation: // the portal's lists are late, which says nothing of the signature
		return retry
	case akno.SignedOut, akno.LowLevel:
		return signIn
	case akno.Internal, akno.DiskFull, akno.ReadOnly: // of this computer
		return retry
	}
	return final
}
