// Package draft keeps the applications that a person prepares on this computer:
// answers saved with every change, files, the order and the proof of payment,
// the document to be read, and the moment at which the draft is frozen, signed
// and handed to the outbox. It decides nothing about forms by itself: akno/form
// does, for the portal as well.
package draft

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/store"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

// The states of a draft.
const (
	Open    = "draft"
	Ordered = "ordered" // it has an order to pay
	Frozen  = "signed"  // handed over: it waits in the outbox, or the portal has it
)

// Orders is the part of the portal that orders are made by.
type Orders interface {
	CreateOrder(ctx context.Context, body portalapi.OrderRequest) (*portalapi.Order, error)
	GetOrder(ctx context.Context, code string) (*portalapi.Order, error)
	CancelOrder(ctx context.Context, code string) (*struct{}, error)
}

// A Printer makes the readable document of an application from the very octets
// that are signed. The same octets give the same document.
type Printer func(octets []byte) (pdf []byte, err error)

// A Signer signs with a key of the person and checks what it signed. The caller
// wipes password.
type Signer interface {
	SignDetached(ctx context.Context, keyID string, password, content []byte) (signer.Signed, error)
}

// Options are what a Service is made of.
type Options struct {
	DB        *store.DB
	Catalogue *catalogue.Catalogue
	Orders    Orders
	Print     Printer
	Signer    Signer
	Now       clock.Clock
	// Sources are where answers may be taken from when a draft is made, best
	// first; earlier applications of this computer come after them.
	Sources func(ctx context.Context) []form.Source
	// Account is who is signed in, "" for nobody. A draft of nobody becomes his who
	// works on it signed in.
	Account func() string
	// Shown is whose drafts are shown, which is more than Account while a person
	// works on without a session; nil for Account. Drafts of nobody are shown to
	// everybody.
	Shown func() string
	// Queued is called when the exchange has something to do: a command was put
	// into the outbox, or the portal knows more than this computer. It may be
	// nil.
	Queued func()
}

// A Service keeps drafts.
type Service struct {
	o     Options
	taker attach.Taker
}

// New returns a service.
func New(o Options) *Service {
	if o.Sources == nil {
		o.Sources = func(context.Context) []form.Source { return nil }
	}
	if o.Queued == nil {
		o.Queued = func() {}
	}
	if o.Account == nil {
		o.Account = func() string { return "" }
	}
	if o.Shown == nil {
		o.Shown = o.Account
	}
	return &Service{o, attach.Taker{Blobs: o.DB.Blobs(), Now: o.Now}}
}

// A Row is a draft as it is stored.
type Row struct {
	ID          string
	Account     string // whose it is, "" while it is nobody's
	Procedure   string // code
	FormID      string
	FormVersion int
	FormHash    string
	Answers     form.Answers
	Sources     map[string]string // field to source
	Problems    map[string]string // the portal's errors on the fields
	Origin      string            // the application it was made from
	Rev         int
	State       string
	Ready       int
	Total       int
	CreatedAt   time.Time
	SavedAt     time.Time
	DeletedAt   time.Time
}

// A Summary is a line of the list of drafts.
type Summary struct {
	ID        string
	Procedure string
	State     string
	OrderCode string
	Rejected  bool
	Ready     int
	Total     int
	CreatedAt time.Time
	SavedAt   time.Time
}

// List returns the drafts that are being prepared, the last saved first.
func (s *Service) List(ctx context.Context) ([]Summary, error) {
	out := []Summary{}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var d Summary
			var problems string
			var created, saved int64
			err := scan(&d.ID, &d.Procedure, &d.State, &d.OrderCode, &problems, &d.Ready, &d.Total, &created, &saved)
			d.Rejected = problems != "{}"
			d.CreatedAt, d.SavedAt = millis(created), millis(saved)
			out = append(out, d)
			return err
		}, `SELECT d.id, d.procedure, d.state, coalesce(o.code, ''), d.problems, d.ready, d.total, d.created_at, d.saved_at
			FROM draft d LEFT JOIN draft_order o ON o.draft=d.id
			WHERE d.account IN ('', ?) AND d.deleted_at=0 AND d.state<>'signed' ORDER BY d.saved_at DESC, d.id DESC`, s.o.Shown())
	})
	return out, err
}

