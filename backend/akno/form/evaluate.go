package form

import (
	"strconv"

	"akno/backend/akno/workdays"
)

// run is one evaluation. values holds what rules see: Null for a hidden field.
type run struct {
	schema  *Schema
	today   workdays.Date
	values  []Value
	visible []bool
}

func (r *run) at(i int) Value { return r.values[i] }

// Evaluate decides what is visible, computes what is computed and checks what
// is answered, as on the day today. Answers to fields that the form does not
// have are ignored, and so are those of hidden fields.
func Evaluate(s *Schema, a Answers, today workdays.Date) State {
	r := &run{schema: s, today: today, values: make([]Value, len(s.fields)), visible: make([]bool, len(s.fields))}
	for _, i := range s.order {
		f := s.fields[i]
		if r.visible[i] = f.visible == nil || f.visible.holds(r); !r.visible[i] {
			continue
		}
		if f.compute != nil {
			if d, ok := f.compute.value(r); ok {
				r.values[i] = Text(d.Fixed(computedPlaces))
			}
			continue
		}
		r.values[i] = f.normal(a[f.ID])
	}
	st := State{
		Fields: make([]FieldState, len(s.fields)), Sections: make([]SectionState, len(s.def.Sections)),
		Errors: []Problem{}, Warnings: []Problem{}, index: s.byID,
	}
	for i, sec := range s.def.Sections {
		st.Sections[i].ID = sec.ID
	}
	for i, f := range s.fields {
		fs := &st.Fields[i]
		*fs = FieldState{ID: f.ID, Visible: r.visible[i], Value: a[f.ID]}
		if fs.Visible {
			fs.Required, fs.Value = f.Required, r.values[i]
			fs.Repaired = f.repaired(a[f.ID], fs.Value)
			f.check(r, r, fs)
			if f.Type == TypeTable {
				markRepairs(f, fs, a[f.ID])
			}
			st.count(f, fs)
		}
	}
	return st
}

// computedPlaces is the number of places of a computed value: every one in the
// forms is a sum of money.
const computedPlaces = 2

// count adds a checked field to the totals.
func (st *State) count(f *field, fs *FieldState) {
	sec := &st.Sections[f.section]
	sec.Visible = true
	problems := len(st.Errors)
	st.Errors = append(st.Errors, fs.Errors...)
	st.Warnings = append(st.Warnings, fs.Warnings...)
	for _, row := range fs.Rows {
		for _, cell := range row {
			st.Errors = append(st.Errors, cell.Errors...)
			st.Warnings = append(st.Warnings, cell.Warnings...)
		}
	}
	problems = len(st.Errors) - problems
	sec.Errors += problems
	if !fs.Required {
		return
	}
	st.Total++
	sec.Total++
	if problems == 0 {
		st.Ready++
		sec.Ready++
	}
}

// check fills in the errors and doubts of a visible field whose normal answer
// is in fs. sc is what the field's rules see: the form, or the row of a table.
func (f *field) check(r *run, sc scope, fs *FieldState) {
	c := &checker{f: f, r: r, sc: sc, fs: fs}
	switch {
	case f.Type == TypeComputed:
	case fs.Value.IsNull():
		if f.Required {
			c.fail(Required)
		}
	case f.Type == TypeTable:
		c.table()
	default:
		c.answer()
	}
}

// row is the scope of a table's columns.
type row []Value

func (r row) at(i int) Value { return r[i] }

func (c *checker) table() {
	v := c.fs.Value
	if v.kind != List {
		c.fail(WrongType)
		return
	}
	if n := len(v.list); n < c.f.Rules.MinRows {
		c.fail(MinRows, "min", strconv.Itoa(c.f.Rules.MinRows))
	} else if c.f.Rules.MaxRows > 0 && n > c.f.Rules.MaxRows {
		c.fail(MaxRows, "max", strconv.Itoa(c.f.Rules.MaxRows))
		return // the rows beyond are not looked at: their number is not bounded
	}
	out := Value{kind: List, list: make([]Value, len(v.list))}
	path := c.fs.ID
	for i, record := range v.list {
		if record.kind != Record {
			c.fs.Errors = append(c.fs.Errors, Problem{Field: path + "[" + strconv.Itoa(i) + "]", Code: WrongType})
			out.list[i] = record
			c.fs.Rows = append(c.fs.Rows, nil)
			continue
		}
		cells := make(row, len(c.f.columns))
		for k, col := range c.f.columns {
			cells[k] = record.rec[col.ID]
		}
		states := make([]FieldState, len(c.f.columns))
		rec := make(map[string]Value, len(cells)+1)
		if id, ok := record.rec[RowID]; ok {
			rec[RowID] = id
		}
		for k, col := range c.f.columns {
			states[k] = FieldState{
				ID: path + "[" + strconv.Itoa(i) + "]." + col.ID, Visible: true, Required: col.Required, Value: cells[k],
			}
			col.check(c.r, cells, &states[k])
			if !states[k].Value.IsNull() {
				rec[col.ID] = states[k].Value
			}
		}
		out.list[i] = Value{kind: Record, rec: rec}
		c.fs.Rows = append(c.fs.Rows, states)
	}
	c.fs.Value = out
}

// markRepairs finds the cells in which letters were replaced, by comparing them
// with the rows as they were typed.
func markRepairs(f *field, fs *FieldState, typed Value) {
	for i, cells := range fs.Rows {
		for k := range cells {
			raw := typed.list[i].rec[f.columns[k].ID]
			cells[k].Repaired = cells[k].Repaired || f.columns[k].repaired(raw, cells[k].Value)
		}
	}
}
