package intake

import (
	"slices"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portalapi"

	"github.com/google/go-cmp/cmp"
)

// steps of a body, as review takes them.
var (
	register = application.Step{Event: akno.EventRegister, To: akno.RegisteredStatus, Actor: akno.ByReviewer, Shown: portalapi.HistoryEntryActorOfficer}
	take     = application.Step{Event: akno.EventTake, To: akno.InReview, Actor: akno.ByReviewer, Shown: portalapi.HistoryEntryActorOfficer}
	ask      = application.Step{Event: akno.EventAskApplicant, To: akno.Clarification, Actor: akno.ByReviewer, Shown: portalapi.HistoryEntryActorOfficer}
	reject   = application.Step{Event: akno.EventRejectPayment, To: akno.PaymentRejected, Actor: akno.ByReviewer, Shown: portalapi.HistoryEntryActorOfficer}
	grant    = application.Step{Event: akno.EventDecideGrant, To: akno.Granted, Actor: akno.ByReviewer, Shown: portalapi.HistoryEntryActorHead}
	refuse   = application.Step{Event: akno.EventRefuseAcceptance, To: akno.AcceptanceRefused, Actor: akno.ByReviewer, Shown: portalapi.HistoryEntryActorHead}
)

// advance takes an application through the steps of a body.
func (w *world) advance(id string, change func(r *application.Record), steps ...application.Step) portalapi.Application {
	w.t.Helper()
	var doc portalapi.Application
	w.write(func(tx dbx.Tx) error {
		r, err := application.Load(ctx, tx, yanAccount, id)
		if err != nil {
			return err
		}
		for _, s := range steps {
			if err := r.Take(s, w.now); err != nil {
				return err
			}
		}
		if change != nil {
			change(r)
		}
		err = r.Save(ctx, tx, application.Cause{Actor: audit.System, Event: akno.EventTake}, w.now)
		doc = r.Doc
		return err
	})
	return doc
}

func (w *world) filed() portalapi.Application {
	w.t.Helper()
	return w.submit(w.build(w.prepare(free)))
}

func (w *world) command(version int64) portalapi.VersionedCommand {
	return portalapi.VersionedCommand{OpId: ids.New(w.now), Version: version}
}

// question adds a question of the body that is due in three days.
func (w *world) question(r *application.Record) {
	r.Doc.Questions = append(r.Doc.Questions, portalapi.Question{
		Id: ids.New(w.now), AskedAt: w.now.UnixMilli(), Text: "Укажите период", DueDate: "2026-11-25",
	})
	r.DueAt = w.now.Add(72 * time.Hour)
}