// Create makes a draft of a procedure, with the answers that are known already.
func (s *Service) Create(ctx context.Context, procedure string) (View, error) {
	f, err := s.o.Catalogue.FormFor(procedure)
	if err != nil {
		return View{}, err
	}
	now := s.o.Now()
	row := Row{
		ID: ids.New(now), Procedure: procedure, FormID: f.ID(), FormVersion: f.Version(), FormHash: f.Hash,
		Answers: form.Answers{}, Sources: map[string]string{}, Problems: map[string]string{}, State: Open, CreatedAt: now,
	}
	earlier, err := s.earlier(ctx)
	if err != nil {
		return View{}, err
	}
	var change []cell
	for _, p := range f.Prefill(row.Answers, append(s.o.Sources(ctx), earlier)...) {
		row.Answers[p.Field], row.Sources[p.Field] = p.Value, p.Source
		change = append(change, cell{Field: p.Field, New: p.Value, Source: p.Source})
	}
	return s.insert(ctx, row, change)
}

// Duplicate makes a new draft with the answers and files of another one, or of
// an application that was sent from this computer.
func (s *Service) Duplicate(ctx context.Context, id string) (View, error) {
	return s.copyOf(ctx, id, nil)
}

func (s *Service) copyOf(ctx context.Context, id string, problems map[string]string) (View, error) {
	var from Row
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		from, err = s.load(ctx, tx, id)
		return err
	})
	if err != nil {
		return View{}, err
	}
	f, err := s.o.Catalogue.FormFor(from.Procedure)
	if err != nil {
		return View{}, err
	}
	now := s.o.Now()
	row := Row{
		ID: ids.New(now), Procedure: from.Procedure, FormID: f.ID(), FormVersion: f.Version(), FormHash: f.Hash,
		Answers: from.Answers, Sources: from.Sources, Problems: map[string]string{}, Origin: id, State: Open, CreatedAt: now, Account: from.Account,
	}
	if problems != nil {
		row.Problems = problems
	}
	change := make([]cell, 0, len(row.Answers))
	for field, v := range row.Answers {
		change = append(change, cell{Field: field, New: v})
	}
	return s.insert(ctx, row, change)
}

// insert stores a new draft with its first revision.
func (s *Service) insert(ctx context.Context, row Row, change []cell) (View, error) {
	row.SavedAt, row.Rev = row.CreatedAt, 1
	if row.Account == "" {
		row.Account = s.o.Account()
	}
	s.withRowIDs(row.Answers)
	v, err := s.resolve(row, order{})
	if err != nil {
		return View{}, err
	}
	row.Ready, row.Total = v.State.Ready, v.State.Total
	v.Row = row
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		answers, sources, problems, err := row.texts()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO draft(id, account, procedure, form_id, form_version, form_hash, answers, sources, problems, origin,
			rev, state, ready, total, created_at, saved_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			row.ID, row.Account, row.Procedure, row.FormID, row.FormVersion, row.FormHash, answers, sources, problems, row.Origin,
			row.Rev, row.State, row.Ready, row.Total, row.CreatedAt.UnixMilli(), row.SavedAt.UnixMilli())
		if err != nil {
			return err
		}
		return revise(ctx, tx, row, change)
	})
	return v, err
}

// Open returns a draft resolved for the screen.
func (s *Service) Open(ctx context.Context, id string) (View, error) {
	row, o, err := s.read(ctx, id)
	if err != nil {
		return View{}, err
	}
	return s.resolve(row, o)
}

func (s *Service) read(ctx context.Context, id string) (row Row, o order, err error) {
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		row, o, err = s.loadBoth(ctx, tx, id)
		return err
	})
	return row, o, err
}

// Delete hides a draft; Restore brings it back. One that was handed over cannot
// be deleted, nor one whose order was paid, or can be: money would go for
// nothing. The field order of the refusal says paid or exists.
func (s *Service) Delete(ctx context.Context, id string) error {
	const op = "draft.Delete"
	_, o, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	if o.code != "" {
		switch o.body.Status {
		case OrderPaid:
			return &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{"order": "paid"}}
		case OrderAwaiting:
			return &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{"order": "exists"}}
		}
	}
	return s.mark(ctx, op, id, `UPDATE draft SET deleted_at=? WHERE id=? AND state<>'signed' AND deleted_at=0`, s.o.Now().UnixMilli())
}

