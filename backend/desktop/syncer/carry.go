package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

// Commands may be carried to another computer by hand and sent from there. The
// identifier of a command is made once, and the portal does a command once however
// many computers bring it: so a file may be taken in twice, sent from both, or
// lost.

// A Carried is a command as a file carries it: what the portal has to be given,
// and nothing of how often this computer tried.
type Carried struct {
	OpID     string `json:"opId"`
	Account  string `json:"account"`
	Kind     Kind   `json:"kind"`
	Target   string `json:"target"`
	Body     []byte `json:"body"`
	Files    []File `json:"files"`
	QueuedAt int64  `json:"queuedAt"` // Unix milliseconds
}

// The bounds on carried commands.
const (
	maxCarriedBody  = 2 << 20 // a submission, as base64, with its signature
	maxCarriedFiles = 200
)

var errCarried = errors.New("not a command that this program makes")

// Check says whether c can be a command of this program: bad_file otherwise.
func (c Carried) Check() error {
	broken := &akno.Error{Code: akno.BadFile, Op: "syncer.Carried", Err: errCarried}
	if !ids.Valid(c.OpID) || !ids.Valid(c.Target) || c.Account != "" && !ids.Valid(c.Account) || c.QueuedAt <= 0 ||
		len(c.Body) > maxCarriedBody || len(c.Files) > maxCarriedFiles {
		return broken
	}
	for _, f := range c.Files {
		if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != sha256.Size || f.Size < 0 {
			return broken
		}
	}
	var op, target string
	var err error
	switch c.Kind {
	case Submit:
		var b portalapi.SubmissionRequest
		err = json.Unmarshal(c.Body, &b)
		op, target = b.OpId, b.ApplicationId
	case Answer:
		var b portalapi.AnswerCommand
		err = json.Unmarshal(c.Body, &b)
		op, target = b.OpId, c.Target
	case Withdraw, OpenDecision:
		var b portalapi.VersionedCommand
		err = json.Unmarshal(c.Body, &b)
		op, target = b.OpId, c.Target
	default:
		return broken
	}
	if err != nil || op != c.OpID || target != c.Target {
		return broken
	}
	return nil
}

// Carry returns everything that waits and was not refused, to be written to a
// file. It changes nothing; Leaving does.
func (s *Syncer) Carry(ctx context.Context) ([]Carried, error) {
	account := s.Account()
	out := []Carried{}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		out = out[:0]
		all, err := queued(ctx, tx, `SELECT `+queuedColumns+queuedRows+` WHERE state='pending' AND account IN ('', ?) ORDER BY seq`, account)
		for _, q := range all {
			out = append(out, Carried{q.OpID, q.Account, q.Kind, q.Target, q.Body, append([]File{}, q.Files...), q.QueuedAt.UnixMilli()})
		}
		return err
	})
	return out, err
}

// Leaving notes, before a file is written, that commands may leave this computer
// in it, and returns how to take that back when no file was made. The code is
// conflict when one of them was taken back meanwhile: what a person made a draft
// again must not be sent by another computer.
func (s *Syncer) Leaving(ctx context.Context, all []Carried) (back func(context.Context) error, err error) {
	now := s.o.Now().UnixMilli()
	var first []string
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		first = first[:0]
		for _, c := range all {
			n, err := dbx.Changed(ctx, tx, `UPDATE outbox SET carried_at=? WHERE op_id=? AND carried_at=0`, now, c.OpID)
			if err != nil {
				return err
			}
			if n > 0 {
				first = append(first, c.OpID)
				continue
			}
			known, _, err := knownHash(ctx, tx, c.OpID)
			if err != nil {
				return err
			}
			if known == "" {
				return &akno.Error{Code: akno.Conflict, Op: "syncer.Leaving"}
			}
			if _, err := tx.Exec(ctx, `UPDATE outbox SET carried_at=? WHERE op_id=?`, now, c.OpID); err != nil {
				return err
			}
		}
		return nil
	})
	return func(ctx context.Context) error {
		return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
			for _, opID := range first {
				if _, err := tx.Exec(ctx, `UPDATE outbox SET carried_at=0 WHERE op_id=?`, opID); err != nil {
					return err
				}
			}
			return nil
		})
	}, err
}

