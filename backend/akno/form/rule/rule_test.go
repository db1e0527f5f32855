package rule

import (
	"strings"
	"testing"

	"akno/backend/akno/decimal"
	"akno/backend/akno/workdays"
)

var day = workdays.MustParse("2026-11-21")

// family is a scope of every type, with and without answers.
func family() (Names, Slots) {
	names, slots := Names{}, Slots{}
	add := func(name string, t Type, v Value) {
		names[name] = Name{len(slots), t}
		slots = append(slots, v)
	}
	dec := func(s string) Value { return NumberValue(decimal.MustParse(s)) }
	child := RecordOf(map[string]Type{"name": Of(Text), "share": Of(Decimal), "birth": Of(Date)})
	add("none", Of(Text), Value{})
	add("no_number", Of(Decimal), Value{})
	add("no_flag", Of(Bool), Value{})
	add("no_date", Of(Date), Value{})
	add("no_kids", ListOf(child), Value{})
	add("kind", Of(Text), TextValue("phys"))
	add("yes", Of(Bool), FlagValue(true))
	add("age", Of(Int), IntValue(14))
	add("sum_paid", Of(Decimal), dec("19.99"))
	add("birth", Of(Date), DateValue(workdays.MustParse("2012-11-22")))
	add("at", Of(Datetime), DatetimeValue("2026-12-01T10:00"))
	add("picked", ListOf(Of(Text)), ListValue([]Value{TextValue("b"), TextValue("d")}))
	add("kids", ListOf(child), ListValue([]Value{
		RecordValue(map[string]Value{"name": TextValue("Ян"), "share": dec("0.5"), "birth": DateValue(workdays.MustParse("2020-01-31"))}),
		RecordValue(map[string]Value{"name": TextValue("Ева"), "share": dec("0.25")}),
		RecordValue(map[string]Value{"name": TextValue("Лев")}),
	}))
	return names, slots
}

// outcome compiles without a wish for the type.
func outcome(t *testing.T, src string) (Value, []Fault) {
	t.Helper()
	names, slots := family()
	p, err := Compile(src, names, Type{})
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	m := NewMeter(day)
	return p.Eval(m, slots), m.Faults()
}

