package draft

import (
	"slices"

	"akno/backend/akno/form"
)

// A place is where questions stand together and may depend on each other: the
// form, or a row of a table.
type place struct {
	fields     func() []form.Field // all that are asked here
	field      func(id string) (form.Field, bool)
	table, row string // of a row, "" for the form
	raw        func(id string) form.Value
	state      func(id string) (form.FieldState, bool)
}

// value is the answer as it is read by rules: none while the question is hidden.
func (p place) value(id string) form.Value {
	if st, ok := p.state(id); ok && st.Visible {
		return st.Value
	}
	return form.Value{}
}

// patch is a new answer of a question that stands here.
func (p place) patch(id string, value form.Value) Patch {
	if p.row == "" {
		return Patch{Field: id, Value: value}
	}
	return Patch{Field: p.table, Row: p.row, Column: id, Value: value}
}

// formPlace is the form of a view by its answers.
func formPlace(v View) place {
	return place{
		field: v.Form.Field, state: v.State.Field,
		raw: func(id string) form.Value { return v.Row.Answers[id] },
		fields: func() []form.Field {
			var out []form.Field
			for _, sec := range v.Form.Definition().Sections {
				out = append(out, sec.Fields...)
			}
			return out
		},
	}
}

// rowPlace is the i-th row of a table.
func rowPlace(v View, table form.Field, i int) place {
	row := v.Row.Answers[table.ID].Items()[i]
	cells := []form.FieldState{}
	if f, ok := v.State.Field(table.ID); ok && i < len(f.Rows) {
		cells = f.Rows[i]
	}
	index := func(id string) int {
		return slices.IndexFunc(table.Columns, func(c form.Field) bool { return c.ID == id })
	}
	return place{
		table: table.ID, row: row.Get(form.RowID).Text(), raw: row.Get,
		fields: func() []form.Field { return table.Columns },
		field: func(id string) (form.Field, bool) {
			if k := index(id); k >= 0 {
				return table.Columns[k], true
			}
			return form.Field{}, false
		},
		state: func(id string) (form.FieldState, bool) {
			if k := index(id); k >= 0 && k < len(cells) {
				return cells[k], true
			}
			return form.FieldState{}, false
		},
	}
}
