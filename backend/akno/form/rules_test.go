package form_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"akno/backend/akno/form"
)

// A form with every kind of rule. Ages are counted on 21.11.2026.
const ruled = `{"id":"F","version":1,"title":{"ru":"Ф"},"requires_signature":false,
 "sections":[{"id":"s","title":{"ru":"С"},"fields":[
  {"id":"birth","type":"date","label":{"ru":"р"},"required":true,"rules":{"max":"today"}},
  {"id":"age","type":"number","label":{"ru":"в"},"required":false,"rules":{"integer":true},"expr":"years_between(birth, today())"},
  {"id":"rep","type":"text","label":{"ru":"п"},"required":true,"show":"age < 14"},
  {"id":"pension","type":"checkbox","label":{"ru":"п"},"required":false,"show":"age >= 14"},
  {"id":"number","type":"text","label":{"ru":"н"},"required":false,"required_if":"pension == true && age < 60"},
  {"id":"kids","type":"table","label":{"ru":"д"},"required":false,"rules":{"max_rows":5},"columns":[
    {"id":"name","type":"text","label":{"ru":"и"},"required":true},
    {"id":"share","type":"number","label":{"ru":"д"},"required":false,"required_if":"pension == true || name == 'Ева'","rules":{"min":0,"max":1}},
    {"id":"from","type":"date","label":{"ru":"с"},"required":false}]},
  {"id":"total","type":"computed","label":{"ru":"и"},"required":false,"expr":"sum(kids.share) * 100"},
  {"id":"full","type":"text","label":{"ru":"т"},"required":false,"expr":"rep + ' и ' + str(count(kids))"}
 ]}],
 "rules":[
  {"if":"sum(kids.share) > 1","field":"kids","error":"share_sum","msg":{"ru":"Доли больше целого."}},
  {"if":"this < birth","field":"kids.from","error":"before_birth"},
  {"if":"this.size() > 3 || size(this) > 3","field":"rep","error":"long_name"}
 ]}`

