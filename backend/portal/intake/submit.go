package intake

import (
	"context"
	"slices"
	"time"

	"akno/backend/akno"
	akcatalogue "akno/backend/akno/catalogue"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// Submit files an application. Everything is checked before anything is written;
// the same command again gets the answer of the first time.
func (s *Service) Submit(ctx context.Context, who session.Session, req portalapi.SubmissionRequest) (portalapi.Application, error) {
	return s.SubmitAll(ctx, who, []portalapi.SubmissionRequest{req})[0].Application()
}

// accept returns what is stored of an application that was found good. It writes
// nothing but that a proof of payment is used.
func (s *Service) accept(ctx context.Context, tx dbx.Tx, who session.Session, req portalapi.SubmissionRequest, f *filed,
	body application.Body, now time.Time,
) (out application.Filing, err error) {
	paid, order, err := s.paid(ctx, tx, who.AccountID, f, now)
	if err != nil {
		return out, err
	}
	ms := now.UnixMilli()
	deadline := s.Calendar.Deadline(workdays.Of(now), f.procedure.Term.Value, workdays.Unit(f.procedure.Term.Unit)).String()
	r := application.New(who.AccountID, portalapi.Application{
		Id: req.ApplicationId, Procedure: f.procedure.Code, FormId: f.sub.Form.ID, FormVersion: f.sub.Form.Version,
		CreatedAt: ms, SubmittedAt: &ms, Deadline: &deadline, Body: body.Ref, Order: order, Files: f.files,
	})
	r.FormHash, r.Report, r.Paid, r.Applicant = f.formHash, f.report, paid, f.applicant()
	r.Review.Represented = f.represented()
	for _, step := range way(paid, order != nil) {
		if err := r.Take(step, now); err != nil {
			return out, err
		}
	}
	out = application.Filing{
		Record: r, Octets: application.Octets{Submission: req.Submission},
		Cause: application.Cause{Actor: audit.ByAccount(who.AccountID), Event: akno.EventSubmit, Ground: string(paid)},
	}
	if req.Signature != nil {
		out.Octets.Signature = *req.Signature
	}
	if who.Email != "" {
		out.Cause.Letter = mail.StatusChanged
	}
	return out, nil
}

// way returns the steps from the device's queue to the body. A free and a paid
// application go the same way; the steps of the payment are left out where
// nothing is paid.
func way(paid portalapi.DeskItemPaid, ordered bool) []application.Step {
	citizen, system := portalapi.HistoryEntryActorCitizen, portalapi.HistoryEntryActorSystem
	if !ordered {
		return []application.Step{{Event: akno.EventSync, To: akno.Submitted, Actor: akno.BySystem, Shown: citizen}}
	}
	steps := []application.Step{{Event: akno.EventSync, To: akno.AwaitingPayment, Actor: akno.BySystem, Shown: citizen}}
	if paid == portalapi.DeskItemPaidConfirmed {
		return append(steps, application.Step{Event: akno.EventEripConfirm, To: akno.Submitted, Actor: akno.BySystem, Shown: system})
	}
	return append(
		steps,
		application.Step{Event: akno.EventAttachReceipt, To: akno.PaymentSubmitted, Actor: akno.ByCitizen, Shown: citizen},
		application.Step{Event: akno.EventForward, To: akno.Submitted, Actor: akno.BySystem, Shown: system},
	)
}

// paid decides how an application is paid by the facts of its answers. Without a
// confirmed payment or a proof it is akno.NeedsPaying and nothing is kept.
func (s *Service) paid(ctx context.Context, tx dbx.Tx, account string, f *filed, now time.Time) (portalapi.DeskItemPaid, *portalapi.Order, error) {
	today := workdays.Of(now)
	facts := akcatalogue.FeeFacts(f.procedure, f.state, today)
	q, err := s.Catalogue.Catalogue.Quote(f.procedure, facts, today)
	if err != nil {
		return "", nil, err
	}
	proof := f.sub.Payment != nil && (f.sub.Payment.Operation != "" || f.sub.Payment.Receipt != "")
	if q.Free() || !q.Known() {
		// What a body's own tariff asks for is between the applicant and the body.
		if !q.Known() && proof {
			return portalapi.DeskItemPaidProof, nil, s.useProofs(ctx, tx, account, f, now)
		}
		return portalapi.DeskItemPaidFree, nil, nil
	}
	order, priced, found, err := s.Orders.Of(ctx, tx, account, f.sub.Application)
	if err != nil {
		return "", nil, err
	}
	if !found || order.Procedure != f.procedure.Code {
		return "", nil, needsPaying("order", "none")
	}
	why, err := s.orderFlaw(f, order, facts)
	if err != nil {
		return "", nil, err
	}
	if why != "" {
		return "", nil, needsPaying("order", why)
	}
	switch {
	case !sameFacts(priced, facts):
		return "", nil, needsPaying("order", "amount")
	case order.Status == portalapi.OrderStatusPaid:
		return portalapi.DeskItemPaidConfirmed, &order, nil
	case proof:
		return portalapi.DeskItemPaidProof, &order, s.useProofs(ctx, tx, account, f, now)
	}
	return "", nil, needsPaying("order", "unpaid")
}

// orderFlaw says what is wrong with the order inside the signed octets. The
// signature has to cover what is paid and by which code, so both stand there and
// are those of the order. An order that was quoted anew after the application was
// signed may still bear the sum of the day of signing.
func (s *Service) orderFlaw(f *filed, order portalapi.Order, facts []string) (string, error) {
	signed := f.sub.Order
	switch {
	case signed == nil:
		return "unsigned", nil
	case string(signed.Code) != order.Code:
		return "another", nil
	case signed.Amount.String() == order.Amount:
		return "", nil
	case f.sub.AsOf.Before(workdays.Of(time.UnixMilli(order.CreatedAt))):
		return "amount", nil
	}
	q, err := s.Catalogue.Catalogue.Quote(f.procedure, facts, f.sub.AsOf)
	if err != nil {
		return "", err
	}
	if !q.Known() || q.Amount != signed.Amount {
		return "amount", nil
	}
	return "", nil
}

// useProofs notes the proofs of payment; the body sees when one was used before.
func (s *Service) useProofs(ctx context.Context, tx dbx.Tx, account string, f *filed, now time.Time) error {
	for _, p := range []string{tagged("erip:", f.sub.Payment.Operation), tagged("sha256:", f.sub.Payment.Receipt)} {
		if p == "" {
			continue
		}
		used, err := s.Orders.UseProof(ctx, tx, account, f.sub.Application, p, now)
		if err != nil {
			return err
		}
		if used {
			return &akno.Error{Code: akno.Conflict, Op: opSubmit, Fields: map[string]string{receiptField: "used"}}
		}
	}
	return nil
}

func tagged(tag, text string) string {
	if text == "" {
		return ""
	}
	return tag + text
}

func needsPaying(field, why string) error {
	return &akno.Error{Code: akno.NeedsPaying, Op: opSubmit, Fields: map[string]string{field: why}}
}

func sameFacts(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// maxName is the longest part of a name in the contract, in code points.
const maxName = 60

// applicant returns who applies, as the body sees him, from the answers.
func (f *filed) applicant() portalapi.Person {
	text := func(id string) string { return short(f.state.Value(id).Text()) }
	optional := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	p := portalapi.Person{Surname: text("surname"), Name: text("name"), Patronymic: optional(text("patronymic"))}
	if p.Surname == "" {
		p.Surname, p.Name = text("surname_lat"), text("name_lat")
	}
	if p.Surname == "" {
		p.Surname = short(f.sub.Applicant.Name)
	}
	p.PersonalNumber, p.BirthDate = optional(f.sub.Applicant.PersonalNumber), optional(f.sub.Applicant.BirthDate)
	return p
}

// represented returns for whom a representative files.
func (f *filed) represented() application.Represented {
	if f.sub.Applicant.Represented == "" {
		return application.Represented{}
	}
	return application.Represented{
		Name: f.sub.Applicant.Represented, PersonalNumber: f.state.Value(representedField).Text(),
	}
}

func short(s string) string {
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName-1]) + "…"
	}
	return s
}
