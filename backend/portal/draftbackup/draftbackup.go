// Package draftbackup keeps sealed copies of drafts for those who let the portal
// keep them. What is in a copy the portal cannot read; it knows whose it is,
// which device may write it and which write was the last, and compares before it
// sets, so that no device ever overwrites what it has not seen. It merges
// nothing.
package draftbackup

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// ChangeKind is the kind under which copies are told in the index of changes.
const ChangeKind = "draft_backup"

// MaxBody is the most octets of a copy.
const MaxBody = 1 << 20

// Limits bound what one account may keep.
type Limits struct {
	Drafts int64
	Bytes  int64 // of all copies
}

// DefaultLimits are 200 drafts and 32 MiB.
func DefaultLimits() Limits { return Limits{Drafts: 200, Bytes: 32 << 20} }

// A Service keeps the copies.
type Service struct {
	db     dbx.DB
	now    clock.Clock
	epoch  func() string
	limits Limits
}

// New returns the service over db. epoch names the life of the database.
func New(db dbx.DB, now clock.Clock, epoch func() string, limits Limits) *Service {
	return &Service{db: db, now: now, epoch: epoch, limits: limits}
}

const columns = `id, version, rev, owner_device, owner_epoch, size, stored_at`

func (s *Service) scan(scan func(...any) error, more ...any) (portalapi.DraftBackup, error) {
	d := portalapi.DraftBackup{Epoch: s.epoch()}
	err := scan(append([]any{&d.Id, &d.Version, &d.Rev, &d.OwnerDevice, &d.OwnerEpoch, &d.Size, &d.StoredAt}, more...)...)
	return d, err
}