func TestRulesDecideAboutTheForm(t *testing.T) {
	def, err := form.ParseDefinition([]byte(strings.ReplaceAll(ruled, "this.size() > 3 || ", "")))
	if err != nil {
		t.Fatal(err)
	}
	s, err := form.Compile(def, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ answers, visible, errors, computed string }{
		"nothing answered": {
			`{}`, "birth age number kids total full", "birth required", `{"total":"0.00"}`,
		},
		"a child": {
			`{"birth":"2012-11-22","rep":"Ян","kids":[{"name":"А"}]}`, "birth age rep number kids total full", "", `{"age":"13","full":"Ян и 1","total":"0.00"}`,
		},
		"a child without one who acts": {
			`{"birth":"2012-11-22"}`, "birth age rep number kids total full", "rep required", `{"age":"13","total":"0.00"}`,
		},
		"fourteen on the day": {
			`{"birth":"2012-11-21","rep":"a hidden answer"}`, "birth age pension number kids total full", "", `{"age":"14","total":"0.00"}`,
		},
		"a pensioner has a number": {
			`{"birth":"1980-01-01","pension":true}`, "birth age pension number kids total full", "number required", `{"age":"46","total":"0.00"}`,
		},
		"a rule of a row reads the form and the row": {
			`{"birth":"1980-01-01","pension":true,"number":"1","kids":[{"name":"А"},{"name":"Ева","share":"0.5"}]}`,
			"birth age pension number kids total full", "kids[0].share required", `{"age":"46","total":"50.00"}`,
		},
		"a rule of a row without the form": {
			`{"birth":"1980-01-01","kids":[{"name":"Ева"},{"name":"А"}]}`,
			"birth age pension number kids total full", "kids[0].share required", `{"age":"46","total":"0.00"}`,
		},
		"answers that contradict one another": {
			`{"birth":"1980-01-01","kids":[{"name":"А","share":"0.7","from":"1979-12-31"},{"name":"Б","share":0.31,"from":"1980-01-01"}]}`,
			"birth age pension number kids total full", "kids share_sum, kids[0].from before_birth", `{"age":"46","total":"101.00"}`,
		},
		"what is wrong is no answer to a rule": {
			`{"birth":"30.01.1980","kids":[{"name":"А","from":"1979-12-31"}]}`,
			"birth age number kids total full", "birth date_impossible", `{"total":"0.00"}`,
		},
		"a rule of a hidden field is not raised": {
			`{"birth":"1980-01-01","rep":"Константин"}`, "birth age pension number kids total full", "", `{"age":"46","total":"0.00"}`,
		},
		"a rule of a shown one is": {
			`{"birth":"2020-01-01","rep":"Константин"}`, "birth age rep number kids total full", "rep long_name", `{"age":"6","full":"Константин и 0","total":"0.00"}`,
		},
		"an answer to a computed field is not taken": {
			`{"birth":"2020-01-01","age":99,"rep":"Ян"}`, "birth age rep number kids total full", "", `{"age":"6","full":"Ян и 0","total":"0.00"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			st := form.Evaluate(s, answers(t, c.answers), today)
			if got := strings.Join(st.Visible(), " "); got != c.visible {
				t.Errorf("visible: %s", got)
			}
			if got := codes(st.Errors); got != c.errors {
				t.Errorf("errors: %s", got)
			}
			if got, _ := json.Marshal(s.Computed(st)); string(got) != c.computed {
				t.Errorf("computed: %s", got)
			}
			if st.Valid() != (c.errors == "") || len(st.Faults) > 0 {
				t.Errorf("valid %t, faults %v", st.Valid(), st.Faults)
			}
			again := form.Evaluate(s, st.Submission(), today)
			if !maps.EqualFunc(again.Submission(), st.Submission(), form.Value.Equal) {
				t.Error("the submission is not evaluated to itself")
			}
		})
	}
	if m := s.Message(form.Problem{Field: "kids", Code: "share_sum"}); m.RU != "Доли больше целого." {
		t.Errorf("message %+v", m)
	}
	if m := s.Message(form.Problem{Field: "kids[1].from", Code: "before_birth"}); !m.IsZero() {
		t.Errorf("message %+v", m)
	}
}

func TestWrongRulesOfAFormAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ fields, want string }{
		"an unknown field":    {`[{"id":"a","type":"text","label":{"ru":"а"},"required":false,"show":"b == 'x'"}]`, `no field "b"`},
		"another type":        {`[{"id":"a","type":"number","label":{"ru":"а"},"required":false},{"id":"b","type":"text","label":{"ru":"б"},"required":false,"show":"a == '01'"}]`, "never equal"},
		"no condition":        {`[{"id":"a","type":"text","label":{"ru":"а"},"required":false,"show":"size(a)"}]`, "bool is wanted"},
		"itself":              {`[{"id":"a","type":"text","label":{"ru":"а"},"required":false,"show":"a == null"}]`, "depends on itself"},
		"a ring":              {`[{"id":"a","type":"text","label":{"ru":"а"},"required":false,"show":"b == null"},{"id":"b","type":"text","label":{"ru":"б"},"required":false,"expr":"a"}]`, "depends on itself"},
		"two conditions":      {`[{"id":"a","type":"checkbox","label":{"ru":"а"},"required":false},{"id":"b","type":"text","label":{"ru":"б"},"required":false,"show":"a == true","visible_if":{"field":"a","op":"eq","value":true}}]`, "together"},
		"required twice":      {`[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"required_if":"true"}]`, "together"},
		"a computed file":     {`[{"id":"a","type":"file","label":{"ru":"а"},"required":false,"expr":"null"}]`, "cannot be computed"},
		"a value of no type":  {`[{"id":"a","type":"date","label":{"ru":"а"},"required":false,"expr":"'2026'"}]`, "date is wanted"},
		"a hidden column":     {`[{"id":"t","type":"table","label":{"ru":"т"},"required":false,"columns":[{"id":"c","type":"text","label":{"ru":"к"},"required":false,"show":"true"}]}]`, "always visible"},
		"a row from the form": {`[{"id":"t","type":"table","label":{"ru":"т"},"required":false,"columns":[{"id":"c","type":"text","label":{"ru":"к"},"required":false}]},{"id":"b","type":"text","label":{"ru":"б"},"required":false,"show":"c == 'x'"}]`, `no field "c"`},
	} {
		_, err := compiled(c.fields)
		if !errors.Is(err, form.ErrDefinition) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct{ rules, want string }{
		"a field that is not there":  {`[{"if":"true","field":"x","error":"e"}]`, `no field "x"`},
		"a column that is not there": {`[{"if":"true","field":"kids.x","error":"e"}]`, `no column "kids.x"`},
		"a code of another form":     {`[{"if":"true","field":"kids","error":"Так нельзя"}]`, "has another form"},
		"no condition":               {`[{"if":"1","field":"kids","error":"e"}]`, "bool is wanted"},
	} {
		raw := ruled[:strings.Index(ruled, `"rules":[
`)] + `"rules":` + c.rules + "}"
		def, err := form.ParseDefinition([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := form.Compile(def, nil); !errors.Is(err, form.ErrDefinition) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A form whose rules would work without end is never valid.
func TestRulesWithoutEndAreAnError(t *testing.T) {
	s := compile(t, `[
	 {"id":"t","type":"table","label":{"ru":"т"},"required":false,"rules":{"max_rows":200},"columns":[{"id":"n","type":"number","label":{"ru":"н"},"required":false}]},
	 {"id":"b","type":"text","label":{"ru":"б"},"required":false,"show":"t.all(x, t.all(y, x.n + y.n > 0))"},
	 {"id":"c","type":"text","label":{"ru":"в"},"required":true}]`)
	rows := make([]form.Value, 200)
	for i := range rows {
		rows[i] = form.RecordOf(map[string]form.Value{"n": form.Text("1")})
	}
	st := form.Evaluate(s, form.Answers{"t": form.ListOf(rows...), "c": form.Text("x")}, today)
	if codes(st.Errors) != "b rule_limit" || st.Valid() || len(st.Faults) != 1 {
		t.Errorf("%s, %v", codes(st.Errors), st.Faults)
	}
	if few := form.Evaluate(s, form.Answers{"t": form.ListOf(rows[:20]...), "c": form.Text("x")}, today); !few.Valid() {
		t.Errorf("twenty rows: %s", codes(few.Errors))
	}
}

// The stored conditions of all forms are rules, there and back.
func TestConditionsAreRules(t *testing.T) {
	conditions := 0
	for _, ex := range examples(t) {
		for _, sec := range ex.schema.Definition().Sections {
			for _, f := range sec.Fields {
				if f.VisibleIf == nil {
					continue
				}
				conditions++
				src, ok := form.Raise(*f.VisibleIf)
				back, ok2 := form.Lower(src)
				a, _ := json.Marshal(f.VisibleIf)
				b, _ := json.Marshal(back)
				if !ok || !ok2 || string(a) != string(b) {
					t.Errorf("%s.%s: %s from %s", ex.Form, f.ID, src, a)
				}
			}
		}
	}
	if conditions < 200 {
		t.Errorf("only %d conditions", conditions)
	}
	for _, src := range []string{
		"a", "a == b", "a == 'x' && b == 'y' || c == 'z'", "a == 'it\\'s'", "a  == 'x'", "a in 'x'", "a == ['x']", "a in ['x','y']", "size(a) == 1", "a < 'x'", "a == 1", "(a == 'x' && b == 'y')", "(a == 'x') && b == 'y'", "(a == 'x'", "",
	} {
		if c, ok := form.Lower(src); ok {
			t.Errorf("%q is stored as %+v", src, c)
		}
	}
}
