package app

// Secrets on their way from the page to Go.
//
// A password that goes through a bound call is copied six times (JSON, string,
// reflection), and none of the copies can be wiped. So it travels as the raw
// body of a POST that is read straight into one fixed buffer of locked memory,
// used there, and wiped. The page first makes a bound call that carries no
// secret, such as Drafts.BeginSign, and is given a Ticket: the ticket holds
// what is to be done, works once and expires.
//
// The body is one to four parts, each preceded by its length in two octets, the
// high one first. The answer is the result as JSON, or the failure as
// FormatError writes it with a status of 4xx or 5xx.

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"runtime"
	"sync"
	"time"

	"akno/backend/akno"
)

const (
	maxSecret  = 1024 // octets of a body, the lengths of its parts with it
	maxParts   = 4
	ticketLife = 5 * time.Minute
	maxTickets = 64
	bufferWait = 5 * time.Second
	bodyWait   = 10 * time.Second // a slow sender must not keep a buffer
)

// SecretFunc uses the secrets of one post, as many as were expected. They are
// wiped when it returns: it must keep neither them nor copies of them. The
// result is sent to the page as JSON and never holds a secret.
type SecretFunc func(ctx context.Context, secrets [][]byte) (any, error)

// expectation is what a ticket stands for.
type expectation struct {
	purpose string
	parts   int
	use     SecretFunc
	expires time.Time
}

// secrets is the handler of POST /_secret/{purpose}.
type secrets struct {
	a     *App
	arena *arena

	ticketsMu sync.Mutex // guards tickets
	tickets   map[string]expectation
}

func newSecrets(a *App) *secrets {
	return &secrets{a: a, arena: newArena(), tickets: map[string]expectation{}}
}

// password returns a ticket for one password, which use is given. The purpose
// is a word for the address and the log, such as "sign".
func (s *secrets) password(purpose string, use func(ctx context.Context, password []byte) (any, error)) (Ticket, error) {
	return s.expect(purpose, 1, func(ctx context.Context, in [][]byte) (any, error) { return use(ctx, in[0]) })
}

// change returns a ticket for two passwords in one post, the current one and
// the next.
func (s *secrets) change(purpose string, use func(ctx context.Context, current, next []byte) (any, error)) (Ticket, error) {
	return s.expect(purpose, 2, func(ctx context.Context, in [][]byte) (any, error) { return use(ctx, in[0], in[1]) })
}

// expect returns a ticket for a post of so many secrets.
func (s *secrets) expect(purpose string, parts int, use SecretFunc) (Ticket, error) {
	if parts < 1 || parts > maxParts {
		panic("app: a post of secrets has one to four parts")
	}
	now := s.a.now()
	word := rand.Text()
	s.ticketsMu.Lock()
	defer s.ticketsMu.Unlock()
	maps.DeleteFunc(s.tickets, func(_ string, t expectation) bool { return !now.Before(t.expires) })
	if len(s.tickets) >= maxTickets {
		return Ticket{}, &akno.Error{Code: akno.SlowDown, Op: "secrets.expect"}
	}
	s.tickets[word] = expectation{purpose, parts, use, now.Add(ticketLife)}
	return Ticket{Purpose: purpose, Ticket: word}, nil
}

// redeem takes a ticket out of use, whatever comes of it.
func (s *secrets) redeem(word, purpose string) (expectation, error) {
	const op = "secrets.redeem"
	now := s.a.now()
	s.ticketsMu.Lock()
	t, ok := s.tickets[word]
	delete(s.tickets, word)
	s.ticketsMu.Unlock()
	switch {
	case !ok:
		return t, &akno.Error{Code: akno.UsedCode, Op: op}
	case t.purpose != purpose:
		return t, &akno.Error{Code: akno.Forbidden, Op: op}
	case !now.Before(t.expires):
		return t, &akno.Error{Code: akno.ExpiredCode, Op: op}
	}
	return t, nil
}

// forget takes every ticket out of use.
func (s *secrets) forget() {
	s.ticketsMu.Lock()
	defer s.ticketsMu.Unlock()
	clear(s.tickets)
}

// ServeHTTP implements http.Handler.
func (s *secrets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := s.serve(w, r)
	status := http.StatusOK
	if err != nil {
		p := s.a.problemOf(err)
		out, status = p, http.StatusUnprocessableEntity
		if p.Code == akno.Internal {
			status = http.StatusInternalServerError
		}
	}
	body, err := json.Marshal(out)
	if err != nil {
		s.a.log.WithField("op", "secrets.serve").Error("answer cannot be sent")
		body, status = []byte(`{"code":"internal","ref":""}`), http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (s *secrets) serve(w http.ResponseWriter, r *http.Request) (out any, err error) {
	purpose := r.PathValue("purpose")
	t, err := s.redeem(r.URL.Query().Get("ticket"), purpose)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), bufferWait)
	buf, err := s.arena.take(ctx)
	cancel()
	if err != nil {
		return nil, &akno.Error{Code: akno.SlowDown, Op: "secrets.serve", Err: err}
	}
	defer s.arena.give(buf)
	sender := http.NewResponseController(w) // a window has no deadlines: its errors say so and mean nothing
	_ = sender.SetReadDeadline(s.a.now().Add(bodyWait))
	err = withSecret(r.Body, buf, t.parts, func(parts [][]byte) (err error) {
		_ = sender.SetReadDeadline(time.Time{})  // what is done with the secret takes its time
		defer s.a.guard("secret "+purpose, &err) // inside the wipe, so that a panic is wiped after too
		out, err = t.use(r.Context(), parts)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// withSecret reads the parts of one body from r into buf, gives them to use,
// and wipes buf whatever happens. buf never grows, so no second copy is left
// behind.
func withSecret(r io.Reader, buf []byte, parts int, use func([][]byte) error) error {
	const op = "secrets.read"
	defer func() {
		clear(buf)
		runtime.KeepAlive(&buf[0])
	}()
	n, err := io.ReadFull(r, buf)
	switch {
	case err == nil: // filled to the brim: there may be more
		return &akno.Error{Code: akno.TooLarge, Op: op}
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return &akno.Error{Code: akno.Unavailable, Op: op, Err: err}
	}
	var split [maxParts][]byte
	rest := buf[:n]
	for i := range parts {
		if len(rest) < 2 || len(rest)-2 < int(rest[0])<<8|int(rest[1]) {
			return &akno.Error{Code: akno.Invalid, Op: op}
		}
		size := int(rest[0])<<8 | int(rest[1])
		split[i], rest = rest[2:2+size:2+size], rest[2+size:]
		if size == 0 {
			return &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"password": "required"}}
		}
	}
	if len(rest) != 0 {
		return &akno.Error{Code: akno.Invalid, Op: op}
	}
	return use(split[:parts])
}

// close gives the memory back.
func (s *secrets) close() { s.arena.close() }
