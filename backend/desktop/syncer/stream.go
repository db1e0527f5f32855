package syncer

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// Stream is how far an account has read the portal's changes.
type Stream struct {
	Epoch    string
	Cursor   string
	PulledAt time.Time
	PushedAt time.Time

	at int64 // number of the cursor; 0 where the portal does not tell

	// A snapshot is read into shadow rows until it is whole.
	snapshot     bool
	shadowEpoch  string
	shadowCursor string
	doubt        string // the checksum that a snapshot did not reach
}

// StreamOf returns the stream of an account.
func StreamOf(ctx context.Context, tx dbx.Tx, account string) (Stream, error) {
	var s Stream
	var pulled, pushed int64
	_, err := dbx.Found(ctx, tx, `SELECT epoch, cursor, pulled_at, pushed_at, at_seq, snapshot, shadow_epoch, shadow_cursor, doubt FROM stream WHERE account=?`,
		[]any{account}, &s.Epoch, &s.Cursor, &pulled, &pushed, &s.at, &s.snapshot, &s.shadowEpoch, &s.shadowCursor, &s.doubt)
	s.PulledAt, s.PushedAt = at(pulled), at(pushed)
	return s, err
}

// anew says whether the account's records are read from the beginning.
func (s Stream) anew() bool { return s.snapshot || s.Cursor == "" }

// from is the cursor that the next page begins at.
func (s Stream) from() string {
	if s.anew() {
		return s.shadowCursor
	}
	return s.Cursor
}

func numberOf(page *portalapi.ChangePage) int64 {
	if page.At == nil {
		return 0
	}
	return *page.At
}

// past says whether a page that ends a reading is older than what was read
// before: somebody on the way has repeated an earlier answer.
func (s Stream) past(page *portalapi.ChangePage) bool {
	return !page.More && page.At != nil && page.Epoch == s.Epoch && *page.At < s.at
}

// applyPage stores a page of changes and its cursor in one transaction. A page
// that was asked for at another cursor than the present one is late and is
// ignored. It returns the entities that changed.
func applyPage(ctx context.Context, tx dbx.Tx, account, from string, page *portalapi.ChangePage, now time.Time) ([]Entity, error) {
	s, err := StreamOf(ctx, tx, account)
	if err != nil || s.from() != from || page.From != nil && *page.From != from {
		return nil, err
	}
	switch {
	case s.anew():
		return applyShadow(ctx, tx, account, s, page, now)
	case s.Epoch != page.Epoch: // a cursor is of one life only
		return nil, startSnapshot(ctx, tx, account)
	}
	var changed []Entity
	for _, c := range page.Changes {
		e := entityOf(c, now)
		fresh := true
		if e.Body == nil {
			err = remove(ctx, tx, account, c)
		} else {
			fresh, err = putPulled(ctx, tx, account, e)
		}
		if err != nil {
			return nil, err
		}
		if fresh {
			changed = append(changed, e)
		}
	}
	_, err = tx.Exec(ctx, `UPDATE stream SET cursor=?, at_seq=?, pulled_at=? WHERE account=?`, page.Cursor, numberOf(page), now.UnixMilli(), account)
	if err != nil || page.More {
		return changed, err
	}
	if page.Now != nil {
		if err := confirm(ctx, tx, account, page.Epoch, time.UnixMilli(*page.Now)); err != nil {
			return nil, err
		}
	}
	agrees, err := agreed(ctx, tx, account, page)
	if err != nil || agrees || *page.Checksum == s.doubt {
		return changed, err
	}
	return changed, startSnapshot(ctx, tx, account)
}

// entityOf returns the copy that a change asks for; one that is gone has no body.
// A record of a kind that this portal cannot write out has the body null.
func entityOf(c portalapi.Change, now time.Time) Entity {
	e := Entity{Kind: c.Kind, ID: c.Id, Version: c.Version, ChangedAt: now}
	switch {
	case c.Deleted != nil && *c.Deleted:
		return Entity{Kind: c.Kind, ID: c.Id, Version: c.Version}
	case c.Body == nil:
		e.Body = json.RawMessage("null")
	default:
		e.Body = *c.Body
	}
	return e
}

// startSnapshot makes the next pull begin at the beginning. What is here stays
// until the snapshot is whole.
func startSnapshot(ctx context.Context, tx dbx.Tx, account string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM shadow WHERE account=?`, account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE stream SET snapshot=1, shadow_epoch='', shadow_cursor='' WHERE account=?`, account)
	return err
}

