// Package portalclient talks to the portal over HTTP. The typed methods are
// generated from the portal's contract; what can be written once is here:
// where the portal is and by what transport it may be reached, the session's
// token, and telling an answer, a problem and silence apart. It repeats nothing
// by itself: what may be repeated, and when, is decided where the command is
// kept.
package portalclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"akno/backend/akno"
	"akno/backend/internal/clock"
)

const (
	dialTimeout   = 10 * time.Second
	answerTimeout = 60 * time.Second // a whole call without files
	maxAnswer     = 32 << 20         // octets of an answer without files
)

// Options are what a client is made of.
type Options struct {
	BaseURL string         // "https://portal.example.by"; plain http is for loopback only
	Roots   *x509.CertPool // nil for those of the system
	Now     clock.Clock
	// SignedOut is called, if it is not nil, when the portal says that token is
	// no good any more.
	SignedOut func(token string)
	// Line is called, if it is not nil, when the portal begins or ceases to
	// answer.
	Line func(heard bool)
	// Desktop returns the proxy by which the person's desktop reaches an address, nil
	// for straight. It is asked in the mode ProxySystem where the environment says
	// nothing; nil for none.
	Desktop func(ctx context.Context, target *url.URL) (*url.URL, error)
}

// A Client is a typed client of one portal. It may be used by several
// goroutines.
type Client struct {
	R         *resty.Client
	transport *http.Transport

	now       clock.Clock
	signedOut func(token string)
	line      func(heard bool)
	desktop   func(ctx context.Context, target *url.URL) (*url.URL, error)
	env       func(*http.Request) (*url.URL, error) // what the environment says

	stateMu sync.Mutex // guards what follows
	base    string
	token   string
	offline bool
	skew    time.Duration
	skewed  bool // skew was measured
	heard   bool // the portal answered the last call
	heardAt time.Time
	trouble Trouble
	proxy   Proxy
}

// New returns a client of the portal at o.BaseURL, without a token.
func New(o Options) (*Client, error) {
	c := &Client{now: o.Now, signedOut: o.SignedOut, line: o.Line, desktop: o.Desktop, env: http.ProxyFromEnvironment, proxy: Proxy{Mode: ProxySystem}}
	if err := c.Use(o.BaseURL); err != nil {
		return nil, err
	}
	c.transport = &http.Transport{
		Proxy:                  c.proxyFor,
		OnProxyConnectResponse: c.connected,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots, Time: o.Now},
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  answerTimeout,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        60 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	c.R = resty.NewWithClient(&http.Client{Transport: c.transport}).
		SetRedirectPolicy(resty.NoRedirectPolicy()). // the contract has none: who redirects is not the portal
		SetResponseBodyLimit(maxAnswer).
		SetHeader("User-Agent", "akno/1").
		SetHeader("Accept", "application/json, application/problem+json").
		SetLogger(silent{}).
		OnBeforeRequest(c.address).
		OnAfterResponse(c.note).
		OnError(c.missed).
		SetPreRequestHook(giveBody)
	return c, nil
}

// silent keeps resty from writing to the standard error, past our log.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// ErrAddress is returned for an address that cannot be a portal's.
var ErrAddress = errors.New("portalclient: not an address of a portal")

// Use turns the client to another portal and forgets the token.
func (c *Client) Use(baseURL string) error {
	base, err := CheckAddress(baseURL)
	if err != nil {
		return err
	}
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	c.base, c.token, c.skewed = base, "", false
	return nil
}