// knownHash returns the hash of the body of a command that is here, "" for none,
// and whether the portal has taken it.
func knownHash(ctx context.Context, tx dbx.Tx, opID string) (hash string, sent bool, err error) {
	found, err := dbx.Found(ctx, tx, `SELECT body_hash, 0 FROM outbox JOIN envelope USING (seq) WHERE op_id=?
		UNION ALL SELECT body_hash, 1 FROM sent JOIN envelope USING (seq) WHERE op_id=?`, []any{opID, opID}, &hash, &sent)
	if !found {
		hash = ""
	}
	return hash, sent, err
}

// A CarriedStanding is how a carried command stands to what is here.
type CarriedStanding string

// The standings.
const (
	CarriedNew     CarriedStanding = "new"     // not here yet: taken in
	CarriedSame    CarriedStanding = "same"    // waits here already
	CarriedSent    CarriedStanding = "sent"    // this computer knows that the portal has it
	CarriedForeign CarriedStanding = "foreign" // another person's: left alone
)

// Weigh says what taking commands in would do, in their order, and does nothing.
// The code is bad_file when one has the identifier of another that is here.
func (s *Syncer) Weigh(ctx context.Context, all []Carried) ([]CarriedStanding, error) {
	var out []CarriedStanding
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		out = out[:0]
		for _, c := range all {
			st, err := s.weigh(ctx, tx, c)
			if err != nil {
				return err
			}
			out = append(out, st)
		}
		return nil
	})
	return out, err
}

func (s *Syncer) weigh(ctx context.Context, tx dbx.Tx, c Carried) (CarriedStanding, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	if c.Account != "" && c.Account != s.Account() {
		return CarriedForeign, nil
	}
	hash, sent, err := knownHash(ctx, tx, c.OpID)
	if err != nil || hash == "" {
		return CarriedNew, err
	}
	if sum := sha256.Sum256(c.Body); hex.EncodeToString(sum[:]) != hash {
		return "", &akno.Error{Code: akno.BadFile, Op: "syncer.Weigh", Err: errBody}
	}
	if sent {
		return CarriedSent, nil
	}
	return CarriedSame, nil
}

// TakeCarried puts carried commands into the outbox, all in one transaction;
// their files are here already. Doing it twice is doing it once.
func (s *Syncer) TakeCarried(ctx context.Context, all []Carried) ([]CarriedStanding, error) {
	var out []CarriedStanding
	now := s.o.Now()
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		out = out[:0]
		for _, c := range all {
			st, err := s.weigh(ctx, tx, c)
			if err != nil {
				return err
			}
			out = append(out, st)
			if st != CarriedNew {
				continue
			}
			cmd := Command{OpID: c.OpID, Account: c.Account, Kind: c.Kind, Target: c.Target, Body: c.Body, Files: c.Files}
			if err := Queue(ctx, tx, cmd, queuedAt(c, now)); err != nil {
				return err
			}
			// The computer it was made on may send it too, so it cannot be taken back here.
			if _, err := tx.Exec(ctx, `UPDATE outbox SET carried_at=?, brought=1 WHERE op_id=?`, now.UnixMilli(), c.OpID); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && slices.Contains(out, CarriedNew) {
		s.o.Tell(Event{Kind: "sync"})
		s.Nudge()
	}
	return out, err
}

// queuedAt is when the command was made, by the other computer's clock; one that
// ran ahead makes nothing younger than now.
func queuedAt(c Carried, now time.Time) time.Time {
	if made := at(c.QueuedAt); made.Before(now) {
		return made
	}
	return now
}

// Discard removes a command that came from another computer, which still has it.
// The code is wrong_state for one that was made here.
func (s *Syncer) Discard(ctx context.Context, opID string) error {
	if _, err := s.Look(ctx, opID); err != nil {
		return err
	}
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		n, err := dbx.Changed(ctx, tx, `DELETE FROM outbox WHERE op_id=? AND brought=1`, opID)
		if err == nil && n == 0 {
			err = &akno.Error{Code: akno.WrongState, Op: "syncer.Discard"}
		}
		return err
	})
	if err == nil {
		s.o.Tell(Event{Kind: "sync"})
	}
	return err
}
