package syncsim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A fault is what happens to one request on its way.
type fault string

const (
	fine        fault = "fine"
	unreachable fault = "unreachable"  // no connection: certainly not sent
	lost        fault = "lost"         // sent, never arrives
	answerLost  fault = "answer lost"  // done, and the answer is lost
	answerCut   fault = "answer cut"   // done, and the answer breaks off
	requestCut  fault = "request cut"  // the body breaks off half-way
	twice       fault = "twice"        // delivered twice, one after the other
	twins       fault = "twins"        // delivered twice at once, on two connections
	late        fault = "late"         // given up by the device, and delivered later
	stale       fault = "stale"        // answered by a proxy with an earlier answer
	repeated    fault = "repeated"     // done, and the answer before it comes once more on the connection
	hotel       fault = "hotel"        // the sign-in page of a hotel, with status 200
	gateway     fault = "gateway"      // a page of a gateway, with status 502
	wantsName   fault = "wants a name" // 407 of a proxy that lets nobody through without a password
	slowDown    fault = "slow down"    // 429 of the portal's edge
	tooLarge    fault = "too large"    // 413 of a gateway
	diesEarly   fault = "portal dies"  // at its next commit, before it
	diesLate    fault = "answers dies" // after its next commit, before the answer
	relapses    fault = "relapses"     // restored from a copy: before the request, amid what it does, or before the answer is heard
)

var faults = []fault{
	fine, unreachable, lost, answerLost, answerCut, requestCut, twice, twins, late, stale, repeated, hotel, gateway, wantsName, slowDown, tooLarge,
	diesEarly, diesLate, relapses,
}

var errCut = &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}

// A link is a device's way to the portal.
type link struct {
	w      *world
	dead   func() bool // the device
	script []fault     // of the next requests; fine when it is over
	aim    string      // the requests that the script is for, by a part of their path; "" for all
	cut    bool        // no network at all
	on     func()      // is called at every request; nil for nothing
	wire   *http.Transport

	answers map[string][]packet // the good answers by method and path
	last    *packet             // the last answer of all
}

// A packet is a request or an answer, whole.
type packet struct {
	status int
	header http.Header
	body   []byte
}

func (l *link) next(r *http.Request) fault {
	if len(l.script) == 0 || !strings.Contains(r.URL.Path, l.aim) {
		return fine
	}
	f := l.script[0]
	l.script = l.script[1:]
	return f
}

// RoundTrip implements http.RoundTripper.
func (l *link) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.on != nil {
		l.on()
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	if l.dead() {
		return nil, errCut
	}
	f := l.next(r)
	if l.cut {
		f = unreachable
	}
	l.w.count(f)
	send := func() (*http.Response, error) { return l.deliver(r, bytes.NewReader(body)) }
	switch f {
	case unreachable:
		return nil, &net.OpError{Op: "dial", Err: errors.New("network is unreachable")}
	case wantsName:
		return l.asked(r)
	case lost:
		return nil, errCut
	case late:
		l.w.late = append(l.w.late, func() { discard(l.deliver(r, bytes.NewReader(body))) })
		return nil, errCut
	case answerLost:
		discard(send())
		return nil, errCut
	case requestCut:
		discard(l.deliver(r, io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{})))
		return nil, errCut
	case twice:
		discard(send())
	case twins:
		var other sync.WaitGroup
		other.Go(func() { discard(send()) })
		defer other.Wait()
	case stale:
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/orders") {
			break // an order has nothing that tells its age, and nobody repeats answers to a POST
		}
		if had := l.answers[r.Method+" "+r.URL.Path]; len(had) > 0 {
			return had[max(l.w.random(int64(len(had))), l.w.random(int64(len(had))))].response(r), nil
		}
	case hotel, gateway, slowDown, tooLarge:
		return foreign(f).response(r), nil
	case diesEarly, diesLate:
		l.w.portal.fuse.arm(1, f == diesLate)
	case relapses:
		send = l.w.relapsing(r.Context(), send)
	}
	return l.heard(r, f, send)
}

