package app

// Files that have no path: what was pasted, or photographed by the camera. The
// page makes a bound call that says what the file is for and is given a ticket;
// then it posts the octets, once. A bound call would carry them as text, three
// times as large.

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/attach"
)

const (
	uploadPurpose = "file"
	uploadLife    = time.Minute
	maxUploads    = 16
)

// upload is what a ticket stands for.
type upload struct {
	use     func(octets []byte) (any, error)
	expires time.Time
}

// uploads is the handler of POST /_file.
type uploads struct {
	a *App

	ticketsMu sync.Mutex // guards tickets
	tickets   map[string]upload
	oneMu     sync.Mutex // one body in memory at a time
}

// expect returns a ticket for one file.
func (u *uploads) expect(use func(octets []byte) (any, error)) (Ticket, error) {
	now, word := u.a.now(), rand.Text()
	u.ticketsMu.Lock()
	defer u.ticketsMu.Unlock()
	maps.DeleteFunc(u.tickets, func(_ string, t upload) bool { return !now.Before(t.expires) })
	if len(u.tickets) >= maxUploads {
		return Ticket{}, &akno.Error{Code: akno.SlowDown, Op: "uploads.expect"}
	}
	u.tickets[word] = upload{use, now.Add(uploadLife)}
	return Ticket{Purpose: uploadPurpose, Ticket: word}, nil
}

// ServeHTTP implements http.Handler.
func (u *uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := u.serve(w, r)
	status := http.StatusOK
	if err != nil {
		out, status = u.a.problemOf(err), http.StatusUnprocessableEntity
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out)
}

func (u *uploads) serve(w http.ResponseWriter, r *http.Request) (out any, err error) {
	const op = "uploads.serve"
	defer u.a.guard(op, &err)
	word := r.URL.Query().Get("ticket")
	u.ticketsMu.Lock()
	t, ok := u.tickets[word]
	delete(u.tickets, word)
	u.ticketsMu.Unlock()
	if !ok || !u.a.now().Before(t.expires) {
		return nil, &akno.Error{Code: akno.ExpiredCode, Op: op}
	}
	u.oneMu.Lock()
	defer u.oneMu.Unlock()
	octets, err := io.ReadAll(http.MaxBytesReader(w, r.Body, attach.MaxBytes))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, &akno.Error{Code: akno.TooLarge, Op: op}
	}
	if err != nil {
		return nil, &akno.Error{Code: akno.Unavailable, Op: op, Err: err}
	}
	return t.use(octets)
}

// looks are pictures that were made to be looked at: the last of them only, each
// takes megabytes.
type looks struct {
	looksMu sync.Mutex // guards the rest
	urls    []string
	stop    context.CancelFunc // of the one that is being made
}

const maxLooks = 24

// begin ends the making of the picture before and returns a context for the
// next.
func (l *looks) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	l.looksMu.Lock()
	defer l.looksMu.Unlock()
	if l.stop != nil {
		l.stop()
	}
	l.stop = stop
	return ctx, stop
}

// keep remembers an address and returns the one to be forgotten, "" for none.
func (l *looks) keep(url string) (old string) {
	l.looksMu.Lock()
	defer l.looksMu.Unlock()
	l.urls = append(l.urls, url)
	if len(l.urls) > maxLooks {
		old, l.urls = l.urls[0], l.urls[1:]
	}
	return old
}
