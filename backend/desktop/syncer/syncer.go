// Package syncer is the exchange between this computer and the portal. What the
// person does is a command in the outbox, written together with its effect
// here, and sent until the portal has answered; what happens on the portal is
// pulled by a cursor into the inbox. Commands are the device's truth until they
// are taken, records of the portal are the portal's: nothing is ever merged.
package syncer

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/store"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/logx"
)

// An Event tells the page what to fetch again.
type Event struct {
	Kind string // sync, application, draft
	ID   string
}

// Tx is a transaction of the profile's database.
type Tx = dbx.Tx

// A Profile is the part of the profile's database that the exchange works on.
type Profile interface {
	dbx.DB
	Setting(ctx context.Context, name string, v any) error
	SetSetting(ctx context.Context, name string, v any) error
	Blobs() *store.Blobs
}

// Options are what a syncer is made of.
type Options struct {
	DB      Profile
	Portal  *portalclient.Client
	Account func() string // who is signed in, "" for nobody
	// Other says whether somebody is signed in who has no records here, such as a
	// clerk: nobody else's are shown meanwhile. It may be nil.
	Other func() bool
	Now   clock.Clock
	Log   logx.Logger
	Tell  func(Event) // may be nil; called from the syncer's goroutines
	// Applied is called within the transaction that stores a changed record;
	// a record that was deleted has no body. It may be nil.
	Applied func(ctx context.Context, tx Tx, e Entity) error
	// Random returns a number in [0, n); nil for one that nobody can foresee. The
	// waits after failures are drawn by it.
	Random func(n int64) int64
	Batch  int // commands in one request at most; 0 for 100
}

// A Syncer runs the exchange.
type Syncer struct {
	o      Options
	random func(n int64) int64
	wake   Bell

	roundMu sync.Mutex // one round at a time

	stateMu sync.Mutex // guards what follows
	online  bool
	working bool
	failure akno.Code
	notYet  time.Time // rest of the lane
	look    bool      // a look at the portal is due whenever the last one was
	silence int       // rounds without an answer, in this network
	asked   time.Time // until then the portal asked to be left alone
	singly  bool      // the portal takes commands one by one
	wanted  map[string]portalFile
	news    int       // grows with everything that a page may show
	toldAt  time.Time // when the page was last told of the exchange
	last    string    // who was signed in last, as the setting has it
}

// portalFile is a file of the portal that is to be fetched.
type portalFile struct {
	application string
	size        int64
}

// New returns a syncer; Run makes it work.
func New(o Options) *Syncer {
	if o.Tell == nil {
		o.Tell = func(Event) {}
	}
	if o.Other == nil {
		o.Other = func() bool { return false }
	}
	if o.Random == nil {
		o.Random = random
	}
	if o.Batch == 0 {
		o.Batch = maxBatch
	}
	return &Syncer{o: o, random: o.Random, wake: NewBell(), wanted: map[string]portalFile{}}
}

func random(n int64) int64 {
	v, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		return n / 2 // crypto/rand never fails
	}
	return v.Int64()
}

const (
	pausedSetting  = "sync.paused"
	accountSetting = "sync.account"
)

// Run exchanges until ctx ends. Everything it knows is in the database, so it
// may end at any point.
func (s *Syncer) Run(ctx context.Context) error {
	if err := s.Recall(ctx); err != nil {
		return err
	}
	// Waits of the last run say nothing of this one's network.
	if err := s.NetworkUp(ctx); err != nil {
		return err
	}
	return s.wake.Rounds(ctx, s.Round, func(err error) {
		s.o.Log.WithField("cause", err).Warn("the exchange with the portal stumbled")
	})
}

// Recall takes up what the last run left: the network stays cut if the person
// cut it. It is called before anything else speaks to the portal.
func (s *Syncer) Recall(ctx context.Context) error {
	paused := false
	if err := s.o.DB.Setting(ctx, pausedSetting, &paused); err != nil {
		return err
	}
	s.o.Portal.SetOffline(paused)
	last := ""
	if err := s.o.DB.Setting(ctx, accountSetting, &last); err != nil {
		return err
	}
	s.stateMu.Lock()
	s.last = last
	s.stateMu.Unlock()
	return s.wantAll(ctx)
}

