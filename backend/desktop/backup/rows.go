package backup

import (
	"context"
	"encoding/json"
	"time"

	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

// KindBackup is the kind under which the portal tells of backups.
const KindBackup = "draft_backup"

const deviceSetting = "backup.device"

// device returns the name of this computer for the portal, a number that means
// nothing else.
func device(ctx context.Context, tx dbx.Tx, now time.Time) (string, error) {
	id := ""
	if err := store.Setting(ctx, tx, deviceSetting, &id); err != nil || id != "" {
		return id, err
	}
	id = ids.New(now)
	return id, store.SetSetting(ctx, tx, deviceSetting, id)
}

// secretOf returns the secret of an account, nil where backups are off. The caller
// wipes it.
func secretOf(ctx context.Context, tx dbx.Tx, account string) (secret []byte, life string, err error) {
	_, err = dbx.Found(ctx, tx, `SELECT secret, life FROM backup_key WHERE account=?`, []any{account}, &secret, &life)
	return secret, life, err
}

// begin makes the rows those of the life of the portal's database that the
// exchange knows: what another life was known to keep is not known of this one.
func begin(ctx context.Context, tx dbx.Tx, account, life string) error {
	_, err := tx.Exec(ctx, `UPDATE backup SET version=0, backed_rev=0, backed_at=0, attempt=0, next_at=0, failure='', stale=1 WHERE account=?`, account)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE backup_key SET life=? WHERE account=?`, life, account)
	return err
}

const itemColumns = `d.id, d.rev, d.saved_at, d.state<>'signed' AND d.deleted_at=0,
	EXISTS(SELECT 1 FROM inbox a WHERE a.account=b.account AND a.kind='application' AND a.id=d.id),
	EXISTS(SELECT 1 FROM outbox o WHERE o.target=d.id),
	b.version, b.backed_rev, b.backed_at, b.owner, b.owner_epoch, b.fork<>'', b.attempt, b.next_at, coalesce(i.body, '')`

// items returns the drafts of an account that the lane has to look at.
func items(ctx context.Context, tx dbx.Tx, account string) ([]Item, error) {
	var out []Item
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		i, err := scanItem(scan)
		out = append(out, i)
		return err
	}, `SELECT `+itemColumns+` FROM backup b JOIN draft d ON d.id=b.draft
		LEFT JOIN inbox i ON i.account=b.account AND i.kind=? AND i.id=b.draft
		WHERE b.account=? AND b.stale=1 AND d.account=b.account ORDER BY d.saved_at DESC`, KindBackup, account)
	return out, err
}

// itemOf returns one draft as the lane sees it, and whether it has a row.
func itemOf(ctx context.Context, tx dbx.Tx, account, draft string) (Item, bool, error) {
	i, err := scanItem(tx.QueryRow(ctx, `SELECT `+itemColumns+` FROM backup b JOIN draft d ON d.id=b.draft
		LEFT JOIN inbox i ON i.account=b.account AND i.kind=? AND i.id=b.draft
		WHERE b.account=? AND b.draft=?`, KindBackup, account, draft).Scan)
	if dbx.NoRows(err) {
		return Item{}, false, nil
	}
	return i, err == nil, err
}

func scanItem(scan func(...any) error) (Item, error) {
	var i Item
	var saved, backed, next int64
	var remote string
	err := scan(&i.Draft, &i.Rev, &saved, &i.Open, &i.Filed, &i.Waits, &i.Version, &i.BackedRev, &backed, &i.Owner, &i.OwnerEpoch, &i.Forked, &i.Attempt, &next, &remote)
	if err != nil {
		return i, err
	}
	i.SavedAt, i.BackedAt, i.NextTry = at(saved), at(backed), at(next)
	if remote == "" {
		return i, nil
	}
	var d portalapi.DraftBackup
	if err := json.Unmarshal([]byte(remote), &d); err == nil && d.Version > 0 { // one of a newer portal is not understood
		i.Remote = &d
	}
	return i, nil
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// stored notes that the portal keeps a revision. An edit that was made while it was
// on its way stays unbacked.
func stored(ctx context.Context, tx dbx.Tx, d portalapi.DraftBackup, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE backup SET version=?, backed_rev=max(backed_rev, ?), backed_at=?, owner=?, owner_epoch=?,
		attempt=0, next_at=0, failure='', stale=(SELECT rev FROM draft WHERE id=backup.draft)>max(backed_rev, ?)
		WHERE draft=? AND version<?`, d.Version, d.Rev, now.UnixMilli(), d.OwnerDevice, d.OwnerEpoch, d.Rev, d.Id, d.Version)
	return err
}