func TestWithdraw(t *testing.T) {
	for name, steps := range map[string][]application.Step{
		"before it is registered": nil,
		"while it is registered":  {register},
		"while it is reviewed":    {register, take},
		"while a question waits":  {register, take, ask},
	} {
		t.Run("an application can be withdrawn "+name, func(t *testing.T) {
			w := open(t)
			a := w.filed()
			if steps != nil {
				a = w.advance(a.Id, func(r *application.Record) { r.DueAt = w.now }, steps...)
			}
			cmd := w.command(a.Version)
			cmd.Text = new("передумал")
			got, err := w.Withdraw(ctx, strict(), a.Id, cmd)
			if err != nil || got.Status != string(akno.Withdrawn) || got.Version != a.Version+1 {
				t.Fatalf("application is %s version %d (%v)", got.Status, got.Version, err)
			}
			if last := got.History[len(got.History)-1]; *last.Text != "передумал" || last.Actor != portalapi.HistoryEntryActorCitizen {
				t.Errorf("history ends with %+v", last)
			}
			if again, err := w.Withdraw(ctx, strict(), a.Id, cmd); err != nil || !cmp.Equal(again, got) {
				t.Errorf("the same again: %v %s", err, cmp.Diff(got, again))
			}
			if n, err := w.Upkeep(ctx); n != 0 || err != nil {
				t.Errorf("the portal acts on %d withdrawn applications (%v)", n, err)
			}
		})
	}
	t.Run("a decided application cannot be withdrawn", func(t *testing.T) {
		w := open(t)
		a := w.advance(w.filed().Id, nil, register, take, grant)
		if _, err := w.Withdraw(ctx, strict(), a.Id, w.command(a.Version)); akno.CodeOf(err) != akno.WrongState {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("a stale version is a conflict", func(t *testing.T) {
		w := open(t)
		a := w.advance(w.filed().Id, nil, register)
		if _, err := w.Withdraw(ctx, strict(), a.Id, w.command(a.Version-1)); akno.CodeOf(err) != akno.Conflict {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAnswer(t *testing.T) {
	asked := func(t *testing.T) (*world, portalapi.Application, portalapi.AnswerCommand) {
		w := open(t)
		a := w.advance(w.filed().Id, w.question, register, take, ask)
		return w, a, portalapi.AnswerCommand{
			OpId: ids.New(w.now), Version: a.Version, QuestionId: a.Questions[0].Id, Text: "с 01.01.2026", Files: []portalapi.FileRef{},
		}
	}
	t.Run("an answer goes back to the review", func(t *testing.T) {
		w, a, cmd := asked(t)
		scan := w.keep("ab", "image/png", 10)
		cmd.Files = []portalapi.FileRef{{Sha256: scan.Sha256, MediaType: scan.MediaType, Size: scan.Size, Name: "x.png"}}
		got, err := w.Answer(ctx, strict(), a.Id, cmd)
		if err != nil || got.Status != string(akno.InReview) {
			t.Fatalf("application is %s (%v)", got.Status, err)
		}
		if q := got.Questions[0]; *q.Answer != "с 01.01.2026" || *q.AnsweredAt != w.now.UnixMilli() || len(*q.Files) != 1 {
			t.Errorf("question is %+v", q)
		}
		if again, err := w.Answer(ctx, strict(), a.Id, cmd); err != nil || !cmp.Equal(again, got) {
			t.Errorf("the same again: %v", err)
		}
		w.now = w.now.Add(96 * time.Hour)
		if n, err := w.Upkeep(ctx); n != 0 || err != nil {
			t.Errorf("an answered question runs out: %d (%v)", n, err)
		}
	})
	for name, tt := range map[string]struct {
		change func(*portalapi.AnswerCommand)
		code   akno.Code
	}{
		"to no question":           {func(c *portalapi.AnswerCommand) { c.QuestionId = ids.New(friday) }, akno.NotFound},
		"with a missing file":      {func(c *portalapi.AnswerCommand) { c.Files = []portalapi.FileRef{{Sha256: "cd"}} }, akno.Invalid},
		"to what was seen earlier": {func(c *portalapi.AnswerCommand) { c.Version-- }, akno.Conflict},
	} {
		t.Run("an answer "+name+" is refused", func(t *testing.T) {
			w, a, cmd := asked(t)
			tt.change(&cmd)
			if _, err := w.Answer(ctx, strict(), a.Id, cmd); akno.CodeOf(err) != tt.code {
				t.Errorf("error is %v, want %s", err, tt.code)
			}
		})
	}
	t.Run("a question that ran out is reviewed without an answer", func(t *testing.T) {
		w, a, cmd := asked(t)
		w.now = w.now.Add(73 * time.Hour)
		if n, err := w.Upkeep(ctx); n != 1 || err != nil {
			t.Fatalf("%d questions ran out (%v)", n, err)
		}
		got, err := w.Get(ctx, strict(), a.Id)
		if err != nil || got.Status != string(akno.InReview) {
			t.Errorf("application is %s (%v)", got.Status, err)
		}
		cmd.Version = got.Version
		if _, err := w.Answer(ctx, strict(), a.Id, cmd); akno.CodeOf(err) != akno.WrongState {
			t.Errorf("an answer that came too late: %v", err)
		}
	})
	t.Run("a payment that was not found is answered by a new proof", func(t *testing.T) {
		w := open(t)
		a := w.advance(w.filed().Id, w.question, register, reject)
		got, err := w.Answer(ctx, strict(), a.Id, portalapi.AnswerCommand{
			OpId: ids.New(w.now), Version: a.Version, QuestionId: a.Questions[0].Id, Text: "операция 777", Files: []portalapi.FileRef{},
		})
		if err != nil || got.Status != string(akno.Submitted) || !slices.Contains(events(got), "attach_receipt payment_submitted") {
			t.Errorf("application is %s, %v (%v)", got.Status, events(got), err)
		}
	})
}

func TestWhatIsDueWithoutAMoveHoldsUpNothing(t *testing.T) {
	w := open(t)
	odd := w.advance(w.filed().Id, func(r *application.Record) { r.DueAt = w.now }, register)
	asked := w.advance(w.filed().Id, w.question, register, take, ask)
	w.now = w.now.Add(96 * time.Hour)
	if n, err := w.Upkeep(ctx); n != 2 || err != nil {
		t.Errorf("%d were due (%v)", n, err)
	}
	for id, want := range map[string]akno.Status{odd.Id: akno.RegisteredStatus, asked.Id: akno.InReview} {
		if a, err := w.Get(ctx, strict(), id); err != nil || a.Status != string(want) {
			t.Errorf("application is %s, want %s (%v)", a.Status, want, err)
		}
	}
	if n, err := w.Upkeep(ctx); n != 0 || err != nil {
		t.Errorf("%d are due again (%v)", n, err)
	}
}

func TestOpenDecision(t *testing.T) {
	decided := func(r *application.Record) { r.Doc.Decision = &portalapi.Decision{Id: ids.New(friday)} }
	for name, tt := range map[string]struct {
		steps []application.Step
		want  akno.Status
	}{
		"a decision is delivered when it is opened":          {[]application.Step{register, take, grant}, akno.Delivered},
		"a refusal to accept has been got when it is opened": {[]application.Step{refuse}, akno.AcceptanceRefusedFinal},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			a := w.advance(w.filed().Id, decided, tt.steps...)
			got, err := w.OpenDecision(ctx, strict(), a.Id, w.command(a.Version))
			if err != nil || got.Status != string(tt.want) || *got.Decision.OpenedAt != w.now.UnixMilli() {
				t.Errorf("application is %s (%v)", got.Status, err)
			}
		})
	}
	t.Run("a delivered decision is archived after the term of complaint", func(t *testing.T) {
		w := open(t)
		a := w.advance(w.filed().Id, decided, register, take, grant)
		if _, err := w.OpenDecision(ctx, strict(), a.Id, w.command(a.Version)); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.AddDate(1, 0, 1)
		if n, err := w.Upkeep(ctx); n != 1 || err != nil {
			t.Fatalf("%d were archived (%v)", n, err)
		}
		if got, err := w.Get(ctx, strict(), a.Id); err != nil || got.Status != string(akno.Archived) || got.Decision == nil {
			t.Errorf("application is %s (%v)", got.Status, err)
		}
	})
	t.Run("nothing is opened before the decision", func(t *testing.T) {
		w := open(t)
		a := w.filed()
		if _, err := w.OpenDecision(ctx, strict(), a.Id, w.command(a.Version)); akno.CodeOf(err) != akno.WrongState {
			t.Errorf("error is %v", err)
		}
	})
}
