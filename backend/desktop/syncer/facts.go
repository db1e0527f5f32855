package syncer

import (
	"context"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/store"
	"akno/backend/internal/dbx"
)

// A Life tells that the portal's database was restored from a copy: when this
// computer learned it, and how many commands were queued again since that copy may
// not have them.
type Life struct {
	At    int64 `json:"at"` // Unix milliseconds
	Again int64 `json:"again"`
}

func lifeSetting(account string) string { return "sync.life." + account }

func noteLife(ctx context.Context, tx dbx.Tx, account string, l Life) error {
	return store.SetSetting(ctx, tx, lifeSetting(account), l)
}

// NotedLife forgets that the portal was restored: the person has read it.
func (s *Syncer) NotedLife(ctx context.Context) error {
	account := s.Account()
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM setting WHERE name=?`, lifeSetting(account))
		return err
	})
}

// Facts are what a person may know of the exchange besides its state.
type Facts struct {
	Life     Life // zero when there is nothing to tell
	Epoch    string
	Received []Entity // the copies that changed last, newest first, orders without their bodies
}

// Facts returns the facts of the account whose records are shown; at most most
// received records.
func (s *Syncer) Facts(ctx context.Context, most int) (Facts, error) {
	account := s.Account()
	var out Facts
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		stream, err := StreamOf(ctx, tx, account)
		if err != nil {
			return err
		}
		out.Epoch, out.Received = stream.Epoch, nil
		if err := store.Setting(ctx, tx, lifeSetting(account), &out.Life); err != nil {
			return err
		}
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var kind string
			e, err := scanEntity(func(to ...any) error { return scan(append([]any{&kind}, to...)...) }, "")
			e.Kind = kind
			out.Received = append(out.Received, e)
			return err
		}, `SELECT kind, id, version, CASE kind WHEN 'order' THEN '' ELSE body END, changed_at FROM inbox
			WHERE account=? AND kind NOT IN ('account', 'draft_backup') ORDER BY changed_at DESC, id DESC LIMIT ?`, account, most)
	})
	return out, err
}

// Look returns a command that waits with its octets, as it would be sent. The
// code is not_found for one that waits no more or is another person's, and
// bad_file for one whose octets have changed on this disk.
func (s *Syncer) Look(ctx context.Context, opID string) (q Queued, err error) {
	account, waits := s.Account(), false
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		q, waits, err = whole(ctx, tx, opID)
		return err
	})
	if err == nil && (!waits || q.Account != "" && q.Account != account) {
		return Queued{}, &akno.Error{Code: akno.NotFound, Op: "syncer.Look"}
	}
	return q, err
}

// SendNow sends one command at once, with the older ones of its application that
// it waits for, and returns after a round. What else waits keeps its time.
func (s *Syncer) SendNow(ctx context.Context, opID string) error {
	q, err := s.Look(ctx, opID)
	if err != nil {
		return err
	}
	if q.Rejected {
		return &akno.Error{Code: akno.WrongState, Op: "syncer.SendNow"}
	}
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET next_at=0 WHERE target=? AND seq<=?`, q.Target, q.Seq)
		return err
	})
	if err != nil {
		return err
	}
	s.stateMu.Lock()
	s.notYet = time.Time{}
	s.stateMu.Unlock()
	return s.exchange(ctx, true)
}

// reached is when the portal was last heard of, by anybody at this computer.
func reached(times ...time.Time) time.Time {
	return slices.MaxFunc(times, time.Time.Compare)
}
