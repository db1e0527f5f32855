package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// ErrBusy says that another request is storing octets of the same file: the
// sender asks for the offset again and goes on from there.
var ErrBusy = errors.New("blob: another request stores this file")

// keepPart is how long the beginning of a file waits for the rest.
const keepPart = 7 * 24 * time.Hour

// busy holds the files to which a request is appending.
type busy struct {
	namesMu sync.Mutex
	names   map[string]bool
}

func (b *busy) take(name string) bool {
	b.namesMu.Lock()
	defer b.namesMu.Unlock()
	if b.names[name] {
		return false
	}
	if b.names == nil {
		b.names = map[string]bool{}
	}
	b.names[name] = true
	return true
}

func (b *busy) leave(name string) {
	b.namesMu.Lock()
	defer b.namesMu.Unlock()
	delete(b.names, name)
}

// Offset returns how many octets of a file of account are on the disk, and
// whether that is all of it.
func (s *Store) Offset(ctx context.Context, account, sum string) (n int64, whole bool, err error) {
	if !validSum(sum) || len(account) < 2 {
		return 0, false, &akno.Error{Code: akno.NotFound, Op: "blob.Offset"}
	}
	ref, err := s.Stat(ctx, account, sum)
	if err == nil {
		return ref.Size, true, nil
	}
	if akno.CodeOf(err) != akno.NotFound {
		return 0, false, err
	}
	n, err = s.disk.begun(account, sum)
	return n, false, err
}

// Append stores the next octets of a file of account that will have size octets
// and the SHA-256 sum. They begin at offset, which has to be what is stored
// already: akno.Conflict says that it is not, ErrBusy that another request is at
// it. It returns how many octets are on the disk then; those that came before r
// broke off are kept. With the last octet the file is checked as a whole, and one
// that is not what it should be is forgotten.
func (s *Store) Append(ctx context.Context, account, sum string, offset, size int64, r io.Reader) (n int64, err error) {
	const op = "blob.Append"
	if !validSum(sum) || len(account) < 2 || size < 1 || offset < 0 || offset > size {
		return 0, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"offset": "format"}}
	}
	if size > s.limits.File {
		return 0, &akno.Error{Code: akno.TooLarge, Op: op}
	}
	name := account + sum
	if !s.busy.take(name) {
		return 0, ErrBusy
	}
	defer s.busy.leave(name)
	have, whole, err := s.Offset(ctx, account, sum)
	if err != nil {
		return 0, err
	}
	if have != offset {
		return have, &akno.Error{Code: akno.Conflict, Op: op, Fields: map[string]string{"offset": "another"}}
	}
	if whole {
		return have, nil
	}
	if err := s.room(ctx, account, size-have); err != nil {
		return have, err
	}
	p, err := s.disk.resume(account, sum, have)
	if err != nil {
		return have, err
	}
	if n, err = p.append(ctx, r, size-have); err == nil && n == size {
		err = s.whole(ctx, account, sum, p)
	}
	return n, errors.Join(err, p.file.Close())
}

// whole keeps a file that has all its octets.
func (s *Store) whole(ctx context.Context, account, sum string, p *Part) error {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(p, 0, p.Size)); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	h.Sum(p.Sum[:0])
	_, err := s.keep(ctx, account, sum, p)
	switch akno.CodeOf(err) {
	case akno.BadFile, akno.BadFileType, akno.TooLarge: // it will never be another one
		return errors.Join(err, os.Remove(p.name))
	}
	return err
}

// parts is the folder of files that are not whole yet.
func (d *Disk) parts() string { return filepath.Join(d.root, "parts") }

// begun returns how many octets of a file are on the disk that is not whole.
func (d *Disk) begun(account, sum string) (int64, error) {
	st, err := os.Stat(filepath.Join(d.parts(), account+"-"+sum))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, diskError(err)
	}
	return st.Size(), nil
}

// resume opens the beginning of a file, which has size octets.
func (d *Disk) resume(account, sum string, size int64) (*Part, error) {
	name := filepath.Join(d.parts(), account+"-"+sum)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil && size == 0 {
		err = syncDir(d.parts())
	}
	if err != nil {
		return nil, diskError(err)
	}
	return &Part{disk: d, file: f, name: name, Size: size}, nil
}

// append writes at most limit octets of r behind what is there, and returns how
// many there are on the disk then. That r breaks off is no error: what came
// counts.
func (p *Part) append(ctx context.Context, r io.Reader, limit int64) (int64, error) {
	buf := make([]byte, min(copyBuffer, limit+1))
	var failed error
	for left := limit; failed == nil; {
		n, err := fill(ctx, r, buf[:min(int64(len(buf)), left+1)])
		if int64(n) > left {
			return p.Size, &akno.Error{Code: akno.TooLarge, Op: "blob.Append"}
		}
		if n > 0 {
			k, werr := p.disk.writer(p.file).WriteAt(buf[:n], p.Size)
			p.Size, left, failed = p.Size+int64(k), left-int64(k), werr
		}
		if err != nil {
			break
		}
	}
	if err := dataSync(p.file); err != nil {
		return p.Size, diskError(errors.Join(failed, err))
	}
	return p.Size, diskError(failed)
}

// sweepParts removes the beginnings of files whose rest did not come.
func (d *Disk) sweepParts(before time.Time) (removed int, err error) {
	all, err := os.ReadDir(d.parts())
	if err != nil {
		return 0, err
	}
	for _, e := range all {
		info, err := e.Info()
		if err == nil && info.ModTime().Before(before) {
			removed++
			err = os.Remove(filepath.Join(d.parts(), e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, err
		}
	}
	return removed, nil
}

// Offset says how much of a file of the session's account is stored.
func (d Door) Offset(ctx context.Context, who session.Session, sum portalapi.Hash) (n int64, whole bool, err error) {
	return d.Store.Offset(ctx, who.AccountID, sum)
}

// Append stores the next octets of a file of the session's account.
func (d Door) Append(ctx context.Context, who session.Session, sum portalapi.Hash, offset, size int64, body io.Reader) (int64, error) {
	return d.Store.Append(ctx, who.AccountID, sum, offset, size, body)
}
