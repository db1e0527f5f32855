package canon

import (
	"strings"

	"akno/backend/akno"
)

// applicant reads who applies from the answers. The ids of the fields are the
// same in every form of the catalogue.
func applicant(in Input) Applicant {
	text := func(id string) string { return in.State.Value(id).Text() }
	a := Applicant{Kind: in.Kind, BirthDate: text("birth_date"), PersonalNumber: text("personal_number")}
	if unp := text("unp"); unp != "" && (in.Kind == akno.LegalEntity || in.Kind == akno.SoleTrader) {
		return Applicant{Kind: in.Kind, Name: text("entity_name"), UNP: unp}
	}
	a.Name = joined(text("surname"), text("name"), text("patronymic"))
	if a.Name == "" {
		a.Name = joined(text("surname_lat"), text("name_lat"))
		a.Document = text("passport_no")
	}
	a.Represented = text("rep_full_name")
	return a
}

func joined(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}
