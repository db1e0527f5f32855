package netwatch

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// computer is one whose network a test changes.
type computer struct {
	mu    sync.Mutex
	state State
	told  []State
	looks int
}

func (c *computer) look() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks++
	return c.state
}

func (c *computer) becomes(s State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = s
}

func (c *computer) changed(s State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, s)
}

func TestAChangeIsToldOnceWhenTheNetworkIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &computer{state: State{Up: true, mark: 1}}
		signals := make(chan struct{}, 1)
		go watch(ctx, signals, c.look, c.changed)
		synctest.Wait()

		c.becomes(State{})
		for range 5 { // one change is many messages
			signal(signals)
			time.Sleep(settle / 2)
		}
		time.Sleep(2 * settle)
		synctest.Wait()
		if len(c.told) != 1 || c.told[0].Up || c.looks != 2 {
			t.Errorf("%+v after %d looks", c.told, c.looks)
		}
		signal(signals) // nothing has changed
		time.Sleep(2 * settle)
		c.becomes(State{Up: true, mark: 2})
		signal(signals)
		time.Sleep(2 * settle)
		synctest.Wait()
		if len(c.told) != 2 || !c.told[1].Up {
			t.Errorf("%+v", c.told)
		}
		cancel()
		synctest.Wait()
	})
}

func TestARestlessNetworkIsLookedAtAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &computer{}
		signals := make(chan struct{}, 1)
		go watch(ctx, signals, c.look, c.changed)
		synctest.Wait()
		c.becomes(State{Up: true, mark: 1})
		for range int(2 * patience / (settle / 2)) {
			signal(signals)
			time.Sleep(settle / 2)
		}
		synctest.Wait()
		if len(c.told) != 1 {
			t.Errorf("%+v", c.told)
		}
		cancel()
		synctest.Wait()
	})
}

func TestWhereNobodyTellsTheAddressesAreCompared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &computer{}
		signals := make(chan struct{}, 1)
		go poll(ctx, signals)
		go watch(ctx, signals, c.look, c.changed)
		synctest.Wait()
		c.becomes(State{Up: true, mark: 7})
		time.Sleep(pollEvery + 2*settle)
		synctest.Wait()
		if len(c.told) != 1 || c.told[0].mark != 7 {
			t.Errorf("%+v", c.told)
		}
		cancel()
		synctest.Wait()
	})
}

func TestWatchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Watch(ctx, func(State) {})
	}()
	cancel()
	<-ended
}