// Nudge makes Run look at the rows again: something was queued, somebody signed
// in, the network may be back.
func (s *Syncer) Nudge() {
	s.wake.Ring()
}

// Hurry forgets every wait and nudges: the person signed in, asked to send now,
// or the network is back. Who signed in is remembered at once: a program that is
// killed before its first exchange shows that person's work again.
func (s *Syncer) Hurry(ctx context.Context) error {
	if account := s.o.Account(); account != "" {
		if err := s.keepLast(ctx, account); err != nil {
			return err
		}
	}
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET next_at=0 WHERE next_at<>0`)
		return err
	})
	s.stateMu.Lock()
	s.notYet, s.silence, s.look = time.Time{}, 0, true
	s.stateMu.Unlock()
	s.Nudge()
	return err
}

// silentCodes are the failures of a line on which the portal is not heard.
var silentCodes = func() []any {
	var out []any
	for _, c := range akno.Codes() {
		if akno.Silent(c) {
			out = append(out, string(c))
		}
	}
	return out
}()

// NetworkUp forgets the waits that silence has made, and how long it lasted: the
// network is another one. What the portal itself asked to wait for is kept.
func (s *Syncer) NetworkUp(ctx context.Context) error {
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET next_at=0 WHERE next_at<>0 AND failure IN (?`+strings.Repeat(`, ?`, len(silentCodes)-1)+`)`, silentCodes...)
		return err
	})
	s.stateMu.Lock()
	s.notYet, s.silence, s.look = s.asked, 0, true
	s.stateMu.Unlock()
	s.Nudge()
	return err
}

// Now makes one whole round at once and returns after it.
func (s *Syncer) Now(ctx context.Context) error {
	if err := s.Hurry(ctx); err != nil {
		return err
	}
	return s.exchange(ctx, true)
}

// SetPaused cuts the program from the network, or connects it again; it is
// remembered over restarts.
func (s *Syncer) SetPaused(ctx context.Context, paused bool) error {
	if err := s.o.DB.SetSetting(ctx, pausedSetting, paused); err != nil {
		return err
	}
	s.o.Portal.SetOffline(paused)
	if paused {
		s.note(&akno.Error{Code: akno.Unavailable, Op: "syncer.SetPaused"})
		s.o.Tell(Event{Kind: "sync"})
		return nil
	}
	return s.Hurry(ctx)
}

// Account returns whose records are shown: those of who is signed in, or, since
// work goes on when a session ends by itself, of who was last. Nobody's are shown
// after a person has signed out, and to those who work for others. Recall was
// called before.
func (s *Syncer) Account() string {
	if a := s.o.Account(); a != "" {
		return a
	}
	if s.o.Other() {
		return ""
	}
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	return s.last
}

// Leave hides the records of who has signed out: the next to sit down may be
// somebody else. It is called after the session has ended.
func (s *Syncer) Leave(ctx context.Context) error {
	err := s.keepLast(ctx, "")
	s.o.Tell(Event{Kind: "sync"})
	return err
}

// keepLast remembers who was signed in last. A person who has signed out
// meanwhile is not remembered by a round that was begun for him.
func (s *Syncer) keepLast(ctx context.Context, account string) error {
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		s.stateMu.Lock()
		same := s.last == account
		s.stateMu.Unlock()
		if same || account != "" && s.o.Account() != account {
			return nil
		}
		if err := store.SetSetting(ctx, tx, accountSetting, account); err != nil {
			return err
		}
		s.stateMu.Lock()
		s.last = account
		s.stateMu.Unlock()
		return nil
	})
}

// State is the state of the exchange.
type State struct {
	Online      bool // the portal answered the last time
	Working     bool
	Paused      bool
	NeedsSignIn bool
	PulledAt    time.Time
	PushedAt    time.Time
	ReachedAt   time.Time     // when the portal last answered, as far as is known
	Skew        time.Duration // portal minus this computer
	LastFailure akno.Code
	Pending     []Queued
}