// Restore brings a deleted draft back.
func (s *Service) Restore(ctx context.Context, id string) error {
	return s.mark(ctx, "draft.Restore", id, `UPDATE draft SET deleted_at=? WHERE id=? AND deleted_at<>0`, 0)
}

func (s *Service) mark(ctx context.Context, op, id, query string, value int64) error {
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		if _, err := s.load(ctx, tx, id); err != nil {
			return err
		}
		n, err := dbx.Changed(ctx, tx, query, value, id)
		if err == nil && n == 0 {
			err = &akno.Error{Code: akno.WrongState, Op: op}
		}
		return err
	})
}

func (s *Service) today() workdays.Date { return workdays.Of(s.o.Now()) }

// load reads a draft that is shown to whoever uses the program now; another's is
// not found. A draft of nobody is read as that of who is signed in, and is his
// once it is saved.
func (s *Service) load(ctx context.Context, tx dbx.Tx, id string) (Row, error) {
	r := Row{ID: id}
	var answers, sources, problems string
	var created, saved, deleted int64
	found, err := dbx.Found(ctx, tx, `SELECT account, procedure, form_id, form_version, form_hash, answers, sources, problems, origin, rev, state,
		ready, total, created_at, saved_at, deleted_at FROM draft WHERE id=? AND account IN ('', ?)`, []any{id, s.o.Shown()},
		&r.Account, &r.Procedure, &r.FormID, &r.FormVersion, &r.FormHash, &answers, &sources, &problems, &r.Origin, &r.Rev, &r.State,
		&r.Ready, &r.Total, &created, &saved, &deleted)
	if err != nil {
		return r, err
	}
	if !found {
		return r, &akno.Error{Code: akno.NotFound, Op: "draft"}
	}
	if r.Account == "" {
		r.Account = s.o.Account()
	}
	r.CreatedAt, r.SavedAt, r.DeletedAt = millis(created), millis(saved), millis(deleted)
	err = errors.Join(json.Unmarshal([]byte(answers), &r.Answers), json.Unmarshal([]byte(sources), &r.Sources), json.Unmarshal([]byte(problems), &r.Problems))
	if err != nil {
		return r, fmt.Errorf("draft %s: %w", id, err)
	}
	return r, nil
}

func (s *Service) loadBoth(ctx context.Context, tx dbx.Tx, id string) (Row, order, error) {
	row, err := s.load(ctx, tx, id)
	if err != nil {
		return row, order{}, err
	}
	o, err := loadOrder(ctx, tx, id)
	return row, o, err
}

func (r Row) texts() (answers, sources, problems string, err error) {
	a, err1 := json.Marshal(r.Answers)
	s, err2 := json.Marshal(r.Sources)
	p, err3 := json.Marshal(r.Problems)
	return string(a), string(s), string(p), errors.Join(err1, err2, err3)
}

// save writes the row as its next revision, with what was changed.
func save(ctx context.Context, tx dbx.Tx, r Row, change []cell) error {
	answers, sources, problems, err := r.texts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE draft SET account=?, answers=?, sources=?, problems=?, rev=?, state=?, ready=?, total=?, saved_at=? WHERE id=?`,
		r.Account, answers, sources, problems, r.Rev, r.State, r.Ready, r.Total, r.SavedAt.UnixMilli(), r.ID)
	if err != nil {
		return err
	}
	return revise(ctx, tx, r, change)
}

func revise(ctx context.Context, tx dbx.Tx, r Row, change []cell) error {
	text, err := json.Marshal(append([]cell{}, change...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO draft_rev(draft, rev, at, change) VALUES(?, ?, ?, ?)`, r.ID, r.Rev, r.SavedAt.UnixMilli(), string(text))
	return err
}

// cell is one changed answer of a revision, with what stood there before.
type cell struct {
	Field  string     `json:"field"`
	Row    string     `json:"row,omitempty"`
	Column string     `json:"column,omitempty"`
	Old    form.Value `json:"old"`
	New    form.Value `json:"new"`
	Source string     `json:"source,omitempty"`
}

func millis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
