package draft

import (
	"reflect"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/form"
)

// whole is a field with something in each member of it.
func whole() Field {
	name := akno.Text{RU: "Минск", BE: "Мінск", EN: "Minsk"}
	state := form.FieldState{
		ID: "reg", Visible: true, Required: true, Repaired: true, Value: form.Text("a"), Errors: []form.Problem{{Field: "reg", Code: form.Required, Params: map[string]string{"min": "1"}}},
		Warnings: []form.Problem{{Field: "reg", Code: form.BadOption}}, Rows: [][]form.FieldState{{{ID: "x", Value: form.Text("b")}}},
	}
	list := []Locality{{Value: "m", Name: name, Note: name, Fills: []Fill{{ID: "reg_region", Value: "5"}}}}
	return Field{
		Def: &form.Field{ID: "reg"}, State: state, Options: []form.Option{{Value: "1", Label: name, Parent: "2"}}, Source: "profile", Suggest: "b", Portal: "required",
		RowIDs: []string{"r"}, Portals: map[string]string{"reg[0].x": "required"}, Part: form.Part{Address: "reg", Role: "region"}, Localities: list,
		Cells: [][]Cell{{{Part: form.Part{Address: "reg", Role: "town"}, Localities: list}}},
	}
}

// changes calls with for every member of the value at v, however deep, after giving
// it another value; it puts the old one back.
func changes(t *testing.T, name string, v reflect.Value, with func(name string)) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[form.Value]() {
			old := reflect.ValueOf(v.Interface())
			v.Set(reflect.ValueOf(form.Text("other")))
			with(name)
			v.Set(old)
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "Def" {
				continue // of the form
			}
			changes(t, name+"."+v.Type().Field(i).Name, v.Field(i), with)
		}
	case reflect.Slice:
		old := reflect.ValueOf(v.Interface())
		if old.Len() == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), old.Len(), old.Len()))
		reflect.Copy(v, old)
		for i := range v.Len() {
			changes(t, name+"[]", v.Index(i), with)
		}
		v.Set(old.Slice(0, old.Len()-1))
		with(name + " (shorter)")
		v.Set(old)
	case reflect.Map:
		old := reflect.ValueOf(v.Interface())
		v.Set(reflect.ValueOf(map[string]string{"another": "one"}))
		with(name)
		v.Set(old)
	case reflect.String:
		old := v.String()
		v.SetString(old + "x")
		with(name)
		v.SetString(old)
	case reflect.Bool:
		v.SetBool(!v.Bool())
		with(name)
		v.SetBool(!v.Bool())
	default:
		t.Fatalf("%s is a %s, which this test cannot change", name, v.Kind())
	}
}

func TestAFieldLooksOtherwiseWhateverOfItChanges(t *testing.T) {
	was, now := whole(), whole()
	if !now.looksAs(&was, true) || !now.looksAs(&was, false) {
		t.Fatal("two equal fields look different")
	}
	seen := 0
	changes(t, "Field", reflect.ValueOf(&now).Elem(), func(name string) {
		seen++
		if now.looksAs(&was, true) {
			t.Errorf("%s changed, and the field looks the same", name)
		}
	})
	if !now.looksAs(&was, true) || seen < 40 {
		t.Errorf("%d changes were tried", seen)
	}
	now.Def.Label.RU = "Область"
	if now.looksAs(&was, false) || !now.looksAs(&was, true) {
		t.Error("the definition counts between forms, and only there")
	}
}