// load returns the copy of an account, and whether there is one.
func (s *Service) load(ctx context.Context, tx dbx.Tx, account, id string) (portalapi.DraftBackup, bool, error) {
	d, err := s.scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM draft_backup WHERE account_id = ? AND id = ?`, account, id).Scan)
	if dbx.NoRows(err) {
		return portalapi.DraftBackup{}, false, nil
	}
	return d, err == nil, err
}

// Body returns a copy as the index of changes tells it, nil for none.
func (s *Service) Body(ctx context.Context, tx dbx.Tx, account, id string) (json.RawMessage, error) {
	d, found, err := s.load(ctx, tx, account, id)
	if err != nil || !found {
		return nil, err
	}
	return json.Marshal(d)
}

// List returns the copies of the session's account, the last stored first.
func (s *Service) List(ctx context.Context, who session.Session) (portalapi.DraftBackupList, error) {
	out := portalapi.DraftBackupList{}
	err := s.db.Read(ctx, func(tx dbx.Tx) error {
		out.Items = []portalapi.DraftBackup{}
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			d, err := s.scan(scan)
			out.Items = append(out.Items, d)
			return err
		}, `SELECT `+columns+` FROM draft_backup WHERE account_id = ? ORDER BY stored_at DESC, id`, who.AccountID)
	})
	return out, err
}

// Get returns a copy with its octets. A copy of another account is akno.NotFound,
// as one that does not exist.
func (s *Service) Get(ctx context.Context, who session.Session, id string) (portalapi.DraftBackup, []byte, error) {
	var d portalapi.DraftBackup
	var body []byte
	err := s.db.Read(ctx, func(tx dbx.Tx) (err error) {
		d, err = s.scan(tx.QueryRow(ctx, `SELECT `+columns+`, body FROM draft_backup WHERE account_id = ? AND id = ?`, who.AccountID, id).Scan, &body)
		if dbx.NoRows(err) {
			err = &akno.Error{Code: akno.NotFound, Op: "draftbackup.Get"}
		}
		return err
	})
	return d, body, err
}

// Put keeps the octets of a revision in the place of the version that the device
// saw last, or as the first ones. Another version, owner or owner's epoch is
// akno.Conflict with the present one in Fields; too many octets, of the copy or
// of the account, are akno.TooLarge.
func (s *Service) Put(ctx context.Context, who session.Session, id string, p portalapi.PutDraftParams, body io.Reader) (portalapi.DraftBackup, error) {
	const op = "draftbackup.Put"
	seen, next, err := asked(op, p)
	if err != nil {
		return portalapi.DraftBackup{}, err
	}
	octets, err := read(op, body)
	if err != nil {
		return portalapi.DraftBackup{}, err
	}
	next.Epoch, next.Id, next.Size, next.StoredAt = s.epoch(), id, int64(len(octets)), s.now().UnixMilli()
	err = s.db.Write(ctx, func(tx dbx.Tx) error {
		now, found, err := s.load(ctx, tx, who.AccountID, id)
		if err != nil {
			return err
		}
		if now.Version != seen || found && (now.OwnerDevice != next.OwnerDevice || now.OwnerEpoch != next.OwnerEpoch) {
			return conflict(op, now)
		}
		if err := s.room(ctx, tx, who.AccountID, found, next.Size-now.Size); err != nil {
			return err
		}
		if next.Version, err = nextVersion(ctx, tx, who.AccountID, id); err != nil {
			return err
		}
		if err := write(ctx, tx, who.AccountID, now, next, octets); err != nil {
			return err
		}
		return store.RecordChange(ctx, tx, who.AccountID, ChangeKind, id, next.Version, false)
	})
	return next, err
}

// write puts next where now was. Where several writers are at work, the one who
// comes second finds another version.
func write(ctx context.Context, tx dbx.Tx, account string, now, next portalapi.DraftBackup, octets []byte) error {
	var n int64
	var err error
	if now.Version == 0 {
		n, err = dbx.Changed(ctx, tx, `INSERT INTO draft_backup(account_id, id, version, rev, owner_device, owner_epoch, size, stored_at, body)
			VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(account_id, id) DO NOTHING`,
			account, next.Id, next.Version, next.Rev, next.OwnerDevice, next.OwnerEpoch, next.Size, next.StoredAt, octets)
	} else {
		n, err = dbx.Changed(ctx, tx, `UPDATE draft_backup SET version = ?, rev = ?, size = ?, stored_at = ?, body = ?
			WHERE account_id = ? AND id = ? AND version = ?`,
			next.Version, next.Rev, next.Size, next.StoredAt, octets, account, next.Id, now.Version)
	}
	if err == nil && n == 0 {
		err = conflict("draftbackup.write", now)
	}
	return err
}

// Take makes another device the owner, if owner's epoch is the one that it has
// seen. The same device asking again gets the same answer.
func (s *Service) Take(ctx context.Context, who session.Session, id string, cmd portalapi.DraftOwner) (portalapi.DraftBackup, error) {
	const op = "draftbackup.Take"
	var out portalapi.DraftBackup
	err := s.db.Write(ctx, func(tx dbx.Tx) error {
		now, found, err := s.load(ctx, tx, who.AccountID, id)
		if err != nil {
			return err
		}
		switch {
		case !found:
			return &akno.Error{Code: akno.NotFound, Op: op}
		case now.OwnerDevice == cmd.DeviceId && now.OwnerEpoch == cmd.OwnerEpoch+1:
			out = now // the answer of the first time was lost
			return nil
		case now.OwnerEpoch != cmd.OwnerEpoch:
			return conflict(op, now)
		}
		version, err := nextVersion(ctx, tx, who.AccountID, id)
		if err != nil {
			return err
		}
		n, err := dbx.Changed(ctx, tx, `UPDATE draft_backup SET version = ?, owner_device = ?, owner_epoch = owner_epoch + 1
			WHERE account_id = ? AND id = ? AND owner_epoch = ?`, version, cmd.DeviceId, who.AccountID, id, cmd.OwnerEpoch)
		if err != nil {
			return err
		}
		if n == 0 {
			return conflict(op, now)
		}
		out = now
		out.Version, out.OwnerDevice, out.OwnerEpoch = version, cmd.DeviceId, cmd.OwnerEpoch+1
		return store.RecordChange(ctx, tx, who.AccountID, ChangeKind, id, version, false)
	})
	return out, err
}

// Delete removes the version that was seen. One that is not there is
// akno.NotFound.
func (s *Service) Delete(ctx context.Context, who session.Session, id, ifMatch string) error {
	const op = "draftbackup.Delete"
	seen, ok := etag(ifMatch)
	if !ok {
		return malformed(op, "ifMatch")
	}
	return s.db.Write(ctx, func(tx dbx.Tx) error {
		now, found, err := s.load(ctx, tx, who.AccountID, id)
		switch {
		case err != nil:
			return err
		case !found:
			return &akno.Error{Code: akno.NotFound, Op: op}
		case now.Version != seen:
			return conflict(op, now)
		}
		n, err := dbx.Changed(ctx, tx, `DELETE FROM draft_backup WHERE account_id = ? AND id = ? AND version = ?`, who.AccountID, id, seen)
		if err != nil {
			return err
		}
		if n == 0 {
			return conflict(op, now)
		}
		return store.RecordChange(ctx, tx, who.AccountID, ChangeKind, id, seen+1, true)
	})
}

// nextVersion is the version after the last one that was told, be it of a copy
// that is gone: a device never takes a new copy for an old one.
func nextVersion(ctx context.Context, tx dbx.Tx, account, id string) (int64, error) {
	var last int64
	_, err := dbx.Found(ctx, tx, `SELECT version FROM change WHERE account_id = ? AND stream = ? AND kind = ? AND id = ?`,
		[]any{account, store.AccountStream, ChangeKind, id}, &last)
	if err != nil {
		return 0, fmt.Errorf("draftbackup: version: %w", err)
	}
	return last + 1, nil
}

// room refuses what an account has no room for.
func (s *Service) room(ctx context.Context, tx dbx.Tx, account string, found bool, more int64) error {
	var drafts, bytes int64
	err := tx.QueryRow(ctx, `SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM draft_backup WHERE account_id = ?`, account).Scan(&drafts, &bytes)
	if err != nil {
		return fmt.Errorf("draftbackup: room: %w", err)
	}
	if !found && drafts >= s.limits.Drafts || more > 0 && bytes+more > s.limits.Bytes {
		return &akno.Error{Code: akno.TooLarge, Op: "draftbackup.Put", Fields: map[string]string{"backup": "no_room"}}
	}
	return nil
}

// conflict tells which version is here; 0 for none.
func conflict(op string, now portalapi.DraftBackup) error {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return &akno.Error{Code: akno.Conflict, Op: op, Fields: map[string]string{
		"version": number(now.Version), "rev": number(now.Rev), "ownerEpoch": number(now.OwnerEpoch), "ownerDevice": now.OwnerDevice,
	}}
}

// asked is the version that a device puts over, 0 for none, and what it puts.
func asked(op string, p portalapi.PutDraftParams) (seen int64, next portalapi.DraftBackup, err error) {
	if p.XOwnerDevice == nil || !ids.Valid(*p.XOwnerDevice) || p.XOwnerEpoch == nil || *p.XOwnerEpoch < 1 || p.XDraftRev == nil || *p.XDraftRev < 1 {
		return 0, next, malformed(op, "owner")
	}
	next.Rev, next.OwnerEpoch, next.OwnerDevice = *p.XDraftRev, *p.XOwnerEpoch, *p.XOwnerDevice
	switch {
	case p.IfNoneMatch != nil && p.IfMatch == nil && *p.IfNoneMatch == "*":
		return 0, next, nil
	case p.IfNoneMatch == nil && p.IfMatch != nil:
		if v, ok := etag(*p.IfMatch); ok {
			return v, next, nil
		}
	}
	return 0, next, malformed(op, "ifMatch")
}

// etag is the version in an entity tag.
func etag(text string) (int64, bool) {
	if len(text) < 3 || text[0] != '"' || text[len(text)-1] != '"' {
		return 0, false
	}
	v, err := strconv.ParseInt(text[1:len(text)-1], 10, 64)
	return v, err == nil && v > 0
}

// ETag is the entity tag of a version.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

func malformed(op, field string) error {
	return &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{field: "format"}}
}

func read(op string, body io.Reader) ([]byte, error) {
	octets, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	switch {
	case err != nil:
		return nil, err
	case len(octets) > MaxBody:
		return nil, &akno.Error{Code: akno.TooLarge, Op: op, Fields: map[string]string{"backup": "copy_size"}}
	case len(octets) == 0:
		return nil, malformed(op, "body")
	}
	return octets, nil
}
