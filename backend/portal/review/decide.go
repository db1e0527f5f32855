package review

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/application"
	"akno/backend/portal/mail"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
	"akno/backend/print"
	"akno/backend/stb/pki"
)

// archiveAfter is the term in which a decision can be appealed against.
const archiveAfter = 365 * 24 * time.Hour

// propose renders the decision an officer proposes, stores it among the
// applicant's files and lays it before the head.
func (s *Service) propose(ctx context.Context, who session.Session, body, id string, op store.Op, cmd portalapi.DeskCommand) (portalapi.DeskApplication, error) {
	r, b, language, again, err := s.before(ctx, body, id, op)
	if err != nil {
		return portalapi.DeskApplication{}, err
	}
	if !again {
		if err := r.Expect(cmd.Version); err != nil {
			return portalapi.DeskApplication{}, err
		}
	}
	var p portalapi.Proposal
	var number string
	if !again {
		if p, err = checkProposal(who, r, cmd); err != nil {
			return portalapi.DeskApplication{}, err
		}
		if number, err = s.decisionNumber(ctx, r); err != nil {
			return portalapi.DeskApplication{}, err
		}
		if err := s.render(ctx, r, b, language, number, &p); err != nil {
			return portalapi.DeskApplication{}, err
		}
	}
	return s.command(ctx, who, body, id, op, func(_ dbx.Tx, r *application.Record, _ time.Time) (application.Cause, error) {
		if err := r.Expect(cmd.Version); err != nil {
			return application.Cause{}, err
		}
		if err := may(who, r, "propose"); err != nil {
			return application.Cause{}, err
		}
		r.Review.Proposal, r.Review.ProposerID, r.Review.Number, r.Review.Returned = &p, who.AccountID, number, nil
		if r.Review.Assignee == "" {
			r.Review.AssigneeID, r.Review.Assignee = who.AccountID, who.Name()
		}
		return application.Cause{Event: "propose", Ground: string(p.Outcome)}, nil
	})
}

// before reads what a command with slow work needs, and whether it was applied
// before.
func (s *Service) before(ctx context.Context, body, id string, op store.Op) (r *application.Record, b application.Body, language akno.Lang, again bool, err error) {
	var o application.Octets
	err = s.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		if r, err = application.LoadForBody(ctx, tx, body, id); err != nil {
			return err
		}
		if b, err = application.LoadBody(ctx, tx, body); err != nil {
			return err
		}
		o, err = application.LoadOctets(ctx, tx, r.Account, id)
		return err
	})
	if err != nil {
		return nil, b, "", false, err
	}
	sub, err := canon.Parse(o.Submission)
	if err != nil {
		return nil, b, "", false, fmt.Errorf("review: stored submission: %w", err)
	}
	again, err = s.replayed(ctx, r.Account, op)
	return r, b, sub.Language, again, err
}

// checkProposal proves that a decision may be proposed now and has what the law
// asks for: a refusal needs its reasons and its ground.
func checkProposal(who session.Session, r *application.Record, cmd portalapi.DeskCommand) (portalapi.Proposal, error) {
	const op = "review.propose"
	if err := may(who, r, "propose"); err != nil {
		return portalapi.Proposal{}, err
	}
	p := portalapi.Proposal{Text: strings.TrimSpace(textOf(cmd.Text)), Ground: cmd.Ground, ProposedBy: who.Name()}
	if cmd.Outcome != nil {
		p.Outcome = portalapi.ProposalOutcome(*cmd.Outcome)
	}
	way, known := outcomes[p.Outcome]
	if !known {
		return p, required("outcome")
	}
	if !slices.Contains(way.from, r.Status()) {
		return p, &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{"outcome": string(p.Outcome)}}
	}
	if p.Text == "" {
		return p, required("text")
	}
	if p.Outcome != portalapi.ProposalOutcomeGranted && strings.TrimSpace(textOf(p.Ground)) == "" {
		return p, required("ground")
	}
	return p, nil
}

// decisionNumber returns the number of the decision on r and takes one when there
// is none. It is taken in a short transaction of its own: a gap is harmless.
func (s *Service) decisionNumber(ctx context.Context, r *application.Record) (number string, err error) {
	if r.Review.Number != "" {
		return r.Review.Number, nil
	}
	year := workdays.Of(s.Clock()).Year
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		n, err := application.NextNumber(ctx, tx, r.Doc.Body.Id, "decision", year)
		number = "Р-" + numbered(n, year)
		return err
	})
	return number, err
}

