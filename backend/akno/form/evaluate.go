package form

import (
	"strconv"

	"akno/backend/akno/form/rule"
	"akno/backend/akno/workdays"
)

// run is one evaluation. values holds the normal answers, Null for a hidden
// field; seen holds the same as rules read it.
type run struct {
	schema  *Schema
	today   workdays.Date
	meter   *rule.Meter
	values  []Value
	seen    []rule.Value
	visible []bool
	faults  []Fault
	spent   int // the field at whose rule the steps ran out, or -1
}

func (r *run) at(i int) Value        { return r.values[i] }
func (r *run) Slot(i int) rule.Value { return r.seen[i] }

// eval runs a rule of the field with place i.
func (r *run) eval(p *rule.Program, s rule.Scope, i int) rule.Value {
	v := p.Eval(r.meter, s)
	for _, f := range r.meter.Faults() {
		r.faults = append(r.faults, Fault{Field: r.schema.fields[i].ID, Rule: p.Source(), Fault: f})
		if f == rule.OutOfSteps && r.spent < 0 {
			r.spent = i
		}
	}
	return v
}

// Evaluate decides what is visible, computes what is computed and checks what
// is answered, as on the day today. Answers to fields that the form does not
// have are ignored, and so are those of hidden fields.
func Evaluate(s *Schema, a Answers, today workdays.Date) State {
	r := &run{
		schema: s, today: today, meter: rule.NewMeter(today), spent: -1,
		values: make([]Value, len(s.fields)), seen: make([]rule.Value, len(s.fields)), visible: make([]bool, len(s.fields)),
	}
	for _, i := range s.order {
		r.resolve(i, a)
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
			fs.Required, fs.Value = f.required(r, r, i), r.values[i]
			fs.Repaired = f.repaired(a[f.ID], fs.Value)
			f.check(r, r, fs, i)
			if f.Type == TypeTable {
				markRepairs(f, fs, a[f.ID])
			}
		}
	}
	r.contradictions(&st)
	for i, f := range s.fields {
		if r.spent == i {
			st.Fields[i].Errors = append(st.Fields[i].Errors, Problem{Field: f.ID, Code: RuleLimit})
		}
		if fs := &st.Fields[i]; fs.Visible || r.spent == i {
			st.count(f, fs)
		}
	}
	st.Faults = r.faults
	return st
}

// resolve finds out whether field i is visible and what its normal answer is.
// The fields on which it depends were resolved before.
func (r *run) resolve(i int, a Answers) {
	f := r.schema.fields[i]
	if r.visible[i] = f.visible == nil || r.eval(f.visible, r, i).True(); !r.visible[i] {
		return
	}
	if f.compute != nil {
		r.values[i] = f.answer(r.eval(f.compute, r, i))
	} else {
		r.values[i] = f.normal(a[f.ID])
	}
	if r.schema.read[i] {
		r.seen[i] = f.seen(r.values[i])
	}
}

// required says whether an answer is needed. i is the place of the field, or of
// the table that the column f stands in.
func (f *field) required(r *run, s rule.Scope, i int) bool {
	return f.Required || f.needed != nil && r.eval(f.needed, s, i).True()
}

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

// scope is what a field's references see: the answer of each field by its
// place, Null for a field that is hidden or unanswered; and the same as rules
// read it.
type scope interface {
	rule.Scope
	at(i int) Value
}

// check fills in the errors and doubts of a visible field whose normal answer
// is in fs. sc is what the field's rules see: the form, or the row of a table;
// place is the field's own, or that of its table.
func (f *field) check(r *run, sc scope, fs *FieldState, place int) {
	c := &checker{f: f, r: r, sc: sc, fs: fs, place: place}
	switch {
	case fs.Value.IsNull():
		if fs.Required && f.compute == nil {
			c.fail(Required)
		}
	case f.Type == TypeComputed:
	case f.Type == TypeTable:
		c.table()
	default:
		c.answer()
	}
}

// row is the scope of a table's columns: the cells, and behind them the fields
// of the form.
type row struct {
	cells []Value
	seen  []rule.Value
	form  *run
}

func (r row) at(i int) Value { return r.cells[i] }

func (r row) Slot(i int) rule.Value {
	if i < len(r.seen) {
		return r.seen[i]
	}
	return r.form.Slot(i - len(r.seen))
}

// row returns the scope of one record of the table f.
func (r *run) row(f *field, record Value) row {
	out := row{cells: make([]Value, len(f.columns)), seen: make([]rule.Value, len(f.columns)), form: r}
	for k, col := range f.columns {
		out.cells[k] = record.rec[col.ID]
		out.seen[k] = col.seen(out.cells[k])
	}
	return out
}

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
		scope := c.r.row(c.f, record)
		states := make([]FieldState, len(c.f.columns))
		rec := make(map[string]Value, len(states)+1)
		if id, ok := record.rec[RowID]; ok {
			rec[RowID] = id
		}
		for k, col := range c.f.columns {
			states[k] = FieldState{
				ID: path + "[" + strconv.Itoa(i) + "]." + col.ID, Visible: true, Required: col.required(c.r, scope, c.place), Value: scope.cells[k],
			}
			col.check(c.r, scope, &states[k], c.place)
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
