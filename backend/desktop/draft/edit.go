package draft

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
)

// maxPatches bounds one call of the page.
const maxPatches = 500

// A Patch is one new answer. Row and Column name a cell of a table and are empty
// for a field of the form.
type Patch struct {
	Field, Row, Column string
	Value              form.Value
}

// A Change is what an edit changed. It is on the disk when it is returned.
type Change struct {
	View    View
	Changed []string // fields that look otherwise now
	// Refused are the files that were not taken.
	Refused []attach.Refused
	// Cleared are the answers that did not fit any more to what was given.
	Cleared []Cleared
}

// Apply saves answers as they were typed. An answer that breaks a rule is saved
// too and shown with its error: nothing that was typed is thrown away.
func (s *Service) Apply(ctx context.Context, id string, patches []Patch) (Change, error) {
	const op = "draft.Apply"
	if len(patches) > maxPatches {
		return Change{}, &akno.Error{Code: akno.TooLarge, Op: op}
	}
	return s.edit(ctx, op, id, func(e *editing) error {
		for _, p := range patches {
			def, err := e.target(p.Field, p.Row, p.Column)
			if err != nil {
				return err
			}
			switch def.Type {
			case form.TypeFile, form.TypeFileList, form.TypeTable, form.TypeComputed:
				return e.wrong(p.Field) // these have calls of their own, or none
			}
			if err := e.set(p); err != nil {
				return err
			}
		}
		return s.follow(e, patches)
	})
}

// AddRow adds an empty row at the end of a table.
func (s *Service) AddRow(ctx context.Context, id, field string) (Change, error) {
	const op = "draft.AddRow"
	return s.edit(ctx, op, id, func(e *editing) error {
		def, err := e.target(field, "", "")
		if err != nil {
			return err
		}
		rows := e.row.Answers[field].Items()
		if def.Type != form.TypeTable || def.Rules.MaxRows > 0 && len(rows) >= def.Rules.MaxRows {
			return e.wrong(field)
		}
		row := form.RecordOf(map[string]form.Value{form.RowID: form.Text(ids.New(s.o.Now()))})
		return e.set(Patch{Field: field, Value: form.ListOf(append(slices.Clone(rows), row)...)})
	})
}

// RemoveRow removes a row of a table.
func (s *Service) RemoveRow(ctx context.Context, id, field, row string) (Change, error) {
	const op = "draft.RemoveRow"
	return s.edit(ctx, op, id, func(e *editing) error {
		def, err := e.target(field, "", "")
		if err != nil {
			return err
		}
		rows := e.row.Answers[field].Items()
		i := rowIndex(rows, row)
		if def.Type != form.TypeTable || i < 0 {
			return e.wrong(field)
		}
		return e.set(Patch{Field: field, Value: form.ListOf(slices.Delete(slices.Clone(rows), i, i+1)...)})
	})
}

// AddFiles attaches copies of the files at paths to a field. Those that cannot
// be taken are told with the reason; the others are kept.
func (s *Service) AddFiles(ctx context.Context, id, field, row, column string, paths []string) (Change, error) {
	const op = "draft.AddFiles"
	v, err := s.Open(ctx, id)
	if err != nil {
		return Change{}, err
	}
	def, err := (&editing{op: op, view: v, row: v.Row}).target(field, row, column)
	if err != nil {
		return Change{}, err
	}
	limits := attach.LimitsOf(def)
	var taken []form.File
	refused := []attach.Refused{}
	for _, path := range paths {
		f, err := s.taker.Take(path, limits)
		switch {
		case err == nil:
			taken = append(taken, f)
		case ctx.Err() != nil:
			return Change{}, ctx.Err()
		default:
			refused = append(refused, attach.Refused{Name: attach.Name(path), Code: akno.CodeOf(err)})
		}
	}
	out, err := s.edit(ctx, op, id, func(e *editing) error {
		for _, f := range taken {
			ok, err := e.attach(field, row, column, f)
			if err != nil {
				return err
			}
			if !ok {
				refused = append(refused, attach.Refused{Name: f.Name, Code: akno.TooLarge})
			}
		}
		return nil
	})
	out.Refused = refused
	return out, err
}

