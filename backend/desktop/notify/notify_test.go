package notify

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

const (
	anna  = "0193f0a0-0000-7000-8000-0000000000aa"
	boris = "0193f0a0-0000-7000-8000-0000000000bb"
	one   = "0193f0a0-0000-7000-8000-000000000001"
	two   = "0193f0a0-0000-7000-8000-000000000002"
)

// profile is one in which records of the portal lie.
type profile struct {
	*Service
	t   *testing.T
	db  *store.DB
	now time.Time
	who string
	n   int64
}

func newProfile(t *testing.T) *profile {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), make([]byte, store.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p := &profile{t: t, db: db, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), who: anna}
	p.start()
	return p
}

// start is a start of the program over the same profile.
func (p *profile) start() {
	p.Service = New(Options{DB: p.db, Account: func() string { return p.who }, Now: func() time.Time { return p.now }})
}

func (p *profile) put(kind, id string, v any) {
	p.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		p.t.Fatal(err)
	}
	p.n++
	err = p.db.Write(p.t.Context(), func(tx dbx.Tx) error {
		_, err := syncer.Put(p.t.Context(), tx, anna, syncer.Entity{Kind: kind, ID: id, Version: p.n, Body: body, ChangedAt: p.now})
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *profile) takes(want ...Event) {
	p.t.Helper()
	got, err := p.Take(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Error(diff)
	}
}

func TestADecisionIsToldOnceOverAllStarts(t *testing.T) {
	p := newProfile(t)
	p.takes()
	p.put(syncer.KindApplication, one, portalapi.Application{Procedure: "200.1.3.4", Decision: &portalapi.Decision{Outcome: "granted"}})
	p.takes(Event{Kind: Decision, Application: one, Procedure: "200.1.3.4"})
	p.takes()
	p.start()
	p.put(syncer.KindApplication, one, portalapi.Application{Procedure: "200.1.3.4", Status: "x", Decision: &portalapi.Decision{Outcome: "granted"}})
	p.takes()
	opened := p.now.UnixMilli()
	p.put(syncer.KindApplication, two, portalapi.Application{Decision: &portalapi.Decision{Outcome: "granted", OpenedAt: &opened}})
	p.takes() // was opened elsewhere
}

func TestAQuestionAndItsLastDayAreToldUntilItIsAnswered(t *testing.T) {
	p := newProfile(t)
	ask := func(due string, answered *int64) portalapi.Application {
		return portalapi.Application{Procedure: "p", Questions: []portalapi.Question{{Id: two, Text: "?", DueDate: due, AnsweredAt: answered}}}
	}
	p.put(syncer.KindApplication, one, ask("2026-11-25", nil))
	p.takes(Event{Kind: Question, Application: one, Procedure: "p"})
	p.now = p.now.AddDate(0, 0, 2)
	p.takes(Event{Kind: Answer, Application: one, Procedure: "p", Due: "2026-11-25"})
	p.now = p.now.AddDate(0, 0, 1)
	p.takes()
	p.put(syncer.KindApplication, one, ask("2026-11-26", nil)) // the term was extended
	p.takes(Event{Kind: Answer, Application: one, Procedure: "p", Due: "2026-11-26"})
	answered := p.now.UnixMilli()
	p.put(syncer.KindApplication, one, ask("2026-11-27", &answered))
	p.takes()
}

func TestAnAnswerThatWaitsHereIsAnAnswer(t *testing.T) {
	p := newProfile(t)
	err := p.db.Write(t.Context(), func(tx dbx.Tx) error {
		return syncer.Queue(t.Context(), tx, syncer.Command{OpID: two, Account: anna, Kind: syncer.Answer, Target: one, Body: []byte("{}")}, p.now)
	})
	if err != nil {
		t.Fatal(err)
	}
	p.put(syncer.KindApplication, one, portalapi.Application{Questions: []portalapi.Question{{Id: two, DueDate: "2026-11-22"}}})
	p.takes()
}

func TestAnOrderIsToldBeforeItEndsAndNotAfter(t *testing.T) {
	p := newProfile(t)
	order := portalapi.Order{
		ApplicationId: one, Procedure: "p", Code: "9", Status: portalapi.OrderStatusAwaiting, ExpiresAt: p.now.AddDate(0, 0, 5).UnixMilli(),
	}
	p.put(syncer.KindOrder, "9", order)
	p.takes()
	p.now = p.now.AddDate(0, 0, 3)
	p.takes(Event{Kind: Payment, Application: one, Procedure: "p", Due: "2026-11-26"})
	order.Code, order.ExpiresAt = "10", p.now.Add(-time.Minute).UnixMilli()
	p.put(syncer.KindOrder, "10", order)
	order.Code, order.ExpiresAt, order.Status = "11", p.now.Add(time.Hour).UnixMilli(), portalapi.OrderStatusPaid
	p.put(syncer.KindOrder, "11", order)
	p.takes()
}

func TestNobodyIsToldOfAnothersRecords(t *testing.T) {
	p := newProfile(t)
	p.put(syncer.KindApplication, one, portalapi.Application{Decision: &portalapi.Decision{Outcome: "granted"}})
	for _, who := range []string{"", boris} {
		p.who = who
		p.takes()
	}
	p.who = anna
	p.takes(Event{Kind: Decision, Application: one})
}
