package catalogue

import (
	"akno/backend/akno"
	"akno/backend/akno/workdays"
)

// GeneralMonths is the general term of a procedure for which other bodies are
// asked and whose row names no term of its own: one month (Law 433-З, article
// 23).
const GeneralMonths = 1

// Deadline returns the last day on which the body may decide an application that
// was filed on a day. Asked says that another body was asked, which gives the
// extended term of the row or the general one of the law; it never makes the
// term shorter.
func Deadline(t akno.Term, cal workdays.Calendar, filed workdays.Date, asked bool) workdays.Date {
	day := cal.Deadline(filed, t.Value, workdays.Unit(t.Unit))
	if !asked {
		return day
	}
	longer := cal.Deadline(filed, GeneralMonths, workdays.Months)
	if t.ExtendedValue > 0 {
		longer = cal.Deadline(filed, t.ExtendedValue, workdays.Unit(t.ExtendedUnit))
	}
	if longer.Before(day) {
		return day
	}
	return longer
}
