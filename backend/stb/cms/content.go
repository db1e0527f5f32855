package cms

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"akno/backend/stb/pki"
)

// ErrNoContent says that the signed document is neither inside nor at hand.
var ErrNoContent = errors.New("cms: the signed content is not at hand")

// Content is the document that is signed, known by its hash values.
type Content interface {
	// Digest returns the hash value of the whole document.
	Digest(h *pki.HashAlgorithm) ([]byte, error)
}

type octets []byte

func (o octets) Digest(h *pki.HashAlgorithm) ([]byte, error) { return h.Sum(o), nil }

// Octets is a document in memory.
func Octets(b []byte) Content { return octets(b) }

type prepared struct {
	alg *pki.HashAlgorithm
	sum []byte
}

func (p prepared) Digest(h *pki.HashAlgorithm) ([]byte, error) {
	if h != p.alg {
		return nil, fmt.Errorf("%w: no %s value", ErrNoContent, h.Name)
	}
	return p.sum, nil
}

// Prepared is a document whose hash value by one algorithm was computed before.
func Prepared(h *pki.HashAlgorithm, sum []byte) Content { return prepared{h, bytes.Clone(sum)} }

// stream remembers hash values so that several signers cost one reading each
// algorithm.
type stream struct {
	ctx  context.Context
	open func() (io.ReadCloser, error)
	sums map[*pki.HashAlgorithm][]byte
}

// Stream is a document that is opened and read once for each hash algorithm,
// with constant memory. It stops with the context and must not be used by
// several goroutines at once.
func Stream(ctx context.Context, open func() (io.ReadCloser, error)) Content {
	return &stream{ctx, open, map[*pki.HashAlgorithm][]byte{}}
}

func (s *stream) Digest(h *pki.HashAlgorithm) (sum []byte, err error) {
	if sum, ok := s.sums[h]; ok {
		return sum, nil
	}
	r, err := s.open()
	if err != nil {
		return nil, fmt.Errorf("cms: open content: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	f := h.New()
	buf := make([]byte, 256<<10)
	for {
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
		n, err := r.Read(buf)
		f.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("cms: read content: %w", err)
		}
	}
	s.sums[h] = f.Sum(nil)
	return s.sums[h], nil
}

// Metered returns a reader that tells report how many octets each reading brought,
// so that somebody can watch a long document pass. Report must be quick; it runs
// where the reading does.
func Metered(r io.ReadCloser, report func(n int)) io.ReadCloser {
	if report == nil {
		return r
	}
	return metered{r, report}
}

type metered struct {
	io.ReadCloser
	report func(n int)
}

// Read implements io.Reader.
func (m metered) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	if n > 0 {
		m.report(n)
	}
	return n, err
}
