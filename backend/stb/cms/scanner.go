package cms

import (
	"bufio"
	"context"
	"crypto/cipher"
	"encoding/asn1"
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
}

func newScanner(r io.Reader) *scanner { return &scanner{r: bufio.NewReaderSize(r, copySize)} }

func (s *scanner) octet() (byte, bool) {
	b, err := s.r.ReadByte()
	s.pos++
	return b, err == nil
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
	case l > 0x88:
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
	if !ok || depth > ber.MaxDepth || n > scannerHead {
		return nil, false
	}
	if n != indefinite {
		body := make([]byte, n)
		m, err := io.ReadFull(s.r, body)
		s.pos += int64(m)
		return append(raw, body...), err == nil
	}
	for len(raw) <= scannerHead {
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
	if err != nil || next[0] != 0 || next[1] != 0 {
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

// content passes the encrypted octets through a cipher, in one piece or many.
func (s *scanner) content(ctx context.Context, dst io.Writer, stream cipher.Stream) error {
	t, n, _, ok := s.head()
	if !ok || t&^0x20 != 0x80 {
		return malformed("encrypted octets")
	}
	return s.pieces(ctx, dst, stream, t&0x20 != 0, n, 0)
}

func (s *scanner) pieces(ctx context.Context, dst io.Writer, stream cipher.Stream, constructed bool, n int64, depth int) error {
	if depth > ber.MaxDepth {
		return malformed("too deep")
	}
	if !constructed {
		m, err := pour(ctx, dst, io.LimitReader(s.r, n), stream)
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
			return malformed("pieces of the encrypted octets")
		}
		if err := s.pieces(ctx, dst, stream, t&0x20 != 0, m, depth+1); err != nil {
			return err
		}
	}
}

// finish leaves all containers: each ends where it said, after unprotected
// attributes at most, and nothing follows the last.
func (s *scanner) finish() error {
	for i := len(s.ends) - 1; i >= 0; i-- {
		end := s.ends[i]
		s.ends = s.ends[:i+1]
		if i == 2 {
			s.attributes(end)
		}
		if end == indefinite && !s.atMark() || end != indefinite && s.pos != end {
			return malformed("end of the envelope")
		}
	}
	if _, err := s.r.ReadByte(); err != io.EOF {
		return malformed("octets after the envelope")
	}
	return nil
}

// attributes passes over unprotected attributes, which say nothing that counts.
func (s *scanner) attributes(end int64) {
	if end != indefinite && s.pos == end {
		return
	}
	if next, err := s.r.Peek(1); err == nil && next[0] == byte(explicit1) {
		_, _ = s.element()
	}
}
