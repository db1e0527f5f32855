package syncer

import (
	"context"
	"encoding/json"
	"time"

	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// The kinds of records that this program understands. Others are kept as they
// came.
const (
	KindApplication = "application"
	KindOrder       = "order"
	KindAccount     = "account"
)

// An Entity is a copy of a record of the portal.
type Entity struct {
	Kind      string
	ID        string
	Version   int64
	Body      json.RawMessage
	ChangedAt time.Time // when this computer learned it
	Account   string    // whose copy it is, for Options.Applied
}

// Put stores e unless the copy at hand is as new or newer, and says whether it
// did.
func Put(ctx context.Context, tx dbx.Tx, account string, e Entity) (bool, error) {
	n, err := dbx.Changed(ctx, tx, `INSERT INTO inbox(account, kind, id, version, body, changed_at) VALUES(?, ?, ?, ?, ?, ?)
		ON CONFLICT(account, kind, id) DO UPDATE SET version=excluded.version, body=excluded.body, changed_at=excluded.changed_at
		WHERE excluded.version > inbox.version`,
		account, e.Kind, e.ID, e.Version, string(e.Body), e.ChangedAt.UnixMilli())
	return n > 0, err
}

func remove(ctx context.Context, tx dbx.Tx, account string, c portalapi.Change) error {
	_, err := tx.Exec(ctx, `DELETE FROM inbox WHERE account=? AND kind=? AND id=? AND version<=?`, account, c.Kind, c.Id, c.Version)
	return err
}

// Entities returns the copies of one kind that an account has, newest first.
func Entities(ctx context.Context, tx dbx.Tx, account, kind string) ([]Entity, error) {
	var out []Entity
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		e, err := scanEntity(scan, kind)
		out = append(out, e)
		return err
	}, `SELECT id, version, body, changed_at FROM inbox WHERE account=? AND kind=? ORDER BY id DESC`, account, kind)
	return out, err
}

// EntityOf returns one copy and whether there is one.
func EntityOf(ctx context.Context, tx dbx.Tx, account, kind, id string) (Entity, bool, error) {
	e, err := scanEntity(tx.QueryRow(ctx,
		`SELECT id, version, body, changed_at FROM inbox WHERE account=? AND kind=? AND id=?`, account, kind, id).Scan, kind)
	if dbx.NoRows(err) {
		return Entity{}, false, nil
	}
	return e, err == nil, err
}

func scanEntity(scan func(...any) error, kind string) (Entity, error) {
	e := Entity{Kind: kind}
	var body string
	var changed int64
	err := scan(&e.ID, &e.Version, &body, &changed)
	e.Body, e.ChangedAt = json.RawMessage(body), at(changed)
	return e, err
}

// Stream is how far an account has read the portal's changes.
type Stream struct {
	Epoch    string
	Cursor   string
	PulledAt time.Time
	PushedAt time.Time
}

// StreamOf returns the stream of an account.
func StreamOf(ctx context.Context, tx dbx.Tx, account string) (Stream, error) {
	var s Stream
	var pulled, pushed int64
	_, err := dbx.Found(ctx, tx, `SELECT epoch, cursor, pulled_at, pushed_at FROM stream WHERE account=?`,
		[]any{account}, &s.Epoch, &s.Cursor, &pulled, &pushed)
	s.PulledAt, s.PushedAt = at(pulled), at(pushed)
	return s, err
}

// applyPage stores a page of changes and its cursor in one transaction. A page
// that was asked for at another cursor than the present one is late and is
// ignored. It returns the entities that changed.
func applyPage(ctx context.Context, tx dbx.Tx, account, from string, page *portalapi.ChangePage, now time.Time) ([]Entity, error) {
	s, err := StreamOf(ctx, tx, account)
	if err != nil || s.Cursor != from {
		return nil, err
	}
	if s.Epoch != "" && s.Epoch != page.Epoch || from == "" {
		// The beginning of a database's life as this account sees it: the
		// copies of another life are not to be mixed with it.
		if _, err := tx.Exec(ctx, `DELETE FROM inbox WHERE account=?`, account); err != nil {
			return nil, err
		}
		if err := again(ctx, tx, account, page.Epoch); err != nil {
			return nil, err
		}
	}
	var changed []Entity
	for _, c := range page.Changes {
		if c.Deleted != nil && *c.Deleted || c.Body == nil {
			if err := remove(ctx, tx, account, c); err != nil {
				return nil, err
			}
			changed = append(changed, Entity{Kind: c.Kind, ID: c.Id, Version: c.Version})
			continue
		}
		e := Entity{Kind: c.Kind, ID: c.Id, Version: c.Version, Body: *c.Body, ChangedAt: now}
		fresh, err := Put(ctx, tx, account, e)
		if err != nil {
			return nil, err
		}
		if fresh {
			changed = append(changed, e)
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO stream(account, epoch, cursor, pulled_at) VALUES(?, ?, ?, ?)
		ON CONFLICT(account) DO UPDATE SET epoch=excluded.epoch, cursor=excluded.cursor, pulled_at=excluded.pulled_at`,
		account, page.Epoch, page.Cursor, now.UnixMilli())
	return changed, err
}

// rewindStream makes the next pull begin at the beginning.
func rewindStream(ctx context.Context, tx dbx.Tx, account string) error {
	_, err := tx.Exec(ctx, `UPDATE stream SET cursor='' WHERE account=?`, account)
	return err
}
