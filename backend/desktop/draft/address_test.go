package draft

import (
	"slices"
	"testing"

	"akno/backend/akno/form"
)

// offered finds a locality of a field by its Russian name.
func offered(v View, field, name string) (Locality, bool) {
	f, _ := v.Field(field)
	i := slices.IndexFunc(f.Localities, func(l Locality) bool { return l.Name.RU == name })
	if i < 0 {
		return Locality{}, false
	}
	return f.Localities[i], true
}

func fills(l Locality) map[string]string {
	out := map[string]string{}
	for _, p := range l.Fills {
		out[p.ID] = p.Value
	}
	return out
}

func TestATownBringsWhatFollowsFromItAndTouchesNoAnswer(t *testing.T) {
	d := newDesk(t)
	v, err := d.Create(t.Context(), "200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := v.Field("reg_settlement"); f.Part != (form.Part{Address: "reg", Role: "settlement"}) {
		t.Errorf("the settlement is %+v", f.Part)
	}
	lida, ok := offered(v, "reg_settlement", "Лида")
	if !ok || lida.Note.RU != "Лидский район" {
		t.Fatalf("%+v %v", lida, ok)
	}
	if got := fills(lida); got["reg_region"] != "4" || got["reg_district"] != "409" || got["reg_settlement_type"] != "g" {
		t.Errorf("Lida brings %v", got)
	}
	c, err := d.Apply(t.Context(), v.Row.ID, []Patch{{Field: "reg_settlement_type", Value: form.Text("ag")}, {Field: "reg_region", Value: form.Text("4")}})
	if err != nil {
		t.Fatal(err)
	}
	if lida, _ = offered(c.View, "reg_settlement", "Лида"); len(fills(lida)) != 1 || fills(lida)["reg_district"] != "409" {
		t.Errorf("over answers Lida brings %v", fills(lida))
	}
	if _, ok := offered(c.View, "reg_settlement", "Брест"); ok {
		t.Error("a town of another region is offered")
	}
	if _, ok := offered(c.View, "reg_district", "Брестский район"); ok {
		t.Error("a district of another region is offered")
	}
	if !slices.Contains(c.Changed, "reg_settlement") || !slices.Contains(c.Changed, "reg_district") {
		t.Errorf("the page does not hear of what is offered now: %v", c.Changed)
	}
}

func TestADistrictThatNobodyKnowsStands(t *testing.T) {
	d := newDesk(t)
	v, err := d.Create(t.Context(), "200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Apply(t.Context(), v.Row.ID, []Patch{
		{Field: "reg_region", Value: form.Text("4")}, {Field: "reg_district", Value: form.Text("Заречный район")},
	})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := c.View.Field("reg_district")
	if f.State.Value.Text() != "Заречный район" || len(f.State.Errors) > 0 || len(f.State.Warnings) != 1 {
		t.Errorf("%+v", f.State)
	}
}