// matched notes that the contents of a backup of this computer's are here. backed
// is the revision that it proves to be kept, 0 for none.
func matched(ctx context.Context, tx dbx.Tx, d portalapi.DraftBackup, account string, backed int64, now time.Time) error {
	when := now.UnixMilli()
	if backed == 0 {
		when = 0
	}
	_, err := tx.Exec(ctx, `INSERT INTO backup(draft, account, version, backed_rev, backed_at, owner, owner_epoch) VALUES(?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT(draft) DO UPDATE SET account=excluded.account, version=excluded.version, backed_rev=excluded.backed_rev, backed_at=excluded.backed_at,
			owner=excluded.owner, owner_epoch=excluded.owner_epoch, attempt=0, next_at=0, failure='', stale=1`,
		d.Id, account, d.Version, backed, when, d.OwnerDevice, d.OwnerEpoch)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE draft SET elsewhere=0 WHERE id=?`, d.Id)
	return err
}

// yielded notes that another computer owns the draft: it is only read here.
func yielded(ctx context.Context, tx dbx.Tx, d portalapi.DraftBackup, fork string) error {
	_, err := tx.Exec(ctx, `UPDATE backup SET version=?, owner=?, owner_epoch=?, fork=CASE WHEN ?<>'' THEN ? WHEN owner_epoch<>? THEN '' ELSE fork END,
		attempt=0, next_at=0, failure='', stale=0 WHERE draft=?`, d.Version, d.OwnerDevice, d.OwnerEpoch, fork, fork, d.OwnerEpoch, d.Id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE draft SET elsewhere=1 WHERE id=? AND state<>'signed'`, d.Id)
	return err
}

// gone notes that the portal keeps no backup of a draft. One that is being
// prepared is free again, unless it was filed from another computer.
func gone(ctx context.Context, tx dbx.Tx, account, draft string) error {
	_, err := tx.Exec(ctx, `UPDATE backup SET version=0, backed_rev=0, backed_at=0, owner='', owner_epoch=0, attempt=0, next_at=0, failure='', stale=1
		WHERE draft=? AND account=?`, draft, account)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE draft SET elsewhere=0 WHERE id=? AND account=?
		AND NOT EXISTS(SELECT 1 FROM inbox a WHERE a.account=draft.account AND a.kind='application' AND a.id=draft.id)`, draft, account)
	return err
}

// settled notes that there is nothing to do about a draft until it changes.
func settled(ctx context.Context, tx dbx.Tx, draft string) error {
	_, err := tx.Exec(ctx, `UPDATE backup SET stale=0 WHERE draft=?`, draft)
	return err
}

// later notes a failed try.
func later(ctx context.Context, tx dbx.Tx, draft, failure string, next time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE backup SET attempt=attempt+1, failure=?, next_at=? WHERE draft=?`, failure, next.UnixMilli(), draft)
	return err
}

// ApplyChange takes note of what the portal tells, within the transaction in which
// the exchange stores it.
func (s *Service) ApplyChange(ctx context.Context, tx syncer.Tx, e syncer.Entity) error {
	switch e.Kind {
	case syncer.KindApplication:
		_, err := tx.Exec(ctx, `UPDATE backup SET stale=1 WHERE draft=? AND account=?`, e.ID, e.Account)
		return err
	case KindBackup:
	default:
		return nil
	}
	s.Nudge()
	if e.Body != nil {
		_, err := tx.Exec(ctx, `UPDATE backup SET stale=1 WHERE draft=? AND account=?`, e.ID, e.Account)
		return err
	}
	var version int64
	found, err := dbx.Found(ctx, tx, `SELECT version FROM backup WHERE draft=? AND account=?`, []any{e.ID, e.Account}, &version)
	if err != nil || !found || version > e.Version {
		return err
	}
	return gone(ctx, tx, e.Account, e.ID)
}
