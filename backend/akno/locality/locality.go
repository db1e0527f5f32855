// Package locality knows the towns of the country by their districts, for who
// writes an address. It is an offer and no rule: whatever a person writes as a
// settlement stands, since villages are not here. That is also why the list is
// no part of the packs: no form is judged by it, so it needs no publisher.
//
// The names are those in use; the classifier (ОКРБ 003) was not at hand.
package locality

import (
	"encoding/csv"
	"slices"
	"strings"
	"sync"

	_ "embed"

	"akno/backend/akno"
)

//go:embed towns.csv
var source string

// A Town is one.
type Town struct {
	Parent string // value of its district in the list "districts", or of its region where it has none
	Type   string // g for a city, gp for an urban settlement: the values of the forms
	Name   akno.Text
}

// columns of towns.csv
const (
	parent = iota
	kind
	inRussian
	inBelarusian
	inEnglish
	columns
)

var read = sync.OnceValue(func() []Town {
	r := csv.NewReader(strings.NewReader(source))
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil {
		panic("locality: " + err.Error()) // it is a part of the program
	}
	out := make([]Town, 0, len(rows))
	for _, c := range rows[1:] {
		out = append(out, Town{c[parent], c[kind], akno.Text{RU: c[inRussian], BE: c[inBelarusian], EN: c[inEnglish]}})
	}
	return out
})

// All returns the known towns, district by district.
func All() []Town { return slices.Clone(read()) }
