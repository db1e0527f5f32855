package workdays

import "testing"

func TestBetween(t *testing.T) {
	var c Calendar
	for _, tc := range []struct {
		from, to string
		want     int
	}{
		{"2026-11-23", "2026-11-23", 0},
		{"2026-11-23", "2026-11-24", 1},
		{"2026-11-20", "2026-11-23", 1}, // over a weekend
		{"2026-12-23", "2026-12-31", 5}, // 25 December is off
		{"2026-11-24", "2026-11-23", -1},
		{"2026-11-23", "2026-11-20", -1},
	} {
		if got := c.Between(MustParse(tc.from), MustParse(tc.to)); got != tc.want {
			t.Errorf("Between(%s, %s) = %d, want %d", tc.from, tc.to, got, tc.want)
		}
	}
}
