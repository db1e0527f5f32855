package backup

import (
	"context"
	"errors"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// Taken is what came of taking a draft to this computer.
type Taken struct {
	ID      string
	Fork    string   // the draft that holds what the other computer wrote otherwise, "" for none
	Missing []string // names of attached files that stayed at the other computer
}

// ready returns what an act of the person works with. The codes: signed_out for
// nobody, wrong_state while backups are off, unavailable before the portal was
// reached once.
func (s *Service) ready(ctx context.Context, op string) (desk, error) {
	account := s.o.Account()
	if account == "" {
		return desk{}, &akno.Error{Code: akno.SignedOut, Op: op}
	}
	d, _, err := s.begin(ctx, account)
	switch {
	case err != nil:
		return d, err
	case d.secret == nil:
		return d, &akno.Error{Code: akno.WrongState, Op: op}
	case d.life == "":
		clear(d.secret)
		return d, &akno.Error{Code: akno.Unavailable, Op: op, Err: errors.New("the portal was not reached yet")}
	}
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) (err error) {
		d.device, err = device(ctx, tx, s.o.Now())
		return err
	})
	return d, err
}

// Take makes this computer the owner of a draft and takes its backup in. The
// computer that owned it is refused from then on, and finds out when it asks. An
// owner's epoch that has grown meanwhile is conflict. Whoever dies in between has
// the draft half taken, and takes it again.
func (s *Service) Take(ctx context.Context, id string) (Taken, error) {
	const op = "backup.Take"
	s.roundMu.Lock()
	defer s.roundMu.Unlock()
	ctx = s.o.Portal.Pin(ctx)
	d, err := s.ready(ctx, op)
	if err != nil {
		return Taken{}, err
	}
	defer clear(d.secret)
	there, _, err := s.o.Portal.ReadDraft(ctx, id)
	if akno.CodeOf(err) == akno.NotFound {
		return s.free(ctx, d, id, err)
	}
	if err != nil {
		return Taken{}, err
	}
	if there.OwnerDevice != d.device {
		_, err := s.o.Portal.TakeDraft(ctx, id, portalapi.DraftOwner{OwnerEpoch: there.OwnerEpoch, DeviceId: d.device})
		if err != nil {
			return Taken{}, err
		}
	}
	// Read only now: from here on nobody else writes it.
	there, octets, err := s.o.Portal.ReadDraft(ctx, id)
	if err != nil {
		return Taken{}, err
	}
	if there.Epoch != d.life || there.OwnerDevice != d.device {
		s.o.Pull()
		return Taken{}, &akno.Error{Code: akno.Conflict, Op: op, Err: errOtherLife}
	}
	p, err := open(d.secret, d.account, id, there.Rev, octets)
	if err != nil {
		return Taken{}, err
	}
	out, err := s.takeIn(ctx, d, there, p)
	if err != nil {
		return out, err
	}
	s.o.Pull()
	s.Nudge()
	s.o.Tell(syncer.Event{Kind: "draft", ID: id})
	return out, nil
}

// free lets the draft that is here be worked on: the portal keeps no backup of it,
// so that nobody else owns it.
func (s *Service) free(ctx context.Context, d desk, id string, missing error) (Taken, error) {
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, found, err := itemOf(ctx, tx, d.account, id)
		if err == nil && !found {
			err = missing
		}
		if err != nil {
			return err
		}
		return gone(ctx, tx, d.account, id)
	})
	s.Nudge()
	return Taken{ID: id}, err
}

