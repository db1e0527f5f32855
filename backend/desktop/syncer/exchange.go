package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// exchange does one round: pull, so that the life of the portal's database is
// known before any answer is believed; push what may go; pull what that
// changed; fetch the files of decisions.
func (s *Syncer) exchange(ctx context.Context, whole bool) error {
	s.roundMu.Lock()
	defer s.roundMu.Unlock()
	plan, err := s.plan(ctx)
	if err != nil {
		return err
	}
	account := s.o.Account()
	ctx = s.o.Portal.Pin(ctx)
	if s.o.Account() != account { // somebody else signs in at this moment, and will make a round
		s.Nudge()
		return nil
	}
	if account == "" || s.o.Portal.Offline() || !whole && !plan.Pull && len(plan.Push) == 0 {
		return nil
	}
	tell := whole || len(plan.Push) > 0
	before := s.begin(tell)
	defer func() { s.end(before, tell) }()
	if err := s.keepLast(ctx, account); err != nil {
		return err
	}
	if err := s.pull(ctx, account); err != nil {
		return err
	}
	if plan, err = s.plan(ctx); err != nil { // the pull may have brought commands back
		return err
	}
	if len(plan.Push) > 0 {
		if err := s.push(ctx, account, plan.Push); err != nil {
			return err
		}
		if err := s.pull(ctx, account); err != nil {
			return err
		}
	}
	return s.fetchWanted(ctx)
}

const pageSize = 100

// maxPages bounds one pull: a portal that never comes to an end is not read for
// ever in one go.
const maxPages = 10000

// pull reads changes until there are no more, and everything from the beginning
// when the copies turn out not to be what the portal has.
func (s *Syncer) pull(ctx context.Context, account string) error {
	rewound := false
	for range maxPages {
		stream, err := s.stream(ctx, account)
		if err != nil {
			return err
		}
		from, limit := stream.from(), pageSize
		params := &portalapi.PullChangesParams{Limit: &limit}
		if from != "" {
			params.Cursor = &from
		}
		page, err := s.o.Portal.PullChanges(ctx, params)
		if refusedCursor(err) && from != "" && !rewound {
			rewound = true
			if err := s.o.DB.Write(ctx, func(tx dbx.Tx) error { return startSnapshot(ctx, tx, account) }); err != nil {
				return err
			}
			continue
		}
		if err == nil && (page.Epoch == "" || page.From != nil && *page.From != from || stream.past(page)) {
			err = &akno.Error{Code: akno.Unavailable, Op: "syncer.pull", Err: errNotEchoed}
		}
		s.note(err)
		if err != nil {
			return err
		}
		if err := s.apply(ctx, account, from, page); err != nil {
			return err
		}
		if !page.More {
			if stream, err = s.stream(ctx, account); err != nil || !stream.anew() {
				return err
			}
		}
	}
	return nil
}

// refusedCursor says whether the portal does not know the cursor any more.
func refusedCursor(err error) bool {
	_, named := akno.FieldsOf(err)["cursor"]
	return akno.CodeOf(err) == akno.ExpiredCode || akno.CodeOf(err) == akno.Invalid && named
}

func (s *Syncer) stream(ctx context.Context, account string) (stream Stream, err error) {
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		stream, err = StreamOf(ctx, tx, account)
		return err
	})
	return stream, err
}

func (s *Syncer) apply(ctx context.Context, account, from string, page *portalapi.ChangePage) error {
	var changed []Entity
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		var err error
		changed, err = applyPage(ctx, tx, account, from, page, s.o.Now())
		if err != nil {
			return err
		}
		return s.applied(ctx, tx, account, changed...)
	})
	if err != nil {
		return err
	}
	for _, e := range changed {
		s.changed(e)
	}
	return nil
}

func (s *Syncer) applied(ctx context.Context, tx dbx.Tx, account string, changed ...Entity) error {
	if s.o.Applied == nil {
		return nil
	}
	for _, e := range changed {
		e.Account = account
		if err := s.o.Applied(ctx, tx, e); err != nil {
			return fmt.Errorf("apply %s: %w", e.Kind, err)
		}
	}
	return nil
}

// changed tells the page and notes the files that are to be fetched.
func (s *Syncer) changed(e Entity) {
	s.happened()
	switch e.Kind {
	case KindApplication:
		s.want(e)
		s.o.Tell(Event{Kind: "application", ID: e.ID})
	case KindOrder:
		var o portalapi.Order
		if json.Unmarshal(e.Body, &o) == nil {
			s.o.Tell(Event{Kind: "draft", ID: o.ApplicationId})
			s.o.Tell(Event{Kind: "application", ID: o.ApplicationId})
		}
	}
}

var errNotEchoed = errors.New("the answer is about something else")

