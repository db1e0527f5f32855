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

// Insert stores a new application with its octets.
func (r *Record) Insert(ctx context.Context, tx dbx.Tx, o Octets, c Cause, now time.Time) error {
	r.Doc.Version = 1
	var report any
	if r.Report != nil {
		report = encode(r.Report)
	}
	_, err := tx.Exec(ctx, `INSERT INTO application
		(account_id, id, procedure, form_id, form_version, form_hash, body_id, status, version, submission, signature,
		 report, applicant, paid, filed_at, review, due_at, doc)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.Account, r.Doc.Id, r.Doc.Procedure, r.Doc.FormId, r.Doc.FormVersion, r.FormHash, r.Doc.Body.Id, r.Doc.Status,
		r.Doc.Version, o.Submission, o.Signature, report, encode(r.Applicant), string(r.Paid), now.UnixMilli(),
		encode(r.Review), r.due(), encode(r.Doc))
	if err != nil {
		return fmt.Errorf("application: insert: %w", err)
	}
	r.stored = 1
	return r.follow(ctx, tx, c, now)
}

// Save stores the next version of r. Somebody else's change in between is
// akno.Conflict.
func (r *Record) Save(ctx context.Context, tx dbx.Tx, c Cause, now time.Time) error {
	r.Doc.Version = r.stored + 1
	n, err := dbx.Changed(ctx, tx, `UPDATE application SET status = ?, version = ?, paid = ?, review = ?, due_at = ?, doc = ?
		WHERE account_id = ? AND id = ? AND version = ?`,
		r.Doc.Status, r.Doc.Version, string(r.Paid), encode(r.Review), r.due(), encode(r.Doc),
		r.Account, r.Doc.Id, r.stored)
	if err != nil {
		return fmt.Errorf("application: save: %w", err)
	}
	if n != 1 {
		return &akno.Error{Code: akno.Conflict, Op: "application.Save"}
	}
	r.stored = r.Doc.Version
	return r.follow(ctx, tx, c, now)
}

func (r *Record) due() any {
	if r.DueAt.IsZero() {
		return nil
	}
	return r.DueAt.UnixMilli()
}

// follow writes everything that a new version of r brings with it.
func (r *Record) follow(ctx context.Context, tx dbx.Tx, c Cause, now time.Time) error {
	err := audit.Append(ctx, tx, r.Account, now, audit.Record{
		Actor: c.Actor, Action: string(c.Event), Entity: ChangeKind + ":" + r.Doc.Id, Ground: c.Ground,
	})
	if err != nil {
		return err
	}
	if err := r.list(ctx, tx); err != nil {
		return err
	}
	if c.Letter != "" {
		note := mail.Note{
			Letter: c.Letter, Application: r.Doc.Id, Procedure: r.Doc.Procedure, Status: r.Doc.Status, Due: c.Due,
		}
		if r.Doc.RegistrationNumber != nil {
			note.Number = *r.Doc.RegistrationNumber
		}
		if _, err := mail.Enqueue(ctx, tx, r.Account, note, now); err != nil {
			return err
		}
	}
	return store.RecordBody(ctx, tx, r.Account, ChangeKind, r.Doc.Id, r.Doc.Version, encode(r.Doc))
}