// Enable switches backups on for who is signed in, under the code, which the
// caller wipes. Where the portal keeps backups already, the code must open one:
// the code bad_password is for one that opens none. Enabling anew with another
// code seals everything of this computer's anew.
func (s *Service) Enable(ctx context.Context, code []byte) error {
	const op = "backup.Enable"
	secret, err := ParseCode(code)
	if err != nil {
		return err
	}
	defer clear(secret)
	s.roundMu.Lock()
	defer s.roundMu.Unlock()
	account := s.o.Account()
	if account == "" {
		return &akno.Error{Code: akno.SignedOut, Op: op}
	}
	ctx = s.o.Portal.Pin(ctx)
	status, err := s.status(ctx, account)
	if err != nil {
		return err
	}
	if !status.On {
		if err := s.opensSome(ctx, op, account, secret); err != nil {
			return err
		}
	}
	now := s.o.Now()
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO backup_key(account, secret, since) VALUES(?, ?, ?)
			ON CONFLICT(account) DO UPDATE SET secret=excluded.secret`, account, secret, now.UnixMilli())
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `UPDATE backup SET backed_rev=0, backed_at=0, attempt=0, next_at=0, failure='', stale=1 WHERE account=?`, account); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO backup(draft, account) SELECT id, account FROM draft
			WHERE account=? AND box IN ('drafts', 'ready') ON CONFLICT(draft) DO NOTHING`, account)
		return err
	})
	s.forget()
	s.Nudge()
	return err
}

// opensSome returns nil where the secret opens a backup of the account, or where
// there is none.
func (s *Service) opensSome(ctx context.Context, op, account string, secret []byte) error {
	l, err := s.o.Portal.ListDrafts(ctx)
	if err != nil {
		return err
	}
	for _, b := range l.Items {
		there, octets, err := s.o.Portal.ReadDraft(ctx, b.Id)
		if akno.CodeOf(err) == akno.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := open(secret, account, b.Id, there.Rev, octets); err == nil {
			return nil
		}
	}
	if len(l.Items) > 0 {
		return &akno.Error{Code: akno.BadPassword, Op: op}
	}
	return nil
}

// Disable switches backups off at this computer and forgets the code. Those that
// this computer owns are removed from the portal before, all of them or none is
// forgotten; those of other computers stay.
func (s *Service) Disable(ctx context.Context) error {
	const op = "backup.Disable"
	s.roundMu.Lock()
	defer s.roundMu.Unlock()
	ctx = s.o.Portal.Pin(ctx)
	d, err := s.ready(ctx, op)
	if err != nil {
		return err
	}
	defer clear(d.secret)
	if err := s.removeAll(ctx, func(b portalapi.DraftBackup) bool { return b.OwnerDevice == d.device }); err != nil {
		return err
	}
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM backup WHERE account=?`, d.account); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM backup_key WHERE account=?`, d.account)
		return err
	})
}

// RemoveAll removes every backup of the account from the portal, of all its
// computers: for who has lost the code and every computer that knew it. Backups
// must be off here.
func (s *Service) RemoveAll(ctx context.Context) error {
	const op = "backup.RemoveAll"
	s.roundMu.Lock()
	defer s.roundMu.Unlock()
	account := s.o.Account()
	if account == "" {
		return &akno.Error{Code: akno.SignedOut, Op: op}
	}
	status, err := s.status(ctx, account)
	if err == nil && status.On {
		err = &akno.Error{Code: akno.WrongState, Op: op}
	}
	if err != nil {
		return err
	}
	return s.removeAll(s.o.Portal.Pin(ctx), func(portalapi.DraftBackup) bool { return true })
}

func (s *Service) removeAll(ctx context.Context, which func(portalapi.DraftBackup) bool) error {
	l, err := s.o.Portal.ListDrafts(ctx)
	if err != nil {
		return err
	}
	defer s.o.Pull()
	for _, b := range l.Items {
		if !which(b) {
			continue
		}
		err := s.o.Portal.RemoveDraft(ctx, b.Id, b.Version)
		if there, stale := portalclient.Instead(err); stale && there.Version > 0 && which(there) { // written at this moment
			err = s.o.Portal.RemoveDraft(ctx, b.Id, there.Version)
		}
		if err != nil && akno.CodeOf(err) != akno.NotFound {
			return err
		}
	}
	return nil
}
