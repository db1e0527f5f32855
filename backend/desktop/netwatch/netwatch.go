// Package netwatch tells when the network of this computer changes, so that what
// waits for it need not wait for its next try. It looks at addresses and ways only
// and asks nobody: whether the portal can be reached is found out by asking the
// portal.
//
// On Linux the kernel tells of changes (rtnetlink): that costs nothing while there
// are none, which a laptop on its battery notices. Elsewhere, and where the kernel
// does not let us listen, the addresses are compared every few seconds.
package netwatch

import (
	"context"
	"hash/fnv"
	"net"
	"slices"
	"time"
)

const (
	// settle is how long the network must be quiet before it is looked at: one
	// change is many messages.
	settle = 700 * time.Millisecond
	// patience is how long it may stay restless before it is looked at all the same.
	patience = 5 * time.Second
	// pollEvery is how often addresses are compared where nobody tells.
	pollEvery = 10 * time.Second
)

// A State is what the network looks like.
type State struct {
	Up   bool   // there is an address besides those of this computer itself
	mark uint64 // of the addresses and ways
}

// Watch calls changed with each new state of the network until ctx ends. The state
// at the beginning is not told.
func Watch(ctx context.Context, changed func(State)) {
	signals := make(chan struct{}, 1)
	stop := listen(ctx, signals)
	defer stop()
	watch(ctx, signals, look, changed)
}

// watch is Watch over any source of signals and any way to look.
func watch(ctx context.Context, signals <-chan struct{}, look func() State, changed func(State)) {
	last := look()
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
		}
		if !calm(ctx, signals) {
			return
		}
		if next := look(); next != last {
			last = next
			changed(next)
		}
	}
}

// calm waits until no signal came for a while; false when ctx has ended.
func calm(ctx context.Context, signals <-chan struct{}) bool {
	quiet, enough := time.NewTimer(settle), time.NewTimer(patience)
	defer quiet.Stop()
	defer enough.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-signals:
			quiet.Reset(settle)
		case <-quiet.C:
			return true
		case <-enough.C:
			return true
		}
	}
}

// poll signals every few seconds until ctx ends.
func poll(ctx context.Context, signals chan<- struct{}) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			signal(signals)
		}
	}
}

// signal tells that there may be something to look at; one that was not heard yet
// is enough.
func signal(signals chan<- struct{}) {
	select {
	case signals <- struct{}{}:
	default:
	}
}

// look reads the addresses of the interfaces that are up, and the ways out. What
// cannot be read counts as nothing.
func look() State {
	var lines []string
	up := false
	all, err := net.Interfaces()
	if err != nil {
		return State{}
	}
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			n, ok := a.(*net.IPNet)
			if !ok || n.IP.IsLinkLocalUnicast() { // is there without any network
				continue
			}
			up = true
			lines = append(lines, i.Name+" "+n.String())
		}
	}
	lines = append(lines, ways()...)
	slices.Sort(lines)
	h := fnv.New64a()
	for _, l := range lines {
		_, _ = h.Write([]byte(l + "\n"))
	}
	return State{Up: up, mark: h.Sum64()}
}
