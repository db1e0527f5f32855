package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/logx"
	"akno/backend/portal/draftbackup"
	"akno/backend/portal/retry"
	"akno/backend/portal/session"
)

// Limits of requests.
const (
	maxHeader    = 16 << 10
	maxJSON      = 2 << 20 // a submission of 1 MiB in base64, its signature and the rest
	maxBlob      = 64 << 20
	readHeader   = 5 * time.Second
	idleTime     = 2 * time.Minute
	shortRequest = 30 * time.Second // to read a command or to write its answer
	slowestBlob  = 32 << 10         // octets a second below which a transfer is given up
)

// putDraft is the one operation besides those of files that takes octets.
const putDraft = "PUT /v1/drafts/{draftId}"

const jsonType = "application/json"

// pushCommands takes commands of several kinds in one body.
const pushCommands = "POST /v1/sync/push"

// Options say how the server stands in its network.
type Options struct {
	Log   logx.Logger
	Clock clock.Clock
	// Proxies are the networks of balancers whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Rate and Burst bound the requests of one address in a second; Challenges
	// bounds the challenges of one address in a minute.
	Rate       float64
	Burst      int
	Challenges int
	// TLS says that clients reach the portal by https only.
	TLS bool
}

// DefaultOptions are the limits of a portal that faces the world.
func DefaultOptions() Options {
	return Options{Log: logx.Discard(), Clock: clock.System, Rate: 30, Burst: 120, Challenges: 30}
}

// An edge is what every request passes before its operation.
type edge struct {
	Options
	access     Access
	payments   Payments
	requests   *guard
	challenges *guard
}

// New returns the portal's handler.
func New(b Behind, o Options) http.Handler {
	e := &edge{
		Options: o, access: b.Access, payments: b.Payments,
		requests:   newGuard(o.Rate, o.Burst),
		challenges: newGuard(float64(o.Challenges)/60, o.Challenges),
	}
	own := &server{b}
	strict := NewStrictHandlerWithOptions(own, []StrictMiddlewareFunc{checked}, StrictHTTPServerOptions{
		RequestErrorHandlerFunc: func(_ http.ResponseWriter, r *http.Request, err error) {
			fail(r, malformed(err))
		},
		ResponseErrorHandlerFunc: func(_ http.ResponseWriter, r *http.Request, err error) { fail(r, err) },
	})
	mux := http.NewServeMux()
	HandlerWithOptions(door{strict, own}, StdHTTPServerOptions{
		BaseRouter:       mux,
		Middlewares:      []MiddlewareFunc{e.admit},
		ErrorHandlerFunc: func(_ http.ResponseWriter, r *http.Request, err error) { fail(r, malformed(err)) },
	})
	mux.Handle("/", others())
	return e.outermost(clean(mux))
}

