package attach

import (
	"akno/backend/akno"
	"akno/backend/akno/form"
)

// A Place is where files are attached: a field of a draft, a cell of one of its
// tables, the receipt of its order, a paper of a registration. Of is the id of
// the draft or of the registration; Row and Column are empty but for a cell.
type Place struct{ Of, Field, Row, Column string }

// Refused is a file that was not taken, and why.
type Refused struct {
	Name string // of the file, without its path
	Code akno.Code
}

// LimitsOf are what a field allows of each of its files.
func LimitsOf(def form.Field) Limits {
	return Limits{Bytes: int64(def.Rules.MaxMB) << 20, Types: def.Rules.MIME}
}
