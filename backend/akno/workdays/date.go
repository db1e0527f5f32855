// Package workdays holds dates of law and counts terms by the Belarusian
// calendar of working days. A date is a civil one, in Europe/Minsk (UTC+3, no
// daylight saving); it has no clock time and no zone.
package workdays

import (
	"errors"
	"fmt"
	"time"
)

// A Date is a day of the Gregorian calendar. The zero Date is no day.
type Date struct {
	Year  int
	Month int // 1 to 12
	Day   int // 1 to 31
}

// ErrDate is returned for a text that is no date, or a day that does not exist.
var ErrDate = errors.New("workdays: impossible date")

// Minsk is the zone in which days of law begin and end.
var Minsk = time.FixedZone("Europe/Minsk", 3*60*60)

// New returns the date of that day, or ErrDate if there is no such day. Years
// are 1 to 9999.
func New(year, month, day int) (Date, error) {
	d := Date{year, month, day}
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}, ErrDate
	}
	return d, nil
}

// Parse reads an ISO date, exactly "2006-01-02".
func Parse(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return Date{}, ErrDate
	}
	year, ok1 := number(s[:4])
	month, ok2 := number(s[5:7])
	day, ok3 := number(s[8:])
	if !ok1 || !ok2 || !ok3 {
		return Date{}, ErrDate
	}
	return New(year, month, day)
}

// MustParse is Parse for dates written in the program; it panics on any other.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic("workdays: " + s + " is no date")
	}
	return d
}

// Of returns the day on which t falls in Minsk.
func Of(t time.Time) Date {
	y, m, d := t.In(Minsk).Date()
	return Date{y, int(m), d}
}

// String returns the ISO form, "2006-01-02".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Print returns the form that people read, "02.01.2006".
func (d Date) Print() string { return fmt.Sprintf("%02d.%02d.%04d", d.Day, d.Month, d.Year) }

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Compare returns -1, 0 or 1 as d is before, on or after e.
func (d Date) Compare(e Date) int {
	switch a, b := d.ordinal(), e.ordinal(); {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays returns the date n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date { return fromUTC(d.utc().AddDate(0, 0, n)) }

// AddMonths returns the same day n months later, or the last day of that month
// if it is shorter: 31 January and one month is 28 February.
func (d Date) AddMonths(n int) Date {
	m := d.Year*12 + d.Month - 1 + n
	year, month := floorDiv(m, 12), m-floorDiv(m, 12)*12+1
	return Date{year, month, min(d.Day, daysIn(year, month))}
}

// AddYears returns the same day n years later; 29 February becomes the 28th
// where the year has no 29th.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// DaysSince returns the number of days from e to d.
func (d Date) DaysSince(e Date) int {
	return int(d.utc().Sub(e.utc()) / (24 * time.Hour))
}

// YearsSince returns the number of full years from e to d: the age on d of a
// person born on e. It is negative when d is before e.
func (d Date) YearsSince(e Date) int {
	years := d.Year - e.Year
	if d.Month < e.Month || d.Month == e.Month && d.Day < e.Day {
		years--
	}
	return years
}

// Start returns the first moment of the day in Minsk.
func (d Date) Start() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, Minsk)
}

// MarshalText writes the ISO form; the zero Date is an empty text.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads the ISO form; an empty text is the zero Date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

func (d Date) utc() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
}

func fromUTC(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, int(m), d}
}

func (d Date) ordinal() int { return (d.Year*100+d.Month)*100 + d.Day }

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func number(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
