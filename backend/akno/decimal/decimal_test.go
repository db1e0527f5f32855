package decimal

import (
	"strings"
	"testing"
)

func TestArithmeticIsExact(t *testing.T) {
	d := MustParse
	quo := func(a, b string) Decimal {
		q, ok := d(a).Quo(d(b))
		if !ok {
			t.Fatalf("%s / %s", a, b)
		}
		return q
	}
	for _, c := range []struct {
		what string
		got  Decimal
		want string
	}{
		{"0.1+0.2", d("0.1").Add(d("0.2")), "0.3"},
		{"1-0.9", d("1").Sub(d("0.9")), "0.1"},
		{"1.5*45.00", d("1.5").Mul(d("45.00")), "67.5"},
		{"10/12", quo("10", "12"), "0.8333333333333333333333333333333333"},
		{"1/8", quo("1", "8"), "0.125"},
		{"-1/3", quo("-1", "3"), "-0.3333333333333333333333333333333333"},
		{"1000/0.001", quo("1000", "0.001"), "1000000"},
		{"0/7", quo("0", "7"), "0"},
		{"half up", d("2.345").Round(2), "2.35"},
		{"half away from zero", d("-2.345").Round(2), "-2.35"},
		{"below half", d("2.3449").Round(2), "2.34"},
		{"small negative", d("-0.001").Round(2), "0"},
		{"comma", d("12,50"), "12.5"},
		{"int", Int(-7), "-7"},
	} {
		if got := c.got.String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	if got := d("0.8333").Fixed(2); got != "0.83" {
		t.Errorf("got %s", got)
	}
	if got := d("-0.5").Fixed(3); got != "-0.500" {
		t.Errorf("got %s", got)
	}
	if got := d("7").Fixed(2); got != "7.00" {
		t.Errorf("got %s", got)
	}
	if _, ok := d("1").Quo(d("0.00")); ok {
		t.Error("division by zero has a result")
	}
}

func TestComparisonsIgnoreTrailingZeros(t *testing.T) {
	if MustParse("1.50").Cmp(MustParse("1.5")) != 0 || MustParse("-1").Cmp(MustParse("0.1")) >= 0 || MustParse("2").Cmp(MustParse("1.999")) <= 0 {
		t.Error("wrong order")
	}
	for _, c := range []struct {
		x, step string
		want    bool
	}{{"19.99", "0.01", true}, {"4.35", "0.01", true}, {"4.355", "0.01", false}, {"0.0001", "0.0001", true}, {"1", "0", false}, {"0", "5", true}} {
		if got := MustParse(c.x).MultipleOf(MustParse(c.step)); got != c.want {
			t.Errorf("%s of %s: %v", c.x, c.step, got)
		}
	}
	if !MustParse("3.000").IsInt() || MustParse("3.01").IsInt() {
		t.Error("wholeness is wrong")
	}
	if MustParse("3.100").Places() != 1 || MustParse("3").Places() != 0 {
		t.Error("places are wrong")
	}
}

func TestOtherTextsAreRefused(t *testing.T) {
	for _, s := range []string{"", "-", ".", "1.", ".1", "+1", "1e5", "1 000", "0x1", "NaN", "--1", "1.2.3", "1,2.3", "１"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("%q is read as %s", s, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("-12.50", "3")
	f.Add("0.0001", "7.7")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, err := Parse(a)
		if err != nil {
			return
		}
		if y, err := Parse(x.String()); err != nil || y.Cmp(x) != 0 {
			t.Errorf("%q prints as %s", a, x)
		}
		y, err := Parse(b)
		if err != nil {
			return
		}
		if x.Add(y).Sub(y).Cmp(x) != 0 {
			t.Errorf("%s + %s - %s", x, y, y)
		}
		if q, ok := x.Mul(y).Quo(y); ok && len(a)+len(b) < 30 && q.Cmp(x) != 0 {
			t.Errorf("%s · %s / %s = %s", x, y, y, q)
		}
	})
}

func TestNumbersAreKeptWithinTheirDigits(t *testing.T) {
	third, _ := Int(1).Quo(Int(3))
	for in, want := range map[string]string{
		"1":                                   "1",
		"-12.50":                              "-12.5",
		strings.Repeat("9", 34):               strings.Repeat("9", 34),
		strings.Repeat("1", 35):               strings.Repeat("1", 34) + "0",
		strings.Repeat("9", 35):               "1" + strings.Repeat("0", 35),
		"-" + strings.Repeat("1", 34) + "5":   "-" + strings.Repeat("1", 33) + "20",
		strings.Repeat("1", 30) + ".55555":    strings.Repeat("1", 30) + ".5556",
		"0." + strings.Repeat("0", 39) + "15": "0." + strings.Repeat("0", 39) + "2",
		strings.Repeat("1", 41):               "",
	} {
		d, ok := MustParse(in).Limit()
		if ok != (want != "") || ok && d.String() != want {
			t.Errorf("%s is limited to %s, %t, want %s", in, d, ok, want)
		}
	}
	if d, ok := third.Mul(third).Limit(); !ok || len(d.String()) != 2+Digits {
		t.Errorf("a ninth is %s", d)
	}
	for in, want := range map[string]string{"2.9": "2", "-2.9": "-2", "7": "7", "0.5": "0", "-0.5": "0"} {
		if got := MustParse(in).Trunc().String(); got != want {
			t.Errorf("%s without its fraction is %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]bool{"12": true, "12.0": true, "12.5": false, "-9223372036854775808": true, "9223372036854775808": false} {
		if n, ok := MustParse(in).Int64(); ok != want {
			t.Errorf("%s is %d, %t", in, n, ok)
		}
	}
}
