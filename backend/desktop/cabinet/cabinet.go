// Package cabinet is «my applications»: what was handed over from this computer
// and what the portal says about it, in one list and one card, and what the
// person may still do: answer, withdraw, read the decision. Everything it says
// about an application is the portal's word, except what waits in the outbox
// and the signatures, which are checked here.
package cabinet

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// The statuses of applications that are on their way; the others are words of
// akno.Status.
const (
	Queued  = "queued"  // waits on this computer
	Sending = "sending" // may have left it; the portal has not answered
)

// A Task is what an application waits for from the person.
type Task string

// The tasks.
const (
	NoTask       Task = ""
	TaskAnswer   Task = "answer"
	TaskPay      Task = "pay"
	TaskDecision Task = "open_decision"
	TaskFix      Task = "fix"
)

// Verifier checks signatures by what is at hand on this computer.
type Verifier interface {
	VerifyDetached(ctx context.Context, content, signature []byte) (signer.Verdict, error)
}

// Options are what a Service is made of.
type Options struct {
	DB       *store.DB
	Drafts   *draft.Service
	Sync     *syncer.Syncer
	Verifier Verifier
	Now      clock.Clock
}

// A Service shows applications and acts on them.
type Service struct {
	o     Options
	taker attach.Taker
}

// New returns a service.
func New(o Options) *Service { return &Service{o, attach.Taker{Blobs: o.DB.Blobs(), Now: o.Now}} }

// A Summary is a line of the list.
type Summary struct {
	ID                 string
	Procedure          string
	Status             string
	ChangedAt          time.Time
	SubmittedAt        time.Time
	Deadline           string    // day
	DecidedAt          time.Time // zero while there is no decision
	RegistrationNumber string
	Task               Task
	TaskDue            string    // day
	Failure            akno.Code // of the refusal or of the last silence
}

// A Card is an application with all that is known of it.
type Card struct {
	Summary Summary
	Known   bool                  // the portal has it
	Portal  portalapi.Application // zero unless Known
	Sent    *draft.Sent           // nil for one that was filed elsewhere
	Waiting []syncer.Queued       // commands for it
	// Withdraw and Unqueue say what may be done now.
	Withdraw, Unqueue bool
}

// List returns every application of the account, the latest change first.
func (s *Service) List(ctx context.Context) ([]Summary, error) {
	known, waiting, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	handed, err := s.o.Drafts.Handed(ctx)
	if err != nil {
		return nil, err
	}
	out := []Summary{}
	seen := map[string]bool{}
	for _, k := range known {
		seen[k.app.Id] = true
		out = append(out, summaryOf(k.app, k.at, waiting[k.app.Id]))
	}
	for _, h := range handed {
		// One that was taken and is not among the copies is another
		// account's, or the portal has not told of it yet.
		if w := waiting[h.ID]; !seen[h.ID] && slices.ContainsFunc(w, func(q syncer.Queued) bool { return q.Kind == syncer.Submit }) {
			out = append(out, waitingSummary(h.ID, h.Procedure, h.SavedAt, w))
		}
	}
	slices.SortStableFunc(out, func(a, b Summary) int { return b.ChangedAt.Compare(a.ChangedAt) })
	return out, nil
}

type copyOf struct {
	app portalapi.Application
	at  time.Time
}

// known returns the copies of applications and the waiting commands by
// application.
func (s *Service) known(ctx context.Context) ([]copyOf, map[string][]syncer.Queued, error) {
	account := s.o.Sync.Account()
	var out []copyOf
	waiting := map[string][]syncer.Queued{}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		all, err := syncer.Entities(ctx, tx, account, syncer.KindApplication)
		if err != nil {
			return err
		}
		for _, e := range all {
			out = append(out, copyOf{decode(e), e.ChangedAt})
		}
		queue, err := syncer.Pending(ctx, tx)
		for _, q := range queue {
			waiting[q.Target] = append(waiting[q.Target], q)
		}
		return err
	})
	return out, waiting, err
}

// decode reads a copy. What a newer portal wrote otherwise is left out rather
// than making the whole list unreadable; the raw copy is kept.
func decode(e syncer.Entity) portalapi.Application {
	var a portalapi.Application
	_ = json.Unmarshal(e.Body, &a) // fills what it can
	a.Id, a.Version = e.ID, e.Version
	return a
}

func summaryOf(a portalapi.Application, at time.Time, waiting []syncer.Queued) Summary {
	out := Summary{ID: a.Id, Procedure: a.Procedure, Status: a.Status, ChangedAt: at}
	if n := len(a.History); n > 0 {
		out.ChangedAt = millis(a.History[n-1].At)
	}
	if a.SubmittedAt != nil {
		out.SubmittedAt = millis(*a.SubmittedAt)
	}
	if a.Deadline != nil {
		out.Deadline = *a.Deadline
	}
	if a.Decision != nil {
		out.DecidedAt = millis(a.Decision.At)
	}
	if a.RegistrationNumber != nil {
		out.RegistrationNumber = *a.RegistrationNumber
	}
	out.Task, out.TaskDue = taskOf(a, waiting)
	for _, q := range waiting {
		out.Failure = q.Failure
		if q.Rejected {
			out.Task = TaskFix
			break
		}
	}
	return out
}

