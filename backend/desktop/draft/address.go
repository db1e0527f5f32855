package draft

import (
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/locality"
)

// A Locality is offered while an address is written: a district or a town. Taking
// it also answers what follows from it and is not answered yet; nothing that the
// person has answered is touched.
type Locality struct {
	Value string // the answer, "" for the name in the language of the page
	Name  akno.Text
	Note  akno.Text // where it lies, as far as that is not answered
	Fills []Patch
}

// localities are what is offered for a part of an address.
func (s *Service) localities(v View, part form.Part) []Locality {
	a := address{service: s, view: v, prefix: part.Address + "_"}
	switch part.Role {
	case "district":
		return a.districts()
	case "settlement":
		return a.towns()
	}
	return nil
}

// address is an address of a draft as far as it is answered.
type address struct {
	service *Service
	view    View
	prefix  string
}

func (a address) answer(role string) string { return a.view.State.Value(a.prefix + role).Text() }

// fill adds the answer of a part that follows, when it is asked and not answered.
func (a address) fill(to []Patch, role, value string) []Patch {
	id := a.prefix + role
	if _, ok := a.view.Form.Field(id); !ok || value == "" || !a.view.Row.Answers[id].IsNull() {
		return to
	}
	return append(to, Patch{Field: id, Value: form.Text(value)})
}

// regionName reads a region by its value.
func (a address) regionName(value string) akno.Text {
	def, _ := a.view.Form.Field(a.prefix + "region")
	for _, o := range def.Options {
		if o.Value == value {
			return o.Label
		}
	}
	return akno.Text{}
}

func (a address) districts() []Locality {
	region := a.answer("region")
	var out []Locality
	for _, d := range a.service.o.Catalogue.List("districts") {
		switch region {
		case d.Parent:
			out = append(out, Locality{Value: d.Value, Name: d.Label})
		case "":
			out = append(out, Locality{Value: d.Value, Name: d.Label, Note: a.regionName(d.Parent), Fills: a.fill(nil, "region", d.Parent)})
		}
	}
	return out
}

func (a address) towns() []Locality {
	region, district := a.answer("region"), a.answer("district")
	known := a.service.o.Catalogue.List("districts")
	var out []Locality
	for _, p := range locality.All() {
		lies := form.Option{Parent: p.Parent} // in a region, without a district
		if i := slices.IndexFunc(known, func(d form.Option) bool { return d.Value == p.Parent }); i >= 0 {
			lies = known[i]
		}
		if region != "" && region != lies.Parent || district != "" && district != lies.Value {
			continue
		}
		town := Locality{Name: p.Name, Fills: a.fill(nil, "settlement_type", p.Type)}
		if district == "" {
			town.Note = lies.Label
			town.Fills = a.fill(town.Fills, "region", lies.Parent)
			town.Fills = a.fill(town.Fills, "district", lies.Value)
		}
		out = append(out, town)
	}
	return out
}