// clean finds nothing at a path that the router would have written in another way
// and answered with the address of that.
func clean(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := path.Clean(r.URL.Path); p != strings.TrimSuffix(r.URL.Path, "/") && p != r.URL.Path {
			fail(r, &akno.Error{Code: akno.NotFound, Op: "httpapi.clean"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// malformed names what could not be decoded; a limit that was broken keeps its
// own code.
func malformed(err error) error {
	if err = normal(err); akno.CodeOf(err) != akno.Internal {
		return err
	}
	return &akno.Error{Code: akno.Invalid, Op: "httpapi.decode", Err: err}
}

// Server returns an http.Server with the portal's limits of time and size.
func Server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: readHeader, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader}
}

// A visit is what is known about one request on its way.
type visit struct {
	ref     string
	from    string
	session session.Session
	body    []byte // of a command in JSON
	allow   string // the methods of the path, where this one is none of them
	err     error
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// fail ends a request with an error, which the outermost layer logs and tells.
func fail(r *http.Request, err error) { visitOf(r.Context()).err = err }

// A tail notices whether an answer has begun.
type tail struct {
	http.ResponseWriter
	status int
}

func (t *tail) WriteHeader(status int) {
	if t.status == 0 {
		t.status = status
		t.ResponseWriter.WriteHeader(status)
	}
}

func (t *tail) Write(b []byte) (int, error) {
	if t.status == 0 {
		t.WriteHeader(http.StatusOK)
	}
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (t *tail) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// outermost answers errors and panics, writes the one log record of a request
// and sets what every answer carries.
func (e *edge) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := e.Clock()
		v := &visit{ref: newRef(), from: e.from(r)}
		t := &tail{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		h := t.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Request-Id", v.ref)
		if e.TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		// A deadline that an earlier request of the connection set would cut
		// this answer short. A recorder of a test has none.
		_ = http.NewResponseController(w).SetWriteDeadline(clock.System().Add(shortRequest))
		probe := r.URL.Path == "/v1/healthz" || r.URL.Path == "/v1/readyz"
		if wait := e.requests.take(v.from, began); wait > 0 && !probe {
			v.err = retry.SlowDown("httpapi.rate", wait)
		} else {
			guarded(next, t, r, v)
		}
		if v.err != nil && t.status == 0 {
			writeProblem(t, v.err, v)
		}
		e.log(r, v, t.status, began, probe)
	})
}

// guarded turns a panic of a service into an internal error of this request.
func guarded(next http.Handler, w http.ResponseWriter, r *http.Request, v *visit) {
	defer func() {
		if p := recover(); p != nil {
			v.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	next.ServeHTTP(w, r)
}

// log writes one record. It names no person: the route is the pattern, not the
// path, and the account is an id.
func (e *edge) log(r *http.Request, v *visit, status int, began time.Time, probe bool) {
	fields := logx.F{
		"ref": v.ref, "method": r.Method, "route": r.Pattern, "status": status, "ms": e.Clock().Sub(began).Milliseconds(),
	}
	if v.session.AccountID != "" {
		fields["accountID"] = v.session.AccountID
	}
	entry := e.Log.WithFields(fields)
	switch {
	case v.err == nil && probe:
	case v.err == nil:
		entry.Info("request answered")
	case akno.CodeOf(v.err) == akno.Internal && !errors.Is(v.err, context.Canceled):
		entry.WithField("error", v.err.Error()).Error("request failed")
	default:
		entry.WithField("code", string(akno.CodeOf(v.err))).Info("request refused")
	}
}

// admit checks, before a body is read, who calls and whether he may.
func (e *edge) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := e.enter(w, r); err != nil {
			fail(r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (e *edge) enter(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r.Context())
	may := rights[r.Pattern]
	if err := e.identify(r, v, may); err != nil {
		return err
	}
	if r.Pattern == "POST /v1/challenges" {
		if wait := e.challenges.take(v.from, e.Clock()); wait > 0 {
			return retry.SlowDown("httpapi.challenges", wait)
		}
	}
	if err := bound(w, r); err != nil {
		return err
	}
	if may.provider {
		if err := e.authentic(r); err != nil {
			return err
		}
	}
	// A push holds what is a command each, and says of each what is wrong with it.
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == jsonType && (r.Method == http.MethodPost || r.Method == http.MethodPut) {
		return hold(r, v)
	}
	return nil
}

func (e *edge) identify(r *http.Request, v *visit, may right) error {
	if may.open || may.provider {
		return nil
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return &akno.Error{Code: akno.SignedOut, Op: "httpapi.identify"}
	}
	authenticate := e.access.Authenticate
	if may.unattended {
		authenticate = e.access.Look
	}
	s, err := authenticate(r.Context(), token)
	if err != nil {
		return err
	}
	v.session = s
	return may.allows(s)
}

// bound limits size, type and time of a request. Only what the contract
// declares is taken, so that no form of a web page can reach an operation.
func bound(w http.ResponseWriter, r *http.Request) error {
	rc := http.NewResponseController(w)
	limit, budget := int64(maxJSON), shortRequest
	if strings.Contains(r.Pattern, "/blobs/") {
		limit = maxBlob
		budget = shortRequest + maxBlob/slowestBlob*time.Second
		w.Header().Set("Content-Disposition", "attachment")
	}
	if r.Pattern == putDraft {
		limit = draftbackup.MaxBody
	}
	now := clock.System()
	// A recorder of a test has no deadlines; a connection has.
	if err := rc.SetReadDeadline(now.Add(budget)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if err := rc.SetWriteDeadline(now.Add(2 * budget)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if r.ContentLength > limit {
		return &akno.Error{Code: akno.TooLarge, Op: "httpapi.bound"}
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	want := jsonType
	switch {
	case r.Method == http.MethodPatch:
		want = "application/offset+octet-stream"
	case r.Method != http.MethodPost && r.Method != http.MethodPut:
		return nil
	case limit == maxBlob, r.Pattern == putDraft:
		want = "application/octet-stream"
	case r.Pattern == pushCommands:
		want = "application/vnd.akno.sync+json"
	}
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != want {
		return &akno.Error{Code: akno.Invalid, Op: "httpapi.bound", Fields: map[string]string{"contentType": "unexpected"}}
	}
	return nil
}

// authentic checks the payment system's signature under the octets of the body.
func (e *edge) authentic(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return normal(err)
	}
	if !e.payments.Authentic(body, r.Header.Get("X-Akno-Signature")) {
		return &akno.Error{Code: akno.Forbidden, Op: "httpapi.provider"}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// from returns the caller's address: the peer's, or what the last trusted
// balancer says.
func (e *edge) from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(host)
		if err != nil || !slices.ContainsFunc(e.Proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) }) {
			break
		}
		if hop = strings.TrimSpace(hop); hop == "" {
			break
		}
		host = hop
	}
	return host
}

func newRef() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
