package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"akno/backend/akno"
)

// Blobs is a folder of files that never change, each known by the SHA-256 of
// its octets in hex. On the disk a file is sealed, and its name is a code that
// only the profile's key can make of the hash: a hash would tell which known
// document lies there. A file is on the disk before its hash is known to
// anybody, so a row of the database never points to nothing.
type Blobs struct {
	dir     string
	keys    *blobKeys
	steps   func(step string)               // for tests of sudden deaths, nil otherwise
	through func(f io.WriterAt) io.WriterAt // for tests of full disks, nil otherwise
}

// Through puts fn between every file that is written and the disk. Tests fill the
// disk in it. It is called before the profile is used.
func (b *Blobs) Through(fn func(f io.WriterAt) io.WriterAt) { b.through = fn }

func (b *Blobs) disk(f *os.File) io.WriterAt {
	if b.through == nil {
		return f
	}
	return b.through(f)
}

func (b *Blobs) step(name string) {
	if b.steps != nil {
		b.steps(name)
	}
}

func openBlobs(dir string, key []byte) (*Blobs, error) {
	keys, err := newBlobKeys(key)
	if err != nil {
		return nil, err
	}
	tmp := filepath.Join(dir, "tmp")
	if err := os.RemoveAll(tmp); err != nil { // left by a crash
		return nil, err
	}
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, err
	}
	return &Blobs{dir: dir, keys: keys}, nil
}

// close wipes the keys: readers that are still open read nothing more.
func (b *Blobs) close() { b.keys.wipe() }

// Put stores what r gives and returns its hash and its size in octets; it is
// durable when Put returns. More than limit octets are refused with the code
// too_large.
func (b *Blobs) Put(r io.Reader, limit int64) (sum string, size int64, err error) {
	return b.PutIf(r, limit, nil)
}

// PutIf is Put for a file that must pass check first: what check refuses is not
// kept. check reads the very octets that are stored, from the beginning, so a
// file that changes under our hands cannot be one thing when looked at and
// another when sent.
func (b *Blobs) PutIf(r io.Reader, limit int64, check func(f io.ReadSeeker, size int64) error) (sum string, size int64, err error) {
	b.step("file")
	f, err := os.CreateTemp(filepath.Join(b.dir, "tmp"), "")
	if err != nil {
		return "", 0, told("blobs.Put", err)
	}
	defer func() {
		_ = f.Close()           // a second time after success, without effect
		_ = os.Remove(f.Name()) // not there any more after success
	}()
	h := sha256.New()
	w, err := b.keys.create(b.disk(f))
	if err == nil {
		size, err = io.Copy(io.MultiWriter(w, h), io.LimitReader(r, limit+1))
	}
	if err != nil {
		return "", 0, told("blobs.Put", err)
	}
	if size > limit {
		return "", 0, &akno.Error{Code: akno.TooLarge, Op: "blobs.Put"}
	}
	if err := w.finish([32]byte(h.Sum(nil))); err != nil {
		return "", 0, told("blobs.Put", err)
	}
	sum = hex.EncodeToString(h.Sum(nil))
	if check != nil {
		sealed, err := b.keys.open(f, sum)
		if err != nil {
			return "", 0, told("blobs.Put", err)
		}
		if err := check(sealed, size); err != nil {
			return "", 0, err
		}
	}
	b.step("file written")
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return "", 0, told("blobs.Put", err)
	}
	if err := b.place(f.Name(), sum); err != nil {
		return "", 0, told("blobs.Put", err)
	}
	return sum, size, nil
}

func (b *Blobs) place(tmp, sum string) error {
	path := b.path(sum)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := syncParent(filepath.Dir(path)); err != nil {
		return err
	}
	b.step("file synced")
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	b.step("file in place")
	return syncParent(path)
}

// Open opens the file of that hash, at its beginning. The code not_found is for
// a file that is not there and bad_file for one that is not what was stored
// under the hash; octets that have changed are found, with the same code, when
// they are read.
func (b *Blobs) Open(sum string) (*Blob, error) {
	if !validSum(sum) {
		return nil, &akno.Error{Code: akno.NotFound, Op: "blobs.Open"}
	}
	f, err := os.Open(b.path(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &akno.Error{Code: akno.NotFound, Op: "blobs.Open", Err: errors.New("no such file")}
	}
	if err != nil {
		return nil, told("blobs.Open", err)
	}
	blob, err := b.keys.open(f, sum)
	if err != nil {
		return nil, errors.Join(told("blobs.Open", err), f.Close())
	}
	return blob, nil
}

// Read returns the octets of the file of that hash.
func (b *Blobs) Read(sum string) ([]byte, error) {
	f, err := b.Open(sum)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, errors.Join(told("blobs.Read", err), f.Close())
}

// Has says whether a file of that hash is there, without reading it.
func (b *Blobs) Has(sum string) bool {
	if !validSum(sum) {
		return false
	}
	_, err := os.Stat(b.path(sum))
	return err == nil
}

func (b *Blobs) path(sum string) string {
	name := b.keys.name(sum)
	return filepath.Join(b.dir, name[:2], name)
}

func validSum(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// syncParent makes a change of names in the folder of path durable.
func syncParent(path string) error { return syncPath(filepath.Dir(path)) }

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	// Windows has no way to sync a folder and needs none: NTFS keeps names in
	// its journal.
	if errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}
