package backup

import (
	"context"
	"errors"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/logx"
	"akno/backend/portalapi"
)

// Portal is the part of the portal that backups are kept by.
type Portal interface {
	StoreDraft(ctx context.Context, d portalapi.DraftBackup, seen int64, octets []byte) (portalapi.DraftBackup, error)
	ReadDraft(ctx context.Context, id string) (portalapi.DraftBackup, []byte, error)
	TakeDraft(ctx context.Context, id portalapi.Id, body portalapi.DraftOwner) (*portalapi.DraftBackup, error)
	RemoveDraft(ctx context.Context, id string, seen int64) error
	ListDrafts(ctx context.Context) (*portalapi.DraftBackupList, error)
	Pin(ctx context.Context) context.Context
	Offline() bool
}

// A Profile is the part of the profile's database that the lane works on.
type Profile interface {
	dbx.DB
	Blobs() *store.Blobs
}

// Options are what a Service is made of.
type Options struct {
	DB      Profile
	Portal  Portal
	Drafts  *draft.Service
	Account func() string // who is signed in, "" for nobody
	// Shown is whose records are shown, which is more than Account while a person
	// works on without a session; nil for Account.
	Shown func() string
	Now   clock.Clock
	Log   logx.Logger
	Tell  func(syncer.Event) // may be nil; called from the lane's goroutine
	// Pull makes the exchange look at the portal soon. It may be nil.
	Pull   func()
	Random func(n int64) int64 // nil for one that nobody can foresee
}

// A Service is the lane of backups.
type Service struct {
	o    Options
	wake syncer.Bell

	roundMu sync.Mutex // one round, or one act of the person, at a time

	stateMu sync.Mutex // guards what follows
	notYet  time.Time  // rest of the lane
	silence int        // rounds without an answer
	failure akno.Code  // of the lane as a whole
	read    map[string]away
}

// New returns a service; Run makes it work.
func New(o Options) *Service {
	if o.Shown == nil {
		o.Shown = o.Account
	}
	if o.Tell == nil {
		o.Tell = func(syncer.Event) {}
	}
	if o.Pull == nil {
		o.Pull = func() {}
	}
	if o.Random == nil {
		o.Random = syncer.Random
	}
	return &Service{o: o, wake: syncer.NewBell(), read: map[string]away{}}
}

// look is how often the lane looks whether a draft has changed. The question is
// one row of an index.
const look = 5 * time.Second

// Run works until ctx ends. Everything it knows is in the database, so it may end
// at any point.
func (s *Service) Run(ctx context.Context) error {
	return s.wake.Rounds(ctx, s.Round, func(err error) {
		s.o.Log.WithField("cause", err).Warn("the backup of drafts stumbled")
	})
}

// Nudge makes Run look at once.
func (s *Service) Nudge() {
	s.wake.Ring()
}

