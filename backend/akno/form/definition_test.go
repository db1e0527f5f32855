package form_test

import (
	"encoding/json"
	"testing"

	"akno/backend/akno/form"
)

// A definition may come from the portal: whatever it holds, it compiles or is
// refused, and what compiles can be evaluated and survives being written.
func FuzzCompile(f *testing.F) {
	for _, ex := range examples(f) {
		raw, err := json.Marshal(ex.schema.Definition())
		if err != nil {
			f.Fatal(err)
		}
		if len(raw) < 40_000 {
			f.Add(raw)
		}
	}
	f.Add([]byte(`{"id":"F","version":1,"title":{"ru":"Ф"},"requires_signature":false,"sections":[{"id":"s","title":{"ru":"С"},"fields":[
		{"id":"t","type":"table","label":{"ru":"т"},"required":true,"columns":[{"id":"n","type":"number","label":{"ru":"н"},"required":false}]},
		{"id":"c","type":"computed","label":{"ru":"в"},"required":false,"expr":"(sum(t.n)+1)/count(t)*2-0.5"}]}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		def, err := form.ParseDefinition(raw)
		if err != nil {
			return
		}
		s, err := form.Compile(def, nil)
		if err != nil {
			return
		}
		st := form.Evaluate(s, form.Answers{}, today)
		if len(st.Visible()) > len(st.Fields) {
			t.Error("more fields are visible than there are")
		}
		again, err := json.Marshal(def)
		if err != nil {
			t.Fatal(err)
		}
		back, err := form.ParseDefinition(again)
		if err != nil {
			t.Fatalf("%s is not read back: %v", again, err)
		}
		if _, err := form.Compile(back, nil); err != nil {
			t.Errorf("%s does not compile again: %v", again, err)
		}
	})
}

// Every form that ships survives being written and read.
func TestDefinitionsReadBack(t *testing.T) {
	for _, ex := range examples(t) {
		raw, err := json.Marshal(ex.schema.Definition())
		if err != nil {
			t.Fatal(err)
		}
		def, err := form.ParseDefinition(raw)
		if err != nil {
			t.Errorf("%s: %v", ex.Form, err)
			continue
		}
		again, err := json.Marshal(def)
		if err != nil || string(again) != string(raw) {
			t.Errorf("%s changes: %v", ex.Form, err)
		}
	}
}

func TestValuesReadWithinBounds(t *testing.T) {
	for _, in := range []string{
		`[[[[[[[["x"]]]]]]]]`, `{"a":`, `1 2`, ``, `"a" "b"`,
	} {
		var v form.Value
		if err := v.UnmarshalJSON([]byte(in)); err == nil {
			t.Errorf("%s is read as %v", in, v.Plain())
		}
	}
	for in, want := range map[string]form.Kind{`null`: form.Null, `"a"`: form.String, `1.50`: form.Number, `true`: form.Bool, `[]`: form.List, `{}`: form.Record} {
		var v form.Value
		if err := v.UnmarshalJSON([]byte(in)); err != nil || v.Kind() != want {
			t.Errorf("%s: kind %d, %v", in, v.Kind(), err)
		}
		if out, err := json.Marshal(v); err != nil || string(out) != in {
			t.Errorf("%s is written as %s, %v", in, out, err)
		}
	}
	v, err := form.ValueOf(float64(10.5))
	if err != nil || v.Text() != "10.5" {
		t.Errorf("%v %v", v.Plain(), err)
	}
	if _, err := form.ValueOf(struct{}{}); err == nil {
		t.Error("a struct is an answer")
	}
}
