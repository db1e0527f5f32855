package locality_test

import (
	"slices"
	"testing"

	"akno/backend/akno/catalogue"
	"akno/backend/akno/locality"
)

func TestEveryDistrictHasATownAndEveryTownADistrict(t *testing.T) {
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	towns := map[string]int{}
	for _, p := range locality.All() {
		if p.Name.RU == "" || p.Name.BE == "" || p.Name.EN == "" || !slices.Contains([]string{"g", "gp"}, p.Type) {
			t.Errorf("%+v is not whole", p)
		}
		towns[p.Parent]++
	}
	for _, d := range c.List("districts") {
		if towns[d.Value] == 0 {
			t.Errorf("%s has no town", d.Label.RU)
		}
		delete(towns, d.Value)
	}
	if delete(towns, "5"); len(towns) > 0 { // the capital stands in no district
		t.Errorf("towns in districts that are not known: %v", towns)
	}
}

func TestBelarusianNamesAreWrittenInBelarusian(t *testing.T) {
	for _, p := range locality.All() {
		for _, r := range p.Name.BE {
			if slices.Contains([]rune("ищъИЩЪ"), r) {
				t.Errorf("%s: %c", p.Name.BE, r)
			}
		}
	}
}
