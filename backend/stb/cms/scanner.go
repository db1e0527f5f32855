package cms

import (
	"bufio"
	"context"
	"crypto/cipher"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/ber"
)

const (
	scannerHead = 1 << 20
	indefinite  = -1
)

// scanner walks over BER that is too long to be held: containers are entered,
// short elements are taken whole, one long string is passed through.
type scanner struct {
	r   *bufio.Reader
	pos int64
	// ends are where the containers that were entered end, indefinite for those
	// that end with a mark.
	ends []int64
	// limit is the most octets of an element that is taken whole.
	limit int64
	// buf is what long strings pass through, in however many pieces they come.
	buf []byte
	// failure is the first error of the reader other than its end: a message that
	// could not be read is not a malformed one.
	failure error
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, copySize), limit: scannerHead, buf: make([]byte, copySize)}
}

// note keeps the first error of the reader and reports whether there was none.
func (s *scanner) note(err error) bool {
	if err != nil && s.failure == nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.failure = err
	}
	return err == nil
}

// malformed is the error for what was found, or that of the reader.
func (s *scanner) malformed(what string) error {
	if s.failure != nil {
		return fmt.Errorf("cms: read: %w", s.failure)
	}
	return malformed(what)
}

func (s *scanner) octet() (byte, bool) {
	b, err := s.r.ReadByte()
	s.pos++
	return b, s.note(err)
}

// head reads identifier and length octets and returns them too.
func (s *scanner) head() (t tag.Tag, n int64, raw []byte, ok bool) {
	b, ok := s.octet()
	if !ok || b&0x1f == 0x1f {
		return 0, 0, nil, false
	}
	l, ok := s.octet()
	if !ok {
		return 0, 0, nil, false
	}
	raw = []byte{b, l}
	switch {
	case l < 0x80:
		n = int64(l)
	case l == 0x80:
		return tag.Tag(b), indefinite, raw, b&0x20 != 0
	case l == 0xff:
		return 0, 0, nil, false
	default:
		for range l & 0x7f {
			x, ok := s.octet()
			if !ok || n > 1<<50 {
				return 0, 0, nil, false
			}
			n = n<<8 | int64(x)
			raw = append(raw, x)
		}
	}
	return tag.Tag(b), n, raw, s.fits(n)
}

// fits reports whether n more octets stay inside the innermost container whose
// end is known.
func (s *scanner) fits(n int64) bool {
	for i := len(s.ends) - 1; i >= 0; i-- {
		if s.ends[i] != indefinite {
			return n <= s.ends[i]-s.pos
		}
	}
	return true
}

// enter opens a container with an identifier octet.
func (s *scanner) enter(want tag.Tag) bool {
	t, n, _, ok := s.head()
	if !ok || t != want {
		return false
	}
	if n != indefinite {
		n += s.pos
	}
	s.ends = append(s.ends, n)
	return true
}

// element takes the next element whole, if it is not too long.
func (s *scanner) element() (ber.Element, bool) {
	raw, ok := s.take(0)
	if !ok {
		return ber.Element{}, false
	}
	e, rest, err := ber.Read(raw)
	return e, err == nil && len(rest) == 0
}

func (s *scanner) take(depth int) ([]byte, bool) {
	_, n, raw, ok := s.head()
	if !ok || depth > ber.MaxDepth || n > s.limit {
		return nil, false
	}
	if n != indefinite {
		body, err := io.ReadAll(io.LimitReader(s.r, n)) // n is only a claim: memory follows what is there
		s.pos += int64(len(body))
		return append(raw, body...), s.note(err) && int64(len(body)) == n
	}
	for int64(len(raw)) <= s.limit {
		if s.atMark() {
			return append(raw, 0, 0), true
		}
		child, ok := s.take(depth + 1)
		if !ok {
			return nil, false
		}
		raw = append(raw, child...)
	}
	return nil, false
}

// atMark takes the mark that ends an indefinite length, if it is next.
func (s *scanner) atMark() bool {
	next, err := s.r.Peek(2)
	if !s.note(err) || next[0] != 0 || next[1] != 0 {
		return false
	}
	_, _ = s.r.Discard(2)
	s.pos += 2
	return true
}

func (s *scanner) oid(want asn1.ObjectIdentifier) bool {
	e, ok := s.element()
	if !ok {
		return false
	}
	id, ok := readOID(e)
	return ok && id.Equal(want)
}

// content passes a string under a tag to dst, in one piece or many, and through
// a cipher if there is one.
func (s *scanner) content(ctx context.Context, dst io.Writer, stream cipher.Stream, want tag.Tag) error {
	t, n, _, ok := s.head()
	if !ok || t&^0x20 != want {
		return s.malformed("content")
	}
	return s.pieces(ctx, dst, stream, t&0x20 != 0, n, 0)
}

func (s *scanner) pieces(ctx context.Context, dst io.Writer, stream cipher.Stream, constructed bool, n int64, depth int) error {
	if depth > ber.MaxDepth {
		return malformed("too deep")
	}
	if !constructed {
		m, err := pour(ctx, dst, io.LimitReader(s.r, n), stream, s.buf)
		if s.pos += m; err != nil {
			return err
		}
		if m != n {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	end := s.pos + n
	for {
		if n == indefinite && s.atMark() || n != indefinite && s.pos == end {
			return nil
		}
		// A piece of indefinite length may still run over: that is seen on return.
		t, m, _, ok := s.head()
		if !ok || t&^0x20 != tag.OCTET_STRING || n != indefinite && (s.pos > end || m > end-s.pos) {
			return s.malformed("pieces of the content")
		}
		if err := s.pieces(ctx, dst, stream, t&0x20 != 0, m, depth+1); err != nil {
			return err
		}
	}
}

// more reports whether the innermost container has another element, and takes
// the mark at its end if there is none.
func (s *scanner) more() bool {
	last := len(s.ends) - 1
	if end := s.ends[last]; end != indefinite {
		return s.pos != end
	}
	if !s.atMark() {
		return true
	}
	s.ends[last] = s.pos
	return false
}

// leave ends the innermost container, which must end here.
func (s *scanner) leave() bool {
	ok := !s.more()
	s.ends = s.ends[:len(s.ends)-1]
	return ok
}

// finish leaves all containers: each ends where it said, and nothing follows the
// last.
func (s *scanner) finish() error {
	for len(s.ends) > 0 {
		if !s.leave() {
			return s.malformed("end of the message")
		}
	}
	if _, err := s.r.ReadByte(); err == nil || !s.note(err) && s.failure != nil {
		return s.malformed("octets after the message")
	}
	return nil
}

// attributes passes over unprotected attributes, which say nothing that counts.
func (s *scanner) attributes() {
	if end := s.ends[len(s.ends)-1]; end != indefinite && s.pos == end {
		return
	}
	if next, err := s.r.Peek(1); err == nil && next[0] == byte(explicit1) {
		_, _ = s.element()
	}
}
