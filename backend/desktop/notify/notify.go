// Package notify decides what a person is told of outside of the window: a decision,
// a question of the body, the end of a term. It tells of everything once, over any
// number of starts: what was told is in the profile before it is shown, so a crash
// in between loses a notification and never repeats one. It shows nothing itself.
package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"akno/backend/akno/workdays"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// A Kind is what a notification is about.
type Kind string

// The kinds.
const (
	Decision Kind = "decision" // a decision that was not opened yet
	Question Kind = "question" // the body asks or requests something
	Answer   Kind = "answer"   // the last day of an answer is near
	Payment  Kind = "payment"  // the end of an order is near
)

// An Event is something to tell.
type Event struct {
	Kind        Kind
	Application string
	Procedure   string
	Due         string // last day, for Answer and Payment
}

// before is how many days ahead the end of a term is told.
const before = 2

// Options are what a Service is made of.
type Options struct {
	DB      dbx.DB
	Account func() string // whose records are shown
	Now     clock.Clock
}

// A Service finds what is to be told.
type Service struct{ o Options }

// New returns a service.
func New(o Options) *Service { return &Service{o} }

// fresh is an event with the key that it is remembered by.
type fresh struct {
	key string
	Event
}

// Take returns what was not told yet, and notes it as told. Nobody's records bring
// nothing.
func (s *Service) Take(ctx context.Context) ([]Event, error) {
	account := s.o.Account()
	if account == "" {
		return nil, nil
	}
	now := s.o.Now()
	var out []Event
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		out = nil
		all, err := s.all(ctx, tx, account, workdays.Of(now))
		if err != nil {
			return err
		}
		for _, f := range all {
			n, err := dbx.Changed(ctx, tx, `INSERT INTO told(account, key, at) VALUES(?, ?, ?) ON CONFLICT DO NOTHING`, account, f.key, now.UnixMilli())
			if err != nil {
				return fmt.Errorf("notify: %w", err)
			}
			if n > 0 {
				out = append(out, f.Event)
			}
		}
		return nil
	})
	return out, err
}

// all returns everything that is worth telling today, told or not.
func (s *Service) all(ctx context.Context, tx dbx.Tx, account string, today workdays.Date) ([]fresh, error) {
	applications, err := syncer.Entities(ctx, tx, account, syncer.KindApplication)
	if err != nil {
		return nil, err
	}
	waiting, err := syncer.Pending(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []fresh
	for _, e := range applications {
		var a portalapi.Application
		if json.Unmarshal(e.Body, &a) != nil {
			continue // of a newer portal: the page shows what it can
		}
		a.Id = e.ID
		out = append(out, ofApplication(a, waiting, today)...)
	}
	orders, err := syncer.Entities(ctx, tx, account, syncer.KindOrder)
	if err != nil {
		return nil, err
	}
	for _, e := range orders {
		var o portalapi.Order
		if json.Unmarshal(e.Body, &o) == nil {
			out = append(out, ofOrder(o, s.o.Now(), today)...)
		}
	}
	return out, nil
}

// ofApplication returns what an application has to tell.
func ofApplication(a portalapi.Application, waiting []syncer.Queued, today workdays.Date) []fresh {
	var out []fresh
	if a.Decision != nil && a.Decision.OpenedAt == nil {
		out = append(out, fresh{"decision " + a.Id, Event{Kind: Decision, Application: a.Id, Procedure: a.Procedure}})
	}
	answered := slices.ContainsFunc(waiting, func(q syncer.Queued) bool {
		return q.Target == a.Id && q.Kind == syncer.Answer && !q.Rejected
	})
	for _, q := range a.Questions {
		if q.AnsweredAt != nil || answered || a.Decision != nil {
			continue
		}
		out = append(out, fresh{"question " + q.Id, Event{Kind: Question, Application: a.Id, Procedure: a.Procedure}})
		if near(q.DueDate, today) {
			out = append(out, fresh{"answer " + q.Id + " " + q.DueDate, Event{Kind: Answer, Application: a.Id, Procedure: a.Procedure, Due: q.DueDate}})
		}
	}
	return out
}

// ofOrder returns what an order has to tell.
func ofOrder(o portalapi.Order, now time.Time, today workdays.Date) []fresh {
	if o.Status != portalapi.OrderStatusAwaiting || o.ExpiresAt == 0 || o.ExpiresAt < now.UnixMilli() {
		return nil
	}
	due := workdays.Of(time.UnixMilli(o.ExpiresAt)).String()
	if !near(due, today) {
		return nil
	}
	return []fresh{{"payment " + o.Code + " " + due, Event{Kind: Payment, Application: o.ApplicationId, Procedure: o.Procedure, Due: due}}}
}

// near says whether a day is today or one of the next ones; a day that is over has
// no news.
func near(day string, today workdays.Date) bool {
	due, err := workdays.Parse(day)
	return err == nil && !due.Before(today) && !today.AddDays(before).Before(due)
}
