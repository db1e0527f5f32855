package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"akno/backend/akno"
)

// copyBuffer is the piece in which a file is received: large enough that hash
// and disk work in long runs, small enough that many uploads at once cost little.
const copyBuffer = 256 << 10

// A Disk keeps immutable files under their account and SHA-256 in a folder:
//
//	tmp/<random>                    files on their way
//	parts/<account>-<sha256>        the beginnings of files, to be gone on with
//	<aa>/<account>/<sha256>         files that are whole and durable
//
// aa are the last two characters of the account, which are random, so that no
// folder grows without bound. A name never holds anything a client chose.
type Disk struct {
	root    string
	through func(f io.WriterAt) io.WriterAt // for tests of full disks, nil otherwise
}

// Through puts fn between every file that is received and the disk. Tests fill the
// disk in it. It is called before the store is used.
func (d *Disk) Through(fn func(f io.WriterAt) io.WriterAt) { d.through = fn }

func (d *Disk) writer(f *os.File) io.WriterAt {
	if d.through == nil {
		return f
	}
	return d.through(f)
}

// OpenDisk returns the store in folder root, which it makes if need be, and
// removes what unfinished uploads of an earlier run left behind.
func OpenDisk(root string) (*Disk, error) {
	tmp := filepath.Join(root, "tmp")
	for _, dir := range []string{tmp, filepath.Join(root, "parts")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	left, err := os.ReadDir(tmp)
	if err != nil {
		return nil, err
	}
	for _, e := range left {
		if err := os.Remove(filepath.Join(tmp, e.Name())); err != nil {
			return nil, err
		}
	}
	if err := syncDir(root); err != nil {
		return nil, err
	}
	return &Disk{root: root}, nil
}

// A Part is a file on its way: received, not yet kept. Close discards it unless
// Keep was called.
type Part struct {
	disk *Disk
	file *os.File
	name string
	Sum  [32]byte // SHA-256 of what was received
	Size int64    // octets
	kept bool
}

// Receive writes r to a temporary file and hashes it on the way. More than limit
// octets are refused with akno.TooLarge, a full disk with akno.DiskFull.
func (d *Disk) Receive(ctx context.Context, r io.Reader, limit int64) (*Part, error) {
	var b [16]byte
	rand.Read(b[:]) // crypto/rand never fails
	name := filepath.Join(d.root, "tmp", hex.EncodeToString(b[:]))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, diskError(err)
	}
	p := &Part{disk: d, file: f, name: name}
	h := sha256.New()
	p.Size, err = receive(ctx, io.NewOffsetWriter(d.writer(f), 0), h, io.LimitReader(r, limit+1))
	if err == nil && p.Size > limit {
		err = &akno.Error{Code: akno.TooLarge, Op: "blob.Receive"}
	}
	if err != nil {
		return nil, errors.Join(diskError(err), p.Close())
	}
	h.Sum(p.Sum[:0])
	return p, nil
}

// receive copies r into w and h until it ends or ctx does. A body that breaks
// off (io.ErrUnexpectedEOF) is an error, not an end. The hash of a piece is
// computed while the next one is read and written, since each takes about as
// long as the other.
func receive(ctx context.Context, w io.Writer, h hash.Hash, r io.Reader) (n int64, err error) {
	buf := make([]byte, copyBuffer)
	k, err := fill(ctx, r, buf)
	if errors.Is(err, io.EOF) || k == 0 { // the usual file is one piece
		h.Write(buf[:k])
		m, werr := w.Write(buf[:k])
		return int64(m), errors.Join(ended(err), werr)
	}
	full, free, done := make(chan []byte), make(chan []byte, 2), make(chan struct{})
	free <- make([]byte, copyBuffer)
	go func() {
		defer close(done)
		for piece := range full {
			h.Write(piece)
			free <- piece[:copyBuffer]
		}
	}()
	defer func() {
		close(full)
		<-done
	}()
	for {
		full <- buf[:k]
		m, werr := w.Write(buf[:k])
		n += int64(m)
		if err != nil || werr != nil {
			return n, errors.Join(ended(err), werr)
		}
		buf = <-free
		k, err = fill(ctx, r, buf)
	}
}

// fill reads until buf is full, or until r ends or fails, or ctx does.
func fill(ctx context.Context, r io.Reader, buf []byte) (n int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	for n < len(buf) && err == nil {
		var k int
		k, err = r.Read(buf[n:])
		n += k
	}
	return n, err
}

// ended returns nil for the end of a body.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// ReadAt reads what was received, for the checks before it is kept.
func (p *Part) ReadAt(b []byte, off int64) (int, error) { return p.file.ReadAt(b, off) }

// Keep makes the file durable under account and its hash: sync of the file,
// rename, sync of the folder. Kept twice it is one file. When Keep has returned
// nil, a power cut does not take it away.
func (p *Part) Keep(account string) error {
	if err := dataSync(p.file); err != nil {
		return diskError(err)
	}
	dir, err := p.disk.folder(account)
	if err != nil {
		return diskError(err)
	}
	if err := os.Rename(p.name, filepath.Join(dir, hex.EncodeToString(p.Sum[:]))); err != nil {
		return diskError(err)
	}
	p.kept = true
	return diskError(syncDir(dir))
}

// Close ends the use of p and removes it unless it was kept.
func (p *Part) Close() error {
	err := p.file.Close()
	if !p.kept {
		err = errors.Join(err, os.Remove(p.name))
	}
	return err
}

// Open returns a kept file. Its absence is fs.ErrNotExist.
func (d *Disk) Open(account, sum string) (*os.File, error) {
	return os.Open(d.path(account, sum))
}

// Remove deletes a kept file; that it is gone already is no error.
func (d *Disk) Remove(account, sum string) error {
	err := os.Remove(d.path(account, sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Walk calls fn for every kept file that was not changed since before.
func (d *Disk) Walk(before time.Time, fn func(account, sum string) error) error {
	return filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(d.root, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			if rel == "tmp" || rel == "parts" {
				return fs.SkipDir
			}
			return nil
		}
		dir, sum := filepath.Split(rel)
		info, err := e.Info()
		if err != nil || info.ModTime().After(before) {
			return err
		}
		return fn(filepath.Base(filepath.Clean(dir)), sum)
	})
}

func (d *Disk) path(account, sum string) string {
	return filepath.Join(d.root, account[len(account)-2:], account, sum)
}

// folder makes the folder of account and makes its names durable.
func (d *Disk) folder(account string) (string, error) {
	shard := filepath.Join(d.root, account[len(account)-2:])
	dir := filepath.Join(shard, account)
	for _, step := range []struct{ parent, dir string }{{d.root, shard}, {shard, dir}} {
		err := os.Mkdir(step.dir, 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = syncDir(step.parent)
		}
		if err != nil {
			return "", err
		}
	}
	return dir, nil
}

// diskError tells a full disk apart from a broken one.
func diskError(err error) error {
	if err != nil && errors.Is(err, syscall.ENOSPC) {
		return &akno.Error{Code: akno.DiskFull, Op: "blob.disk", Err: err}
	}
	if err != nil && akno.CodeOf(err) == akno.Internal {
		return fmt.Errorf("blob: %w", err)
	}
	return err
}
