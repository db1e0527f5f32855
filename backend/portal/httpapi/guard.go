package httpapi

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// guardSize is how many addresses a guard remembers.
const guardSize = 8192

// A guard bounds the requests of each address. It is the cheap outer fence of
// one process; what has to hold over all processes is counted in the database.
type guard struct {
	limit rate.Limit
	burst int

	seenMu sync.Mutex // guards seen
	seen   map[string]*rate.Limiter
}

func newGuard(perSecond float64, burst int) *guard {
	return &guard{limit: rate.Limit(perSecond), burst: burst, seen: map[string]*rate.Limiter{}}
}

// take lets a request through, or returns how long its sender has to wait.
func (g *guard) take(from string, now time.Time) time.Duration {
	g.seenMu.Lock()
	defer g.seenMu.Unlock()
	l := g.seen[from]
	if l == nil {
		if len(g.seen) >= guardSize {
			g.forget(now)
		}
		l = rate.NewLimiter(g.limit, g.burst)
		g.seen[from] = l
	}
	r := l.ReserveN(now, 1)
	if !r.OK() {
		return time.Minute
	}
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// forget drops the addresses that have a full allowance, and all when that is
// not enough: memory is bounded even against very many addresses.
func (g *guard) forget(now time.Time) {
	for from, l := range g.seen {
		if l.TokensAt(now) >= float64(g.burst) {
			delete(g.seen, from)
		}
	}
	if len(g.seen) >= guardSize {
		clear(g.seen)
	}
}
