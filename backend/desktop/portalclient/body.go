package portalclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/go-resty/resty/v2"
)

// A body is the content of a request: it knows its length and can be sent again
// from the start. The transport does so by itself when a kept connection turns
// out to be dead. resty alone would then send an empty body, and so store an
// empty file, without any error; a body without length it sends in chunks.
type body interface {
	io.Reader
	length() int64
	again() (io.ReadCloser, error)
	done() // nothing is read from it after that
}

// bodyKey finds the body in a request's context.
type bodyKey struct{}

// giveBody puts the body into the finished request, past resty, which would
// copy it.
func giveBody(_ *resty.Client, raw *http.Request) error {
	b, ok := raw.Context().Value(bodyKey{}).(body)
	if !ok {
		return nil
	}
	content, err := b.again()
	if err != nil {
		return err
	}
	raw.Body, raw.ContentLength, raw.GetBody = content, b.length(), b.again
	if b.length() == 0 {
		raw.Body, raw.GetBody = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
	}
	return nil
}

var errBody = errors.New("a body that cannot be sent twice")

// bodyOf returns the body for what a generated method was given: a value to
// send as JSON, or the octets of a file.
func bodyOf(v any) (body, error) {
	if f, ok := v.(io.ReadSeeker); ok {
		at, ok := v.(io.ReaderAt)
		if !ok {
			return nil, errBody
		}
		n, err := f.Seek(0, io.SeekEnd)
		return &content{at: at, n: n}, err
	}
	b, err := json.Marshal(v)
	return &content{at: bytes.NewReader(b), n: int64(len(b)), wipe: b}, err
}

// content is a body of n octets. Those that were marshalled may hold a password
// and are wiped at the end; a transport that reads later gets an error.
type content struct {
	at   io.ReaderAt
	n    int64
	wipe []byte

	endMu sync.Mutex // guards ended and the octets of wipe
	ended bool
}

// Read is there for resty, which takes a reader as it is. The transport reads
// what again returns.
func (c *content) Read([]byte) (int, error) { return 0, io.EOF }

func (c *content) length() int64 { return c.n }

func (c *content) again() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(c, 0, c.n)), nil
}

// ReadAt reads the body while the call lasts.
func (c *content) ReadAt(p []byte, off int64) (int, error) {
	c.endMu.Lock()
	defer c.endMu.Unlock()
	if c.ended {
		return 0, io.ErrClosedPipe
	}
	return c.at.ReadAt(p, off)
}

func (c *content) done() {
	c.endMu.Lock()
	defer c.endMu.Unlock()
	c.ended = true
	clear(c.wipe)
}
