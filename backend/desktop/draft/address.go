package draft

import (
	"slices"
	"sync"

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
	Fills []Fill
}

// A Fill is an answer of a field of the form, or of a column of the same row.
type Fill struct {
	ID    string
	Value string
}

// localities are what is offered for a part of an address that stands at p. The
// list is shared: it is read only.
func (s *Service) localities(v *View, p place, part form.Part) []Locality {
	if part.Role != "district" && part.Role != "settlement" {
		return nil
	}
	a := address{service: s, place: p, prefix: part.Address + "_"}
	asked := question{
		bundle: s.o.Catalogue.BundleHash(), form: v.Form.Hash, table: p.table, part: part, region: a.answer("region"), district: a.answer("district"),
		follow: [3]bool{a.follows("settlement_type"), a.follows("region"), a.follows("district")},
	}
	return s.offered.list(asked, func() []Locality {
		if part.Role == "district" {
			return a.districts()
		}
		return a.towns()
	})
}

// A question is all that a list of localities depends on.
type question struct {
	bundle, form, table string
	part                form.Part
	region, district    string
	follow              [3]bool
}

// offeredLists keeps the lists that were made: every key asks for the same.
type offeredLists struct {
	mu   sync.Mutex // guards made
	made map[question][]Locality
}

// keptLists is how many lists are kept at once.
const keptLists = 64

func (l *offeredLists) list(q question, fill func() []Locality) []Locality {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, had := l.made[q]
	if had {
		return list
	}
	if l.made == nil || len(l.made) >= keptLists {
		l.made = map[question][]Locality{}
	}
	list = fill()
	l.made[q] = list
	return list
}

// address is an address of a draft as far as it is answered.
type address struct {
	service *Service
	place   place
	prefix  string
}

func (a address) answer(role string) string { return a.place.value(a.prefix + role).Text() }

// follows says whether a part is asked and not answered.
func (a address) follows(role string) bool {
	_, asked := a.place.field(a.prefix + role)
	return asked && a.place.raw(a.prefix+role).IsNull()
}

// fill adds the answer of a part that follows.
func (a address) fill(to []Fill, role, value string) []Fill {
	if value == "" || !a.follows(role) {
		return to
	}
	return append(to, Fill{ID: a.prefix + role, Value: value})
}

// regionName reads a region by its value.
func (a address) regionName(value string) akno.Text {
	def, _ := a.place.field(a.prefix + "region")
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
	district := a.answer("district")
	var out []Locality
	for _, p := range a.known() {
		town := Locality{Name: p.Name, Fills: a.fill(nil, "settlement_type", p.Type)}
		if district == "" {
			town.Note = p.lies.Label
			town.Fills = a.fill(town.Fills, "region", p.lies.Parent)
			town.Fills = a.fill(town.Fills, "district", p.lies.Value)
		}
		out = append(out, town)
	}
	return out
}

// town is one that lies in a district, or in a region without one.
type town struct {
	locality.Town
	lies form.Option
}

// known are the towns that lie where the answers say.
func (a address) known() []town {
	region, district := a.answer("region"), a.answer("district")
	known := a.service.o.Catalogue.List("districts")
	var out []town
	for _, p := range locality.All() {
		lies := form.Option{Parent: p.Parent} // in a region, without a district
		if i := slices.IndexFunc(known, func(d form.Option) bool { return d.Value == p.Parent }); i >= 0 {
			lies = known[i]
		}
		if region != "" && region != lies.Parent || district != "" && district != lies.Value {
			continue
		}
		out = append(out, town{p, lies})
	}
	return out
}

// named finds a town that lies where the answers say by its name in any language.
func (a address) named(name string) (town, bool) {
	all := a.known()
	i := slices.IndexFunc(all, func(t town) bool {
		return name != "" && slices.Contains([]string{t.Name.RU, t.Name.BE, t.Name.EN}, name)
	})
	if i < 0 {
		return town{}, false
	}
	return all[i], true
}
