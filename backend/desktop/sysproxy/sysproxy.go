// Package sysproxy finds out by what proxy the person's desktop reaches an address:
// on Linux it asks the desktop portal, which knows the settings of GNOME and others
// and runs automatic configurations (PAC) in a process of its own; on Windows it asks
// WinHTTP for the settings of the account. What is set in the environment is not its
// matter. It tells nobody what is asked for at an address: schema, name and port only.
package sysproxy

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"akno/backend/internal/clock"
)

const (
	// keep is how long an answer is believed: the desktop is not asked for every
	// request, and a person who changes its settings does not wait.
	keep = 30 * time.Second
	// patience is how long the desktop may take. A script that finds a proxy may ask
	// the name service first.
	patience = 5 * time.Second
	// most is how many addresses are remembered. A program speaks to a few.
	most = 64
)

// ErrUnusable is the cause when the desktop names only proxies that this program does
// not speak to, such as SOCKS 4.
var ErrUnusable = errors.New("the desktop names no proxy that can be used")

// An asker asks the desktop for the ways to an address, the best first: "direct://" or
// the address of a proxy.
type asker func(ctx context.Context, target *url.URL) ([]string, error)

// A System is the desktop, as the way to the network asks it. It may be used by several
// goroutines.
type System struct {
	ask asker // nil where there is nobody to ask
	now clock.Clock

	knownMu sync.Mutex // guards known
	known   map[string]answer
}

type answer struct {
	way   *url.URL
	err   error
	since time.Time
}

// New returns the desktop of this computer.
func New(now clock.Clock) *System {
	return &System{ask: desktop, now: now, known: map[string]answer{}}
}

// Way returns the proxy by which target is reached, nil for straight: also where the
// desktop has no such settings or does not answer. It fails with ErrUnusable, and when
// ctx ends.
func (s *System) Way(ctx context.Context, target *url.URL) (*url.URL, error) {
	if s.ask == nil {
		return nil, nil
	}
	key := target.Scheme + "://" + target.Host
	s.knownMu.Lock()
	a, found := s.known[key]
	s.knownMu.Unlock()
	if age := s.now().Sub(a.since); found && age >= 0 && age < keep {
		return a.way, a.err
	}
	a = answer{since: s.now()}
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ways, err := s.ask(within, &url.URL{Scheme: target.Scheme, Host: target.Host, Path: "/"})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil:
		a.way, a.err = choose(ways)
	}
	s.knownMu.Lock()
	defer s.knownMu.Unlock()
	if len(s.known) >= most {
		clear(s.known)
	}
	s.known[key] = a
	return a.way, a.err
}

// Forget has the desktop asked again: the network is another one, or the person wants
// to know.
func (s *System) Forget() {
	s.knownMu.Lock()
	defer s.knownMu.Unlock()
	clear(s.known)
}

// spoken are the schemes of proxies that net/http speaks to.
var spoken = []string{"http", "https", "socks5", "socks5h"}

// choose returns the first way that can be used.
func choose(ways []string) (*url.URL, error) {
	var passed []string
	for _, w := range ways {
		if w == "" || strings.HasPrefix(w, "direct:") {
			return nil, nil
		}
		u, err := url.Parse(w)
		if err != nil || u.Hostname() == "" {
			passed = append(passed, "?")
			continue
		}
		if u.Scheme == "socks" { // of whichever version: GLib tries 5 first
			u.Scheme = "socks5"
		}
		if slices.Contains(spoken, u.Scheme) {
			return u, nil
		}
		passed = append(passed, u.Scheme)
	}
	if len(passed) == 0 {
		return nil, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrUnusable, strings.Join(passed, ", "))
}

// static returns the ways by settings as Windows writes them: "host:port" for every
// scheme or "https=host:port;socks=host:port", and the names that are reached straight,
// with asterisks and "<local>" for those without a dot.
func static(servers, straight string, target *url.URL) []string {
	if bypassed(straight, target.Hostname()) {
		return nil
	}
	var whole, socks string
	for _, part := range pieces(servers) {
		scheme, server, named := strings.Cut(part, "=")
		switch {
		case !named:
			whole = part
		case strings.EqualFold(scheme, target.Scheme):
			return []string{proxyURL("http", server)}
		case strings.EqualFold(scheme, "socks"):
			socks = server
		}
	}
	switch {
	case whole != "":
		return []string{proxyURL("http", whole)}
	case socks != "":
		return []string{proxyURL("socks", socks)}
	}
	return nil
}

// proxyURL completes what may lack its scheme.
func proxyURL(scheme, server string) string {
	if strings.Contains(server, "://") {
		return server
	}
	return scheme + "://" + server
}

// pieces are the parts of a list of Windows.
func pieces(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r == ',' || r == ' ' || r == '\t' || r == '\r' || r == '\n' })
}

// bypassed says whether a name stands in a list of those that are reached straight.
func bypassed(list, host string) bool {
	host = strings.ToLower(host)
	for _, p := range pieces(strings.ToLower(list)) {
		if p == "<local>" {
			if !strings.ContainsAny(host, ".:") {
				return true
			}
			continue
		}
		if _, rest, ok := strings.Cut(p, "://"); ok {
			p = rest
		}
		if fits, err := path.Match(p, host); err == nil && fits {
			return true
		}
	}
	return false
}
