package draft

import (
	"slices"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
)

func answer(field, value string) Patch { return Patch{Field: field, Value: form.Text(value)} }

// lida is a draft with an address in Lida.
func (d *desk) lida() string {
	d.t.Helper()
	id := d.create("200.1.3.4")
	d.apply(id, answer("reg_region", "4"), answer("reg_district", "409"), answer("reg_settlement_type", "g"), answer("reg_settlement", "Лида"), answer("reg_street", "Мира"))
	return id
}

func (d *desk) view(id string) View {
	d.t.Helper()
	v, err := d.Open(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *desk) apply(id string, patches ...Patch) Change {
	d.t.Helper()
	c, err := d.Apply(d.t.Context(), id, patches)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func clearedIn(c Change) []string {
	out := []string{}
	for _, x := range c.Cleared {
		out = append(out, x.Field+x.Column+"="+x.Was.RU)
	}
	return out
}

func wantCleared(t *testing.T, c Change, want ...string) {
	t.Helper()
	if got := clearedIn(c); !slices.Equal(got, want) {
		t.Errorf("cleared %q, want %q", got, want)
	}
}

func TestAnotherRegionEmptiesWhatDependedOnItInOneUndo(t *testing.T) {
	d := newDesk(t)
	id := d.lida()
	rev := d.view(id).Row.Rev
	c := d.apply(id, answer("reg_region", "3"))
	wantCleared(t, c, "reg_district=Лидский район", "reg_settlement=Лида", "reg_settlement_type=город")
	if c.Cleared[0].Cause.RU == "" || c.Cleared[0].Label.RU != "Район" || !c.Cleared[0].Address {
		t.Errorf("it is told as %+v", c.Cleared[0])
	}
	a := c.View.Row.Answers
	if !a["reg_district"].IsNull() || !a["reg_settlement"].IsNull() || a["reg_street"].Text() != "Мира" || c.View.Row.Rev != rev+1 {
		t.Errorf("revision %d: %v", c.View.Row.Rev, a)
	}
	for _, id := range []string{"reg_district", "reg_settlement"} {
		if !slices.Contains(c.Changed, id) {
			t.Errorf("the page does not hear of %s", id)
		}
	}
	if a := d.undo(id).View.Row.Answers; a["reg_region"].Text() != "4" || a["reg_district"].Text() != "409" || a["reg_settlement"].Text() != "Лида" || a["reg_settlement_type"].Text() != "g" {
		t.Errorf("one undo brings back %v", a)
	}
}

func TestWhatFitsOrCannotBeJudgedStands(t *testing.T) {
	for name, c := range map[string]struct {
		before, edit []Patch
		want         []string
	}{
		"the same region again":               {nil, []Patch{answer("reg_region", "4")}, nil},
		"a region that is being written anew": {nil, []Patch{{Field: "reg_region"}}, nil},
		"a village that no list knows":        {[]Patch{answer("reg_settlement", "Заречье-2")}, []Patch{answer("reg_region", "3")}, []string{"reg_district=Лидский район"}},
		"a district that no list knows":       {[]Patch{answer("reg_district", "Заречный район"), answer("reg_settlement", "Заречье-2")}, []Patch{answer("reg_region", "3")}, nil},
		"what is given in the same edit":      {nil, []Patch{answer("reg_district", "409"), answer("reg_region", "3"), answer("reg_settlement", "Лидочка")}, nil},
		"another district of the region":      {nil, []Patch{answer("reg_district", "401")}, []string{"reg_settlement=Лида", "reg_settlement_type=город"}},
		"a town without its type":             {[]Patch{answer("reg_settlement_type", "ag")}, []Patch{answer("reg_region", "3")}, []string{"reg_district=Лидский район", "reg_settlement=Лида"}},
		"a town before any region":            {[]Patch{{Field: "reg_region"}, {Field: "reg_district"}}, []Patch{answer("reg_region", "3")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			id := d.lida()
			if len(c.before) > 0 {
				d.apply(id, c.before...)
			}
			got := d.apply(id, c.edit...)
			wantCleared(t, got, c.want...)
		})
	}
}

func TestAHiddenDistrictComesBackWithItsRegion(t *testing.T) {
	d := newDesk(t)
	id := d.lida()
	c := d.apply(id, answer("reg_region", "5")) // the city of Minsk asks for no district
	wantCleared(t, c, "reg_settlement=Лида", "reg_settlement_type=город")
	if c.View.Row.Answers["reg_district"].Text() != "409" {
		t.Error("a hidden answer is gone")
	}
	wantCleared(t, d.apply(id, answer("reg_region", "4")))
	d.apply(id, answer("reg_region", "5"))
	wantCleared(t, d.apply(id, answer("reg_region", "3")), "reg_district=Лидский район")
}

func TestAnAddressInATableIsOfferedAndFollowed(t *testing.T) {
	d := newDesk(t)
	d.withAddressRows()
	id := d.create("200.1.3.4")
	var rows []string
	for range 2 {
		c, err := d.AddRow(t.Context(), id, "stays")
		if err != nil {
			t.Fatal(err)
		}
		f, _ := c.View.Field("stays")
		rows = f.RowIDs
	}
	cell := func(row, column, value string) Patch {
		return Patch{Field: "stays", Row: row, Column: column, Value: form.Text(value)}
	}
	f, _ := d.view(id).Field("stays")
	if len(f.Cells) != 2 || f.Cells[0][2].Part.Role != "settlement" || len(f.Cells[0][2].Localities) == 0 || &f.Cells[0][2].Localities[0] != &f.Cells[1][2].Localities[0] {
		t.Fatalf("rows that are answered alike are not offered one list: %d", len(f.Cells))
	}
	d.apply(id, cell(rows[0], "stay_region", "4"), cell(rows[0], "stay_district", "409"), cell(rows[0], "stay_settlement", "Лида"))
	d.apply(id, cell(rows[1], "stay_region", "4"), cell(rows[1], "stay_district", "409"), cell(rows[1], "stay_settlement", "Лида"))
	c := d.apply(id, cell(rows[0], "stay_region", "3"))
	wantCleared(t, c, "staysstay_district=Лидский район", "staysstay_settlement=Лида")
	if c.Cleared[0].Row != rows[0] {
		t.Error("another row is told")
	}
	if left := c.View.Row.Answers["stays"].Items()[1]; left.Get("stay_settlement").Text() != "Лида" {
		t.Error("another row is emptied")
	}
	f, _ = c.View.Field("stays")
	for _, l := range f.Cells[0][1].Localities {
		if l.Name.RU == "Лидский район" {
			t.Error("a district of another region is offered in a row")
		}
	}
}

// withAddressRows brings a version of the form of freeOne that asks for addresses
// in rows.
func (d *desk) withAddressRows() {
	d.t.Helper()
	f, def := d.definition()
	region, _ := f.Field("reg_region")
	district, _ := f.Field("reg_district")
	settlement, _ := f.Field("reg_settlement")
	columns := []form.Field{region, district, settlement}
	for i, name := range []string{"stay_region", "stay_district", "stay_settlement"} {
		columns[i].ID, columns[i].VisibleIf, columns[i].Show, columns[i].Prefill, columns[i].Required = name, nil, "", "", false
	}
	columns[1].DependsOn = "stay_region"
	table := form.Field{ID: "stays", Type: form.TypeTable, Label: akno.Text{RU: "Где жили раньше", BE: "Дзе жылі раней", EN: "Earlier addresses"}, Columns: columns}
	def.Version, def.Migrate = f.Version()+1, &form.Migration{From: f.Version()}
	def.Sections[0].Fields = append(def.Sections[0].Fields, table)
	d.stop()
	d.forms = append(d.forms, catalogue.Published{Definition: def})
	d.start()
}
