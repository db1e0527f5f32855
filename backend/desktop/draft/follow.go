package draft

import (
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/form"
)

// A Cleared answer was emptied, since it did not fit any more to an answer that
// was given anew: a district of another region. One undo brings both back.
type Cleared struct {
	Field, Row, Column string
	Label              akno.Text
	Was                akno.Text // the answer as a person reads it
	Cause              akno.Text // the question that was answered anew
	Address            bool      // both are parts of an address
}

// follow empties the answers that do not fit any more to those that were given
// in this edit. An answer that was written in it too stands, and so does what
// nobody can judge: a village that no list knows. Emptying a question judges
// nothing, since somebody who writes anew empties it first.
func (s *Service) follow(e *editing, written []Patch) error {
	given := slices.DeleteFunc(slices.Clone(e.changes), func(c cell) bool { return c.New.IsNull() || !e.leads(c) })
	if len(given) == 0 {
		return nil
	}
	was, now := e.view, e.view
	now.Row = e.row
	now.State = form.Evaluate(e.view.Form.Schema, e.row.Answers, s.today())
	for _, g := range given {
		before, ok := placeOf(was, g)
		after, stands := placeOf(now, g)
		if !ok || !stands {
			continue
		}
		cause, _ := after.field(g.asked())
		for _, c := range s.unfit(before, after, cause) {
			same := func(o Patch) bool { return o.Field == c.Field && o.Row == c.Row && o.Column == c.Column }
			if slices.ContainsFunc(written, same) || e.value(c.Field, c.Row, c.Column).IsNull() {
				continue
			}
			c.Cause = cause.Label
			e.cleared = append(e.cleared, c)
			if err := e.set(Patch{Field: c.Field, Row: c.Row, Column: c.Column}); err != nil {
				return err
			}
		}
	}
	return nil
}

// asked is the question that was answered: a field of the form, or a column.
func (c cell) asked() string {
	if c.Row != "" {
		return c.Column
	}
	return c.Field
}

// leads says whether other answers may depend on one.
func (e *editing) leads(c cell) bool {
	leads := func(fields []form.Field) bool {
		return slices.ContainsFunc(fields, func(f form.Field) bool { return f.DependsOn != "" && (f.DependsOn == c.asked() || f.ID == c.asked()) })
	}
	if c.Row != "" {
		table, _ := e.view.Form.Field(c.Field)
		return leads(table.Columns)
	}
	return slices.ContainsFunc(e.view.Form.Definition().Sections, func(sec form.Section) bool { return leads(sec.Fields) })
}

// placeOf is where a changed answer stands in a view.
func placeOf(v View, c cell) (place, bool) {
	if c.Row == "" {
		return formPlace(v), true
	}
	table, found := v.Form.Field(c.Field)
	i := rowIndex(v.Row.Answers[c.Field].Items(), c.Row)
	if !found || i < 0 {
		return place{}, false
	}
	return rowPlace(v, table, i), true
}

// unfit are the answers that do not fit to the new answer of a question: options
// of another one of its values, and the town of an address that lies elsewhere.
func (s *Service) unfit(before, after place, cause form.Field) []Cleared {
	var out []Cleared
	fields := after.fields()
	parts := form.PartsOf(fields)
	add := func(f form.Field, was akno.Text) {
		p := after.patch(f.ID, form.Value{})
		_, inAddress := parts[f.ID]
		out = append(out, Cleared{Field: p.Field, Row: p.Row, Column: p.Column, Label: f.Label, Was: was, Address: inAddress})
	}
	for _, f := range fields {
		if st, ok := after.state(f.ID); !ok || !st.Visible || f.DependsOn != cause.ID {
			continue
		}
		if o, known := s.option(f, after.raw(f.ID).Text()); known && o.Parent != "" && o.Parent != after.raw(cause.ID).Text() {
			add(f, o.Label)
		}
	}
	part, ok := parts[cause.ID]
	if !ok || part.Role != "region" && part.Role != "district" {
		return out
	}
	gone := func(id string) bool {
		return slices.ContainsFunc(out, func(c Cleared) bool { return c.Field == id || c.Column == id })
	}
	lay, lies := address{s, before, part.Address + "_"}, address{s, after, part.Address + "_"}
	if gone(lies.prefix + "district") {
		lies.place = without(after, lies.prefix+"district")
	}
	name := lies.answer("settlement")
	town, known := lay.named(name)
	if _, fits := lies.named(name); !known || fits || lay.answer("region")+lay.answer("district") == "" {
		return out // nobody can judge it, it lies there too, or it was written before anything it may depend on
	}
	if f, ok := after.field(lies.prefix + "settlement"); ok {
		add(f, akno.Text{RU: name, BE: name, EN: name})
	}
	if f, ok := after.field(lies.prefix + "settlement_type"); ok && lies.answer("settlement_type") == town.Type {
		o, _ := s.option(f, town.Type)
		add(f, o.Label)
	}
	return out
}

// without is a place where a question is not answered.
func without(p place, id string) place {
	state := p.state
	p.state = func(asked string) (form.FieldState, bool) {
		if asked == id {
			return form.FieldState{}, false
		}
		return state(asked)
	}
	return p
}

// option finds a choice of a question by its value.
func (s *Service) option(f form.Field, value string) (form.Option, bool) {
	list := f.Options
	if f.OptionsRef != "" {
		list = s.o.Catalogue.List(f.OptionsRef)
	}
	i := slices.IndexFunc(list, func(o form.Option) bool { return o.Value == value })
	if i < 0 {
		return form.Option{}, false
	}
	return list[i], true
}
