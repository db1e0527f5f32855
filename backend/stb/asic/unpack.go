package asic

import (
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

const copySize = 64 << 10

// unpacked reads a member and proves at its end that length and sum are those of
// the directory.
type unpacked struct {
	m    *member
	raw  *bufio.Reader // what is left of the packed octets
	r    io.Reader
	left int64
	sum  hash.Hash32
}

// open starts the reading of a member.
func (a *archive) open(m *member) *unpacked {
	u := &unpacked{m: m, left: m.size, sum: crc32.NewIEEE()}
	u.raw = bufio.NewReaderSize(io.NewSectionReader(a.src, m.body, m.packed), copySize)
	u.r = u.raw
	if m.method == methodDeflate {
		u.r = flate.NewReader(u.raw)
	}
	return u
}

// Read implements io.Reader.
func (u *unpacked) Read(p []byte) (int, error) {
	if u.left == 0 {
		return 0, u.end()
	}
	n, err := u.r.Read(p[:min(int64(len(p)), u.left)])
	u.sum.Write(p[:n])
	u.left -= int64(n)
	switch {
	case err == nil || errors.Is(err, io.EOF) && u.left == 0:
		return n, nil
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return n, malformed("%q is shorter than stated", u.m.name)
	}
	var corrupt flate.CorruptInputError
	if errors.As(err, &corrupt) {
		return n, malformed("%q cannot be unpacked", u.m.name)
	}
	return n, fmt.Errorf("asic: read: %w", err)
}

func (u *unpacked) end() error {
	n, err := u.r.Read(make([]byte, 1))
	switch {
	case n == 0 && errors.Is(err, io.EOF):
	case n == 0 && err == nil:
		return nil // not decided yet: asked again
	default:
		return malformed("%q is longer than stated", u.m.name)
	}
	if _, err := u.raw.ReadByte(); !errors.Is(err, io.EOF) {
		return malformed("octets after the data of %q", u.m.name)
	}
	if u.sum.Sum32() != u.m.crc {
		return malformed("the checksum of %q is wrong", u.m.name)
	}
	return io.EOF
}

// whole returns a short member.
func (a *archive) whole(m *member, limit int64) ([]byte, error) {
	if m.size > limit {
		return nil, malformed("%q is too long", m.name)
	}
	var b bytes.Buffer
	_, err := b.ReadFrom(a.open(m))
	return b.Bytes(), err
}

// pass copies a reader in pieces, stops with the context and tells report what
// passed.
func pass(ctx context.Context, dst io.Writer, src io.Reader, report func(n int)) (total int64, err error) {
	buf := make([]byte, copySize)
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := src.Read(buf)
		if _, werr := dst.Write(buf[:n]); werr != nil {
			return total, werr
		}
		total += int64(n)
		if report != nil && n > 0 {
			report(n)
		}
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}
