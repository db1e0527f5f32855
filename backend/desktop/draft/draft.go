// Package draft keeps the applications that a person prepares on this computer:
// answers saved with every change, files, the order and the proof of payment,
// the document to be read, and the moment at which the draft is frozen, signed
// and handed to the outbox. It decides nothing about forms by itself: akno/form
// does, for the portal as well.
package draft

import (
	"context"
	"maps"
	"slices"

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
	o       Options
	taker   attach.Taker
	forms   pinnedForms
	latest  latestView
	offered offeredLists
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
	return &Service{o: o, taker: attach.Taker{Blobs: o.DB.Blobs(), Now: o.Now}}
}

// Create makes a draft of a procedure, with the answers that are known already.
func (s *Service) Create(ctx context.Context, procedure string) (View, error) {
	return s.begin(ctx, procedure, nil, nil)
}

// begin makes a draft with what is known of the person and, over it, answers of
// a template.
func (s *Service) begin(ctx context.Context, procedure string, answers form.Answers, orphans []Orphan) (View, error) {
	f, err := s.o.Catalogue.FormFor(procedure)
	if err != nil {
		return View{}, err
	}
	now := s.o.Now()
	row := Row{
		ID: ids.New(now), Procedure: procedure, FormID: f.ID(), FormVersion: f.Version(), FormHash: f.Hash, Orphans: orphans,
		Answers: form.Answers{}, Sources: map[string]string{}, Problems: map[string]string{}, State: Open, CreatedAt: now,
	}
	sources, err := s.sources(ctx)
	if err != nil {
		return View{}, err
	}
	for _, p := range f.Prefill(row.Answers, sources...) {
		row.Answers[p.Field], row.Sources[p.Field] = p.Value, p.Source
	}
	for field, value := range answers {
		row.Answers[field], row.Sources[field] = value, FromTemplate
	}
	return s.insert(ctx, row)
}

// Duplicate makes a new draft with the answers and files of another one, or of
// an application that was sent from this computer.
func (s *Service) Duplicate(ctx context.Context, id string) (View, error) {
	return s.copyOf(ctx, id)
}

func (s *Service) copyOf(ctx context.Context, id string) (View, error) {
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
		Sources: from.Sources, Problems: map[string]string{}, Origin: id, State: Open, CreatedAt: now, Account: from.Account,
	}
	if row.Answers, row.Orphans, err = s.broughtOver(ctx, from, f); err != nil {
		return View{}, err
	}
	return s.insert(ctx, row)
}

// insert stores a new draft with its first revision.
func (s *Service) insert(ctx context.Context, row Row) (View, error) {
	row.SavedAt, row.Rev = row.CreatedAt, 1
	if row.Account == "" {
		row.Account = s.o.Account()
	}
	s.withRowIDs(row.Answers)
	change := make([]cell, 0, len(row.Answers))
	for _, field := range slices.Sorted(maps.Keys(row.Answers)) {
		change = append(change, cell{Field: field, New: row.Answers[field], Source: row.Sources[field]})
	}
	v, err := s.resolve(ctx, row, order{})
	if err != nil {
		return View{}, err
	}
	row.take(v)
	row.node = row.Rev
	v.Row = row
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		if err := s.keepForm(ctx, tx, v.Form); err != nil {
			return err
		}
		if err := insertRow(ctx, tx, row); err != nil {
			return err
		}
		return revise(ctx, tx, row, revision{kind: KindCreated, change: change})
	})
	if err == nil {
		s.forms.stored(v.Form)
	}
	return v, err
}

// Open returns a draft resolved for the screen.
func (s *Service) Open(ctx context.Context, id string) (View, error) {
	var at stored
	var undo, redo bool
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		if at, err = s.find(ctx, tx, id); err != nil {
			return err
		}
		undo, redo, err = turns(ctx, tx, at.row)
		return err
	})
	if err != nil {
		return View{}, err
	}
	v, _, err := s.resolved(ctx, at)
	v.Undo, v.Redo = undo, redo
	return v, err
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
