package draft

import (
	"maps"
	"reflect"
	"slices"

	"akno/backend/akno/form"
)

// What an edit changed is found by comparing all that is shown of every field, with
// each key that a person presses: by what the types are, since comparing anything
// costs more than evaluating the form.

// looksAs says whether f and g are painted alike. sameForm says that both are of
// one form, so that the definitions need no look.
func (f *Field) looksAs(g *Field, sameForm bool) bool {
	return f.Source == g.Source && f.Suggest == g.Suggest && f.Portal == g.Portal && f.Part == g.Part &&
		slices.Equal(f.RowIDs, g.RowIDs) && maps.Equal(f.Portals, g.Portals) &&
		f.State.Equal(&g.State) && sameOptions(f.Options, g.Options) && sameLocalities(f.Localities, g.Localities) &&
		slices.EqualFunc(f.Cells, g.Cells, sameCells) &&
		(sameForm && f.Def.ID == g.Def.ID || reflect.DeepEqual(f.Def, g.Def))
}

// shared says whether two lists are one: most are, as they are made once.
func shared[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func sameOptions(a, b []form.Option) bool { return shared(a, b) || slices.Equal(a, b) }

func sameLocalities(a, b []Locality) bool {
	return shared(a, b) || slices.EqualFunc(a, b, func(x, y Locality) bool {
		return x.Value == y.Value && x.Name == y.Name && x.Note == y.Note && slices.Equal(x.Fills, y.Fills)
	})
}

func sameCells(a, b []Cell) bool {
	return slices.EqualFunc(a, b, func(x, y Cell) bool { return x.Part == y.Part && sameLocalities(x.Localities, y.Localities) })
}