// render makes the document of p with the date of today and stores it.
func (s *Service) render(ctx context.Context, r *application.Record, b application.Body, l akno.Lang, number string, p *portalapi.Proposal) error {
	procedure, err := s.Catalogue.Find(r.Doc.Procedure)
	if err != nil {
		return err
	}
	now := s.Clock()
	paper := print.DecisionPaper{
		Lang: l, Outcome: outcomes[p.Outcome].to, Date: workdays.Of(now), Number: number, Body: inLanguage(b.Ref.Name, l),
		Applicant: party(r, l), ProcedureNumber: procedure.Number, ProcedureTitle: procedure.Title.In(l),
		ApplicationNumber: applicationNumber(r), ApplicationDate: filedOn(r), SuperiorBody: b.Superior,
		OfficialPost: b.Post, OfficialName: b.Official, SignatureFile: signatureName(number),
		Ground: textOf(p.Ground),
	}
	if p.Outcome == portalapi.ProposalOutcomeGranted {
		paper.Content, paper.Validity = p.Text, validity(procedure.Validity, l)
		if paper.Ground == "" {
			paper.Ground = procedure.Act + ", п. " + procedure.Number
		}
	} else {
		paper.Reasons = p.Text
	}
	pdf, err := print.Decision(paper)
	if err != nil {
		return err
	}
	ref, err := s.Blobs.Add(ctx, r.Account, bytes.NewReader(pdf))
	if err != nil {
		return err
	}
	p.Id, p.ProposedAt = ids.New(now), now.UnixMilli()
	p.Document = portalapi.FileRef{Name: documentName(number), MediaType: ref.MediaType, Sha256: ref.Sha256, Size: ref.Size}
	return nil
}

// party names for whom the decision is: the person for whom a representative has
// filed comes first, since the decision is about him.
func party(r *application.Record, l akno.Lang) string {
	by := r.Review.Represented.Name
	if by == "" {
		return r.Name()
	}
	word := "представитель"
	if l == akno.Belarusian {
		word = "прадстаўнік"
	}
	return by + " (" + word + ": " + r.Name() + ")"
}

func inLanguage(t portalapi.Text, l akno.Lang) string {
	if l == akno.Belarusian && t.Be != nil {
		return *t.Be
	}
	return t.Ru
}

// applicationNumber is the number of registration; an application that is not
// accepted has none, and is named by the beginning of its id.
func applicationNumber(r *application.Record) string {
	if r.Doc.RegistrationNumber != nil {
		return *r.Doc.RegistrationNumber
	}
	return r.Doc.Id[:13]
}

func documentName(number string) string {
	return "решение " + strings.ReplaceAll(number, "/", "-") + ".pdf"
}

func signatureName(number string) string { return documentName(number) + ".p7s" }

// Decide takes the head's signature under the proposed decision: a detached CMS
// over exactly the octets of the stored document, by a certificate of the body
// that is good now.
func (s *Service) Decide(ctx context.Context, who session.Session, id portalapi.Id, cmd portalapi.DecisionCommand) (portalapi.DeskApplication, error) {
	body, err := bodyOf(who)
	if err != nil {
		return portalapi.DeskApplication{}, err
	}
	op, err := store.NewOp(cmd.OpId, "review.Decide", id, cmd)
	if err != nil {
		return portalapi.DeskApplication{}, err
	}
	r, b, language, again, err := s.before(ctx, body, id, op)
	if err != nil {
		return portalapi.DeskApplication{}, err
	}
	var decision portalapi.Decision
	if !again {
		if err := checkDecision(who, r, b, cmd); err != nil {
			return portalapi.DeskApplication{}, err
		}
		if err := s.refresh(ctx, who, r, b, language, op); err != nil {
			return portalapi.DeskApplication{}, err
		}
		if decision, err = s.sign(ctx, who, r, b, cmd.Signature); err != nil {
			return portalapi.DeskApplication{}, err
		}
	}
	return s.command(ctx, who, body, id, op, func(_ dbx.Tx, r *application.Record, now time.Time) (application.Cause, error) {
		if err := checkDecision(who, r, b, cmd); err != nil {
			return application.Cause{}, err
		}
		way := outcomes[r.Review.Proposal.Outcome]
		step := officerStep(way.event, way.to, "")
		step.Shown = portalapi.HistoryEntryActorHead
		if err := r.Take(step, now); err != nil {
			return application.Cause{}, err
		}
		r.Doc.Decision = &decision
		r.Review.Proposal = nil
		r.DueAt = time.Time{}
		if way.to != akno.AcceptanceRefused {
			r.DueAt = now.Add(archiveAfter)
		}
		return application.Cause{Event: way.event, Ground: decision.Number, Letter: mail.Decided}, nil
	})
}

