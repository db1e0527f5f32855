// Package blob keeps the files of the cabinets: attachments, receipts, filed
// documents and decisions. A file is known by its account and its SHA-256; it is
// received in a stream, checked for what it is, and on the disk before anybody is
// told that it is stored. It never trusts a name or a declared type, and it never
// unpacks or changes what it was given, since the octets may be signed.
package blob

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// Limits bound what one account may store.
type Limits struct {
	File    int64 // octets of one file
	Account int64 // octets of all files of an account
	Day     int64 // octets an account may send in a day
}

// DefaultLimits are 10 MB a file (domain rule for receipts), 2 GB an account and
// 500 MB a day.
func DefaultLimits() Limits {
	return Limits{File: 10 << 20, Account: 2 << 30, Day: 500 << 20}
}

// A Store keeps files of accounts.
type Store struct {
	db     dbx.DB
	disk   *Disk
	clock  clock.Clock
	limits Limits
	busy   *busy
}

// New returns the store over disk whose rows are in db.
func New(db dbx.DB, disk *Disk, now clock.Clock, limits Limits) *Store {
	return &Store{db: db, disk: disk, clock: now, limits: limits, busy: &busy{}}
}

// Limits returns the limits in force.
func (s *Store) Limits() Limits { return s.limits }

// Put receives a file of account and returns once it is durable. sum is the
// SHA-256 in hex that the sender claims; another one is akno.BadFile. A file that
// is there already is answered without reading r.
func (s *Store) Put(ctx context.Context, account, sum string, r io.Reader) (portalapi.BlobRef, error) {
	const op = "blob.Put"
	if !validSum(sum) || len(account) < 2 {
		return portalapi.BlobRef{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"sha256": "format"}}
	}
	if ref, err := s.Stat(ctx, account, sum); err == nil || akno.CodeOf(err) != akno.NotFound {
		return ref, err
	}
	if err := s.room(ctx, account, 1); err != nil {
		return portalapi.BlobRef{}, err
	}
	p, err := s.disk.Receive(ctx, r, s.limits.File)
	if err != nil {
		return portalapi.BlobRef{}, err
	}
	ref, err := s.keep(ctx, account, sum, p)
	return ref, errors.Join(err, p.Close())
}

func (s *Store) keep(ctx context.Context, account, sum string, p *Part) (portalapi.BlobRef, error) {
	const op = "blob.Put"
	if hex.EncodeToString(p.Sum[:]) != sum {
		return portalapi.BlobRef{}, &akno.Error{Code: akno.BadFile, Op: op, Err: errors.New("the hash is another one")}
	}
	mediaType, err := Check(p, p.Size)
	if err != nil {
		return portalapi.BlobRef{}, err
	}
	if err := s.room(ctx, account, p.Size); err != nil {
		return portalapi.BlobRef{}, err
	}
	if err := p.Keep(account); err != nil {
		return portalapi.BlobRef{}, err
	}
	ref := portalapi.BlobRef{Sha256: sum, Size: p.Size, MediaType: mediaType}
	err = s.db.Write(ctx, func(tx dbx.Tx) error { return s.insert(ctx, tx, account, ref, true) })
	if err != nil {
		return portalapi.BlobRef{}, fmt.Errorf("%s: %w", op, err)
	}
	return ref, nil
}

