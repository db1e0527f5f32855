package form

import (
	"maps"
	"slices"

	"akno/backend/akno/form/rule"
)

// A Problem is an error or a doubt about one answer.
type Problem struct {
	Field  string            `json:"field"` // id, or table[0].column
	Code   Code              `json:"code"`
	Params map[string]string `json:"params,omitempty"` // what the message needs: min, max, field, step …
}

// Equal reports whether p and q are the same.
func (p Problem) Equal(q Problem) bool {
	return p.Field == q.Field && p.Code == q.Code && maps.Equal(p.Params, q.Params)
}

// A FieldState is what the evaluator says about a field. For a hidden field it
// is the stored answer and nothing else.
type FieldState struct {
	ID       string         `json:"id"`
	Visible  bool           `json:"visible"`
	Required bool           `json:"required"` // true only while visible
	Value    Value          `json:"value"`    // the answer in its normal form
	Repaired bool           `json:"repaired,omitempty"`
	Errors   []Problem      `json:"errors,omitempty"`
	Warnings []Problem      `json:"warnings,omitempty"`
	Rows     [][]FieldState `json:"rows,omitempty"` // cells of a table
}

// Equal reports whether f and g say the same.
func (f *FieldState) Equal(g *FieldState) bool {
	return f.ID == g.ID && f.Visible == g.Visible && f.Required == g.Required && f.Repaired == g.Repaired && f.Value.Equal(g.Value) &&
		slices.EqualFunc(f.Errors, g.Errors, Problem.Equal) && slices.EqualFunc(f.Warnings, g.Warnings, Problem.Equal) &&
		slices.EqualFunc(f.Rows, g.Rows, equalCells)
}

func equalCells(a, b []FieldState) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(&b[i]) {
			return false
		}
	}
	return true
}

// A SectionState is the progress of a section.
type SectionState struct {
	ID      string `json:"id"`
	Visible bool   `json:"visible"` // at least one field is
	Ready   int    `json:"ready"`
	Total   int    `json:"total"`
	Errors  int    `json:"errors"`
}

// A State is the outcome of an evaluation. Fields and problems are in the order
// of the document.
type State struct {
	Fields   []FieldState   `json:"fields"`
	Sections []SectionState `json:"sections"`
	Errors   []Problem      `json:"errors"`
	Warnings []Problem      `json:"warnings"`
	Ready    int            `json:"ready"` // required visible fields that are answered rightly
	Total    int            `json:"total"` // required visible fields
	Faults   []Fault        `json:"-"`     // for the form's author: no part of the verdict
	index    map[string]int
}

// A Fault is a rule that came to nothing where its author would not expect it.
type Fault struct {
	Field string     `json:"field"`
	Rule  string     `json:"rule"`
	Fault rule.Fault `json:"fault"`
}

// Valid reports whether the form may be signed and filed.
func (s State) Valid() bool { return len(s.Errors) == 0 }

// Field returns the state of a field.
func (s State) Field(id string) (FieldState, bool) {
	i, ok := s.index[id]
	if !ok {
		return FieldState{}, false
	}
	return s.Fields[i], true
}

// Value returns the normal form of a visible field's answer, Null for every
// other.
func (s State) Value(id string) Value {
	if f, ok := s.Field(id); ok && f.Visible {
		return f.Value
	}
	return Value{}
}

// Visible returns the ids of the visible fields in the order of the document.
func (s State) Visible() []string {
	out := []string{}
	for _, f := range s.Fields {
		if f.Visible {
			out = append(out, f.ID)
		}
	}
	return out
}

// Computed returns the values of the visible computed fields that have one.
func (s *Schema) Computed(st State) map[string]string {
	out := map[string]string{}
	for i, f := range s.fields {
		if fs := st.Fields[i]; f.compute != nil && fs.Visible && !fs.Value.IsNull() {
			out[f.ID] = fs.Value.Text()
		}
	}
	return out
}

// Submission returns the answers that are filed: those of visible fields, in
// their normal form, without the row ids of the draft.
func (s State) Submission() Answers {
	out := Answers{}
	for _, f := range s.Fields {
		if f.Visible && !f.Value.IsNull() {
			out[f.ID] = withoutRowIDs(f.Value)
		}
	}
	return out
}

// RowID is the member of a table's row that keeps the row's identity in a draft
// while rows are moved and deleted. It is no answer.
const RowID = "_id"

func withoutRowIDs(v Value) Value {
	if v.kind != List {
		return v
	}
	out := Value{kind: List, list: make([]Value, len(v.list))}
	for i, row := range v.list {
		if _, ok := row.rec[RowID]; ok {
			row = RecordOf(row.rec)
			delete(row.rec, RowID)
		}
		out.list[i] = row
	}
	return out
}
