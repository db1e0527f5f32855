package main

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"akno/backend/internal/atomicfile"
	"akno/backend/internal/clock"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// held is the length in octets up to which a signature is read whole.
const held = 4 << 20

var errInterrupted = errors.New("interrupted, nothing was written")

// interruptible returns a context that ends when the person interrupts the
// program. A second interruption ends the program at once. It is for work without
// questions on the terminal: those end with the program.
func (e *env) interruptible() (context.Context, context.CancelFunc) {
	parent := e.ctx
	if parent == nil {
		parent = context.Background()
	}
	ctx, stop := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// said is the error in the words of the command line.
func said(err error) error {
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	return err
}

// build writes a file as a whole, however long it is, or to standard output for
// "-"; nothing is left of a file when it fails.
func (e *env) build(name string, perm os.FileMode, fill func(w io.Writer) error) error {
	if name == "-" {
		e.taken = true
		return fill(e.out)
	}
	return atomicfile.Build(name, perm, func(f *os.File) error { return fill(f) })
}

// open opens a file and returns its length; it is nil for what has no length
// beforehand and can be read once only, such as standard input.
func (e *env) open(name string) (f *os.File, size int64, err error) {
	if name == "-" {
		return nil, 0, nil
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, err
	}
	f, err = os.Open(name)
	return f, info.Size(), err
}

// content is a file that is hashed piece by piece, however long it is.
func (e *env) content(ctx context.Context, name string) cms.Content {
	if name == "-" {
		return &passing{e: e, ctx: ctx}
	}
	return cms.Stream(ctx, e.source(name))
}

// passing is a document on standard input. It passes once, and signers may have
// used several hash algorithms: the values of all are computed meanwhile.
type passing struct {
	e    *env
	ctx  context.Context //nolint:containedctx // of one command
	sums map[*pki.HashAlgorithm][]byte
}

// Digest implements cms.Content.
func (p *passing) Digest(h *pki.HashAlgorithm) ([]byte, error) {
	if p.sums == nil {
		if err := p.read(); err != nil {
			return nil, err
		}
	}
	sum, ok := p.sums[h]
	if !ok {
		return nil, fmt.Errorf("%w: no %s value", cms.ErrNoContent, h.Name)
	}
	return sum, nil
}

func (p *passing) read() error {
	src, err := p.e.start("-")
	if err != nil {
		return err
	}
	defer src.Close()
	all := [...]*pki.HashAlgorithm{pki.BeltHash, pki.Bash256, pki.Bash384, pki.Bash512}
	var hashes [len(all)]hash.Hash
	var to [len(all)]io.Writer
	for i, h := range all {
		hashes[i] = h.New()
		to[i] = hashes[i]
	}
	if _, err := io.CopyBuffer(io.MultiWriter(to[:]...), untilDone{p.ctx, src}, make([]byte, 256<<10)); err != nil {
		return err
	}
	p.sums = map[*pki.HashAlgorithm][]byte{}
	for i, h := range all {
		p.sums[h] = hashes[i].Sum(nil)
	}
	return nil
}

// untilDone is a reader that ends with a context.
type untilDone struct {
	ctx context.Context //nolint:containedctx // of one command
	io.Reader
}

// Read implements io.Reader.
func (r untilDone) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}

// source opens a file, and shows how it is read.
func (e *env) source(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		var size int64
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
		return e.watch(f, name, size), nil
	}
}

// Least length that is worth a meter, in octets, and how often it changes.
const (
	worthWatching = 8 << 20
	meterPace     = 200 * time.Millisecond
)

// meter shows on a terminal how far a long reading is.
type meter struct {
	w           io.Writer
	now         clock.Clock
	name        string
	total, done int64
	shown       time.Time
}

// newMeter returns a meter of total octets, or nil where nobody looks or nothing
// is worth it.
func (e *env) newMeter(name string, total int64) *meter {
	if f, ok := e.err.(*os.File); !ok || total < worthWatching || !isTerminal(f) {
		return nil
	}
	return &meter{w: e.err, now: e.now, name: filepath.Base(name), total: total, shown: e.now()}
}

// add counts octets; nil counts none.
func (m *meter) add(n int) {
	if m == nil {
		return
	}
	m.done += int64(n)
	if now := m.now(); now.Sub(m.shown) >= meterPace {
		m.shown = now
		fmt.Fprintf(m.w, "\r\x1b[K%s: %d %%, %d of %d MiB", m.name, min(100, 100*m.done/m.total), m.done>>20, m.total>>20)
	}
}

// end takes the line away.
func (m *meter) end() {
	if m != nil {
		fmt.Fprint(m.w, "\r\x1b[K")
	}
}

// watch shows how a file is read until it is closed.
func (e *env) watch(r io.ReadCloser, name string, size int64) io.ReadCloser {
	m := e.newMeter(name, size)
	if m == nil {
		return r
	}
	return watched{cms.Metered(r, m.add), m}
}

type watched struct {
	io.ReadCloser
	m *meter
}

// Close implements io.Closer.
func (w watched) Close() error {
	w.m.end()
	return w.ReadCloser.Close()
}
