package form

import (
	"maps"
	"slices"
	"strings"
)

// A Part says which part of which address a field asks for. The zero Part is
// that of a field of no address.
type Part struct {
	Address string // what the ids of its fields begin with: "reg"
	Role    string // region, district, council, settlement_type, settlement, …: what they end with
}

// roles are the questions of an address in their order.
var roles = []string{
	"postcode", "region", "district", "council", "settlement_type", "settlement",
	"street_type", "street", "house", "building", "flat",
}

// districts is the list by which an address is known.
const districts = "districts"

// Part returns which part of which address a field of the form asks for.
func (s *Schema) Part(id string) Part { return s.parts[id] }

// partsOf finds the addresses of a form: where a district depends on a region, the
// fields with the same beginning are one address. The result is by field.
func partsOf(def Definition) map[string]Part {
	out := map[string]Part{}
	for _, sec := range def.Sections {
		maps.Copy(out, PartsOf(sec.Fields))
	}
	return out
}

// PartsOf finds the addresses among fields that stand together: those of a
// section, or the columns of a table. It is nil where there are none.
func PartsOf(fields []Field) map[string]Part {
	var out map[string]Part
	for _, f := range fields {
		address, ok := strings.CutSuffix(f.ID, "_district")
		if !ok || f.OptionsRef != districts || f.DependsOn != address+"_region" {
			continue
		}
		for _, g := range fields {
			if role, ok := strings.CutPrefix(g.ID, address+"_"); ok && slices.Contains(roles, role) {
				if out == nil {
					out = map[string]Part{}
				}
				out[g.ID] = Part{Address: address, Role: role}
			}
		}
	}
	return out
}
