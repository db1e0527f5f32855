package app

import (
	"context"
	"sync"
	"time"
)

// gate is where calls of the page go in to the open profile. A lock shuts it and
// waits for those that are inside: their services are closed after it.
type gate struct {
	gateMu sync.Mutex // guards the rest
	ctx    context.Context
	cancel context.CancelFunc // nil while the gate is shut
	inside int
	empty  chan struct{} // closed when the last one has left; nil unless the gate is being shut
}

// let opens the gate; what happened before it is seen by all who enter.
func (g *gate) let(ctx context.Context) {
	g.gateMu.Lock()
	defer g.gateMu.Unlock()
	g.ctx, g.cancel = context.WithCancel(ctx)
}

// enter lets a call in for as long as it has not called leave, and returns the
// context that ends when it has to hurry. Nobody enters a gate that is shut.
func (g *gate) enter() (ctx context.Context, leave func(), ok bool) {
	g.gateMu.Lock()
	defer g.gateMu.Unlock()
	if g.cancel == nil {
		return nil, nil, false
	}
	g.inside++
	return g.ctx, sync.OnceFunc(g.leave), true
}

func (g *gate) leave() {
	g.gateMu.Lock()
	defer g.gateMu.Unlock()
	if g.inside--; g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// isOpen says whether a call would be let in.
func (g *gate) isOpen() bool {
	g.gateMu.Lock()
	defer g.gateMu.Unlock()
	return g.cancel != nil
}

// shut lets nobody in from now on and waits for those inside: for patience as
// they are, so that what was typed last is saved, then as long again with their
// context ended. It says whether all of them have left.
func (g *gate) shut(patience time.Duration) bool {
	g.gateMu.Lock()
	cancel, empty := g.cancel, make(chan struct{})
	g.cancel = nil
	if g.inside == 0 {
		close(empty)
	} else {
		g.empty = empty
	}
	g.gateMu.Unlock()
	if cancel == nil {
		return true
	}
	defer cancel()
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-empty:
		return true
	case <-wait.C:
	}
	cancel()
	wait.Reset(patience)
	select {
	case <-empty:
		return true
	case <-wait.C:
		return false
	}
}
