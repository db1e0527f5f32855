package app

import (
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ident"
	"akno/backend/desktop/session"
)

// moment is a time as the page reads it, "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// textOf is a text as the page reads it.
func textOf(t akno.Text) Text { return Text{Ru: t.RU, Be: t.BE, En: t.EN} }

// personOf is a person as the page reads it.
func personOf(p session.Person) Person { return Person(p) }

// checkNumber looks at an identification number as a person typed it.
func checkNumber(text string) NumberCheck {
	n, fault := ident.ParseNumber(text)
	out := NumberCheck{Number: n.Text, Repaired: n.Repaired, Problem: string(fault), Sex: string(n.Sex)}
	if !n.Birth.IsZero() {
		out.BirthDate = n.Birth.String()
	}
	return out
}
