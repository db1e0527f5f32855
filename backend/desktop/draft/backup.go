package draft

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
)

// TakeBackup is Unpack for a backup, which brings no files. Those that are not here
// are taken out of the answers by a revision of their own, so that the history has
// them still, and their names are returned. also is done in the same transaction,
// with how the draft stood and the id that it has here; it may refuse.
func (s *Service) TakeBackup(ctx context.Context, p Packed, also func(tx dbx.Tx, stand Standing, id string) error) (stand Standing, id string, missing []string, err error) {
	whole, missing, err := p.without(s.o.DB.Blobs().Has, s.o.Now().UnixMilli())
	if err != nil {
		return "", "", nil, err
	}
	v, _, err := s.weighed(ctx, whole, nil)
	if code := akno.CodeOf(err); code == akno.NotFound || code == akno.OldForm {
		return StandUnknown, "", nil, nil
	}
	if err != nil {
		return "", "", nil, err
	}
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) (err error) {
		id = p.ID
		if stand, _, err = s.stand(ctx, tx, p); err != nil {
			return err
		}
		switch stand {
		case StandNew, StandNewer, StandDiverged:
			id, err = s.unpackBackup(ctx, tx, p.forkID(), whole, v, stand)
		case StandDeleted:
			_, err = tx.Exec(ctx, `UPDATE draft SET deleted_at=0 WHERE id=?`, id)
		case StandSame:
			id, err = forkOf(ctx, tx, p)
		}
		if err != nil {
			return err
		}
		return also(tx, stand, id)
	})
	if stand == StandSame || stand == StandOlder || stand == StandDeleted {
		missing = nil // nothing of it was taken in
	}
	return stand, id, missing, err
}

// elsewhere is the refusal to change what another computer owns.
func elsewhere(op string) error {
	return &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{"draft": "elsewhere"}}
}

// unpackBackup writes a draft that came as a backup and returns its id.
func (s *Service) unpackBackup(ctx context.Context, tx dbx.Tx, fork string, p Packed, v View, stand Standing) (string, error) {
	row := p.row()
	row.take(v)
	if row.SavedAt.After(s.o.Now()) {
		row.SavedAt = s.o.Now()
	}
	row.Account, row.brought = s.o.Shown(), broughtNew
	if stand == StandDiverged {
		row.ID, row.brought, p.Order = fork, broughtFork, nil // the order is of the application that stays
	}
	if err := s.keepForm(ctx, tx, v.Form); err != nil {
		return "", err
	}
	return row.ID, takeIn(ctx, tx, row, p, stand)
}

// forkOf returns the id that a draft has here which counts as taken in: its own, or
// that of the fork that was made of it before.
func forkOf(ctx context.Context, tx dbx.Tx, p Packed) (string, error) {
	here, err := chainOf(ctx, tx, p.ID)
	if err != nil || slices.Equal(here, p.Revisions) {
		return p.ID, err
	}
	return p.forkID(), nil
}

// without returns the draft without the files that has says no to, and their names.
func (p Packed) without(has func(sum string) bool, now int64) (Packed, []string, error) {
	var names []string
	gone := func(f form.File) bool { return !has(f.SHA256) }
	p.Answers, p.Sources = cloned(p.Answers), cloned(p.Sources)
	var change []cell
	for _, field := range slices.Sorted(maps.Keys(p.Answers)) {
		old := p.Answers[field]
		left, lost := withoutFiles(old, gone)
		if len(lost) == 0 {
			continue
		}
		names = append(names, lost...)
		change = append(change, cell{Field: field, Old: old, New: left, Was: p.Sources[field]})
		put(p.Answers, Patch{Field: field, Value: left})
		delete(p.Sources, field)
	}
	if p.Order != nil && p.Order.Receipt != "" {
		var f form.File
		if err := json.Unmarshal([]byte(p.Order.Receipt), &f); err != nil {
			return p, nil, fmt.Errorf("draft.backup: %w", err)
		}
		if gone(f) {
			order := *p.Order
			order.Receipt = ""
			p.Order, names = &order, append(names, f.Name)
		}
	}
	if len(change) == 0 {
		return p, names, nil
	}
	text, err := json.Marshal(change)
	if err != nil {
		return p, nil, fmt.Errorf("draft.backup: %w", err)
	}
	next := len(p.Revisions) + 1
	p.Revisions = append(slices.Clone(p.Revisions), PackedRevision{At: now, Kind: KindEdit, Node: next, Parent: p.Node, Change: string(text)})
	p.Node, p.SavedAt = next, max(p.SavedAt, now)
	return p, names, nil
}

// withoutFiles returns an answer without the files that are gone, and their names.
func withoutFiles(v form.Value, gone func(form.File) bool) (form.Value, []string) {
	if f, ok := form.FileOf(v); ok {
		if gone(f) {
			return form.Value{}, []string{f.Name}
		}
		return v, nil
	}
	var names []string
	switch v.Kind() {
	case form.List:
		var items []form.Value
		for _, item := range v.Items() {
			left, lost := withoutFiles(item, gone)
			names = append(names, lost...)
			if !left.IsNull() {
				items = append(items, left)
			}
		}
		if len(names) > 0 && len(items) == 0 {
			return form.Value{}, names
		}
		if len(names) > 0 {
			v = form.ListOf(items...)
		}
	case form.Record:
		members := map[string]form.Value{}
		for _, name := range v.Members() {
			left, lost := withoutFiles(v.Get(name), gone)
			names = append(names, lost...)
			if !left.IsNull() {
				members[name] = left
			}
		}
		if len(names) > 0 {
			v = form.RecordOf(members)
		}
	}
	return v, names
}

// Compare returns how the answers of a draft differ from those of another one, one
// line for each question, in the order of the draft's form: Old is the draft's own
// answer, New that of the other.
func (s *Service) Compare(ctx context.Context, id, other string) ([]Difference, error) {
	a, err := s.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	b, err := s.Open(ctx, other)
	if err != nil {
		return nil, err
	}
	one, two := a.reading(), b.reading()
	out := []Difference{}
	had := map[string]bool{}
	look := func(field string) {
		old, now := a.Row.Answers[field], b.Row.Answers[field]
		if had[field] || old.Equal(now) {
			return
		}
		had[field] = true
		d := Difference{Kind: form.Altered, Old: one.text(field, old), New: two.text(field, now)}
		if _, known := one.fields[field]; known {
			d.From = one.label(field)
		}
		if _, known := two.fields[field]; known {
			d.To = two.label(field)
		}
		out = append(out, d)
	}
	for _, v := range []View{a, b} {
		for _, sec := range v.Form.Definition().Sections {
			for _, f := range sec.Fields {
				look(f.ID)
			}
		}
	}
	return out, nil
}
