package app

import (
	"context"
	"errors"

	"akno/backend/desktop/secmem"
)

// arenaBuffers is how many secrets can be in use at once.
const arenaBuffers = 4

var errNoBuffer = errors.New("arena: every buffer is in use")

// arena is the memory that secrets live in: a few buffers of maxSecret octets
// in pages of their own, outside the collector's heap, locked against being
// written to the swap and left out of core dumps where the system allows it. It
// is one lock for all: a lock a secret would meet the system's limit.
type arena struct {
	pages  []byte
	free   chan []byte
	locked bool // the system agreed to lock the pages
}

func newArena() *arena {
	a := &arena{free: make(chan []byte, arenaBuffers)}
	a.pages, a.locked = secmem.Pages(arenaBuffers * maxSecret)
	for i := range arenaBuffers {
		a.free <- a.pages[i*maxSecret : (i+1)*maxSecret : (i+1)*maxSecret]
	}
	return a
}

// take returns a buffer of zeros and waits for one as long as ctx lasts.
func (a *arena) take(ctx context.Context) ([]byte, error) {
	select {
	case b := <-a.free:
		return b, nil
	case <-ctx.Done():
		return nil, errNoBuffer
	}
}

// give returns a buffer that take gave, wiped.
func (a *arena) give(b []byte) {
	clear(b)
	a.free <- b
}

// close wipes every buffer that is not in use and takes it out of use. The
// pages themselves stay until the process ends: a late reader must not fault.
func (a *arena) close() {
	for {
		select {
		case b := <-a.free:
			clear(b)
		default:
			return
		}
	}
}