// shown is an outcome as the tables below write it.
func shown(v Value) string {
	switch v.Kind() {
	case Null:
		return "null"
	case List:
		parts := []string{}
		for _, item := range v.Items() {
			parts = append(parts, shown(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return v.String()
}

func TestNothingAnsweredHasItsMeaning(t *testing.T) {
	for src, want := range map[string]string{
		// Equality is total.
		"none == 'a'": "false", "none != 'a'": "true", "none == null": "true", "kind == null": "false", "null == null": "true",
		"no_number != 1": "true", "no_flag == false": "false", "no_flag != true": "true", "no_kids == null": "true",
		// The order is not.
		"no_number < 1": "null", "no_date >= today()": "null", "none < 'a'": "null",
		// Arithmetic and functions of single values.
		"no_number + 1": "null", "2 * no_number": "null", "-no_number": "null", "none + 'a'": "null",
		"round(no_number, 2)": "null", "years_between(no_date, today())": "null", "add_days(today(), int(no_number))": "null",
		"none.startsWith('a')": "null", "kind.contains(none)": "null", "none.matches('^a')": "null", "size(none)": "null", "str(no_number)": "null",
		"date(none)": "null",
		// Three values.
		"false && no_flag": "false", "no_flag && false": "false", "true && no_flag": "null", "no_flag && true": "null",
		"true || no_flag": "true", "no_flag || true": "true", "false || no_flag": "null", "!no_flag": "null",
		"no_flag ? 1 : 2": "null", "no_flag && no_number > 1 || yes": "true",
		// Lists.
		"none in ['a', 'b']": "false", "null in ['a', null]": "false", "'b' in picked": "true", "none in picked": "false",
		"sum(kids.share)": "0.75", "count(kids)": "3", "count(kids.share)": "3", "min(kids.share)": "0.25", "max(kids.share)": "0.5",
		"sum(no_kids.share)": "0", "count(no_kids)": "0", "min(no_kids.share)": "null", "size(no_kids)": "0",
		"no_kids.exists(x, x.share > 1)": "false", "no_kids.all(x, x.share > 1)": "true", "no_kids.map(x, x.name)": "[]",
		"kids.exists(x, x.share > 0.4)": "true", "kids.exists(x, x.share > 1)": "null", "kids.all(x, x.share < 1)": "null",
		"kids.all(x, x.share < 0.5)": "false", "kids.filter(x, x.share < 0.5).map(y, y.name)": "[Ева]",
		"max(no_number, 3, 2)": "3", "min(birth, today(), no_date)": "2012-11-22", "picked[5]": "null", "picked[int(no_number)]": "null",
		"has(none)": "false", "has(kind)": "true", "kids.filter(k, has(k.birth)).map(k, k.name)": "[Ян]",
	} {
		if v, _ := outcome(t, src); shown(v) != want {
			t.Errorf("%s is %s, want %s", src, shown(v), want)
		}
	}
}

func TestNumbersAndDatesAreExact(t *testing.T) {
	for src, want := range map[string]string{
		"0.1 + 0.2 == 0.3": "true", "19.99 * 100 == 1999": "true", "4.35 * 100": "435", "7 / 2": "3.5", "1 / 3 * 3 == 1": "false",
		"1 / 3": "0.3333333333333333333333333333333333", "sum_paid / 0": "null", "0 / 0": "null",
		"round(2.345, 2)": "2.35", "round(-2.345, 2)": "-2.35", "round(2.5, 0)": "3", "int(2.9)": "2", "int(-2.9)": "-2", "int('12')": "12", "int('x')": "null", "int('1.5')": "null",
		"2 + 3 * 4 - 6 / 3": "12", "(2 + 3) * 4": "20", "2 - 3 - 4": "-5", "-age + 1": "-13",
		"age == 14.0": "true", "str(age) == '14'": "true", "str(1.50)": "1.5", "str(yes)": "true", "str(birth)": "2012-11-22",
		"years_between(birth, today())": "13", "years_between(birth, add_days(today(), 1))": "14", "years_between(birth, today()) < 14": "true",
		"days_between(date('2026-11-20'), today())": "1", "days_between(today(), date('2026-11-20'))": "-1",
		"add_months(date('2027-01-31'), 1)": "2027-02-28", "add_days(date('2028-02-28'), 1)": "2028-02-29",
		"add_days(today(), 9000000)": "null", "add_months(date('9999-12-31'), 1)": "null", "date('20' + '26-02-30')": "null",
		"at > '2026' || true": "", "size('ўЯ€𐍈')": "4", "'ab' + \"c'd\"": "abc'd", `'\u0411\'\n' == "Б'` + "\\n\"": "true",
		"true ? 1 : 2.5": "1", "false ? null : 'x'": "x", "yes ? kind == 'jur' ? 1 : 2 : 3": "2", "[1, 2.5, null]": "[1 2.5 null]", "[1, 2] == [1.0, 2]": "true",
	} {
		if want == "" {
			continue
		}
		if v, _ := outcome(t, src); shown(v) != want {
			t.Errorf("%s is %s, want %s", src, shown(v), want)
		}
	}
}

func TestFaultsAreTold(t *testing.T) {
	for src, want := range map[string]Fault{
		"1 / (age - 14)": DividedByZero, "picked[2]": OutOfRange, "picked[-1]": OutOfRange, "add_days(today(), 99999999)": OutOfRange,
		"9999999999999999999999999 * 9999999999999999999999999": OutOfRange,
	} {
		v, faults := outcome(t, src)
		if !v.IsNull() || len(faults) != 1 || faults[0] != want {
			t.Errorf("%s is %s with %v, want null with %s", src, shown(v), faults, want)
		}
	}
}

func TestWrongRulesAreRefusedWithTheirPlace(t *testing.T) {
	names, _ := family()
	for src, want := range map[string]string{
		"":                                "at 0: something is missing",
		"age ==":                          "at 6: something is missing",
		"age == '14'":                     "at 0: int is never equal to text",
		"age in ['14']":                   "never in a list of text",
		"kind < 1":                        "have no order",
		"yes < true":                      "have no order",
		"none < null":                     "have no order",
		"agee == 1":                       `at 0: there is no field "agee"`,
		"!age":                            "this is int, and bool is wanted",
		"-kind":                           "this is text, and int is wanted",
		"kind - kind":                     "there is no text - text",
		"age + kind":                      "there is no int + text",
		"birth + 1":                       "there is no date + int",
		"age && yes":                      "this is int, and bool is wanted",
		"yes ? 1 : 'a'":                   "one outcome is int and the other text",
		"kids.nome":                       `has no column "nome"`,
		"kind.name":                       `text has no column "name"`,
		"sum(picked)":                     "has no sum",
		"sum(kids)":                       "has no sum",
		"count(age)":                      "count wants a list",
		"min(yes)":                        "has no min",
		"round(1.5, age)":                 "round takes a number",
		"round(1.5, 10)":                  "so many places",
		"matches(kind, 'a')":              `there is no function "matches"`,
		"kind.matches(none)":              "a pattern is written out",
		"kind.matches('(')":               "the pattern is wrong",
		"kind.matches('(?=a)')":           "the pattern is wrong",
		"kind.trim()":                     "there is no trim",
		"now()":                           `there is no function "now"`,
		"today(1)":                        "today takes 0 arguments",
		"date('2025-02-30')":              "there is no day",
		"kids.exists(1, true)":            "takes a name and an expression",
		"kids.map(x, y)":                  `there is no field "y"`,
		"kids.exists(x, x.share) && true": "this is decimal, and bool is wanted",
		"x.exists(x, true)":               `there is no field "x"`,
		"age == 1 == yes":                 `"==" is left over`,
		"!!yes":                           `"!" is out of place`,
		"- -age":                          `"-" is out of place`,
		"1 2":                             `"2" is left over`,
		"(1":                              `")" is missing`,
		"[1, 2":                           `"," is missing`,
		"[1, 'a']":                        "this is text in a list of int",
		"yes ? 1":                         `":" is missing`,
		"kind == 'phys":                   "a text is not closed",
		"kind == 'ph\nys'":                "a text ends on its line",
		`kind == '\q'`:                    "the backslash is out of place",
		`kind == '\u12'`:                  "the backslash is out of place",
		"age % 2":                         `'%' is out of place`,
		"{'a': 1}":                        `'{' is out of place`,
		"b'ab'":                           `is left over`,
		"007":                             "a number does not begin with 0",
		"1e5":                             "a number runs into a word",
		"0x10":                            "a number runs into a word",
		".5":                              `"." is out of place`,
		"type(age)":                       `there is no function "type"`,
		"has(1)":                          "has wants a field",
		"while":                           "is reserved",
		"in":                              `"in" is out of place`,
		"age.true":                        "a name is missing",
		strings.Repeat("(", 40) + "1" + strings.Repeat(")", 40): "nested more than 32 deep",
		strings.Repeat("1+", 1000) + "1":                        "longer than 2000",
		"'\xff'":                                                "longer than 2000 characters, or not a text",
		"1" + strings.Repeat("0", 64):                           "too many digits",
	} {
		_, err := Compile(src, names, Type{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", src, err, want)
		}
	}
	for src, want := range map[string]Type{"age": Of(Bool), "kind": Of(Int), "7 / 2": Of(Int), "yes": ListOf(Of(Bool))} {
		if _, err := Compile(src, names, want); err == nil {
			t.Errorf("%q passes for %s", src, want)
		}
	}
	if _, err := Compile("age", names, Of(Decimal)); err != nil {
		t.Errorf("a whole number is no decimal: %v", err)
	}
}

func TestWorkIsBounded(t *testing.T) {
	names, slots := family()
	many := make([]Value, 2000)
	for i := range many {
		many[i] = IntValue(int64(i))
	}
	names["many"], slots = Name{len(slots), ListOf(Of(Int))}, append(slots, ListValue(many))
	p, err := Compile("many.all(x, many.all(y, many.all(z, x + y + z >= 0)))", names, Of(Bool))
	if err != nil {
		t.Fatal(err)
	}
	m := NewMeter(day)
	if v := p.Eval(m, slots); !v.IsNull() || !m.Spent() {
		t.Errorf("%s after %d steps", shown(v), m.Steps())
	}
	if f := m.Faults(); len(f) != 1 || f[0] != OutOfSteps {
		t.Errorf("faults %v", f)
	}
	again, err := Compile("1 == 1", names, Of(Bool))
	if err != nil {
		t.Fatal(err)
	}
	if v := again.Eval(m, slots); !v.IsNull() {
		t.Errorf("a rule without steps is %s", shown(v))
	}
}

func TestARuleKnowsWhatItReads(t *testing.T) {
	names, _ := family()
	p, err := Compile("kids.exists(age, age.share > 1) || kind == 'a' && kind != none", names, Of(Bool))
	if err != nil {
		t.Fatal(err)
	}
	got := p.Slots()
	want := []int{names["none"].Slot, names["kind"].Slot, names["kids"].Slot}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("slots %v, want %v", got, want)
	}
}
