// Package application keeps the applications (заявления) that were filed: what a
// citizen and a body both work on. It owns their rows and the one way in which
// they move, which writes the new version, its line of history, the change that
// devices pull, the record of the journal, the body's list and the letter
// together, or nothing at all. Who may do what is decided above it, in intake and
// review; which move exists is decided by the table of akno.
package application

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// ChangeKind is the kind of an application in the index of changes.
const ChangeKind = "application"

// A Record is an application with everything the portal knows of it.
type Record struct {
	Account string
	// Doc is what the citizen sees and a device pulls.
	Doc       portalapi.Application
	FormHash  string
	Applicant portalapi.Person
	// Report is the check of the signature at arrival; nil when it came without.
	Report *portalapi.SignatureReport
	Paid   portalapi.DeskItemPaid
	Review Review
	// DueAt is when the portal itself has to act next; zero when never.
	DueAt time.Time
	// JSON is Doc as it was stored; empty before that.
	JSON   string
	stored int64 // the version that is in the database; 0 before it was inserted
}

// A Review is what only the body sees.
type Review struct {
	AssigneeID string               `json:"assigneeId,omitempty"`
	Assignee   string               `json:"assignee,omitempty"`
	Proposal   *portalapi.Proposal  `json:"proposal,omitempty"`
	ProposerID string               `json:"proposerId,omitempty"`
	Number     string               `json:"number,omitempty"` // of the proposed decision
	Returned   *ReturnedProposal    `json:"returned,omitempty"`
	Earlier    []portalapi.Proposal `json:"earlier,omitempty"` // proposals that were returned

	// Represented is for whom the applicant speaks; nobody when he speaks for himself.
	Represented Represented `json:"represented,omitzero"`
}

// Represented is a person for whom a representative has filed.
type Represented struct {
	Name           string `json:"name"`
	PersonalNumber string `json:"personalNumber,omitempty"`
}

// A ReturnedProposal says why the head gave a proposal back.
type ReturnedProposal struct {
	At   portalapi.Millis `json:"at"`
	By   string           `json:"by"`
	Text string           `json:"text"`
}

// Octets are the parts of an application that never change.
type Octets struct {
	Submission []byte
	Signature  []byte // nil when it came without
}

// Status returns where the application stands.
func (r *Record) Status() akno.Status { return akno.Status(r.Doc.Status) }

// Expect returns an error with code Conflict unless version is that of r: a
// command is given by somebody who has seen the application as it is.
func (r *Record) Expect(version portalapi.Version) error {
	if r.Doc.Version != version {
		return &akno.Error{Code: akno.Conflict, Op: "application.Expect", Fields: map[string]string{"version": "stale"}}
	}
	return nil
}

// Name returns the applicant's surname, name and patronymic.
func (r *Record) Name() string { return FullName(r.Applicant) }

// FullName joins the parts of a person's name that are there.
func FullName(p portalapi.Person) string {
	parts := []string{p.Surname, p.Name}
	if p.Patronymic != nil {
		parts = append(parts, *p.Patronymic)
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// Files returns every file that belongs to r: what was filed, what was answered
// and what was decided. A body reads no other file of the account.
func (r *Record) Files() []portalapi.FileRef {
	out := append([]portalapi.FileRef{}, r.Doc.Files...)
	if r.Doc.Document != nil {
		out = append(out, *r.Doc.Document)
	}
	for _, q := range r.Doc.Questions {
		if q.Files != nil {
			out = append(out, *q.Files...)
		}
	}
	if d := r.Doc.Decision; d != nil {
		out = append(out, d.Document, d.Signature)
	}
	if p := r.Review.Proposal; p != nil {
		out = append(out, p.Document)
	}
	return out
}

const columns = `SELECT account_id, form_hash, report, applicant, paid, review, due_at, version, doc FROM application `

// Load returns an application of account, or akno.NotFound.
func Load(ctx context.Context, tx dbx.Tx, account, id string) (*Record, error) {
	r, found, err := find(ctx, tx, columns+`WHERE account_id = ? AND id = ?`, account, id)
	if err == nil && !found {
		err = &akno.Error{Code: akno.NotFound, Op: "application.Load"}
	}
	return r, err
}

// Filed returns which of the ids an account's applications have.
func Filed(ctx context.Context, tx dbx.Tx, account string, ids ...string) (map[string]bool, error) {
	out := map[string]bool{}
	err := dbx.EachOf(ctx, tx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out[id] = true
		return err
	}, `SELECT id FROM application WHERE account_id = ? AND id IN (?)`, []any{account}, ids)
	return out, err
}

// LoadOctets returns what was filed.
func LoadOctets(ctx context.Context, tx dbx.Tx, account, id string) (o Octets, err error) {
	found, err := dbx.Found(ctx, tx, `SELECT submission, signature FROM application WHERE account_id = ? AND id = ?`,
		[]any{account, id}, &o.Submission, &o.Signature)
	if err == nil && !found {
		err = &akno.Error{Code: akno.NotFound, Op: "application.LoadOctets"}
	}
	return o, err
}

// Due returns at most limit applications for which the portal has to act by now.
func Due(ctx context.Context, tx dbx.Tx, now time.Time, limit int) ([]*Record, error) {
	var out []*Record
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		r, err := read(scan)
		out = append(out, r)
		return err
	}, columns+`WHERE due_at <= ? ORDER BY due_at LIMIT ?`, now.UnixMilli(), limit)
	return out, err
}

func find(ctx context.Context, tx dbx.Tx, query string, args ...any) (*Record, bool, error) {
	r, err := read(tx.QueryRow(ctx, query, args...).Scan)
	if dbx.NoRows(err) {
		return nil, false, nil
	}
	return r, err == nil, err
}

func read(scan func(...any) error) (*Record, error) {
	r := &Record{}
	var report *string
	var due *int64
	var applicant, paid, review, doc string
	if err := scan(&r.Account, &r.FormHash, &report, &applicant, &paid, &review, &due, &r.stored, &doc); err != nil {
		return nil, err
	}
	r.JSON = doc
	r.Paid = portalapi.DeskItemPaid(paid)
	if due != nil {
		r.DueAt = time.UnixMilli(*due).UTC()
	}
	parts := []struct {
		text string
		into any
	}{{applicant, &r.Applicant}, {review, &r.Review}, {doc, &r.Doc}}
	if report != nil {
		parts = append(parts, struct {
			text string
			into any
		}{*report, &r.Report})
	}
	for _, p := range parts {
		if err := json.Unmarshal([]byte(p.text), p.into); err != nil {
			return nil, fmt.Errorf("application: stored: %w", err)
		}
	}
	return r, nil
}

// encode is json.Marshal for structures of the contract, which cannot fail.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("application: " + err.Error()) // unreachable
	}
	return string(b)
}
