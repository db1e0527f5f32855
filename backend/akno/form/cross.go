package form

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/form/rule"
)

// cross is a compiled CrossRule.
type cross struct {
	CrossRule
	when   *rule.Program
	field  int
	column int // of the table field, or -1
}

var codeShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func (s *Schema) addCross(r CrossRule) error {
	id, col, inRow := strings.Cut(r.Field, ".")
	i, ok := s.byID[id]
	if !ok {
		return fmt.Errorf("there is no field %q", id)
	}
	if !codeShape.MatchString(string(r.Error)) {
		return fmt.Errorf("the code %q has another form", r.Error)
	}
	c := cross{CrossRule: r, field: i, column: -1}
	names, this := s.names(), id
	if inRow {
		if c.column, ok = s.fields[i].colByID[col]; !ok {
			return fmt.Errorf("there is no column %q", r.Field)
		}
		names, this = names.inRow(s.fields[i]), col
	}
	var err error
	if c.when, err = names.with("this", this).compile("if", r.If, rule.Of(rule.Bool)); err != nil {
		return err
	}
	s.cross = append(s.cross, c)
	return nil
}

// contradictions raises the rules of the form. A rule of a hidden field is not
// raised, nor one of a row that is none.
func (r *run) contradictions(st *State) {
	for _, c := range r.schema.cross {
		fs := &st.Fields[c.field]
		if !fs.Visible {
			continue
		}
		if c.column < 0 {
			if r.eval(c.when, r, c.field).True() {
				fs.Errors = append(fs.Errors, Problem{Field: fs.ID, Code: c.Error})
			}
			continue
		}
		f := r.schema.fields[c.field]
		for k, cells := range fs.Rows {
			if cells == nil || !r.eval(c.when, r.row(f, fs.Value.list[k]), c.field).True() {
				continue
			}
			path := fs.ID + "[" + strconv.Itoa(k) + "]." + f.columns[c.column].ID
			cells[c.column].Errors = append(cells[c.column].Errors, Problem{Field: path, Code: c.Error})
		}
	}
}

// Message returns the wording of an error that the form itself declares; it is
// empty for a code that every form knows.
func (s *Schema) Message(p Problem) akno.Text {
	id, rest, _ := strings.Cut(p.Field, "[")
	if _, col, ok := strings.Cut(rest, "]."); ok {
		id += "." + col
	}
	for _, c := range s.cross {
		if c.Field == id && c.Error == p.Code && c.Msg != nil {
			return *c.Msg
		}
	}
	if f, ok := s.Field(id); ok && p.Code == MustBe && f.Rules.MustMsg != nil {
		return *f.Rules.MustMsg
	}
	return akno.Text{}
}