// RemoveFile takes a file out of a field. Its copy stays for the history.
func (s *Service) RemoveFile(ctx context.Context, id, field, row, column, file string) (Change, error) {
	return s.edit(ctx, "draft.RemoveFile", id, func(e *editing) error {
		if _, err := e.target(field, row, column); err != nil {
			return err
		}
		old := e.value(field, row, column)
		if f, ok := form.FileOf(old); ok && f.ID == file {
			return e.set(Patch{field, row, column, form.Value{}})
		}
		var left []form.Value
		for _, item := range old.Items() {
			if f, ok := form.FileOf(item); !ok || f.ID != file {
				left = append(left, item)
			}
		}
		if len(left) == len(old.Items()) {
			return &akno.Error{Code: akno.NotFound, Op: e.op}
		}
		return e.set(Patch{field, row, column, form.ListOf(left...)})
	})
}

// editing is one edit of a draft.
type editing struct {
	op      string
	tx      dbx.Tx
	view    View // before
	order   order
	at      stored // before
	row     Row
	changes []cell
	cleared []Cleared // by changes among them
	// kind is that of the revision, KindEdit unless it is set; node is the one
	// whose answers are brought back, 0 for a new one; pin is the form to change
	// to, nil for the same.
	kind string
	node int
	pin  *pin
}

// edit runs fn on the draft and saves what it changed, with the revision, in one
// transaction. Nothing changed is nothing saved.
func (s *Service) edit(ctx context.Context, op, id string, fn func(e *editing) error) (Change, error) {
	var out Change
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		at, err := s.find(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.editable(ctx, op, at.row); err != nil {
			return err
		}
		e := &editing{op: op, tx: tx, at: at}
		if e.view, e.order, err = s.resolved(ctx, at); err != nil {
			return err
		}
		e.row = e.view.Row
		e.row.Answers = cloned(e.row.Answers)
		e.row.Sources, e.row.Problems = cloned(e.row.Sources), cloned(e.row.Problems)
		if err := fn(e); err != nil {
			return err
		}
		if len(e.changes) == 0 && e.pin == nil {
			e.view.Undo, e.view.Redo, err = turns(ctx, tx, at.row)
			out = Change{View: e.view, Changed: []string{}}
			return err
		}
		out, err = s.commit(ctx, tx, e)
		return err
	})
	if err == nil {
		s.forms.stored(out.View.Form)
	}
	return out, err
}

// commit saves what an edit has changed as a revision.
func (s *Service) commit(ctx context.Context, tx dbx.Tx, e *editing) (Change, error) {
	rev := revision{kind: cmp.Or(e.kind, KindEdit), change: e.changes}
	if e.pin != nil {
		before := e.row.pin()
		rev.pin = &before
		e.row.pinTo(*e.pin)
	}
	day, bundle := s.today(), s.o.Catalogue.InForce()
	now, err := s.resolve(ctx, e.row, e.order)
	if err != nil {
		return Change{}, err
	}
	if now.Order.Other && !e.view.Order.Other {
		// What was paid is for the facts that were true then; the way back to
		// them is open.
		field := "order"
		if len(e.changes) > 0 {
			field = e.changes[0].Field
		}
		return Change{}, &akno.Error{Code: akno.WrongState, Op: e.op, Fields: map[string]string{field: "paid"}}
	}
	e.row.Rev, e.row.SavedAt = e.row.Rev+1, s.o.Now()
	if e.node != 0 {
		e.row.node = e.node
	} else {
		rev.parent, e.row.node = e.row.node, e.row.Rev
	}
	e.row.take(now)
	now.Row = e.row
	if err := s.keepForm(ctx, tx, now.Form); err != nil {
		return Change{}, err
	}
	texts, err := e.row.texts()
	if err != nil {
		return Change{}, err
	}
	if err := saveAs(ctx, tx, e.row, texts, rev); err != nil {
		return Change{}, err
	}
	s.latest.put(stored{row: e.row, texts: texts, order: e.at.order}, day, bundle, now, e.order)
	now.Undo = true // what was just done
	if e.node != 0 {
		if now.Undo, now.Redo, err = turns(ctx, tx, e.row); err != nil {
			return Change{}, err
		}
	}
	return Change{View: now, Changed: now.changedSince(&e.view), Cleared: e.cleared}, nil
}