// heard sends a request and returns what the device hears of its answer.
func (l *link) heard(r *http.Request, f fault, send func() (*http.Response, error)) (*http.Response, error) {
	res, err := send()
	if err != nil {
		return nil, err
	}
	p, err := packetOf(res)
	if err != nil {
		return nil, err
	}
	if p.status < 300 {
		key := r.Method + " " + r.URL.Path
		l.answers[key] = append(l.answers[key], p)
	}
	before := l.last
	l.last = &p
	if f == repeated && before != nil {
		return before.response(r), nil
	}
	if f == answerCut && len(p.body) > 1 {
		p.body = p.body[:len(p.body)/2]
		res := p.response(r)
		res.Body = io.NopCloser(io.MultiReader(res.Body, broken{}))
		return res, nil
	}
	return p.response(r), nil
}

// asked is what a request meets at a proxy that wants a password: the connection
// is not made, or, without a connection of its own, the proxy answers.
func (l *link) asked(r *http.Request) (*http.Response, error) {
	p := foreign(wantsName)
	if l.w.random(2) == 0 {
		return p.response(r), nil
	}
	return nil, l.wire.OnProxyConnectResponse(r.Context(), r.URL, r, p.response(r))
}

func (l *link) deliver(r *http.Request, body io.Reader) (*http.Response, error) {
	c := r.Clone(r.Context())
	c.Body = io.NopCloser(body)
	c.RequestURI = r.URL.RequestURI()
	c.RemoteAddr = "192.0.2.1:1"
	if c.Header.Get("Host") == "" {
		c.Host = r.URL.Host
	}
	return l.w.portal.serve(c)
}

// relapsing is send with a portal that is restored from one of its copies on the
// way; where there is none, nothing happens.
func (w *world) relapsing(ctx context.Context, send func() (*http.Response, error)) func() (*http.Response, error) {
	if len(w.backups) == 0 {
		return send
	}
	restore := func() {
		w.pass(time.Minute)
		copied := w.backups[w.random(int64(len(w.backups)))]
		w.broken = errors.Join(w.broken, w.portal.restore(context.WithoutCancel(ctx), w.cat, copied))
	}
	return func() (*http.Response, error) {
		when := w.random(3)
		switch when {
		case 0:
			restore()
		case 1: // the portal dies at one of the commits, and what starts again is the copy
			w.portal.fuse.arm(1+int(w.random(3)), w.random(2) == 0)
		}
		res, err := send()
		if when == 2 || when == 1 && w.portal.fuse.isDead() {
			restore()
		}
		w.portal.fuse.disarm()
		return res, err
	}
}

// broken is a body that breaks off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func discard(res *http.Response, err error) {
	if err == nil {
		_ = res.Body.Close()
	}
}

func packetOf(res *http.Response) (packet, error) {
	b, err := io.ReadAll(res.Body)
	return packet{res.StatusCode, res.Header, b}, errors.Join(err, res.Body.Close())
}

func (p packet) response(r *http.Request) *http.Response {
	if r.Method == http.MethodHead { // whatever was sent, nobody reads a body here
		p.body = nil
	}
	return &http.Response{
		StatusCode: p.status, Status: http.StatusText(p.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: p.header.Clone(), Body: io.NopCloser(bytes.NewReader(p.body)), ContentLength: int64(len(p.body)), Request: r,
	}
}

// foreign is an answer of somebody else than the portal.
func foreign(f fault) packet {
	p := packet{200, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte("<html><title>Wi-Fi</title><form>room number?</form></html>")}
	switch f {
	case gateway:
		p.status = 502
	case wantsName:
		p.status = http.StatusProxyAuthRequired
		p.header.Set("Proxy-Authenticate", "Basic realm=\"proxy\"")
	case tooLarge:
		p.status = 413
	case slowDown:
		p.status = 429
		p.header.Set("Content-Type", "application/problem+json")
		p.header.Set("Retry-After", "7")
		p.body = []byte(strings.TrimSpace(`{"status":429,"code":"slow_down","retryAfter":7}`))
	}
	return p
}