// CheckAddress returns the address of a portal in its usual form, or
// ErrAddress. Plain http would show tokens and passwords to everybody on the
// way, so it is for this computer itself only.
func CheckAddress(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return "", ErrAddress
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", ErrAddress
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/"), nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Address returns where the portal is.
func (c *Client) Address() string {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.base
}

// SetToken makes the following calls those of a session; "" makes them
// nobody's.
func (c *Client) SetToken(token string) {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	c.token = token
}

// SignedIn says whether there is a token.
func (c *Client) SignedIn() bool {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.token != ""
}

// SetOffline cuts the client from the network, as the person wished: every call
// fails at once with the code unavailable.
func (c *Client) SetOffline(off bool) {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	c.offline = off
}

// Offline says whether the client is cut from the network.
func (c *Client) Offline() bool {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.offline
}

// Skew returns by how much the portal's clock is ahead of this computer's. It
// is zero until the portal has answered once.
func (c *Client) Skew() time.Duration {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.skew
}

var errOffline = errors.New("the person switched the network off")

// address completes a request: whole address, token. A request that was given
// an address of its own (Fetch) keeps it and gets no token.
func (c *Client) address(_ *resty.Client, req *resty.Request) error {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	if c.offline {
		return errOffline
	}
	if !strings.HasPrefix(req.URL, "/") {
		return nil
	}
	req.URL = c.base + req.URL
	token := c.token
	if pinned, ok := req.Context().Value(pinKey{}).(string); ok {
		token = pinned
	}
	if token != "" {
		req.SetHeader("Authorization", "Bearer "+token)
	}
	return nil
}

type pinKey struct{}

// Pin returns a context whose calls are those of the session that is open now,
// also after another one was opened: what was begun for one person is not
// finished in the name of the next.
func (c *Client) Pin(ctx context.Context) context.Context {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return context.WithValue(ctx, pinKey{}, c.token)
}

// ours says whether a request is for the portal: others, at addresses of their own,
// say nothing of it.
func (c *Client) ours(req *resty.Request) bool {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return strings.HasPrefix(req.URL, "/") || strings.HasPrefix(req.URL, c.base+"/")
}

// missed looks at every call that got no answer.
func (c *Client) missed(req *resty.Request, err error) {
	if c.ours(req) && !errors.Is(err, context.Canceled) { // who asked may have gone away
		c.hear(false, troubleOf(silence("", err)))
	}
}

// note looks at every answer for the portal's clock and for the end of the
// session.
func (c *Client) note(_ *resty.Client, res *resty.Response) error {
	if !c.ours(res.Request) {
		return nil
	}
	err := problemOf("", res.StatusCode(), res.Header(), res.Body())
	if err == nil && page(res.Header()) {
		err = foreign("", res.StatusCode(), res.Header(), &Error{Status: res.StatusCode()})
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Problem == nil && res.Header().Get(offsetHeader) == "" {
		c.hear(false, troubleOf(err)) // somebody else's answer
		return nil
	}
	c.hear(true, Trouble{})
	c.noteDate(res.Header().Get("Date"), res.Request.Time, res.ReceivedAt())
	token, held := strings.CutPrefix(res.Request.Header.Get("Authorization"), "Bearer ")
	if held && akno.CodeOf(err) == akno.SignedOut && c.signedOut != nil && c.holds(token) {
		c.signedOut(token)
	}
	return nil
}

// Heard says whether the portal answered the last call, whatever it said.
func (c *Client) Heard() bool {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.heard && !c.offline
}

// HeardAt returns when the portal last answered a call of this run of the program.
func (c *Client) HeardAt() time.Time {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.heardAt
}

func (c *Client) hear(heard bool, t Trouble) {
	now := c.now()
	c.stateMu.Lock()
	changed := c.heard != heard || c.trouble != t
	c.heard, c.trouble = heard, t
	if heard {
		c.heardAt = now
	}
	c.stateMu.Unlock()
	if changed && c.line != nil {
		c.line(heard)
	}
}

// holds says whether token is still the session's. A call that was on its way
// while the session was raised, which ends the old token, ends nothing.
func (c *Client) holds(token string) bool {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.token == token
}

// SkewLimit is the difference of clocks from which on a person is told of it, and
// signatures take the portal's time.
const SkewLimit = 5 * time.Minute

// Corrected is the time by the portal's clock when this computer's is off by more
// than SkewLimit, and by this computer's own otherwise, also while the portal was
// not heard in this run.
func (c *Client) Corrected() time.Time {
	now, skew := c.now(), c.Skew()
	if skew.Abs() <= SkewLimit {
		return now
	}
	return now.Add(skew.Truncate(time.Millisecond))
}

// jump is a difference between a measurement and the average that no slow answer
// explains: a clock was set.
const jump = time.Minute

// noteDate measures the skew by the Date of an answer, which has whole seconds:
// half of one is added, and the middle between sending and hearing is taken.
// Each new measurement weighs a quarter; a clock that was set begins a new average.
func (c *Client) noteDate(header string, sent, heard time.Time) {
	at, err := http.ParseTime(header)
	if err != nil {
		return
	}
	measured := at.Add(500 * time.Millisecond).Sub(sent.Add(heard.Sub(sent) / 2))
	c.stateMu.Lock()
	before, online := c.skew, c.heard
	if !c.skewed || (measured-c.skew).Abs() > jump {
		c.skew, c.skewed = measured, true
	} else {
		c.skew += (measured - c.skew) / 4
	}
	told := c.line != nil && (c.skew.Abs() > SkewLimit) != (before.Abs() > SkewLimit)
	c.stateMu.Unlock()
	if told {
		c.line(online)
	}
}

// silence is the failure of a call that got no answer from the portal. The
// address is dropped from err: it holds identifiers.
func silence(op string, err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	code := troubleOf(err).Code
	if errors.Is(err, resty.ErrAutoRedirectDisabled) {
		code = akno.CaptivePortal
	}
	return &akno.Error{Code: code, Op: op, Err: fmt.Errorf("no answer: %w", err)}
}

// within bounds the time of a call.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if ctx == nil {
		ctx = context.Background()
	}
	return context.WithTimeout(ctx, d)
}
