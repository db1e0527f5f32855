package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long an answer may take.
const patience = time.Minute

// A client sends requests to one server over connections that stay open. It runs on
// the processors that the server is measured on, so it does no more than it must: a
// request is put together as octets and written at once, an answer is read by the
// goroutine that waits for it. It is the same for every server.
type client struct {
	addr string
	wire atomic.Int64 // octets both ways
	most atomic.Int64 // octets of the longest answer

	idleMu sync.Mutex // guards idle
	idle   []*line
}

// A line is a connection that is used by one request at a time.
type line struct {
	net.Conn
	n    *atomic.Int64 // octets both ways
	in   *bufio.Reader
	head []byte
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.n.Add(int64(n))
	return n, err
}

// take returns a connection that nobody uses.
func (c *client) take(ctx context.Context) (*line, error) {
	c.idleMu.Lock()
	if n := len(c.idle); n > 0 {
		l := c.idle[n-1]
		c.idle = c.idle[:n-1]
		c.idleMu.Unlock()
		return l, nil
	}
	c.idleMu.Unlock()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.addr)
	if err != nil {
		return nil, err
	}
	l := &line{Conn: conn, n: &c.wire}
	l.in = bufio.NewReaderSize(l, 64<<10)
	return l, nil
}

// give takes a connection back.
func (c *client) give(l *line) {
	c.idleMu.Lock()
	defer c.idleMu.Unlock()
	c.idle = append(c.idle, l)
}

// close closes the connections that nobody uses.
func (c *client) close() {
	c.idleMu.Lock()
	defer c.idleMu.Unlock()
	for _, l := range c.idle {
		_ = l.Close() // the server is gone or goes
	}
	c.idle = nil
}

// do sends a request and returns the status and the body of its answer. An empty
// kind or token is left out.
func (c *client) do(ctx context.Context, method, path, token, kind string, body []byte) (status int, answer []byte, err error) {
	l, err := c.take(ctx)
	if err != nil {
		return 0, nil, err
	}
	status, answer, again, err := c.exchange(l, method, path, token, kind, body)
	if err != nil || !again {
		return status, answer, join(err, l.Close())
	}
	c.give(l)
	return status, answer, nil
}

// join prefers the error that came first.
func join(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func (c *client) exchange(l *line, method, path, token, kind string, body []byte) (status int, answer []byte, again bool, err error) {
	h := append(l.head[:0], method...)
	h = append(append(append(h, ' '), path...), " HTTP/1.1\r\nHost: "...)
	h = append(h, c.addr...)
	if token != "" {
		h = append(append(h, "\r\nAuthorization: "...), token...)
	}
	if kind != "" {
		h = append(append(h, "\r\nContent-Type: "...), kind...)
	}
	if method != http.MethodGet {
		h = strconv.AppendInt(append(h, "\r\nContent-Length: "...), int64(len(body)), 10)
	}
	h = append(h, "\r\n\r\n"...)
	l.head = h
	if err := l.SetDeadline(clock().Add(patience)); err != nil {
		return 0, nil, false, err
	}
	sent, err := (&net.Buffers{h, body}).WriteTo(l.Conn)
	l.n.Add(sent)
	if err != nil {
		return 0, nil, false, fmt.Errorf("sending: %w", err)
	}
	res, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return 0, nil, false, fmt.Errorf("reading the head: %w", err)
	}
	answer, err = c.read(res)
	return res.StatusCode, answer, !res.Close, err
}

// read returns a whole body. Room for the longest one so far is made at once.
func (c *client) read(res *http.Response) ([]byte, error) {
	room := res.ContentLength
	if room < 0 {
		room = c.most.Load()
	}
	buf := bytes.NewBuffer(make([]byte, 0, room+bytes.MinRead))
	n, err := io.Copy(buf, res.Body)
	if n > c.most.Load() {
		c.most.Store(n)
	}
	return buf.Bytes(), join(err, res.Body.Close())
}
