package app

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAShutGateLetsNobodyIn(t *testing.T) {
	var g gate
	if _, _, ok := g.enter(); ok || g.isOpen() {
		t.Error("a gate that was never opened let a call in")
	}
	g.let(t.Context())
	_, leave, ok := g.enter()
	if !ok || !g.isOpen() {
		t.Fatal("an open gate let nobody in")
	}
	leave()
	leave() // counts once
	if !g.shut(time.Minute) {
		t.Error("nobody was inside")
	}
	if _, _, ok := g.enter(); ok {
		t.Error("a shut gate let a call in")
	}
	g.let(t.Context())
	if _, _, ok := g.enter(); !ok {
		t.Error("the gate did not open again")
	}
}

func TestALockWaitsForTheCallsThatRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		g.let(t.Context())
		var done []string
		var mu sync.Mutex
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			done = append(done, what)
		}
		quick, leaveQuick, _ := g.enter()
		slow, leaveSlow, _ := g.enter()
		go func() { // a save: it ends by itself, its context untouched
			defer leaveQuick()
			time.Sleep(500 * time.Millisecond)
			if quick.Err() != nil {
				t.Error("a save was cut off")
			}
			note("saved")
		}()
		go func() { // a call that waits for the portal
			defer leaveSlow()
			<-slow.Done()
			note("gave up")
		}()
		if !g.shut(time.Second) {
			t.Error("a call was left inside")
		}
		note("closed")
		if len(done) != 3 || done[0] != "saved" || done[1] != "gave up" || done[2] != "closed" {
			t.Errorf("got %v", done)
		}
	})
}

func TestACallThatDoesNotEndKeepsNoLockWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		g.let(context.Background())
		_, leave, _ := g.enter()
		began := time.Now()
		if g.shut(time.Second) || time.Since(began) != 2*time.Second {
			t.Errorf("waited %s", time.Since(began))
		}
		leave()
	})
}