// Hurry forgets every wait and nudges: the person signed in, or asked for it.
func (s *Service) Hurry(ctx context.Context) error {
	s.stateMu.Lock()
	s.notYet, s.silence = time.Time{}, 0
	s.stateMu.Unlock()
	defer s.Nudge()
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE backup SET next_at=0 WHERE next_at<>0`)
		return err
	})
}

// A desk is what a round works with.
type desk struct {
	account, device, life string
	secret                []byte
}

// Round does what the plan says and returns when to look again.
func (s *Service) Round(ctx context.Context) (time.Duration, error) {
	s.roundMu.Lock()
	defer s.roundMu.Unlock()
	account := s.o.Account()
	ctx = s.o.Portal.Pin(ctx)
	if account == "" || s.o.Portal.Offline() || s.o.Account() != account {
		return look, nil
	}
	d, list, err := s.begin(ctx, account)
	if err != nil || d.secret == nil || d.life == "" {
		return look, err
	}
	defer clear(d.secret)
	s.stateMu.Lock()
	world := World{Now: s.o.Now(), Device: d.device, NotYet: s.notYet}
	s.stateMu.Unlock()
	steps, wait := Next(list, world)
	if wait == 0 || wait > look {
		wait = look
	}
	for _, step := range steps {
		if err := s.do(ctx, d, step); err != nil {
			return wait, err
		}
	}
	return wait, nil
}

// begin reads what there is to do. A life of the portal's database that the rows
// are not about makes them those of this one.
func (s *Service) begin(ctx context.Context, account string) (d desk, list []Item, err error) {
	d.account = account
	known := ""
	read := func(tx dbx.Tx) (err error) {
		if d.secret, known, err = secretOf(ctx, tx, account); err != nil || d.secret == nil {
			return err
		}
		stream, err := syncer.StreamOf(ctx, tx, account)
		if d.life = stream.Epoch; err != nil || known != d.life {
			return err
		}
		list, err = items(ctx, tx, account)
		return err
	}
	if err = s.o.DB.Read(ctx, read); err != nil || d.secret == nil || d.life == "" {
		return d, nil, err
	}
	if known == d.life && len(list) == 0 {
		return d, nil, nil
	}
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) (err error) {
		if d.device, err = device(ctx, tx, s.o.Now()); err != nil || known == d.life {
			return err
		}
		if err := begin(ctx, tx, account, d.life); err != nil {
			return err
		}
		list, err = items(ctx, tx, account)
		return err
	})
	return d, list, err
}

// do does one step. It returns an error when the round has to end: what became of
// the draft is in its row.
func (s *Service) do(ctx context.Context, d desk, step Step) error {
	var err error
	switch step.Act {
	case Store:
		err = s.store(ctx, d, step)
	case Match:
		err = s.match(ctx, d, step.Draft)
	case Remove:
		err = s.remove(ctx, d, step)
	case Yield, Settle:
		return s.still(ctx, d, step)
	}
	if err == nil {
		s.heard()
		s.o.Tell(syncer.Event{Kind: "draft", ID: step.Draft})
		return nil
	}
	return s.failed(ctx, step.Draft, err)
}

// still does a step that asks nobody, if it is still what is to be done.
func (s *Service) still(ctx context.Context, d desk, step Step) error {
	told := false
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		told = false
		i, found, err := itemOf(ctx, tx, d.account, step.Draft)
		if err != nil || !found || i.step(d.device) != step {
			return err
		}
		if step.Act == Settle {
			return settled(ctx, tx, step.Draft)
		}
		told = i.Owner != i.Remote.OwnerDevice
		remote := *i.Remote
		remote.Id = step.Draft
		return yielded(ctx, tx, remote, "")
	})
	if err == nil && told {
		s.o.Tell(syncer.Event{Kind: "draft", ID: step.Draft})
	}
	return err
}

// store puts the present revision over the version that was seen.
func (s *Service) store(ctx context.Context, d desk, step Step) error {
	p, err := s.o.Drafts.Pack(ctx, step.Draft)
	if code := akno.CodeOf(err); code == akno.WrongState || code == akno.NotFound {
		return nil // handed over or removed meanwhile; the row says so
	}
	if err != nil {
		return err
	}
	octets, err := seal(d.secret, d.account, p)
	if err != nil {
		return err
	}
	what := portalapi.DraftBackup{Id: p.ID, Rev: int64(len(p.Revisions)), OwnerDevice: d.device, OwnerEpoch: 1}
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		i, found, err := itemOf(ctx, tx, d.account, step.Draft)
		if found && step.Seen > 0 {
			what.OwnerEpoch = i.OwnerEpoch
		}
		return err
	})
	if err != nil {
		return err
	}
	kept, err := s.o.Portal.StoreDraft(ctx, what, step.Seen, octets)
	if _, stale := portalclient.Instead(err); stale {
		return s.match(ctx, d, step.Draft)
	}
	if err != nil {
		return err
	}
	return s.acknowledged(ctx, d, kept)
}

// errOtherLife is for an answer of another life of the portal's database, which is
// not trusted before the exchange knows that life.
var errOtherLife = errors.New("the answer is of another life of the portal's database")

// acknowledged believes an answer that is of the life that is known.
func (s *Service) acknowledged(ctx context.Context, d desk, kept portalapi.DraftBackup) error {
	if kept.Epoch != d.life {
		s.o.Pull()
		return &akno.Error{Code: akno.Unavailable, Op: "backup.store", Err: errOtherLife}
	}
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, life, err := secretOf(ctx, tx, d.account)
		if err != nil || life != d.life { // switched off, or begun anew, while it was on its way
			return err
		}
		return stored(ctx, tx, kept, s.o.Now())
	})
	s.o.Pull()
	return err
}

// remove removes the backup of a draft that is not prepared here any more.
func (s *Service) remove(ctx context.Context, d desk, step Step) error {
	err := s.o.Portal.RemoveDraft(ctx, step.Draft, step.Seen)
	if _, stale := portalclient.Instead(err); stale { // the exchange will tell which version is there
		s.o.Pull()
		return &akno.Error{Code: akno.SlowDown, Op: "backup.remove", Err: err}
	}
	if err != nil && akno.CodeOf(err) != akno.NotFound {
		return err
	}
	s.o.Pull()
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		// The row stays at the version that was seen until the portal tells that it
		// is gone, so that the copy of its record here is not taken for a new one.
		_, err := tx.Exec(ctx, `UPDATE backup SET version=?, backed_rev=0, backed_at=0, stale=0, attempt=0, next_at=0, failure='' WHERE draft=? AND account=?`,
			step.Seen+1, step.Draft, d.account)
		return err
	})
}

// heard notes that the portal answers.
func (s *Service) heard() {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	s.notYet, s.silence, s.failure = time.Time{}, 0, ""
}

// failed notes in the row what a failure means. It returns the failure when the
// round has to end with it.
func (s *Service) failed(ctx context.Context, draft string, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	class, code := syncer.ClassOf(cause), akno.CodeOf(cause)
	s.o.Log.WithFields(logx.F{"code": string(code)}).Info("a draft was not backed up")
	if class == syncer.Silence || class == syncer.NeedsSignIn {
		s.stateMu.Lock()
		s.silence++
		s.failure = code
		s.notYet = s.o.Now().Add(syncer.Backoff(s.silence, portalclient.RetryAfter(cause), s.o.Random))
		s.stateMu.Unlock()
		return cause
	}
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		attempt := 0
		if _, err := dbx.Found(ctx, tx, `SELECT attempt FROM backup WHERE draft=?`, []any{draft}, &attempt); err != nil {
			return err
		}
		wait := syncer.Backoff(attempt, portalclient.RetryAfter(cause), s.o.Random)
		if class == syncer.Final { // until the draft is another one, or there is room
			wait = max(wait, syncer.LongestWait)
		}
		return later(ctx, tx, draft, string(code), s.o.Now().Add(wait))
	})
	if err == nil {
		s.o.Tell(syncer.Event{Kind: "draft", ID: draft})
	}
	return err
}
