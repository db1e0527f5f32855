package form_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"akno/backend/akno/form"
)

// Every visible field of every example gets every kind of wrong answer that its
// type and its rules know, and so does every column of a table.
func TestEveryWrongAnswerIsNamedOnItsField(t *testing.T) {
	cases := 0
	for _, ex := range examples(t) {
		st := form.Evaluate(ex.schema, ex.Values, today)
		for _, sec := range ex.schema.Definition().Sections {
			for _, f := range sec.Fields {
				if fs, _ := st.Field(f.ID); !fs.Visible {
					continue
				}
				for _, w := range wrong(f) {
					cases++
					a := maps.Clone(ex.Values)
					a[f.ID] = w.value
					expectError(t, ex, a, f.ID, w)
				}
				if f.Type != form.TypeTable {
					continue
				}
				for _, c := range f.Columns {
					for _, w := range wrong(c) {
						cases++
						a := maps.Clone(ex.Values)
						a[f.ID] = rowWith(t, f, c.ID, w.value)
						expectError(t, ex, a, f.ID+"[0]."+c.ID, w)
					}
				}
			}
		}
	}
	if cases < 1500 {
		t.Errorf("only %d cases", cases)
	}
}

type wrongAnswer struct {
	value form.Value
	code  form.Code
}

func expectError(t *testing.T, ex example, a form.Answers, path string, w wrongAnswer) {
	t.Helper()
	st := form.Evaluate(ex.schema, a, today)
	if !slices.ContainsFunc(st.Errors, func(p form.Problem) bool { return p.Field == path && p.Code == w.code }) {
		t.Errorf("%s: %s = %.60v: %s, want %s", ex.Form, path, w.value.Plain(), codes(st.Errors), w.code)
	}
}

func rowWith(t *testing.T, table form.Field, column string, v form.Value) form.Value {
	t.Helper()
	rec := map[string]form.Value{}
	for _, c := range table.Columns {
		if c.Required {
			rec[c.ID] = answer(t, c)
		}
	}
	rec[column] = v
	return form.ListOf(form.RecordOf(rec))
}

// wrong lists wrong answers to a field.
func wrong(f form.Field) []wrongAnswer {
	text := func(code form.Code, values ...string) (out []wrongAnswer) {
		for _, v := range values {
			out = append(out, wrongAnswer{form.Text(v), code})
		}
		return out
	}
	out := []wrongAnswer{{form.RecordOf(map[string]form.Value{"x": form.Text("y")}), form.WrongType}}
	switch f.Type {
	case form.TypeText, form.TypeTextarea:
		out = append(out, wrongAnswer{form.Flag(true), form.WrongType})
		out = append(out, text(form.Charset, "a\u0000b")...)
		if f.Rules.Pattern != "" {
			out = append(out, text(form.Pattern, "!", "№%")...)
		}
		if n := f.Rules.MaxLen; n > 0 {
			out = append(out, text(form.MaxLen, strings.Repeat("ў", n+1))...)
		}
		if n := f.Rules.MinLen; n > 1 {
			out = append(out, text(form.MinLen, strings.Repeat("ў", n-1))...)
		}
	case form.TypeSelect, form.TypeRadio:
		if len(f.Options) > 0 {
			out = append(out, text(form.BadOption, "no_such", strings.ToUpper(f.Options[0].Value)+"X")...)
		}
		out = append(out, wrongAnswer{form.Flag(true), form.WrongType})
	case form.TypeMultiselect:
		out = append(out, wrongAnswer{form.ListOf(form.Text("no_such")), form.BadOption})
		out = append(out, text(form.WrongType, f.Options[0].Value)...)
	case form.TypeCheckbox:
		out = append(out, text(form.WrongType, "true")...)
	case form.TypeDate:
		out = append(out, text(form.BadDate, "2026-02-30", "2025-02-29", "2026-13-01", "30.01.2026", "0000-00-00", "x")...)
		if f.Rules.Max == "today" {
			out = append(out, text(form.TooLate, "2026-11-22")...)
		}
		if f.Rules.Min == "today" {
			out = append(out, text(form.TooEarly, "2026-11-20")...)
		}
	case form.TypeDatetime:
		out = append(out, text(form.BadDate, "2026-02-30T10:00")...)
		out = append(out, text(form.BadTime, "2026-12-01T24:00", "2026-12-01")...)
	case form.TypeTime:
		out = append(out, text(form.BadTime, "24:00", "9:30", "12:60", "12")...)
	case form.TypeNumber, form.TypeMoney:
		out = append(out, wrongNumbers(f)...)
	case form.TypePhone:
		out = append(out, text(form.BadFormat, "291234567", "телефон")...)
		out = append(out, text(form.BadLength, "+375291")...)
	case form.TypeEmail:
		out = append(out, text(form.BadFormat, "jan", "jan@", "jan@example", "j an@example.by", "a@b@c.by")...)
	case form.TypeNumberBY:
		out = append(out, text(form.CheckDigit, "3110575A001PB5", "3110575A010PB7")...)
		out = append(out, text(form.BadDate, "3310275A001PB4")...)
		out = append(out, text(form.BadLength, "3110575A001PB")...)
		out = append(out, text(form.BadFormat, "311O575A001PB7")...)
	case form.TypeUNP:
		out = append(out, text(form.CheckDigit, "123456784")...)
		out = append(out, text(form.BadLength, "12345678")...)
		out = append(out, text(form.BadFormat, "2A0988541")...)
	case form.TypeIBAN:
		out = append(out, text(form.CheckDigit, "BY14NBRB3600900000002Z00AB00")...)
		out = append(out, text(form.BadFormat, "PL13NBRB3600900000002Z00AB00")...)
		out = append(out, text(form.BadLength, "BY13")...)
	case form.TypeCadastral:
		out = append(out, text(form.BadLength, "123")...)
		out = append(out, text(form.BadFormat, "12345678901234567А")...)
	case form.TypeFile:
		return wrongFiles(f, func(v form.Value) form.Value { return v })
	case form.TypeFileList:
		return wrongFiles(f, func(v form.Value) form.Value { return form.ListOf(v) })
	case form.TypeTable:
		if n := f.Rules.MaxRows; n > 0 {
			rows := make([]form.Value, n+1)
			for i := range rows {
				rows[i] = form.RecordOf(map[string]form.Value{"x": form.Text("y")})
			}
			out = append(out, wrongAnswer{form.ListOf(rows...), form.MaxRows})
		}
	case form.TypeComputed:
		return nil
	}
	return out
}

