package workdays

import (
	"encoding/json"
	"os"
	"testing"
	"time"
)

type file struct {
	Radunitsa []struct {
		Year      int
		Radunitsa Date
	}
	Calendar struct {
		AddWorkingDays []struct {
			From, To Date
			N        int
			Extra    map[Date]bool
		} `json:"add_working_days"`
		RollForward []struct{ From, To Date } `json:"roll_forward"`
		AddMonths   []struct {
			From, To Date
			N        int
		} `json:"add_months"`
	}
}

func TestCalendarOfTheVectors(t *testing.T) {
	raw, err := os.ReadFile("../ident/testdata/identity_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v file
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Radunitsa) == 0 || len(v.Calendar.AddWorkingDays) == 0 || len(v.Calendar.RollForward) == 0 || len(v.Calendar.AddMonths) == 0 {
		t.Fatal("the file of vectors is not whole")
	}
	for _, c := range v.Radunitsa {
		if got := Radunitsa(c.Year); got != c.Radunitsa || got.Weekday() != time.Tuesday {
			t.Errorf("Radunitsa of %d is %s, want %s", c.Year, got, c.Radunitsa)
		}
	}
	for _, c := range v.Calendar.AddWorkingDays {
		if got := (Calendar{Transfers: c.Extra}).AddWorkingDays(c.From, c.N); got != c.To {
			t.Errorf("%s and %d working days: %s, want %s", c.From, c.N, got, c.To)
		}
	}
	for _, c := range v.Calendar.RollForward {
		if got := (Calendar{}).RollForward(c.From); got != c.To {
			t.Errorf("%s rolls to %s, want %s", c.From, got, c.To)
		}
	}
	for _, c := range v.Calendar.AddMonths {
		if got := c.From.AddMonths(c.N); got != c.To {
			t.Errorf("%s and %d months: %s, want %s", c.From, c.N, got, c.To)
		}
	}
}

func TestImpossibleDatesAreRefused(t *testing.T) {
	for _, s := range []string{
		"", "2026-02-30", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "0000-01-01", "2026-1-01",
		"2026-01-01T00:00", "20260101", "2026/01/01", "٢٠٢٦-01-01", "-026-01-01",
	} {
		if d, err := Parse(s); err == nil {
			t.Errorf("%q is read as %s", s, d)
		}
	}
	if d, err := Parse("2000-02-29"); err != nil || d.String() != "2000-02-29" || d.Print() != "29.02.2000" {
		t.Errorf("%s %v", d, err)
	}
}

func TestDeadlines(t *testing.T) {
	for _, c := range []struct {
		name string
		cal  Calendar
		from string
		n    int
		unit Unit
		want string
	}{
		{"fifteen days end on a working day", Calendar{}, "2026-11-23", 15, Days, "2026-12-08"},
		{"an end on a holiday rolls forward", Calendar{}, "2026-12-10", 15, Days, "2026-12-28"},
		{"filed on a Saturday counts from Monday", Calendar{}, "2026-11-21", 1, WorkingDays, "2026-11-24"},
		{"the day of filing may count", Calendar{FromFilingDay: true}, "2026-11-23", 3, WorkingDays, "2026-11-25"},
		{"a month is a month", Calendar{}, "2027-01-29", 1, Months, "2027-03-01"},
		{"the same day", Calendar{}, "2026-11-23", 0, SameDay, "2026-11-23"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.cal.Deadline(MustParse(c.from), c.n, c.unit); got.String() != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestDatesOfAMoment(t *testing.T) {
	night := time.Date(2026, 12, 31, 21, 30, 0, 0, time.UTC)
	if d := Of(night); d.String() != "2027-01-01" {
		t.Errorf("half past midnight in Minsk is %s", d)
	}
	if s := MustParse("2027-01-01").Start(); !s.Equal(time.Date(2026, 12, 31, 21, 0, 0, 0, time.UTC)) {
		t.Errorf("the day begins at %s", s)
	}
}

func TestAges(t *testing.T) {
	born := MustParse("2012-02-29")
	for on, want := range map[string]int{"2026-02-28": 13, "2026-03-01": 14, "2012-02-29": 0, "2012-02-28": -1} {
		if got := MustParse(on).YearsSince(born); got != want {
			t.Errorf("on %s: %d, want %d", on, got, want)
		}
	}
	if n := MustParse("2026-03-01").DaysSince(MustParse("2026-02-28")); n != 1 {
		t.Errorf("got %d", n)
	}
	if d := MustParse("2026-01-31").AddMonths(-11); d.String() != "2025-02-28" {
		t.Errorf("got %s", d)
	}
	if d := MustParse("2026-01-31").AddMonths(-14); d.String() != "2024-11-30" {
		t.Errorf("got %s", d)
	}
}
