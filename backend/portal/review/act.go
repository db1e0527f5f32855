package review

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// answerDays is how many working days an applicant has for an answer. A question
// does not stop the clock of the body.
const answerDays = 3

// Limits of what an applicant is shown, by the contract.
const (
	maxText      = 4000 // code points of a question or of a line of history
	maxQuestions = 100
)

// Act takes a step of the review. The same command again gets the application as
// it is now.
func (s *Service) Act(ctx context.Context, who session.Session, id portalapi.Id, cmd portalapi.DeskCommand) (portalapi.DeskApplication, error) {
	body, err := bodyOf(who)
	if err != nil {
		return portalapi.DeskApplication{}, err
	}
	op, err := store.NewOp(cmd.OpId, "review.Act", id, cmd)
	if err != nil {
		return portalapi.DeskApplication{}, err
	}
	if cmd.Event == portalapi.DeskCommandEventPropose {
		return s.propose(ctx, who, body, id, op, cmd)
	}
	return s.command(ctx, who, body, id, op, func(tx dbx.Tx, r *application.Record, now time.Time) (application.Cause, error) {
		if err := r.Expect(cmd.Version); err != nil {
			return application.Cause{}, err
		}
		if err := may(who, r, string(cmd.Event)); err != nil {
			return application.Cause{}, err
		}
		return s.step(ctx, tx, who, r, cmd, now)
	})
}

// command runs a command on an application of the body once. The command is
// remembered with the applicant's account, to which everything it changes belongs.
func (s *Service) command(ctx context.Context, who session.Session, body, id string, op store.Op,
	fn func(tx dbx.Tx, r *application.Record, now time.Time) (application.Cause, error),
) (out portalapi.DeskApplication, err error) {
	now := s.Clock()
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		r, err := application.LoadForBody(ctx, tx, body, id)
		if err != nil {
			return err
		}
		_, err = store.Once(ctx, tx, r.Account, op, now, func() ([]byte, error) {
			cause, err := fn(tx, r, now)
			if err != nil {
				return nil, err
			}
			cause.Actor = audit.ByAccount(who.AccountID)
			return nil, r.Save(ctx, tx, cause, now)
		})
		if err != nil {
			return err
		}
		out, err = view(ctx, tx, who, r)
		return err
	})
	return out, err
}

// replayed says whether a command was applied before; it is asked before slow
// work.
func (s *Service) replayed(ctx context.Context, account string, op store.Op) (bool, error) {
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		_, err := store.Once(ctx, tx, account, op, time.Time{}, func() ([]byte, error) { return nil, errNew })
		return err
	})
	if errors.Is(err, errNew) {
		return false, nil
	}
	return err == nil, err
}

// step takes a step that needs no document.
func (s *Service) step(ctx context.Context, tx dbx.Tx, who session.Session, r *application.Record, cmd portalapi.DeskCommand, now time.Time) (application.Cause, error) {
	text := strings.TrimSpace(textOf(cmd.Text))
	if utf8.RuneCountInString(text) > maxText {
		return application.Cause{}, &akno.Error{Code: akno.Invalid, Op: "review.Act", Fields: map[string]string{"text": "max_len"}}
	}
	switch cmd.Event {
	case portalapi.DeskCommandEventRegister:
		return s.register(ctx, tx, r, now)
	case portalapi.DeskCommandEventTake:
		r.Review.AssigneeID, r.Review.Assignee = who.AccountID, who.Name()
		return moved(r, officerStep(akno.EventTake, akno.InReview, ""), mail.StatusChanged, now)
	case portalapi.DeskCommandEventRejectPayment:
		return s.ask(r, officerStep(akno.EventRejectPayment, akno.PaymentRejected, ""), text, now)
	case portalapi.DeskCommandEventAskApplicant:
		cause, err := s.ask(r, officerStep(akno.EventAskApplicant, akno.Clarification, ""), text, now)
		if err == nil {
			due, derr := workdays.Parse(cause.Due)
			r.DueAt, err = due.AddDays(1).Start().UTC(), derr
		}
		return cause, err
	case portalapi.DeskCommandEventRequestAgency:
		if text == "" {
			return application.Cause{}, required("text")
		}
		s.extend(r)
		return moved(r, officerStep(akno.EventRequestAgency, akno.AgencyRequest, text), mail.StatusChanged, now)
	case portalapi.DeskCommandEventAgencyAnswer:
		return moved(r, officerStep(akno.EventAgencyAnswer, akno.InReview, text), "", now)
	case portalapi.DeskCommandEventReturnProposal:
		return giveBack(who, r, text, now)
	}
	return application.Cause{}, &akno.Error{Code: akno.Invalid, Op: "review.Act", Fields: map[string]string{"event": "option"}}
}

func officerStep(e akno.Event, to akno.Status, text string) application.Step {
	return application.Step{Event: e, To: to, Actor: akno.ByReviewer, Shown: portalapi.HistoryEntryActorOfficer, Text: text}
}

func moved(r *application.Record, step application.Step, letter mail.Letter, now time.Time) (application.Cause, error) {
	return application.Cause{Event: step.Event, Letter: letter}, r.Take(step, now)
}

// register gives an application its number. The deadline was counted when it was
// filed, since the clock of the law started then.
func (s *Service) register(ctx context.Context, tx dbx.Tx, r *application.Record, now time.Time) (application.Cause, error) {
	cause, err := moved(r, officerStep(akno.EventRegister, akno.RegisteredStatus, ""), mail.StatusChanged, now)
	if err != nil || r.Doc.RegistrationNumber != nil {
		return cause, err // filed again after a payment that was not found: the number stays
	}
	year := workdays.Of(now).Year
	n, err := application.NextNumber(ctx, tx, r.Doc.Body.Id, "application", year)
	if err != nil {
		return cause, err
	}
	number := numbered(n, year)
	r.Doc.RegistrationNumber = &number
	return cause, nil
}

// ask puts a question to the applicant by a step.
func (s *Service) ask(r *application.Record, step application.Step, text string, now time.Time) (application.Cause, error) {
	if text == "" {
		return application.Cause{}, required("text")
	}
	if len(r.Doc.Questions) >= maxQuestions {
		return application.Cause{}, &akno.Error{Code: akno.WrongState, Op: "review.Act", Fields: map[string]string{"questions": "max"}}
	}
	due := s.Calendar.AddWorkingDays(workdays.Of(now), answerDays).String()
	step.Text = text
	cause, err := moved(r, step, mail.QuestionAsked, now)
	cause.Due = due
	r.Doc.Questions = append(r.Doc.Questions, portalapi.Question{Id: ids.New(now), AskedAt: now.UnixMilli(), Text: text, DueDate: due})
	return cause, err
}

// giveBack returns a proposal to the officer with the head's words.
func giveBack(who session.Session, r *application.Record, text string, now time.Time) (application.Cause, error) {
	if text == "" {
		return application.Cause{}, required("text")
	}
	r.Review.Earlier = append(r.Review.Earlier, *r.Review.Proposal)
	r.Review.Returned = &application.ReturnedProposal{At: now.UnixMilli(), By: who.Name(), Text: text}
	r.Review.Proposal, r.Review.ProposerID = nil, ""
	return application.Cause{Event: "return_proposal"}, nil
}

func required(field string) error {
	return &akno.Error{Code: akno.Invalid, Op: "review.Act", Fields: map[string]string{field: "required"}}
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