// insert writes the row of a file and counts it; a file that is there already is
// not counted again. The limits are asked here once more, since two uploads may
// have passed the first question together.
func (s *Store) insert(ctx context.Context, tx dbx.Tx, account string, ref portalapi.BlobRef, counted bool) error {
	if _, found, err := stat(ctx, tx, account, ref.Sha256); err != nil || found {
		return err
	}
	now := s.clock()
	if counted {
		if err := s.allows(ctx, tx, account, ref.Size); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO blob (account_id, sha256, size, media_type, created_at) VALUES (?, ?, ?, ?, ?)`,
		account, ref.Sha256, ref.Size, ref.MediaType, now.UnixMilli()); err != nil {
		return err
	}
	day := workdays.Of(now).String()
	_, err := tx.Exec(ctx, `
		INSERT INTO blob_usage (account_id, bytes, day, day_bytes) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET
			bytes = blob_usage.bytes + excluded.bytes,
			day_bytes = CASE WHEN blob_usage.day = excluded.day THEN blob_usage.day_bytes ELSE 0 END + excluded.day_bytes,
			day = excluded.day`,
		account, ref.Size, day, ref.Size)
	return err
}

// room asks whether account may store n octets more.
func (s *Store) room(ctx context.Context, account string, n int64) error {
	return s.db.Read(ctx, func(tx dbx.Tx) error { return s.allows(ctx, tx, account, n) })
}

func (s *Store) allows(ctx context.Context, tx dbx.Tx, account string, n int64) error {
	var bytes, dayBytes int64
	var day string
	_, err := dbx.Found(ctx, tx, `SELECT bytes, day, day_bytes FROM blob_usage WHERE account_id = ?`,
		[]any{account}, &bytes, &day, &dayBytes)
	if err != nil {
		return err
	}
	if day != workdays.Of(s.clock()).String() {
		dayBytes = 0
	}
	if bytes+n > s.limits.Account || dayBytes+n > s.limits.Day {
		return &akno.Error{Code: akno.TooLarge, Op: "blob.Put", Err: errors.New("the account's files are over their limit")}
	}
	return nil
}

// Add stores a file that the portal itself made for account, such as a decision,
// and returns once it is durable. The limits of the account do not apply.
func (s *Store) Add(ctx context.Context, account string, r io.Reader) (portalapi.BlobRef, error) {
	p, err := s.disk.Receive(ctx, r, s.limits.Account)
	if err != nil {
		return portalapi.BlobRef{}, err
	}
	ref, err := s.add(ctx, account, p)
	return ref, errors.Join(err, p.Close())
}

func (s *Store) add(ctx context.Context, account string, p *Part) (portalapi.BlobRef, error) {
	mediaType, err := Check(p, p.Size)
	if err != nil {
		return portalapi.BlobRef{}, err
	}
	if err := p.Keep(account); err != nil {
		return portalapi.BlobRef{}, err
	}
	ref := portalapi.BlobRef{Sha256: hex.EncodeToString(p.Sum[:]), Size: p.Size, MediaType: mediaType}
	err = s.db.Write(ctx, func(tx dbx.Tx) error { return s.insert(ctx, tx, account, ref, false) })
	return ref, err
}

// Stat returns what is known of a file of account, or akno.NotFound; a file of
// another account is not found either.
func (s *Store) Stat(ctx context.Context, account, sum string) (ref portalapi.BlobRef, err error) {
	var found bool
	err = s.db.Read(ctx, func(tx dbx.Tx) error {
		ref, found, err = stat(ctx, tx, account, sum)
		return err
	})
	if err == nil && !found {
		err = &akno.Error{Code: akno.NotFound, Op: "blob.Stat"}
	}
	return ref, err
}

func stat(ctx context.Context, tx dbx.Tx, account, sum string) (portalapi.BlobRef, bool, error) {
	ref := portalapi.BlobRef{Sha256: sum}
	found, err := dbx.Found(ctx, tx, `SELECT size, media_type FROM blob WHERE account_id = ? AND sha256 = ?`,
		[]any{account, sum}, &ref.Size, &ref.MediaType)
	return ref, found, err
}

// Open returns a file of account for reading. The caller closes it.
func (s *Store) Open(ctx context.Context, account, sum string) (*os.File, portalapi.BlobRef, error) {
	ref, err := s.Stat(ctx, account, sum)
	if err != nil {
		return nil, ref, err
	}
	f, err := s.disk.Open(account, sum)
	if err != nil {
		return nil, ref, fmt.Errorf("blob: a row without its file: %w", err)
	}
	return f, ref, nil
}

// A File is a stored file that is being read. Whoever got it closes it.
type File struct {
	io.ReadCloser
	Size int64 // octets
}

// A Door is the store as a citizen's session sees it: the files of its account.
type Door struct{ *Store }

// Put stores body under its SHA-256 in hex and returns once it is durable.
func (d Door) Put(ctx context.Context, who session.Session, sum portalapi.Hash, body io.Reader) (portalapi.BlobRef, error) {
	return d.Store.Put(ctx, who.AccountID, sum, body)
}

// Open returns a file of the session's account.
func (d Door) Open(ctx context.Context, who session.Session, sum portalapi.Hash) (File, error) {
	f, ref, err := d.Store.Open(ctx, who.AccountID, sum)
	if err != nil {
		return File{}, err
	}
	return File{ReadCloser: f, Size: ref.Size}, nil
}

// Read returns a whole file of account; it is meant for files of known, small
// size, such as signatures and decisions.
func (s *Store) Read(ctx context.Context, account, sum string) ([]byte, error) {
	f, _, err := s.Open(ctx, account, sum)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	return b, errors.Join(err, f.Close())
}

// Collect removes files that no row names and that are older than a day: what a
// crash left between the rename and the row.
func (s *Store) Collect(ctx context.Context) (removed int, err error) {
	err = s.disk.Walk(s.clock().Add(-24*time.Hour), func(account, sum string) error {
		_, err := s.Stat(ctx, account, sum)
		if akno.CodeOf(err) != akno.NotFound {
			return err
		}
		removed++
		return s.disk.Remove(account, sum)
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // another collector was faster
	}
	parts, perr := s.disk.sweepParts(s.clock().Add(-keepPart))
	return removed + parts, errors.Join(err, perr)
}

func validSum(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == s
}