func cloned[V any](m map[string]V) map[string]V {
	out := make(map[string]V, len(m)+1)
	for k, v := range m {
		out[k] = v
	}
	return out
}

func (e *editing) wrong(field string) error {
	return &akno.Error{Code: akno.Invalid, Op: e.op, Fields: map[string]string{field: string(form.WrongType)}}
}

// target returns the definition of the field or the column that is meant.
func (e *editing) target(field, row, column string) (form.Field, error) {
	def, ok := e.view.Form.Field(field)
	if !ok {
		return def, e.wrong(field)
	}
	if column == "" && row == "" {
		return def, nil
	}
	if def.Type == form.TypeTable && rowIndex(e.row.Answers[field].Items(), row) >= 0 {
		for _, c := range def.Columns {
			if c.ID == column {
				return c, nil
			}
		}
	}
	return def, e.wrong(field)
}

func rowIndex(rows []form.Value, id string) int {
	return slices.IndexFunc(rows, func(r form.Value) bool { return id != "" && r.Get(form.RowID).Text() == id })
}

// value returns the answer of a field or a cell.
func (e *editing) value(field, row, column string) form.Value {
	v := e.row.Answers[field]
	if row == "" {
		return v
	}
	if i := rowIndex(v.Items(), row); i >= 0 {
		return v.Items()[i].Get(column)
	}
	return form.Value{}
}

// set puts an answer in, notes it for the revision, and forgets where the old
// one came from and what the portal had against it.
func (e *editing) set(p Patch) error {
	old := e.value(p.Field, p.Row, p.Column)
	if old.Equal(p.Value) {
		return nil
	}
	e.changes = append(e.changes, cell{Field: p.Field, Row: p.Row, Column: p.Column, Old: old, New: p.Value, Was: e.row.Sources[p.Field]})
	delete(e.row.Sources, p.Field)
	e.settled(p.Field)
	if !put(e.row.Answers, p) {
		return e.wrong(p.Field)
	}
	return nil
}

// settled forgets what the portal had against a field.
func (e *editing) settled(field string) {
	for path := range e.row.Problems {
		if path == field || strings.HasPrefix(path, field+"[") {
			delete(e.row.Problems, path)
		}
	}
}

// attach adds a file to a field: in the place of the one that is there, or at
// the end of a list. It is false when the list is full.
func (e *editing) attach(field, row, column string, f form.File) (bool, error) {
	def, err := e.target(field, row, column)
	if err != nil {
		return false, err
	}
	switch def.Type {
	case form.TypeFile:
		return true, e.set(Patch{field, row, column, f.Value()})
	case form.TypeFileList:
		list := e.value(field, row, column).Items()
		for _, item := range list {
			if had, ok := form.FileOf(item); ok && had.SHA256 == f.SHA256 && had.Name == f.Name {
				return true, nil // the same file dropped twice
			}
		}
		if def.Rules.MaxFiles > 0 && len(list) >= def.Rules.MaxFiles {
			return false, nil
		}
		return true, e.set(Patch{field, row, column, form.ListOf(append(slices.Clone(list), f.Value())...)})
	}
	return false, e.wrong(field)
}
