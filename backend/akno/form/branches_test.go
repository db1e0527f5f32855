package form_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"

	"akno/backend/akno/form"
)

// Every value of every field with a choice leads to a form that can be filled:
// the choice is made, what becomes visible and required is answered, and the
// form is valid. A choice that the form forbids (must_be) is refused on its own
// field and on no other.
func TestEveryBranchCanBeFilled(t *testing.T) {
	cases, steering, refused := 0, 0, 0
	for _, ex := range examples(t) {
		steers := controlling(ex.schema)
		for _, sec := range ex.schema.Definition().Sections {
			for _, f := range sec.Fields {
				for _, v := range choices(f) {
					cases++
					if steers[f.ID] {
						steering++
					}
					name := fmt.Sprintf("%s.%s=%v", ex.Form, f.ID, v.Plain())
					st := filled(t, name, ex, f, v)
					if must := f.Rules.MustBe; must != nil && !must.Equal(v) {
						refused++
						if len(st.Errors) != 1 || st.Errors[0].Field != f.ID || st.Errors[0].Code != form.MustBe {
							t.Errorf("%s: %+v", name, st.Errors)
						}
						continue
					}
					if !st.Valid() {
						t.Errorf("%s: %+v", name, st.Errors)
					}
				}
			}
		}
	}
	if steering != 815 || cases != 1587 || refused != 39 {
		t.Errorf("%d choices, %d of them steer the form and %d are refused; the collected forms have 1587, 815 and 39",
			cases, steering, refused)
	}
}

// choices are the values that steer a form.
func choices(f form.Field) []form.Value {
	switch f.Type {
	case form.TypeSelect, form.TypeRadio:
		var out []form.Value
		for _, o := range f.Options {
			out = append(out, form.Text(o.Value))
		}
		return out
	case form.TypeMultiselect:
		var out []form.Value
		for _, o := range f.Options {
			out = append(out, form.ListOf(form.Text(o.Value)))
		}
		return out
	case form.TypeCheckbox:
		return []form.Value{form.Flag(true), form.Flag(false)}
	}
	return nil
}

// filled makes the choice, makes its field visible, and answers what is missing
// until nothing is.
func filled(t *testing.T, name string, ex example, f form.Field, v form.Value) form.State {
	t.Helper()
	a := maps.Clone(ex.Values)
	a[f.ID] = v
	if f.VisibleIf != nil {
		satisfy(ex.schema, *f.VisibleIf, a)
	}
	if f.ID == "sex" && v.Text() == "f" {
		a["personal_number"] = form.Text("4110575A001PB" + checkDigit("4110575A001PB"))
	}
	if v.Text() == "foreign_passport" {
		a["id_doc_number"] = form.Text("AB1234567")
	}
	for range 10 {
		st := form.Evaluate(ex.schema, a, today)
		changed := false
		for _, e := range st.Errors {
			field, ok := ex.schema.Field(e.Field)
			if ok && e.Code == form.Required {
				a[e.Field] = answer(t, field)
				changed = true
			}
		}
		if !changed {
			if fs, _ := st.Field(f.ID); !fs.Visible {
				t.Errorf("%s: the field cannot be made visible", name)
			}
			return st
		}
	}
	t.Errorf("%s is never full", name)
	return form.State{}
}

// satisfy answers the fields of a condition so that it holds.
func satisfy(s *form.Schema, c form.Condition, a form.Answers) {
	for _, sub := range c.All {
		satisfy(s, sub, a)
	}
	if c.Field == "" {
		return
	}
	f, _ := s.Field(c.Field)
	switch c.Op {
	case "eq":
		a[c.Field] = *c.Value
	case "in":
		a[c.Field] = c.Value.Items()[0]
	case "ne":
		for _, o := range f.Options {
			if o.Value != c.Value.Text() {
				a[c.Field] = form.Text(o.Value)
				break
			}
		}
		if f.Type == form.TypeCheckbox {
			delete(a, c.Field)
		}
	}
	if f.VisibleIf != nil {
		satisfy(s, *f.VisibleIf, a)
	}
}

func checkDigit(s string) string {
	sum := 0
	for i, r := range s {
		v := int(r - '0')
		if r >= 'A' {
			v = int(r-'A') + 10
		}
		sum += v * []int{7, 3, 1}[i%3]
	}
	return string(rune('0' + sum%10))
}

var samples = []string{
	"Тест", "Тестовский", "TEST", "1234567", "10", "220000", "123456", "AB1234567", "MP", "I-МЮ 1234567", "112233445566778",
	"123456789012345678", "123/C-1234", "example.by", "40E5B1C2A3D4F5061728", "7AA",
}

// answer makes a right answer to a field.
func answer(t *testing.T, f form.Field) form.Value {
	t.Helper()
	switch f.Type {
	case form.TypeText:
		if f.Rules.Pattern == "" {
			return form.Text("Тест")
		}
		p := regexp.MustCompile(f.Rules.Pattern)
		i := slices.IndexFunc(samples, p.MatchString)
		if i < 0 {
			t.Fatalf("%s: no sample matches %s", f.ID, f.Rules.Pattern)
		}
		return form.Text(samples[i])
	case form.TypeTextarea:
		return form.Text("Обстоятельства изложены полностью.")
	case form.TypeSelect, form.TypeRadio:
		if f.Rules.MustBe != nil {
			return *f.Rules.MustBe
		}
		if len(f.Options) == 0 {
			return form.Text("ref:1")
		}
		return form.Text(f.Options[0].Value)
	case form.TypeMultiselect:
		return form.ListOf(form.Text(f.Options[0].Value))
	case form.TypeCheckbox:
		return form.Flag(true)
	case form.TypeDate:
		if f.Rules.Max == "today" {
			return form.Text("2020-01-15")
		}
		return form.Text("2026-12-15")
	case form.TypeDatetime:
		return form.Text("2026-12-15T10:00")
	case form.TypeTime:
		return form.Text("09:30")
	case form.TypeNumber:
		if f.Rules.Min == "1900" || f.Rules.Min == "1940" || f.Rules.MinField != "" {
			return form.Text("2020")
		}
		return form.Text("1")
	case form.TypeMoney:
		return form.Text("10.00")
	case form.TypePhone:
		return form.Text("+375291234567")
	case form.TypeEmail:
		return form.Text("jan@example.by")
	case form.TypeNumberBY:
		return form.Text("3110575A001PB7")
	case form.TypeUNP:
		return form.Text("123456783")
	case form.TypeIBAN:
		return form.Text("BY13NBRB3600900000002Z00AB00")
	case form.TypeFile:
		return attachment(f)
	case form.TypeFileList:
		return form.ListOf(attachment(f))
	case form.TypeTable:
		rec := map[string]form.Value{}
		for _, c := range f.Columns {
			if c.Required {
				rec[c.ID] = answer(t, c)
			}
		}
		return form.ListOf(form.RecordOf(rec))
	}
	t.Fatalf("%s: no answer to a field of type %s", f.ID, f.Type)
	return form.Value{}
}

func attachment(f form.Field) form.Value {
	mime := "application/pdf"
	if len(f.Rules.MIME) > 0 {
		mime = f.Rules.MIME[0]
	}
	return form.File{
		ID: "f1", Name: "doc.pdf", MIME: mime, Size: 1024,
		SHA256: "0000000000000000000000000000000000000000000000000000000000000000",
	}.Value()
}
