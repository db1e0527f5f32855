package cms

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/ber"
	"akno/backend/stb/pki"
)

// embedded is the content of a message that is too long to be held. It is hashed
// where it stands.
type embedded struct {
	ctx  context.Context
	open func() (io.ReadCloser, error)
	sums map[*pki.HashAlgorithm][]byte
}

// Digest hashes the content. The algorithms that the message announces were
// computed when it was read; another one costs one more reading.
func (e *embedded) Digest(h *pki.HashAlgorithm) ([]byte, error) {
	if sum, ok := e.sums[h]; ok {
		return sum, nil
	}
	f := h.New()
	if err := walk(e.ctx, e.open, &skeleton{sink: func(ber.Element) io.Writer { return f }}); err != nil {
		return nil, err
	}
	e.sums[h] = f.Sum(nil)
	return e.sums[h], nil
}

// ParseStream reads one signed message in BER or DER whose content, if it is
// embedded, is too long to be held: it is hashed on the way, with constant memory
// and whatever its length. Source opens the message; it is opened again when a
// signer uses a hash algorithm that the message does not announce. The rules are
// those of Parse. An error that is not ErrMalformed is one of source or the
// context.
//
// What is returned must not be verified by several goroutines at once.
func ParseStream(ctx context.Context, source func() (io.ReadCloser, error)) (*SignedData, error) {
	e := &embedded{ctx: ctx, open: source, sums: map[*pki.HashAlgorithm][]byte{}}
	fs := map[*pki.HashAlgorithm]hash.Hash{}
	s := &skeleton{sink: func(announced ber.Element) io.Writer {
		var all []io.Writer
		for _, h := range hashes(announced) {
			if fs[h] == nil {
				f := h.New()
				fs[h], all = f, append(all, f)
			}
		}
		return io.MultiWriter(all...)
	}}
	if err := walk(ctx, source, s); err != nil {
		return nil, err
	}
	sd := &SignedData{Detached: s.detached, ContentSize: s.size}
	var ok bool
	if sd.Version, ok = readInt(s.version); !ok {
		return nil, malformed("version")
	}
	if sd.ContentType, ok = readOID(s.contentType); !ok {
		return nil, malformed("content type")
	}
	if !s.detached {
		for h, f := range fs {
			e.sums[h] = f.Sum(nil)
		}
		sd.streamed = e
	}
	return sd, sd.readRest(s.rest)
}

// VerifyStream is VerifyOctets for a message that is too long to be held. It
// returns an error only when the message could not be read to its end or the
// context ended: such a message was not judged.
func VerifyStream(ctx context.Context, source func() (io.ReadCloser, error), content Content, opt Options) (Report, error) {
	sd, err := ParseStream(ctx, source)
	if errors.Is(err, ErrMalformed) {
		return unreadable(err, opt), nil
	}
	if err != nil {
		return Report{}, err
	}
	report := Verify(sd, content, opt)
	return report, ctx.Err()
}

// Extract writes the embedded content of a signed message to dst. It verifies
// nothing; after an error what was written must not be used.
func Extract(ctx context.Context, dst io.Writer, source func() (io.ReadCloser, error)) error {
	s := &skeleton{sink: func(ber.Element) io.Writer { return dst }}
	if err := walk(ctx, source, s); err != nil {
		return err
	}
	if s.detached {
		return ErrNoContent
	}
	return nil
}

// hashes are the national algorithms of a set of identifiers.
func hashes(set ber.Element) (out []*pki.HashAlgorithm) {
	list, err := set.Children(maxSigners)
	if err != nil {
		return nil // computed when a signer asks for them
	}
	for _, e := range list {
		var alg pki.AlgorithmIdentifier
		if !readAlgorithm(e, &alg) {
			continue
		}
		if h := pki.HashByOID(alg.OID); h != nil {
			out = append(out, h)
		}
	}
	return out
}

// skeleton is a signed message without its content.
type skeleton struct {
	// sink is asked once, with the announced algorithms, where the content goes.
	sink                 func(algorithms ber.Element) io.Writer
	version, contentType ber.Element
	detached             bool
	size                 int64
	rest                 []ber.Element
}

// walk reads a message from end to end.
func walk(ctx context.Context, source func() (io.ReadCloser, error), out *skeleton) (err error) {
	r, err := source()
	if err != nil {
		return fmt.Errorf("cms: open message: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	s := newScanner(r)
	s.limit = MaxSize
	if !s.enter(tag.SEQUENCE) || !s.oid(TypeSignedData) || !s.enter(explicit0) || !s.enter(tag.SEQUENCE) {
		return s.malformed("outer structure")
	}
	version, ok1 := s.element()
	algorithms, ok2 := s.element()
	if !ok1 || !ok2 || algorithms.Tag != tag.SET {
		return s.malformed("signed data")
	}
	out.version = version
	if err := out.readContent(ctx, s, algorithms); err != nil {
		return err
	}
	held := len(version.Raw) + len(algorithms.Raw)
	for s.more() {
		e, ok := s.element()
		if held += len(e.Raw); !ok || held > MaxSize || len(out.rest) == 3 {
			return s.malformed("signed data")
		}
		out.rest = append(out.rest, e)
	}
	return s.finish()
}

func (out *skeleton) readContent(ctx context.Context, s *scanner, algorithms ber.Element) (err error) {
	ok := s.enter(tag.SEQUENCE)
	if ok {
		out.contentType, ok = s.element()
	}
	if !ok {
		return s.malformed("content")
	}
	if out.detached = !s.more(); out.detached {
		s.leave()
		return nil
	}
	if !s.enter(explicit0) {
		return s.malformed("content")
	}
	n := &tally{w: out.sink(algorithms)}
	if err := s.content(ctx, n, nil, tag.OCTET_STRING); errors.Is(err, io.ErrUnexpectedEOF) {
		return malformed("the content ends too early")
	} else if err != nil {
		return err
	}
	out.size = n.n
	inner, outer := s.leave(), s.leave()
	if !inner || !outer {
		return s.malformed("content")
	}
	return nil
}

// tally counts what passes.
type tally struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (t *tally) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.n += int64(n)
	return n, err
}
