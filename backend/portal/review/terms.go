package review

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/portal/application"
)

// general is the term that a request to another body gives where the catalogue's
// row names none (433-З, article 23).
var general = term{1, workdays.Months}

type term struct {
	value int
	unit  workdays.Unit
}

// parseTerm reads a term as the catalogue words it: "1 month", "15 working days".
func parseTerm(s string) (term, bool) {
	first, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	n, err := strconv.Atoi(first)
	if err != nil || n < 1 {
		return term{}, false
	}
	switch strings.TrimSuffix(rest, "s") {
	case "day":
		return term{n, workdays.Days}, true
	case "working day":
		return term{n, workdays.WorkingDays}, true
	case "month":
		return term{n, workdays.Months}, true
	}
	return term{}, false
}

// extend moves the deadline of r for a request to another body, counted from the
// day of filing. It never moves it nearer.
func (s *Service) extend(r *application.Record) {
	t := general
	if p, err := s.Catalogue.Find(r.Doc.Procedure); err == nil {
		if own, ok := parseTerm(p.Term.Extended); ok {
			t = own
		}
	}
	day := s.Calendar.Deadline(filedOn(r), t.value, t.unit).String()
	if r.Doc.Deadline == nil || *r.Doc.Deadline < day {
		r.Doc.Deadline = &day
	}
}

func filedOn(r *application.Record) workdays.Date {
	if r.Doc.SubmittedAt == nil {
		return workdays.Date{}
	}
	return workdays.Of(time.UnixMilli(*r.Doc.SubmittedAt))
}

// numbered writes a number of a register as it is quoted: "000012/2026".
func numbered(n, year int) string { return fmt.Sprintf("%06d/%d", n, year) }

// validity words how long an issued document holds, or "" where the catalogue
// says it by age or not at all.
func validity(v akno.Validity, l akno.Lang) string {
	be := l == akno.Belarusian
	switch v.Kind {
	case "indefinite":
		if be {
			return "бестэрмінова"
		}
		return "бессрочно"
	case "one_off":
		if be {
			return "аднаразова"
		}
		return "единовременно"
	case "months":
		return strconv.Itoa(v.Value) + " мес."
	case "years":
		if be {
			return strconv.Itoa(v.Value) + " " + plural(v.Value, "год", "гады", "гадоў")
		}
		return strconv.Itoa(v.Value) + " " + plural(v.Value, "год", "года", "лет")
	case "text":
		return v.Text.In(l)
	}
	return ""
}

// plural picks the form of a noun after a number in Russian and Belarusian.
func plural(n int, one, few, many string) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return one
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return few
	}
	return many
}