// applyShadow stores a page of a snapshot, and puts it in the place of the copies
// when it is the last.
func applyShadow(ctx context.Context, tx dbx.Tx, account string, s Stream, page *portalapi.ChangePage, now time.Time) ([]Entity, error) {
	_, err := tx.Exec(ctx, `INSERT INTO stream(account, epoch, cursor, snapshot) VALUES(?, '', '', 1)
		ON CONFLICT(account) DO UPDATE SET snapshot=1`, account)
	if err != nil {
		return nil, err
	}
	if s.shadowCursor == "" {
		err = startSnapshot(ctx, tx, account)
	} else if s.shadowEpoch != page.Epoch {
		return nil, startSnapshot(ctx, tx, account)
	}
	if err != nil {
		return nil, err
	}
	for _, c := range page.Changes {
		e := entityOf(c, now)
		if e.Body == nil {
			_, err = tx.Exec(ctx, `DELETE FROM shadow WHERE account=? AND kind=? AND id=?`, account, c.Kind, c.Id)
		} else {
			_, err = tx.Exec(ctx, `INSERT INTO shadow(account, kind, id, version, body) VALUES(?, ?, ?, ?, ?)
				ON CONFLICT(account, kind, id) DO UPDATE SET version=excluded.version, body=excluded.body`,
				account, e.Kind, e.ID, e.Version, string(e.Body))
		}
		if err != nil {
			return nil, fmt.Errorf("shadow: %w", err)
		}
	}
	if page.More {
		_, err = tx.Exec(ctx, `UPDATE stream SET shadow_epoch=?, shadow_cursor=? WHERE account=?`, page.Epoch, page.Cursor, account)
		return nil, err
	}
	return swap(ctx, tx, account, s, page, now)
}

// swap puts the shadow rows in the place of the copies. In another life of the
// portal's database what was sent in the earlier one is sent again, and what was
// refused is asked anew.
func swap(ctx context.Context, tx dbx.Tx, account string, s Stream, page *portalapi.ChangePage, now time.Time) ([]Entity, error) {
	changed, err := differences(ctx, tx, account, s.Epoch == page.Epoch, now)
	if err != nil {
		return nil, err
	}
	for _, e := range changed {
		if e.Body == nil {
			_, err = tx.Exec(ctx, `DELETE FROM inbox WHERE account=? AND kind=? AND id=?`, account, e.Kind, e.ID)
		} else {
			_, err = tx.Exec(ctx, `INSERT INTO inbox(account, kind, id, version, body, changed_at) VALUES(?, ?, ?, ?, ?, ?)
				ON CONFLICT(account, kind, id) DO UPDATE SET version=excluded.version, body=excluded.body, changed_at=excluded.changed_at`,
				account, e.Kind, e.ID, e.Version, string(e.Body), now.UnixMilli())
		}
		if err != nil {
			return nil, fmt.Errorf("swap: %w", err)
		}
	}
	n, err := again(ctx, tx, account, page.Epoch)
	if err != nil {
		return nil, err
	}
	if s.Epoch != "" && s.Epoch != page.Epoch {
		if err := noteLife(ctx, tx, account, Life{now.UnixMilli(), n}); err != nil {
			return nil, err
		}
	}
	if s.Epoch != page.Epoch {
		if err := ask(ctx, tx, account); err != nil {
			return nil, err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM shadow WHERE account=?`, account); err != nil {
		return nil, err
	}
	doubt := ""
	agrees, err := agreed(ctx, tx, account, page)
	if err != nil {
		return nil, err
	}
	if !agrees {
		doubt = *page.Checksum
	}
	_, err = tx.Exec(ctx, `UPDATE stream SET epoch=?, cursor=?, at_seq=?, pulled_at=?, snapshot=0, shadow_epoch='', shadow_cursor='', doubt=? WHERE account=?`,
		page.Epoch, page.Cursor, numberOf(page), now.UnixMilli(), doubt, account)
	return changed, err
}

// differences returns what the shadow rows have otherwise than the copies; what
// they do not have comes without a body. Within one life a copy that is newer,
// which the answer to a command may be, is kept.
func differences(ctx context.Context, tx dbx.Tx, account string, sameLife bool, now time.Time) ([]Entity, error) {
	var out []Entity
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		e := Entity{ChangedAt: now}
		var body string
		var had int64
		if err := scan(&e.Kind, &e.ID, &e.Version, &body, &had); err != nil {
			return err
		}
		if e.Body = json.RawMessage(body); !sameLife || e.Version > had {
			out = append(out, e)
		}
		return nil
	}, `SELECT s.kind, s.id, s.version, s.body, coalesce(i.version, 0) FROM shadow s
		LEFT JOIN inbox i ON i.account=s.account AND i.kind=s.kind AND i.id=s.id
		WHERE s.account=? AND (i.version IS NULL OR i.version<>s.version OR i.body<>s.body) ORDER BY s.kind, s.id`, account)
	if err != nil {
		return nil, err
	}
	err = dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var e Entity
		err := scan(&e.Kind, &e.ID, &e.Version)
		out = append(out, e)
		return err
	}, `SELECT kind, id, version FROM inbox i WHERE account=?
		AND NOT EXISTS (SELECT 1 FROM shadow s WHERE s.account=i.account AND s.kind=i.kind AND s.id=i.id) ORDER BY kind, id`, account)
	return out, err
}

// agreed says whether the copies are those that the portal has, by their number
// and sum. A portal that does not tell is believed.
func agreed(ctx context.Context, tx dbx.Tx, account string, page *portalapi.ChangePage) (bool, error) {
	if page.Live == nil || page.Checksum == nil {
		return true, nil
	}
	var n int64
	var sum uint64
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var kind, id string
		var version int64
		err := scan(&kind, &id, &version)
		n++
		sum += portalapi.RowSum(kind, id, version)
		return err
	}, `SELECT kind, id, version FROM inbox WHERE account=?`, account)
	return n == *page.Live && portalapi.Checksum(sum) == *page.Checksum, err
}