// State returns the state of the exchange.
func (s *Syncer) State(ctx context.Context) (State, error) {
	account := s.Account()
	out := State{Paused: s.o.Portal.Offline(), Skew: s.o.Portal.Skew()}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		stream, err := StreamOf(ctx, tx, account)
		if err != nil {
			return err
		}
		out.PulledAt, out.PushedAt = stream.PulledAt, stream.PushedAt
		out.Pending, err = Pending(ctx, tx)
		return err
	})
	out.ReachedAt = reached(out.PulledAt, out.PushedAt, s.o.Portal.HeardAt())
	out.NeedsSignIn = s.o.Account() == "" && slices.ContainsFunc(out.Pending, func(q Queued) bool { return !q.Rejected })
	out.Pending = slices.DeleteFunc(out.Pending, func(q Queued) bool { return q.Account != "" && q.Account != account })
	out.NeedsSignIn = out.NeedsSignIn || slices.ContainsFunc(out.Pending, func(q Queued) bool { return q.Failure == akno.LowLevel })
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	out.Online, out.Working, out.LastFailure = s.online && !out.Paused, s.working, s.failure
	return out, err
}

// Round does what the plan says and returns when to look again. Run calls it.
func (s *Syncer) Round(ctx context.Context) (time.Duration, error) {
	err := s.exchange(ctx, false)
	plan, planErr := s.plan(ctx)
	if planErr != nil {
		return time.Minute, errors.Join(err, planErr)
	}
	switch {
	case err != nil:
		return max(plan.Wait, time.Second), err
	case plan.Pull || len(plan.Push) > 0: // something came up meanwhile
		return 100 * time.Millisecond, nil
	case plan.Wait == 0: // nothing but a nudge changes the plan
		return time.Hour, nil
	}
	return plan.Wait, nil
}

func (s *Syncer) plan(ctx context.Context) (Plan, error) {
	w := World{Now: s.o.Now(), Account: s.o.Account(), Paused: s.o.Portal.Offline()}
	s.stateMu.Lock()
	w.NotYet = s.notYet
	look := s.look
	s.stateMu.Unlock()
	var rows []Queued
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		stream, err := StreamOf(ctx, tx, w.Account)
		if err != nil {
			return err
		}
		if !look {
			w.Pulled = stream.PulledAt
		}
		rows, err = heads(ctx, tx)
		return err
	})
	return Next(rows, w), err
}

// tellEvery is how often the page hears of an exchange in which nothing happened,
// so that it can show when the last one was.
const tellEvery = time.Minute

// happened notes that there is something new to show.
func (s *Syncer) happened() {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	s.news++
}

// begin marks the start of an exchange. The page is told when there is something
// to send; the quiet looks every few seconds are not worth a redraw.
func (s *Syncer) begin(tell bool) (before int) {
	s.stateMu.Lock()
	s.working, s.look = true, false
	before = s.news
	s.stateMu.Unlock()
	if tell {
		s.o.Tell(Event{Kind: "sync"})
	}
	return before
}

// end marks the end of an exchange and tells the page what is worth telling.
func (s *Syncer) end(before int, tell bool) {
	s.stateMu.Lock()
	s.working = false
	now := s.o.Now()
	tell = tell || s.news != before || now.Sub(s.toldAt).Abs() >= tellEvery
	if tell {
		s.toldAt = now
	}
	s.stateMu.Unlock()
	if tell {
		s.o.Tell(Event{Kind: "sync"})
	}
}

// note keeps what the last contact with the portal was like.
func (s *Syncer) note(err error) {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	was, wasFailure := s.online, s.failure
	defer func() {
		if s.online != was || s.failure != wasFailure {
			s.news++
		}
	}()
	if err == nil {
		s.online, s.failure, s.silence, s.notYet, s.asked = true, "", 0, time.Time{}, time.Time{}
		return
	}
	if asked := portalclient.RetryAfter(err); asked > 0 {
		s.asked = s.o.Now().Add(min(asked, 24*time.Hour))
	}
	s.failure = akno.CodeOf(err)
	if judge(err) == halt {
		s.online = false
		s.silence++
		s.notYet = s.o.Now().Add(backoff(s.silence, portalclient.RetryAfter(err), s.random))
	} else {
		s.online = true
	}
}
