package backup

import (
	"context"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// match reads the version that the portal has and holds it against what is here.
// What goes on from the draft that is here, it goes on with, where this computer
// is its owner; what was written otherwise becomes a draft of its own. Nothing
// that is here is overwritten.
func (s *Service) match(ctx context.Context, d desk, id string) error {
	there, octets, err := s.o.Portal.ReadDraft(ctx, id)
	if akno.CodeOf(err) == akno.NotFound {
		s.o.Pull()
		err := s.o.DB.Write(ctx, func(tx dbx.Tx) error { return gone(ctx, tx, d.account, id) })
		if err != nil {
			return err
		}
		return &akno.Error{Code: akno.SlowDown, Op: "backup.match"} // the record of it here is late
	}
	if err != nil {
		return err
	}
	if there.Epoch != d.life {
		s.o.Pull()
		return &akno.Error{Code: akno.Unavailable, Op: "backup.match", Err: errOtherLife}
	}
	p, err := open(d.secret, d.account, id, there.Rev, octets)
	if err != nil {
		return err
	}
	if there.OwnerDevice == d.device {
		_, err := s.takeIn(ctx, d, there, p)
		return err
	}
	return s.giveWay(ctx, d, there, p)
}

// takeIn takes the contents of a backup that this computer owns.
func (s *Service) takeIn(ctx context.Context, d desk, there portalapi.DraftBackup, p draft.Packed) (Taken, error) {
	out := Taken{ID: there.Id}
	stand, id, missing, err := s.o.Drafts.TakeBackup(ctx, p, func(tx dbx.Tx, stand draft.Standing, id string) error {
		backed := there.Rev
		switch stand {
		case draft.StandDiverged: // what is here is not there
			backed = 0
		case draft.StandForeign, draft.StandUnknown:
			return &akno.Error{Code: akno.OldForm, Op: "backup.takeIn"}
		}
		if id != there.Id { // the fork; the draft that it stands beside keeps its own answers
			if _, err := tx.Exec(ctx, `UPDATE backup SET fork=? WHERE draft=?`, id, there.Id); err != nil {
				return err
			}
			backed = 0
		}
		return matched(ctx, tx, there, d.account, backed, s.o.Now())
	})
	if err != nil {
		return out, err
	}
	if stand == draft.StandUnknown || stand == draft.StandForeign {
		return out, &akno.Error{Code: akno.OldForm, Op: "backup.takeIn"}
	}
	if id != there.Id {
		out.Fork = id
	}
	out.Missing = missing
	return out, nil
}

// giveWay notes that another computer owns the draft. What it wrote otherwise than
// was written here is kept beside.
func (s *Service) giveWay(ctx context.Context, d desk, there portalapi.DraftBackup, p draft.Packed) error {
	note := func(fork string) func(tx dbx.Tx) error {
		return func(tx dbx.Tx) error { return yielded(ctx, tx, there, fork) }
	}
	w, err := s.o.Drafts.Weigh(ctx, p, nil)
	if err != nil {
		return err
	}
	if w.Standing != draft.StandDiverged {
		return s.o.DB.Write(ctx, note(""))
	}
	_, _, _, err = s.o.Drafts.TakeBackup(ctx, p, func(tx dbx.Tx, stand draft.Standing, id string) error {
		if stand != draft.StandDiverged && stand != draft.StandSame {
			return &akno.Error{Code: akno.SlowDown, Op: "backup.giveWay"} // written on meanwhile: look again
		}
		return note(id)(tx)
	})
	return err
}
