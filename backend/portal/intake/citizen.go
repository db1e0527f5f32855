package intake

import (
	"context"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// archiveAfter is the term in which a decision can be appealed against.
const archiveAfter = 365 * 24 * time.Hour

// command runs a citizen's command on an application of his once.
func (s *Service) command(ctx context.Context, who session.Session, id portalapi.Id, op store.Op, version portalapi.Version,
	event akno.Event, fn func(tx dbx.Tx, r *application.Record, now time.Time) error,
) (out portalapi.Application, err error) {
	now := s.Clock()
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		var err error
		out, err = once(ctx, tx, who.AccountID, id, op, now, func() (portalapi.Application, error) {
			r, err := application.Load(ctx, tx, who.AccountID, id)
			if err != nil {
				return portalapi.Application{}, err
			}
			if err := r.Expect(version); err != nil {
				return portalapi.Application{}, err
			}
			if err := fn(tx, r, now); err != nil {
				return portalapi.Application{}, err
			}
			err = r.Save(ctx, tx, application.Cause{Actor: audit.ByAccount(who.AccountID), Event: event}, now)
			return r.Doc, err
		})
		return err
	})
	return out, err
}

// Withdraw withdraws an application at any time before its decision.
func (s *Service) Withdraw(ctx context.Context, who session.Session, id portalapi.Id, cmd portalapi.VersionedCommand) (portalapi.Application, error) {
	op, err := store.NewOp(cmd.OpId, "intake.Withdraw", id, cmd)
	if err != nil {
		return portalapi.Application{}, err
	}
	return s.command(ctx, who, id, op, cmd.Version, akno.EventWithdraw, func(_ dbx.Tx, r *application.Record, now time.Time) error {
		r.DueAt = time.Time{}
		r.Review.Proposal, r.Review.ProposerID = nil, ""
		return r.Take(application.Step{
			Event: akno.EventWithdraw, To: akno.Withdrawn, Actor: akno.ByCitizen,
			Shown: portalapi.HistoryEntryActorCitizen, Text: textOf(cmd.Text),
		}, now)
	})
}

// OpenDecision notes that the decision was opened and its signature checked on
// the device.
func (s *Service) OpenDecision(ctx context.Context, who session.Session, id portalapi.Id, cmd portalapi.VersionedCommand) (portalapi.Application, error) {
	op, err := store.NewOp(cmd.OpId, "intake.OpenDecision", id, cmd)
	if err != nil {
		return portalapi.Application{}, err
	}
	return s.command(ctx, who, id, op, cmd.Version, akno.EventOpenDecision, func(_ dbx.Tx, r *application.Record, now time.Time) error {
		to := akno.Delivered
		if r.Status() == akno.AcceptanceRefused {
			to = akno.AcceptanceRefusedFinal
		}
		err := r.Take(application.Step{
			Event: akno.EventOpenDecision, To: to, Actor: akno.ByCitizen, Shown: portalapi.HistoryEntryActorCitizen,
		}, now)
		if err != nil {
			return err
		}
		ms := now.UnixMilli()
		r.Doc.Decision.OpenedAt = &ms
		r.DueAt = time.Time{}
		if to == akno.Delivered {
			r.DueAt = now.Add(archiveAfter)
		}
		return nil
	})
}

// Answer answers a question of the body. A question about the payment is answered
// by a new proof: at least one file, or the number of the operation as the text.
func (s *Service) Answer(ctx context.Context, who session.Session, id portalapi.Id, cmd portalapi.AnswerCommand) (portalapi.Application, error) {
	const opName = "intake.Answer"
	op, err := store.NewOp(cmd.OpId, opName, id, cmd)
	if err != nil {
		return portalapi.Application{}, err
	}
	if out, again, err := s.replay(ctx, who.AccountID, id, op); err != nil || again {
		return out, err
	}
	if err := s.checkAnswerFiles(ctx, who.AccountID, cmd.Files); err != nil {
		return portalapi.Application{}, err
	}
	return s.command(ctx, who, id, op, cmd.Version, akno.EventAnswer, func(_ dbx.Tx, r *application.Record, now time.Time) error {
		i := slices.IndexFunc(r.Doc.Questions, func(q portalapi.Question) bool { return q.Id == cmd.QuestionId })
		if i < 0 {
			return &akno.Error{Code: akno.NotFound, Op: opName}
		}
		if r.Doc.Questions[i].AnsweredAt != nil {
			return &akno.Error{Code: akno.WrongState, Op: opName}
		}
		for _, step := range answerSteps(r.Status()) {
			if err := r.Take(step, now); err != nil {
				return err
			}
		}
		ms := now.UnixMilli()
		q := &r.Doc.Questions[i]
		q.AnsweredAt, q.Answer, q.Files = &ms, &cmd.Text, &cmd.Files
		r.DueAt = time.Time{}
		return nil
	})
}

// answerSteps returns where an answer leads: back to the review, or, after a
// payment that was not found, to the body again with the new proof.
func answerSteps(s akno.Status) []application.Step {
	citizen := portalapi.HistoryEntryActorCitizen
	if s == akno.PaymentRejected {
		return []application.Step{
			{Event: akno.EventAttachReceipt, To: akno.PaymentSubmitted, Actor: akno.ByCitizen, Shown: citizen},
			{Event: akno.EventForward, To: akno.Submitted, Actor: akno.BySystem, Shown: portalapi.HistoryEntryActorSystem},
		}
	}
	return []application.Step{{Event: akno.EventAnswer, To: akno.InReview, Actor: akno.ByCitizen, Shown: citizen}}
}

// checkAnswerFiles proves that the files of an answer are here and are what the
// command says.
func (s *Service) checkAnswerFiles(ctx context.Context, account string, files []portalapi.FileRef) error {
	const op = "intake.Answer"
	var total int64
	for _, f := range files {
		ref, err := s.Blobs.Stat(ctx, account, f.Sha256)
		if akno.CodeOf(err) == akno.NotFound {
			return fieldError(op, "files", "file_missing")
		}
		if err != nil {
			return err
		}
		if ref.Size != f.Size || ref.MediaType != f.MediaType {
			return fieldError(op, "files", "file_type")
		}
		total += ref.Size
	}
	if len(files) > s.Limits.Files || total > s.Limits.Bytes {
		return &akno.Error{Code: akno.TooLarge, Op: op}
	}
	return nil
}

// OrderChanged keeps an application true to its order: a payment that is
// confirmed after the application was filed with a proof settles it. It is the
// payment.Watcher of this service.
func (s *Service) OrderChanged(ctx context.Context, tx dbx.Tx, account string, o portalapi.Order) error {
	r, err := application.Load(ctx, tx, account, o.ApplicationId)
	if akno.CodeOf(err) == akno.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	event := akno.EventRequote
	switch o.Status {
	case portalapi.OrderStatusVoid:
		return &akno.Error{Code: akno.WrongState, Op: "intake.OrderChanged", Fields: map[string]string{"order": "filed"}}
	case portalapi.OrderStatusPaid:
		event, r.Paid = akno.EventEripConfirm, portalapi.DeskItemPaidConfirmed
	case portalapi.OrderStatusExpired:
		event = akno.EventOrderExpired
	}
	r.Doc.Order = &o
	return r.Save(ctx, tx, application.Cause{Actor: audit.System, Event: event}, s.Clock())
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