func checkDecision(who session.Session, r *application.Record, b application.Body, cmd portalapi.DecisionCommand) error {
	const op = "review.Decide"
	if err := may(who, r, eventDecide); err != nil {
		return err
	}
	if err := r.Expect(cmd.Version); err != nil {
		return err
	}
	if r.Review.Proposal.Id != cmd.ProposalId {
		return &akno.Error{Code: akno.Conflict, Op: op, Fields: map[string]string{"proposal": "another"}}
	}
	if who.Person == nil || application.Fold(application.FullName(*who.Person)) != application.Fold(b.Official) {
		// The document names its official: nobody else signs it.
		return &akno.Error{Code: akno.Forbidden, Op: op, Fields: map[string]string{"official": "another"}}
	}
	return nil
}

// refresh renders a proposal of an earlier day anew, since a decision bears the
// date on which it is made. The head is told with akno.Conflict and signs what he
// then sees.
func (s *Service) refresh(ctx context.Context, who session.Session, r *application.Record, b application.Body, l akno.Lang, op store.Op) error {
	p := *r.Review.Proposal
	if workdays.Of(time.UnixMilli(p.ProposedAt)) == workdays.Of(s.Clock()) {
		return nil
	}
	if err := s.render(ctx, r, b, l, r.Review.Number, &p); err != nil {
		return err
	}
	now := s.Clock()
	err := s.DB.Write(ctx, func(tx dbx.Tx) error {
		fresh, err := application.LoadForBody(ctx, tx, r.Doc.Body.Id, r.Doc.Id)
		if err != nil {
			return err
		}
		if err := fresh.Expect(r.Doc.Version); err != nil {
			return err
		}
		fresh.Review.Proposal = &p
		return fresh.Save(ctx, tx, application.Cause{Actor: "account:" + who.AccountID, Event: "propose", Ground: "new_date"}, now)
	})
	if err != nil {
		return err
	}
	return &akno.Error{Code: akno.Conflict, Op: "review.Decide", Fields: map[string]string{"proposal": "date"}, Err: errors.New(op.ID)}
}

// sign verifies the signature and stores it beside the document.
func (s *Service) sign(ctx context.Context, who session.Session, r *application.Record, b application.Body, signature []byte) (portalapi.Decision, error) {
	p := r.Review.Proposal
	pdf, err := s.Blobs.Read(ctx, r.Account, p.Document.Sha256)
	if err != nil {
		return portalapi.Decision{}, err
	}
	now := s.Clock()
	by, _, err := s.Signatures.Detached(ctx, pdf, signature, now)
	if err != nil {
		return portalapi.Decision{}, err
	}
	if err := checkCertificate(by, b, who); err != nil {
		return portalapi.Decision{}, err
	}
	ref, err := s.Blobs.Add(ctx, r.Account, bytes.NewReader(signature))
	if err != nil {
		return portalapi.Decision{}, err
	}
	return portalapi.Decision{
		Id: ids.New(now), Outcome: portalapi.DecisionOutcome(p.Outcome), At: now.UnixMilli(), Number: r.Review.Number, Document: p.Document,
		Signature: portalapi.FileRef{Name: signatureName(r.Review.Number), MediaType: ref.MediaType, Sha256: ref.Sha256, Size: ref.Size},
	}, nil
}

// checkCertificate proves that a certificate belongs to the body: it names the
// body's payer number as an organisation, or as its representative who is the
// head himself.
func checkCertificate(by session.Signer, b application.Body, who session.Session) error {
	const op = "review.checkCertificate"
	c, err := pki.ParseCertificate(by.Certificate)
	if err != nil {
		return &akno.Error{Code: akno.BadSignature, Op: op, Err: err}
	}
	h := c.Holder()
	wrong := func(why string) error {
		return &akno.Error{Code: akno.WrongSigner, Op: op, Fields: map[string]string{"signature": why}}
	}
	switch {
	case b.Ref.Unp == nil || h.UNP != *b.Ref.Unp:
		return wrong("another_body")
	case h.Kind == pki.HolderOrganisation:
		return nil
	case h.Kind == pki.HolderRepresentative && h.PersonalNumber != "" && h.PersonalNumber == who.PersonalNumber:
		return nil
	}
	return wrong("another_person")
}