// failed notes in the row of q what the failure of a request means.
func (s *Syncer) failed(ctx context.Context, q Queued, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err() // the program ends; the row says that it may have left
	}
	s.note(cause)
	return s.put(ctx, try{q, cause, judge(cause)})
}

// A try is a command that was not taken: why, and what that means for it.
type try struct {
	q     Queued
	cause error
	v     verdict
}

// put notes in the rows of commands why they were not taken, and what follows from
// that.
func (s *Syncer) put(ctx context.Context, tries ...try) error {
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error { return s.putIn(ctx, tx, tries) })
	if err != nil {
		return err
	}
	return s.ends(tries)
}

// putIn is put within a transaction.
func (s *Syncer) putIn(ctx context.Context, tx dbx.Tx, tries []try) error {
	for _, t := range tries {
		if err := s.putOne(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// ends returns the error with which the round has to end after tries that were put
// down, if any: the portal is silent, or nobody is signed in.
func (s *Syncer) ends(tries []try) error {
	var err error
	for _, t := range tries {
		if t.v == halt || akno.CodeOf(t.cause) == akno.SignedOut {
			s.o.Tell(Event{Kind: "application", ID: t.q.Target})
			err = t.cause
		}
	}
	return err
}

func (s *Syncer) putOne(ctx context.Context, tx dbx.Tx, t try) error {
	q, cause, v := t.q, t.cause, t.v
	code := akno.CodeOf(cause)
	missing := fileMissing(cause) && len(q.Files) > 0
	if missing && (q.Attempt < maxUploads || q.Failure != code) {
		v = retry
	}
	s.o.Log.WithFields(map[string]any{"kind": string(q.Kind), "code": string(code), "attempt": q.Attempt + 1}).Info("a command was not taken")
	if q.LeftAt.IsZero() && portalclient.NotSent(cause) {
		if err := stayed(ctx, tx, q.OpID); err != nil {
			return err
		}
	}
	if missing {
		if err := notUploaded(ctx, tx, q.Files); err != nil {
			return err
		}
	}
	if v == final {
		if q.Kind == OpenDecision { // a notice: the next opening gives it again
			if err := reject(ctx, tx, q.OpID, code, nil); err != nil {
				return err
			}
			return Drop(ctx, tx, q.OpID)
		}
		return reject(ctx, tx, q.OpID, code, akno.FieldsOf(cause))
	}
	tries := q.Attempt
	if v == halt { // it is the line that is silent, whatever this command went through before
		tries = s.silent()
	}
	wait := backoff(tries, portalclient.RetryAfter(cause), s.random)
	return later(ctx, tx, q.OpID, code, s.o.Now().Add(wait))
}

// silent returns how many rounds in a row had no answer.
func (s *Syncer) silent() int {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	return s.silence
}

// maxUploads is how often the files of a command are brought again to a portal
// that refuses it for want of them. Tries that failed otherwise do not count as
// such: the one after them brings the files. One that defers it is brought them
// for ever, ever more seldom.
const maxUploads = 5

// fileMissing says whether the portal refused a command because it does not hold
// a file that it once took: it clears away what nobody referred to in time.
func fileMissing(err error) bool {
	for _, why := range akno.FieldsOf(err) {
		if why == "file_missing" {
			return true
		}
	}
	return false
}

// notUploaded forgets that the portal took the files.
func notUploaded(ctx context.Context, tx dbx.Tx, files []File) error {
	for _, f := range files {
		if _, err := tx.Exec(ctx, `DELETE FROM uploaded WHERE sha256=?`, f.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// uploadFiles brings the files of a command to the portal, each once in a life
// of its database.
func (s *Syncer) uploadFiles(ctx context.Context, account, epoch string, files []File) error {
	for _, f := range files {
		there := false
		err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
			var one int
			var err error
			there, err = dbx.Found(ctx, tx, `SELECT 1 FROM uploaded WHERE account=? AND epoch=? AND sha256=?`, []any{account, epoch, f.SHA256}, &one)
			return err
		})
		if err != nil {
			return err
		}
		if there {
			continue
		}
		if err := s.upload(ctx, f); err != nil {
			return err
		}
		err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO uploaded(account, epoch, sha256) VALUES(?, ?, ?) ON CONFLICT DO NOTHING`, account, epoch, f.SHA256)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Syncer) upload(ctx context.Context, f File) (err error) {
	r, err := s.o.DB.Blobs().Open(f.SHA256)
	if akno.CodeOf(err) == akno.NotFound {
		return &akno.Error{Code: akno.BadFile, Op: "syncer.upload", Err: err} // ours is lost, not the portal's
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return s.o.Portal.Upload(ctx, f.SHA256, f.Size, r)
}
