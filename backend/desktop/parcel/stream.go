package parcel

import (
	"bufio"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"io"

	"akno/backend/akno"
	"akno/backend/desktop/secmem"
	"akno/backend/stb/belt"
)

// Contents are sealed in chunks of belt-dwp (STB 34.101.31, clause 7.6.3) of
// 65 536 octets, the last one shorter. The synchro value of a chunk is its number
// and whether it is the last, so that each is at home in one place only; the tag
// covers the hash of everything before the first chunk.
const (
	chunkSize = 1 << 16
	chunkFull = chunkSize + belt.MACSize
)

// errBroken is every file that is not what a program of this kind made.
func errBroken(why string) error {
	return &akno.Error{Code: akno.BadFile, Op: "parcel", Err: errors.New(why)}
}

// sealing is the cipher under a content key, in memory of its own.
type sealing struct {
	secret *secmem.Box
	aead   cipher.AEAD
	bound  [32]byte // what every tag covers
}

func newSealing(key []byte, bound [32]byte) (*sealing, error) {
	s := &sealing{secret: secmem.For[belt.Cipher](), bound: bound}
	c := secmem.At[belt.Cipher](s.secret)
	if err := c.SetKey(key); err != nil {
		return nil, err
	}
	s.aead = c.DWP()
	return s, nil
}

func (s *sealing) wipe() { s.secret.Wipe() }

// synchro is the synchro value of a chunk.
func synchro(number uint64, last bool) []byte {
	out := make([]byte, belt.BlockSize)
	binary.LittleEndian.PutUint64(out, number)
	if last {
		out[8] = 1
	}
	return out
}

// A sealWriter seals what is written to it. Close writes the last chunk; without
// it the file is refused by every reader.
type sealWriter struct {
	s      *sealing
	w      io.Writer
	plain  []byte
	sealed []byte
	number uint64
}

func (s *sealing) writer(w io.Writer) *sealWriter {
	return &sealWriter{s: s, w: w, plain: make([]byte, 0, chunkSize), sealed: make([]byte, 0, chunkFull)}
}

// Write implements io.Writer.
func (w *sealWriter) Write(p []byte) (int, error) {
	all := len(p)
	for len(p) > 0 {
		if len(w.plain) == chunkSize { // more follows, so it is not the last
			if err := w.flush(false); err != nil {
				return 0, err
			}
		}
		n := min(len(p), chunkSize-len(w.plain))
		w.plain, p = append(w.plain, p[:n]...), p[n:]
	}
	return all, nil
}

func (w *sealWriter) flush(last bool) error {
	w.sealed = w.s.aead.Seal(w.sealed[:0], synchro(w.number, last), w.plain, w.s.bound[:])
	w.number++
	clear(w.plain)
	w.plain = w.plain[:0]
	_, err := w.w.Write(w.sealed)
	return err
}

// Close implements io.Closer.
func (w *sealWriter) Close() error {
	err := w.flush(true)
	clear(w.plain[:cap(w.plain)])
	return err
}

// A sealReader gives the octets of chunks that have been authenticated, and
// io.EOF only after the last chunk of all.
type sealReader struct {
	s      *sealing
	r      *bufio.Reader
	sealed []byte
	plain  []byte // not yet given
	buf    []byte
	number uint64
	done   bool
}

func (s *sealing) reader(r io.Reader) *sealReader {
	return &sealReader{s: s, r: bufio.NewReaderSize(r, chunkFull), sealed: make([]byte, chunkFull), buf: make([]byte, 0, chunkSize)}
}

// Read implements io.Reader.
func (r *sealReader) Read(p []byte) (int, error) {
	for len(r.plain) == 0 {
		if r.done {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

func (r *sealReader) next() error {
	n, err := io.ReadFull(r.r, r.sealed)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	_, err = r.r.Peek(1)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	last := err != nil
	if n < belt.MACSize || last && n == belt.MACSize && r.number > 0 {
		return errBroken("the file is cut short")
	}
	plain, err := r.s.aead.Open(r.buf[:0], synchro(r.number, last), r.sealed[:n], r.s.bound[:])
	if err != nil {
		return errBroken("a chunk does not verify")
	}
	r.plain, r.number, r.done = plain, r.number+1, last
	return nil
}

// wipe clears what was opened.
func (r *sealReader) wipe() { clear(r.buf[:cap(r.buf)]) }
