package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// part is a bound type that the program is made of. Those that need it have
// some of the methods of opener, runner and closer, unexported so that the page
// cannot call them.
type part any

// opener opens what a part works with. It is called once, before the page can
// call, in the order of assemble.
type opener interface {
	open(ctx context.Context) error
}

// runner works in the background until ctx ends.
type runner interface {
	run(ctx context.Context) error
}

// closer closes what open opened. It is called once, also when open failed.
type closer interface {
	close() error
}

// open opens the parts in their order, all of them, then lets calls in, and
// returns what failed.
func (a *App) open() error {
	var failed []error
	for _, p := range a.parts {
		if o, ok := p.(opener); ok {
			if err := a.guarded(fmt.Sprintf("%T.open", p), func() error { return o.open(a.ctx) }); err != nil {
				failed = append(failed, err)
			}
		}
	}
	a.life.gate.let(a.ctx)
	return errors.Join(failed...)
}

// Run does the background work of every part and returns when all of it has
// ended, which is after ctx has. A part that fails does not stop the others.
func (a *App) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	failed := make([]error, len(a.parts))
	for i, p := range a.parts {
		if r, ok := p.(runner); ok {
			wg.Go(func() {
				op := fmt.Sprintf("%T.run", p)
				if err := a.guarded(op, func() error { return r.run(ctx) }); err != nil && !errors.Is(err, context.Canceled) {
					failed[i] = fmt.Errorf("%s: %w", op, err)
				}
			})
		}
	}
	wg.Wait()
	return errors.Join(failed...)
}

// close closes the parts, the last one first.
func (a *App) close() error {
	var failed []error
	for i := len(a.parts) - 1; i >= 0; i-- {
		if c, ok := a.parts[i].(closer); ok {
			failed = append(failed, a.guarded(fmt.Sprintf("%T.close", a.parts[i]), c.close))
		}
	}
	return errors.Join(failed...)
}
