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

// putPulled is Put for what a page says. The answer to a command that was sent alone is
// read and written by this program, and lacks what a newer portal wrote besides: the
// page's octets of the same version take its place.
func putPulled(ctx context.Context, tx dbx.Tx, account string, e Entity) (bool, error) {
	n, err := dbx.Changed(ctx, tx, `INSERT INTO inbox(account, kind, id, version, body, changed_at) VALUES(?, ?, ?, ?, ?, ?)
		ON CONFLICT(account, kind, id) DO UPDATE SET version=excluded.version, body=excluded.body,
		changed_at=CASE WHEN excluded.version > inbox.version THEN excluded.changed_at ELSE inbox.changed_at END
		WHERE excluded.version > inbox.version OR excluded.version = inbox.version AND excluded.body <> inbox.body`,
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
