package form_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

// today is the day on which the example forms are filled.
var today = workdays.MustParse("2026-11-21")

type example struct {
	Form    string       `json:"form"`
	Version int          `json:"version"`
	Values  form.Answers `json:"values"`
	schema  *form.Schema
}

var bundle = sync.OnceValues(catalogue.Load)

func examples(t testing.TB) []example {
	t.Helper()
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/examples/*.json")
	if err != nil || len(files) != 27 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	var out []example
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var ex example
		if err := json.Unmarshal(raw, &ex); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f, err := c.Form(ex.Form)
		if err != nil {
			t.Fatal(err)
		}
		ex.schema = f.Schema
		out = append(out, ex)
	}
	return out
}

func TestEveryExampleIsValid(t *testing.T) {
	for _, ex := range examples(t) {
		st := form.Evaluate(ex.schema, ex.Values, today)
		if !st.Valid() || st.Ready != st.Total || st.Total == 0 {
			t.Errorf("%s: %d of %d, %+v", ex.Form, st.Ready, st.Total, st.Errors)
		}
		for id := range ex.Values {
			if f, ok := st.Field(id); !ok || !f.Visible {
				t.Errorf("%s.%s is answered and not visible", ex.Form, id)
			}
		}
	}
}

// A submission is what the portal evaluates again: it must come to the same.
func TestASubmissionEvaluatesToItself(t *testing.T) {
	for _, ex := range examples(t) {
		first := form.Evaluate(ex.schema, ex.Values, today).Submission()
		raw, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		var back form.Answers
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		st := form.Evaluate(ex.schema, back, today)
		if second := st.Submission(); !st.Valid() || !maps.EqualFunc(first, second, form.Value.Equal) {
			t.Errorf("%s changes when it is evaluated again", ex.Form)
		}
	}
}

// Each answer that is required is taken away once; the cells of tables too.
func TestEveryMissingRequiredAnswerIsNamed(t *testing.T) {
	plain, steering, cells := 0, 0, 0
	for _, ex := range examples(t) {
		steers := controlling(ex.schema)
		st := form.Evaluate(ex.schema, ex.Values, today)
		for _, f := range st.Fields {
			if f.Required {
				if steers[f.ID] {
					steering++
				} else {
					plain++
				}
				a := maps.Clone(ex.Values)
				delete(a, f.ID)
				expectRequired(t, ex, a, f.ID)
				// Without a field that steers others, those may be asked too.
				if got := codes(form.Evaluate(ex.schema, a, today).Errors); !steers[f.ID] && got != f.ID+" required" {
					t.Errorf("%s without %s: %s", ex.Form, f.ID, got)
				}
			}
			for i, row := range f.Rows {
				for _, cell := range row {
					if !cell.Required {
						continue
					}
					cells++
					a := maps.Clone(ex.Values)
					a[f.ID] = withoutCell(a[f.ID], i, cell.ID)
					expectRequired(t, ex, a, cell.ID)
				}
			}
		}
	}
	if plain != 556 || steering != 140 {
		t.Errorf("%d and %d cases, the collected forms have 556 and 140", plain, steering)
	}
	if cells == 0 {
		t.Error("no cell of a table was taken away")
	}
}

func expectRequired(t *testing.T, ex example, a form.Answers, path string) {
	t.Helper()
	st := form.Evaluate(ex.schema, a, today)
	if !slices.ContainsFunc(st.Errors, func(p form.Problem) bool { return p.Field == path && p.Code == form.Required }) {
		t.Errorf("%s without %s: %+v", ex.Form, path, st.Errors)
	}
	if st.Valid() {
		t.Errorf("%s without %s is valid", ex.Form, path)
	}
}

func withoutCell(table form.Value, row int, path string) form.Value {
	column := path[len(path)-len(filepath.Ext(path))+1:]
	rows := slices.Clone(table.Items())
	rec := map[string]form.Value{}
	for _, name := range rows[row].Members() {
		if name != column {
			rec[name] = rows[row].Get(name)
		}
	}
	rows[row] = form.RecordOf(rec)
	return form.ListOf(rows...)
}

// controlling returns the fields on which the visibility of others depends.
func controlling(s *form.Schema) map[string]bool {
	out := map[string]bool{}
	var add func(form.Condition)
	add = func(c form.Condition) {
		if c.Field != "" {
			out[c.Field] = true
		}
		for _, sub := range slices.Concat(c.All, c.Any) {
			add(sub)
		}
	}
	for _, sec := range s.Definition().Sections {
		for _, f := range sec.Fields {
			if f.VisibleIf != nil {
				add(*f.VisibleIf)
			}
		}
	}
	return out
}
