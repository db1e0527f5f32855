package syncsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"sync/atomic"
	"testing"
	"time"

	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portal/blob"
)

// A badLine carries so many octets a second of the world's time, both ways
// together, and breaks in the middle of some of the requests. What was under way
// when it broke is lost.
type badLine struct {
	w      *world
	link   *link
	random *rand.Rand
	rate   int64 // octets a second
	breaks int   // of a hundred requests
	window int   // octets under way at most

	crossed  int64 // octets that were sent by either side
	requests int
	broken   int
}

func (l *badLine) pass(octets int) {
	l.crossed += int64(octets)
	l.w.pass(50*time.Millisecond + time.Duration(int64(octets)*int64(time.Second)/l.rate))
}

// RoundTrip implements http.RoundTripper.
func (l *badLine) RoundTrip(r *http.Request) (*http.Response, error) {
	l.requests++
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	head, err := httputil.DumpRequestOut(r.Clone(r.Context()), false)
	if err != nil {
		return nil, err
	}
	whole := len(head) + len(body)
	if l.random.IntN(100) < l.breaks {
		l.broken++
		sent := l.random.IntN(whole + 1)
		arrived := sent - l.random.IntN(min(sent, l.window)+1) - len(head)
		l.pass(sent)
		if arrived >= 0 {
			discard(l.link.deliver(r, io.MultiReader(bytes.NewReader(body[:arrived]), broken{})))
		}
		return nil, errCut
	}
	l.pass(whole)
	res, err := l.link.deliver(r, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	p, err := packetOf(res)
	if err != nil {
		return nil, err
	}
	answer := p.response(r)
	head, err = httputil.DumpResponse(answer, false)
	l.pass(len(head) + len(p.body))
	return p.response(r), err
}

// scan is a document of size octets that nothing makes smaller.
func scan(size int) []byte {
	b := make([]byte, size)
	r := rand.New(rand.NewPCG(20, 26))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	copy(b, "%PDF-1.4\n%")
	tail := "\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1>>\nstartxref\n%010d\n%%%%EOF\n"
	at := size - len(fmt.Sprintf(tail, 0))
	copy(b[at:], fmt.Sprintf(tail, at+1))
	return b
}

// handOver signs in and puts a signed application into the outbox.
func (d *device) handOver(ctx context.Context) (string, error) {
	if err := d.signIn(ctx); err != nil {
		return "", err
	}
	id, err := d.write(ctx, procedure)
	if err != nil {
		return id, err
	}
	return id, d.finalise(ctx, id)
}

// withScan adds a file to the command that waits.
func (d *device) withScan(ctx context.Context, content []byte) error {
	var f syncer.File
	var err error
	if f.SHA256, f.Size, err = d.db.Blobs().Put(bytes.NewReader(content), int64(len(content))); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx dbx.Tx) error {
		var text string
		if err := tx.QueryRow(ctx, `SELECT files FROM envelope`).Scan(&text); err != nil {
			return err
		}
		var files []syncer.File
		if err := json.Unmarshal([]byte(text), &files); err != nil {
			return err
		}
		raw, err := json.Marshal(append(files, f))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE envelope SET files=?`, string(raw))
		return err
	})
}

func TestAScanOf20MBCrossesABadLineWithoutMuchInVain(t *testing.T) {
	ctx := t.Context()
	w := aWorld(t)
	w.portal.limits = blob.Limits{File: 32 << 20, Account: 1 << 30, Day: 1 << 30}
	d := w.devices[0]
	content := scan(20 << 20)
	if err := w.portal.run(w.cat); err != nil {
		t.Fatal(err)
	}
	id, err := d.handOver(ctx)
	if err == nil {
		err = d.withScan(ctx, content)
	}
	if err != nil {
		t.Fatal(err)
	}
	l := &badLine{w: w, link: d.link, random: rand.New(rand.NewPCG(3, 4)), rate: 256000 / 8, breaks: 30, window: 16 << 10}
	d.client.R.SetTransport(l)
	began := w.at
	ideal := time.Duration(len(content)) * time.Second / time.Duration(l.rate)
	for waits := 1; waits > 0; {
		wait, _ := d.sync.Round(ctx) // fails as the line does
		w.at = w.at.Add(wait)
		if d.who() == "" {
			t.Fatal("the session ended")
		}
		all, err := d.outbox(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if waits = len(all); waits > 0 && all[0].state != "pending" {
			t.Fatalf("refused: %+v", all[0].failure)
		}
		if took := w.at.Sub(began); took > 3*ideal {
			t.Fatalf("not there after %s, %d requests", took, l.requests)
		}
	}
	extra := float64(l.crossed)/float64(len(content)) - 1
	t.Logf("%d requests, %d broken, %.1f %% more octets than the file has, %s of at least %s", l.requests, l.broken, 100*extra, w.at.Sub(began), ideal)
	if extra >= 0.10 || extra <= 0 {
		t.Errorf("%.1f %% more octets than the file has crossed the line", 100*extra)
	}
	if l.broken*4 < l.requests {
		t.Errorf("only %d of %d requests broke", l.broken, l.requests)
	}
	apps, err := w.portal.apps(ctx, w.account)
	if err != nil || apps[id] == nil {
		t.Fatalf("the application is not there: %v", err)
	}
}

// A tapped connection counts what passes.
type tapped struct {
	net.Conn
	octets *atomic.Int64
}

func (c tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.octets.Add(int64(n))
	return n, err
}

func (c tapped) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.octets.Add(int64(n))
	return n, err
}

func TestASyncWithoutNewsIsOneRequestOfLessThanAKilobyte(t *testing.T) {
	ctx := t.Context()
	w := aWorld(t)
	var octets, requests atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.portal.handler.ServeHTTP(rw, r)
	}))
	defer srv.Close()
	d := w.devices[0]
	wire := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, srv.Listener.Addr().String())
		return tapped{c, &octets}, err
	}}
	defer wire.CloseIdleConnections()
	d.client.R.SetTransport(overHTTP{wire})
	if _, err := d.handOver(ctx); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what there is goes over
		if err := d.sync.Now(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		octets.Store(0)
		requests.Store(0)
		if err := d.sync.Now(ctx); err != nil {
			t.Fatal(err)
		}
		if n, b := requests.Load(), octets.Load(); n != 1 || b >= 1024 || b < 200 {
			t.Errorf("%d requests, %d octets both ways", n, b)
		}
	}
}

// overHTTP sends without TLS what is meant for https.
type overHTTP struct{ next http.RoundTripper }

func (o overHTTP) RoundTrip(r *http.Request) (*http.Response, error) {
	c := r.Clone(r.Context())
	c.URL.Scheme = "http"
	return o.next.RoundTrip(c)
}
