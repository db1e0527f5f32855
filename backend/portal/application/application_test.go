package application

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/audit"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
)

const account = "0193f0a0-0000-7000-8000-0000000000aa"

func open(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(ctx, testdb.Address(t), clock.Fixed(noon))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	write(t, db, func(tx dbx.Tx) error { return PutBody(ctx, tx, Body{Ref: body, Superior: "исполком"}) })
	return db
}

var body = portalapi.BodyRef{Id: "labour-1", Kind: "labour", Name: portalapi.Text{Ru: "Комитет"}}

func write(t *testing.T, db *store.DB, fn func(tx dbx.Tx) error) {
	t.Helper()
	if err := db.Write(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

var cause = Cause{Actor: audit.System, Event: akno.EventTake}

// filed stores a new application.
func filed(t *testing.T, db *store.DB) *Record {
	t.Helper()
	r := New(account, portalapi.Application{Id: ids.New(noon), Procedure: "200.2.18", FormId: "F_2_18", FormVersion: 1, Body: body})
	r.Applicant = portalapi.Person{Surname: "Ёлкина", Name: "Анна"}
	if err := r.Take(Step{Event: akno.EventSync, To: akno.Submitted, Actor: akno.BySystem, Shown: "citizen"}, noon); err != nil {
		t.Fatal(err)
	}
	write(t, db, func(tx dbx.Tx) error { return Insert(ctx, tx, noon, Filing{r, Octets{Submission: []byte("x")}, cause}) })
	return r
}

func TestTheDatabaseKnowsTheStatusesOfThePortal(t *testing.T) {
	db := open(t)
	r := filed(t, db)
	for _, s := range akno.Statuses() {
		err := db.Write(ctx, func(tx dbx.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE application SET status = ? WHERE account_id = ? AND id = ?`, string(s), account, r.Doc.Id)
			return err
		})
		if (err == nil) == s.OnDevice() {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// Every pair of statuses is tried with every event and actor: a record moves
// exactly where the table has a line.
func TestOnlyMovesOfTheTableAreTaken(t *testing.T) {
	var events []akno.Event
	actors := []akno.Actor{akno.ByCitizen, akno.ByReviewer, akno.BySystem, akno.ByClerk, akno.ByAdmin, akno.ByGuest}
	allowed := map[string]bool{}
	for _, m := range akno.Moves() {
		if !slices.Contains(events, m.Event) {
			events = append(events, m.Event)
		}
		allowed[fmt.Sprint(m.From, m.To, m.Event, m.Actor)] = true
	}
	for _, from := range akno.Statuses() {
		for _, to := range akno.Statuses() {
			for _, e := range events {
				for _, a := range actors {
					r := &Record{Doc: portalapi.Application{Status: string(from)}}
					err := r.Take(Step{Event: e, To: to, Actor: a}, noon)
					if want := allowed[fmt.Sprint(from, to, e, a)]; (err == nil) != want {
						t.Fatalf("%s -%s by %s-> %s: %v", from, e, a, to, err)
					}
					if err != nil && (akno.CodeOf(err) != akno.WrongState || len(r.Doc.History) != 0 || r.Status() != from) {
						t.Fatalf("a refused move left %s, %d lines (%v)", r.Doc.Status, len(r.Doc.History), err)
					}
				}
			}
		}
	}
}

func TestSave(t *testing.T) {
	db := open(t)
	r := filed(t, db)
	t.Run("two who read the same version do not both write", func(t *testing.T) {
		var a, b *Record
		write(t, db, func(tx dbx.Tx) (err error) {
			if a, err = Load(ctx, tx, account, r.Doc.Id); err != nil {
				return err
			}
			b, err = Load(ctx, tx, account, r.Doc.Id)
			return err
		})
		write(t, db, func(tx dbx.Tx) error { return a.Save(ctx, tx, cause, noon) })
		err := db.Write(ctx, func(tx dbx.Tx) error { return b.Save(ctx, tx, cause, noon) })
		if akno.CodeOf(err) != akno.Conflict {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("what the body sees follows each version", func(t *testing.T) {
		write(t, db, func(tx dbx.Tx) error {
			a, err := LoadForBody(ctx, tx, body.Id, r.Doc.Id)
			if err != nil {
				return err
			}
			a.Review.Assignee = "Петров П. П."
			if err := a.Save(ctx, tx, cause, noon); err != nil {
				return err
			}
			var doc, search string
			var version int64
			if err := tx.QueryRow(ctx, `SELECT doc, search, version FROM desk_item WHERE id = ?`, a.Doc.Id).Scan(&doc, &search, &version); err != nil {
				return err
			}
			var item portalapi.DeskItem
			if err := json.Unmarshal([]byte(doc), &item); err != nil {
				return err
			}
			if *item.Assignee != "Петров П. П." || version != a.Doc.Version || search != "елкина анна 200.2.18  " {
				t.Errorf("line is %+v, version %d, search %q", item, version, search)
			}
			return nil
		})
	})
	t.Run("another body does not find it", func(t *testing.T) {
		write(t, db, func(tx dbx.Tx) error {
			if _, err := LoadForBody(ctx, tx, "labour-2", r.Doc.Id); akno.CodeOf(err) != akno.NotFound {
				t.Errorf("error is %v", err)
			}
			return nil
		})
	})
}

func TestQueueOf(t *testing.T) {
	for _, s := range akno.Statuses() {
		if s.OnDevice() || s == akno.AwaitingPayment {
			continue
		}
		want := portalapi.QueueDone
		switch s {
		case akno.Submitted, akno.RegisteredStatus, akno.PaymentSubmitted:
			want = portalapi.QueueIncoming
		case akno.InReview, akno.AgencyRequest:
			want = portalapi.QueueReview
		case akno.Clarification, akno.PaymentRejected:
			want = portalapi.QueueClarification
		}
		if got := QueueOf(s, false); got != want {
			t.Errorf("%s stands in %s, want %s", s, got, want)
		}
	}
	for _, s := range []akno.Status{akno.Submitted, akno.RegisteredStatus, akno.InReview, akno.AgencyRequest, akno.PaymentRejected} {
		if got := QueueOf(s, true); got != portalapi.QueueDecision {
			t.Errorf("%s with a proposal stands in %s", s, got)
		}
	}
}

func TestNumbersOfRegistersAreCountedApart(t *testing.T) {
	db := open(t)
	write(t, db, func(tx dbx.Tx) error {
		for _, tt := range []struct {
			body, register string
			year, want     int
		}{
			{"a", "application", 2026, 1},
			{"a", "application", 2026, 2},
			{"a", "decision", 2026, 1},
			{"b", "application", 2026, 1},
			{"a", "application", 2027, 1},
			{"a", "application", 2026, 3},
		} {
			n, err := NextNumber(ctx, tx, tt.body, tt.register, tt.year)
			if err != nil || n != tt.want {
				t.Errorf("%+v: %d (%v)", tt, n, err)
			}
		}
		return nil
	})
}

func TestBodies(t *testing.T) {
	db := open(t)
	write(t, db, func(tx dbx.Tx) error {
		b, err := BodyOfKind(ctx, tx, "labour")
		if err != nil || b.Ref.Id != "labour-1" || b.Superior != "исполком" {
			t.Errorf("body is %+v (%v)", b, err)
		}
		other := Body{Ref: portalapi.BodyRef{Id: "committee", Kind: "exec_committee"}, Kinds: []string{"labour"}}
		if err := PutBody(ctx, tx, other); err != nil {
			return err
		}
		if b, err := BodyOfKind(ctx, tx, "labour"); err != nil || b.Ref.Id != "committee" {
			t.Errorf("body of two kinds is %+v (%v)", b, err)
		}
		if _, err := BodyOfKind(ctx, tx, "zags"); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("a kind without a body: %v", err)
		}
		if _, err := LoadBody(ctx, tx, "labour-2"); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("a body that is not there: %v", err)
		}
		return nil
	})
}