func wrongNumbers(f form.Field) []wrongAnswer {
	out := []wrongAnswer{{form.Text("x"), form.BadNumber}, {form.Text("1e3"), form.BadNumber}, {form.Flag(true), form.WrongType}}
	if f.Rules.Min != "" {
		out = append(out, wrongAnswer{form.Text("-1"), form.TooSmall})
	}
	if f.Rules.Max != "" {
		out = append(out, wrongAnswer{form.Text("999999999"), form.TooLarge})
	}
	if f.Rules.Integer {
		out = append(out, wrongAnswer{form.Text("1.5"), form.NotInteger})
	}
	if f.Rules.Step != "" {
		out = append(out, wrongAnswer{form.Text("1.00005"), form.BadStep})
	}
	if f.Type == form.TypeMoney {
		out = append(out, wrongAnswer{form.Text("1.005"), form.BadStep})
	}
	return out
}

func wrongFiles(f form.Field, in func(form.Value) form.Value) []wrongAnswer {
	base := form.File{ID: "f", Name: "a.pdf", MIME: f.Rules.MIME[0], Size: 1, SHA256: strings.Repeat("a", 64)}
	change := func(fn func(*form.File)) form.Value {
		x := base
		fn(&x)
		return in(x.Value())
	}
	out := []wrongAnswer{
		{change(func(x *form.File) { x.MIME = "application/x-msdownload" }), form.BadMIME},
		{change(func(x *form.File) { x.MIME = "text/html" }), form.BadMIME},
		{change(func(x *form.File) { x.Size = 0 }), form.EmptyFile},
		{change(func(x *form.File) { x.Size = int64(f.Rules.MaxMB)<<20 + 1 }), form.FileTooLarge},
		{change(func(x *form.File) { x.SHA256 = "x" }), form.BadFile},
		{change(func(x *form.File) { x.Name = "" }), form.BadFile},
		{form.Text("a.pdf"), form.WrongType},
	}
	if n := f.Rules.MaxFiles; n > 0 {
		list := make([]form.Value, n+1)
		for i := range list {
			x := base
			x.ID = strconv.Itoa(i)
			list[i] = x.Value()
		}
		out = append(out, wrongAnswer{form.ListOf(list...), form.TooManyFiles})
	}
	return out
}