// taskOf says what the application waits for. A question that is answered in
// the outbox waits no more.
func taskOf(a portalapi.Application, waiting []syncer.Queued) (Task, string) {
	st := akno.Status(a.Status)
	if answerable(st) {
		for _, q := range a.Questions {
			if _, answered := answerOf(q.Id, waiting); q.AnsweredAt == nil && !answered {
				return TaskAnswer, q.DueDate
			}
		}
	}
	switch {
	case st == akno.AwaitingPayment:
		return TaskPay, ""
	case st.Allows(akno.EventOpenDecision, akno.ByCitizen) && a.Decision != nil && a.Decision.OpenedAt == nil:
		return TaskDecision, ""
	}
	return NoTask, ""
}

func waitingSummary(id, procedure string, at time.Time, waiting []syncer.Queued) Summary {
	out := Summary{ID: id, Procedure: procedure, Status: Queued, ChangedAt: at}
	for _, q := range waiting {
		if q.Kind != syncer.Submit {
			continue
		}
		out.Failure = q.Failure
		switch {
		case q.Rejected:
			out.Status, out.Task = string(akno.FormatRejected), TaskFix
		case !q.LeftAt.IsZero():
			out.Status = Sending
		}
	}
	return out
}

// Get returns an application's card.
func (s *Service) Get(ctx context.Context, id string) (Card, error) {
	account := s.o.Sync.Account()
	var c Card
	var e syncer.Entity
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		if e, c.Known, err = syncer.EntityOf(ctx, tx, account, syncer.KindApplication, id); err != nil {
			return err
		}
		c.Waiting, err = syncer.PendingOf(ctx, tx, id)
		return err
	})
	if err != nil {
		return Card{}, err
	}
	sent, ours, err := s.o.Drafts.SentOf(ctx, id)
	if err != nil && akno.CodeOf(err) != akno.OldForm { // the catalogue has moved on; the octets say everything
		return Card{}, err
	}
	if ours {
		c.Sent = &sent
	}
	switch {
	case c.Known:
		c.Portal = decode(e)
		c.Summary = summaryOf(c.Portal, e.ChangedAt, c.Waiting)
		c.overlay()
	case ours:
		c.Summary = waitingSummary(id, sent.Row.Procedure, sent.Row.SavedAt, c.Waiting)
	default:
		return Card{}, &akno.Error{Code: akno.NotFound, Op: "cabinet.Get"}
	}
	withdrawing := slices.ContainsFunc(c.Waiting, func(q syncer.Queued) bool { return q.Kind == syncer.Withdraw && !q.Rejected })
	c.Withdraw = c.Known && akno.Status(c.Portal.Status).Allows(akno.EventWithdraw, akno.ByCitizen) && !withdrawing
	c.Unqueue = slices.ContainsFunc(c.Waiting, func(q syncer.Queued) bool {
		return q.Kind == syncer.Submit && !q.Rejected && q.LeftAt.IsZero() && q.Carried.IsZero()
	})
	return c, nil
}

// overlay shows an answer that waits in the outbox as given.
func (c *Card) overlay() {
	for i, q := range c.Portal.Questions {
		a, ok := answerOf(q.Id, c.Waiting)
		if !ok || q.AnsweredAt != nil {
			continue
		}
		at := a.queued.QueuedAt.UnixMilli()
		c.Portal.Questions[i].Answer, c.Portal.Questions[i].AnsweredAt = &a.body.Text, &at
		c.Portal.Questions[i].Files = &a.body.Files
	}
}

type waitingAnswer struct {
	queued syncer.Queued
	body   portalapi.AnswerCommand
}

// answerOf finds the answer to a question that waits and was not refused.
func answerOf(question string, waiting []syncer.Queued) (waitingAnswer, bool) {
	for _, q := range waiting {
		var b portalapi.AnswerCommand
		if q.Kind == syncer.Answer && !q.Rejected && json.Unmarshal(q.Body, &b) == nil && b.QuestionId == question {
			return waitingAnswer{q, b}, true
		}
	}
	return waitingAnswer{}, false
}

// Errors are the portal's messages on the fields of a refused application, by
// field.
func (c Card) Errors() map[string]string {
	for _, q := range c.Waiting {
		if q.Kind == syncer.Submit && q.Rejected {
			return q.Fields
		}
	}
	return nil
}

func millis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
