package application

import (
	"context"
	"fmt"
	"strings"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// noDeadline sorts behind every day of law.
const noDeadline = "9999-12-31"

// QueueOf returns the list of a body in which an application stands.
func QueueOf(s akno.Status, proposed bool) portalapi.Queue {
	switch s {
	case akno.Submitted, akno.RegisteredStatus, akno.InReview, akno.AgencyRequest, akno.PaymentRejected:
		if proposed {
			return portalapi.QueueDecision
		}
	}
	switch s {
	case akno.PaymentSubmitted, akno.Submitted, akno.RegisteredStatus:
		return portalapi.QueueIncoming
	case akno.InReview, akno.AgencyRequest:
		return portalapi.QueueReview
	case akno.Clarification, akno.PaymentRejected:
		return portalapi.QueueClarification
	}
	return portalapi.QueueDone
}

// Item returns the line of r in its body's list.
func (r *Record) Item() portalapi.DeskItem {
	proposed := r.Review.Proposal != nil
	item := portalapi.DeskItem{
		Id: r.Doc.Id, Procedure: r.Doc.Procedure, Applicant: r.Name(), Status: r.Doc.Status, Version: r.Doc.Version,
		Deadline: r.Doc.Deadline, RegistrationNumber: r.Doc.RegistrationNumber, Paid: &r.Paid, Proposed: &proposed,
	}
	if r.Doc.SubmittedAt != nil {
		item.SubmittedAt = *r.Doc.SubmittedAt
	}
	if r.Review.Assignee != "" {
		item.Assignee = &r.Review.Assignee
	}
	return item
}

// enlist brings the lists of the bodies up to new versions. The lists are derived: a
// version that is older than the one they have changes nothing.
func enlist(ctx context.Context, tx dbx.Tx, list []version) error {
	rows := make([][]any, len(list))
	for i, r := range list {
		item := r.Item()
		deadline := noDeadline
		if item.Deadline != nil {
			deadline = *item.Deadline
		}
		rows[i] = []any{
			r.Doc.Body.Id, r.Doc.Id, r.Account, r.Doc.Version, string(QueueOf(r.Status(), r.Review.Proposal != nil)),
			deadline, r.search(), encode(item),
		}
	}
	err := dbx.Insert(ctx, tx, `INSERT INTO desk_item (body_id, id, account_id, version, queue, deadline, search, doc)`,
		`ON CONFLICT (body_id, id) DO UPDATE SET version = excluded.version, queue = excluded.queue,
			deadline = excluded.deadline, search = excluded.search, doc = excluded.doc
		WHERE excluded.version > desk_item.version`, rows...)
	if err != nil {
		return fmt.Errorf("application: list of the body: %w", err)
	}
	return nil
}

// search is the text in which a body looks for r.
func (r *Record) search() string {
	number, code := "", ""
	if r.Doc.RegistrationNumber != nil {
		number = *r.Doc.RegistrationNumber
	}
	if r.Doc.Order != nil {
		code = r.Doc.Order.Code
	}
	return Fold(strings.Join([]string{r.people(), r.Doc.Procedure, number, code}, " "))
}

// people names those by whom a body looks for r: the applicant, and for whom he
// speaks.
func (r *Record) people() string {
	return strings.TrimSpace(r.Name() + " " + r.Review.Represented.Name)
}

// Fold returns s as it is searched: lower case, ё as е.
func Fold(s string) string { return strings.ReplaceAll(strings.ToLower(s), "ё", "е") }

// LoadForBody returns an application of a body, or akno.NotFound; one of another
// body is not found either.
func LoadForBody(ctx context.Context, tx dbx.Tx, body, id string) (*Record, error) {
	var account string
	found, err := dbx.Found(ctx, tx, `SELECT account_id FROM desk_item WHERE body_id = ? AND id = ?`, []any{body, id}, &account)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &akno.Error{Code: akno.NotFound, Op: "application.LoadForBody"}
	}
	return Load(ctx, tx, account, id)
}
