package app

// Secrets on their way from the page to Go.
//
// A password that goes through a bound call is copied six times (JSON, string,
// reflection), and none of the copies can be wiped. So it travels as the raw
// body of a POST that is read straight into one fixed buffer of locked memory,
// used there, and wiped. The page first asks for a ticket by a bound call that
// carries no secret (System.Ticket); the ticket says what the secret is for,
// works once and expires.
//
// The body is one to four parts, each preceded by its length in two octets, the
// high one first. The answer is the handler's result as JSON, or the failure as
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
	ticketLife = 2 * time.Minute
	maxTickets = 64
	maxParams  = 16
	maxParam   = 1024 // octets of one parameter
	bufferWait = 5 * time.Second
)

// Secret is what a handler of secrets is given.
type Secret struct {
	Params map[string]string // what the ticket was made for: ids, never secrets
	Parts  [][]byte          // as many as the handler asked for; wiped when it returns
}

// SecretFunc uses secrets. It must keep neither the parts nor copies of them.
// The result is sent to the page as JSON and never holds a secret.
type SecretFunc func(ctx context.Context, s Secret) (any, error)

type ticket struct {
	purpose string
	params  map[string]string
	expires time.Time
}

type secretHandler struct {
	parts int
	use   SecretFunc
}

// secrets is the handler of POST /_secret/{purpose}.
type secrets struct {
	a        *App
	arena    *arena
	handlers map[string]secretHandler // written before the page can call

	ticketsMu sync.Mutex // guards tickets
	tickets   map[string]ticket
}

func newSecrets(a *App) *secrets {
	s := &secrets{a: a, arena: newArena(), handlers: map[string]secretHandler{}, tickets: map[string]ticket{}}
	// A known, harmless body: the page posts one at the start to learn whether
	// bodies arrive at all, which depends on how the window was built.
	s.handle("selftest", 1, func(_ context.Context, in Secret) (any, error) {
		return map[string]int{"octets": len(in.Parts[0])}, nil
	})
	return s
}

// handle registers what is done with the secrets of a purpose, a body of so
// many parts. It is called while the program is wired.
func (s *secrets) handle(purpose string, parts int, use SecretFunc) {
	if _, twice := s.handlers[purpose]; twice || parts < 1 || parts > maxParts {
		panic("app: secrets of " + purpose + " registered twice or with a wrong count of parts")
	}
	s.handlers[purpose] = secretHandler{parts, use}
}

// ticket returns a word for one post of secrets for purpose. params go to the
// handler as they are.
func (s *secrets) ticket(purpose string, params map[string]string) (string, error) {
	const op = "secrets.ticket"
	if _, ok := s.handlers[purpose]; !ok {
		return "", &akno.Error{Code: akno.NotFound, Op: op}
	}
	if len(params) > maxParams {
		return "", &akno.Error{Code: akno.TooLarge, Op: op}
	}
	for k, v := range params {
		if len(k) > maxParam || len(v) > maxParam {
			return "", &akno.Error{Code: akno.TooLarge, Op: op}
		}
	}
	now := s.a.now()
	word := rand.Text()
	s.ticketsMu.Lock()
	defer s.ticketsMu.Unlock()
	maps.DeleteFunc(s.tickets, func(_ string, t ticket) bool { return !now.Before(t.expires) })
	if len(s.tickets) >= maxTickets {
		return "", &akno.Error{Code: akno.SlowDown, Op: op}
	}
	s.tickets[word] = ticket{purpose, maps.Clone(params), now.Add(ticketLife)}
	return word, nil
}

// redeem takes a ticket out of use, whatever comes of it.
func (s *secrets) redeem(word, purpose string) (ticket, error) {
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

// ServeHTTP implements http.Handler.
func (s *secrets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := s.serve(r)
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

func (s *secrets) serve(r *http.Request) (out any, err error) {
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
	h := s.handlers[purpose]
	err = withSecret(r.Body, buf, h.parts, func(parts [][]byte) (err error) {
		defer s.a.guard("secret "+purpose, &err) // inside the wipe, so that a panic is wiped after too
		out, err = h.use(r.Context(), Secret{Params: t.params, Parts: parts})
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
