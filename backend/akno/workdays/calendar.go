package workdays

import "time"

// A Calendar says which days are worked. The zero Calendar knows the public
// holidays and weekends; the yearly act that moves days is data.
type Calendar struct {
	// Transfers holds the days moved by the yearly act: true makes a day free,
	// false makes it worked. It overrides everything else.
	Transfers map[Date]bool
	// FromFilingDay counts the day of filing as the first day of a term. The
	// default begins with the next day.
	FromFilingDay bool
}

// holidays are the non-working public holidays with a fixed date, month·100+day.
var holidays = map[int]bool{101: true, 102: true, 107: true, 308: true, 501: true, 509: true, 703: true, 1107: true, 1225: true}

// Off reports whether d is free: by the act of the year first, then as a
// holiday, Radunitsa, Saturday or Sunday. A holiday on a weekend moves no other
// day by itself.
func (c Calendar) Off(d Date) bool {
	if off, moved := c.Transfers[d]; moved {
		return off
	}
	if holidays[d.Month*100+d.Day] || d == Radunitsa(d.Year) {
		return true
	}
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// AddWorkingDays returns the n-th worked day after d; d itself for n ≤ 0.
func (c Calendar) AddWorkingDays(d Date, n int) Date {
	for n > 0 {
		d = d.AddDays(1)
		if !c.Off(d) {
			n--
		}
	}
	return d
}

// RollForward returns d, or the next worked day if d is free: a term that ends
// on a day off ends on the next working day.
func (c Calendar) RollForward(d Date) Date {
	for c.Off(d) {
		d = d.AddDays(1)
	}
	return d
}

// A Unit is what a term is counted in. Days and working days are different
// units of the law.
type Unit string

// The units of a term.
const (
	SameDay     Unit = "same_day"
	Days        Unit = "days"
	WorkingDays Unit = "working_days"
	Months      Unit = "months"
)

// Deadline returns the last day of a term of n units for an application filed
// on d. An application filed on a day off is taken as filed on the next worked
// day, and a term that ends on a day off ends on the next worked day.
func (c Calendar) Deadline(d Date, n int, unit Unit) Date {
	start := c.RollForward(d)
	if c.FromFilingDay && unit != Months && n > 0 {
		n--
	}
	switch unit {
	case Days:
		return c.RollForward(start.AddDays(n))
	case WorkingDays:
		return c.AddWorkingDays(start, n)
	case Months:
		return c.RollForward(start.AddMonths(n))
	}
	return start
}

// Radunitsa returns the ninth day after Orthodox Easter, by the method of Meeus
// for the Julian calendar. It is right for the years 1900 to 2099.
func Radunitsa(year int) Date {
	a, b, c := year%4, year%7, year%19
	d := (19*c + 15) % 30
	e := (2*a + 4*b - d + 34) % 7
	julian := Date{year, (d + e + 114) / 31, (d+e+114)%31 + 1}
	return julian.AddDays(13 + 9)
}
