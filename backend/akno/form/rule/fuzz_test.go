package rule

import (
	"regexp"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
)

// unlike are rules on whose text the oracle has another opinion: whole numbers
// beyond 64 bits, and a conditional between ? and :, which it wants in brackets.
var unlike = regexp.MustCompile(`[0-9]{19}|\?[^:]*\?`)

// Whatever the text is, it is refused or it compiles; what compiles ends, comes
// to its type, and is a text of the Common Expression Language.
func FuzzRule(f *testing.F) {
	for _, src := range []string{
		"kind == 'phys' && age < 14", "kids.exists(k, k.share > 0.5 && k.name != null)", "sum(kids.share) / count(kids)",
		"years_between(birth, today()) >= 14 ? 'a' : 'b'", "round(19.99 * 3, 2) == 59.97", "picked[0] in ['a', 'b']",
		`kind.matches('^[а-я]+$') || kind.startsWith("\u0444")`, "add_months(date('2027-01-31'), 1)", "min(1, no_number, sum_paid)",
		"!(no_flag || yes) && !yes", "kids.filter(k, has(k.birth)).map(k, add_days(k.birth, 1))", "[1, 2.5, null][1]", "-age * -1",
		"size(kids.map(k, kids.map(l, k.share * l.share)))", "int('12') + int(2.9)", "at == at", "((((1))))", "a.b.c(d)[e]", "'", "1 ? 2 : 3", "\x00",
	} {
		f.Add(src)
	}
	env, err := cel.NewEnv(cel.ClearMacros())
	if err != nil {
		f.Fatal(err)
	}
	names, slots := family()
	f.Fuzz(func(t *testing.T, src string) {
		if _, err := parse(src); err != nil {
			return
		}
		if _, issues := env.Parse(src); issues.Err() != nil && !unlike.MatchString(src) {
			t.Fatalf("%q is no CEL: %v", src, issues.Err())
		}
		p, err := Compile(src, names, Type{})
		if err != nil {
			return
		}
		m := NewMeter(day)
		v := p.Eval(m, slots)
		if !comesTo(v, p.Type()) {
			t.Errorf("%q is of type %s and comes to %s %s", src, p.Type(), kindNames[v.Kind()], shown(v))
		}
		if again := p.Eval(NewMeter(day), slots); !again.Equal(v) {
			t.Errorf("%q is once %s and once %s", src, shown(v), shown(again))
		}
		if len(shown(v)) > 1<<20 || strings.Contains(v.Text(), "\xff") {
			t.Errorf("%q comes to something monstrous", src)
		}
	})
}

// comesTo reports whether a value is one of the type.
func comesTo(v Value, t Type) bool {
	switch {
	case v.IsNull():
		return true
	case t.Kind == Decimal:
		return v.Kind() == Int || v.Kind() == Decimal
	case t.Kind != v.Kind():
		return false
	}
	for _, item := range v.Items() {
		if !comesTo(item, *t.Elem) {
			return false
		}
	}
	return true
}
