package application

import (
	"context"
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// A Step is something that happens to an application.
type Step struct {
	Event akno.Event
	// To is the status it leads to; empty for a step that changes no status.
	To akno.Status
	// Actor is who may cause it by the table, Shown who did it in the history.
	Actor akno.Actor
	Shown portalapi.HistoryEntryActor
	// Text is shown with the line of history; empty for none.
	Text string
}

// New returns the record of an application that stands in the device's queue and
// has not been stored yet.
func New(account string, doc portalapi.Application) *Record {
	doc.Status, doc.Version = string(akno.Queued), 0
	if doc.History == nil {
		doc.History = []portalapi.HistoryEntry{}
	}
	if doc.Questions == nil {
		doc.Questions = []portalapi.Question{}
	}
	if doc.Files == nil {
		doc.Files = []portalapi.FileRef{}
	}
	return &Record{Account: account, Doc: doc, Paid: portalapi.DeskItemPaidFree}
}

// Take moves r by a step and notes it in the history. A move that is not in the
// table of akno is akno.WrongState. Nothing is written yet.
func (r *Record) Take(s Step, now time.Time) error {
	status := r.Status()
	if s.To != "" {
		next, err := status.To(s.To, s.Event, s.Actor)
		if err != nil {
			return err
		}
		status = next
	}
	r.Doc.Status = string(status)
	line := portalapi.HistoryEntry{At: now.UnixMilli(), Event: string(s.Event), Status: string(status), Actor: s.Shown}
	if s.Text != "" {
		line.Text = &s.Text
	}
	r.Doc.History = append(r.Doc.History, line)
	return nil
}

// A Cause says who made a change and which letter it brings.
type Cause struct {
	Actor  string      // as the journal names it: audit.ByAccount or audit.System
	Event  akno.Event  // the action in the journal
	Ground string      // a word that says why; may be empty
	Letter mail.Letter // empty for none
	Due    string      // of the letter, YYYY-MM-DD; may be empty
}

// A Filing is a new application with what is stored beside it.
type Filing struct {
	*Record
	Octets Octets
	Cause  Cause
}

// Insert stores new applications of one account, in their order, with the octets of
// each, and leaves their JSON in the records.
func Insert(ctx context.Context, tx dbx.Tx, now time.Time, list ...Filing) error {
	rows := make([][]any, len(list))
	news := make([]version, len(list))
	for i, f := range list {
		r := f.Record
		r.Doc.Version = 1
		r.JSON = encode(r.Doc)
		var report any
		if r.Report != nil {
			report = encode(r.Report)
		}
		rows[i] = []any{
			r.Account, r.Doc.Id, r.Doc.Procedure, r.Doc.FormId, r.Doc.FormVersion, r.FormHash, r.Doc.Body.Id, r.Doc.Status,
			r.Doc.Version, f.Octets.Submission, f.Octets.Signature, report, encode(r.Applicant), string(r.Paid), now.UnixMilli(),
			encode(r.Review), r.due(), r.JSON,
		}
		news[i] = version{r, f.Cause}
	}
	err := dbx.Insert(ctx, tx, `INSERT INTO application
		(account_id, id, procedure, form_id, form_version, form_hash, body_id, status, version, submission, signature,
		 report, applicant, paid, filed_at, review, due_at, doc)`, "", rows...)
	if err != nil {
		return fmt.Errorf("application: insert: %w", err)
	}
	for _, f := range list {
		f.stored = 1
	}
	return follow(ctx, tx, now, news...)
}

// Save stores the next version of r. Somebody else's change in between is
// akno.Conflict.
func (r *Record) Save(ctx context.Context, tx dbx.Tx, c Cause, now time.Time) error {
	r.Doc.Version = r.stored + 1
	r.JSON = encode(r.Doc)
	n, err := dbx.Changed(ctx, tx, `UPDATE application SET status = ?, version = ?, paid = ?, review = ?, due_at = ?, doc = ?
		WHERE account_id = ? AND id = ? AND version = ?`,
		r.Doc.Status, r.Doc.Version, string(r.Paid), encode(r.Review), r.due(), r.JSON,
		r.Account, r.Doc.Id, r.stored)
	if err != nil {
		return fmt.Errorf("application: save: %w", err)
	}
	if n != 1 {
		return &akno.Error{Code: akno.Conflict, Op: "application.Save"}
	}
	r.stored = r.Doc.Version
	return follow(ctx, tx, now, version{r, c})
}

func (r *Record) due() any {
	if r.DueAt.IsZero() {
		return nil
	}
	return r.DueAt.UnixMilli()
}

// A version is a new one of an application, with its cause.
type version struct {
	*Record
	cause Cause
}

// follow writes everything that new versions of one account's applications bring
// with them.
func follow(ctx context.Context, tx dbx.Tx, now time.Time, list ...version) error {
	if len(list) == 0 {
		return nil
	}
	account := list[0].Account
	journal, bodies := make([]audit.Record, len(list)), make([]store.Body, len(list))
	for i, n := range list {
		journal[i] = audit.Record{Actor: n.cause.Actor, Action: string(n.cause.Event), Entity: ChangeKind + ":" + n.Doc.Id, Ground: n.cause.Ground}
		bodies[i] = store.Body{ID: n.Doc.Id, Version: n.Doc.Version, JSON: n.JSON}
	}
	if err := audit.Append(ctx, tx, account, now, journal...); err != nil {
		return err
	}
	if err := enlist(ctx, tx, list); err != nil {
		return err
	}
	for _, n := range list {
		if err := n.write(ctx, tx, now); err != nil {
			return err
		}
	}
	return store.RecordBodies(ctx, tx, account, ChangeKind, bodies...)
}

// write queues the letter that a new version brings.
func (n version) write(ctx context.Context, tx dbx.Tx, now time.Time) error {
	if n.cause.Letter == "" {
		return nil
	}
	note := mail.Note{
		Letter: n.cause.Letter, Application: n.Doc.Id, Procedure: n.Doc.Procedure, Status: n.Doc.Status, Due: n.cause.Due,
	}
	if n.Doc.RegistrationNumber != nil {
		note.Number = *n.Doc.RegistrationNumber
	}
	_, err := mail.Enqueue(ctx, tx, n.Account, note, now)
	return err
}
