package rule

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"akno/backend/akno/decimal"
	"akno/backend/akno/workdays"
)

// A single is a function of single values: null for null.
type single struct {
	args   [][]Kind // the kinds that each argument may have
	result Kind
	do     func(m *machine, args []Value) Value
}

var (
	whole = []Kind{Int}
	dates = []Kind{Date}
	texts = []Kind{Text}
)

func singles() map[string]single {
	return map[string]single{
		"today": {nil, Date, func(m *machine, _ []Value) Value { return DateValue(m.today) }},
		"date":  {[][]Kind{texts}, Date, toDate},
		"years_between": {[][]Kind{dates, dates}, Int, func(_ *machine, a []Value) Value {
			return IntValue(int64(a[1].date.YearsSince(a[0].date)))
		}},
		"days_between": {[][]Kind{dates, dates}, Int, func(_ *machine, a []Value) Value {
			return IntValue(int64(a[1].date.DaysSince(a[0].date)))
		}},
		"add_days":   {[][]Kind{dates, whole}, Date, func(m *machine, a []Value) Value { return m.later(a, workdays.Date.AddDays) }},
		"add_months": {[][]Kind{dates, whole}, Date, func(m *machine, a []Value) Value { return m.later(a, workdays.Date.AddMonths) }},
		"str":        {[][]Kind{{Text, Int, Decimal, Bool, Date, Datetime}}, Text, func(_ *machine, a []Value) Value { return TextValue(a[0].String()) }},
		"int":        {[][]Kind{{Int, Decimal, Text}}, Int, toInt},
	}
}

// methods are functions of a text, written behind it.
func methods() map[string]func(of, arg string) bool {
	return map[string]func(of, arg string) bool{
		"startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix, "contains": strings.Contains,
	}
}

func toDate(m *machine, a []Value) Value {
	d, err := workdays.Parse(a[0].text)
	if err != nil {
		return m.fault(OutOfRange)
	}
	return DateValue(d)
}

// toInt cuts the fraction off a number, and reads a text of digits.
func toInt(m *machine, a []Value) Value {
	d := a[0].num
	if a[0].kind == Text {
		var err error
		if d, err = decimal.Parse(a[0].text); err != nil || !d.IsInt() {
			return m.fault(OutOfRange)
		}
	}
	return m.number(d.Trunc())
}

// later moves a date by at most ten thousand years and stays within those that
// dates have.
func (m *machine) later(a []Value, move func(workdays.Date, int) workdays.Date) Value {
	n, ok := a[1].num.Int64()
	if !ok || n < -4_000_000 || n > 4_000_000 {
		return m.fault(OutOfRange)
	}
	d := move(a[0].date, int(n))
	if d, err := workdays.New(d.Year, d.Month, d.Day); err == nil {
		return DateValue(d)
	}
	return m.fault(OutOfRange)
}

func (c *compiler) call(n *node) (code, Type, error) {
	switch n.text {
	case "has":
		return c.has(n)
	case "size":
		return c.size(n)
	case "count", "sum":
		return c.fold(n)
	case "min", "max":
		return c.extreme(n)
	case "round":
		return c.round(n)
	}
	f, ok := singles()[n.text]
	if !ok {
		return nil, Type{}, wrong(n.at, "there is no function %q", n.text)
	}
	if len(n.args) != len(f.args) {
		return nil, Type{}, wrong(n.at, "%s takes %d arguments", n.text, len(f.args))
	}
	args := make([]code, len(n.args))
	for i, a := range n.args {
		var err error
		if args[i], _, err = c.as(a, f.args[i]...); err != nil {
			return nil, Type{}, err
		}
	}
	if n.text == "date" && n.args[0].kind == nText {
		if _, err := workdays.Parse(n.args[0].text); err != nil {
			return nil, Type{}, wrong(n.args[0].at, "there is no day %q", n.args[0].text)
		}
	}
	return func(m *machine) Value {
		values := make([]Value, len(args))
		for i, a := range args {
			if values[i] = a(m); values[i].IsNull() {
				return Value{}
			}
		}
		m.step(1)
		return f.do(m, values)
	}, Of(f.result), nil
}

func (c *compiler) one(n *node) (code, Type, error) {
	if len(n.args) != 1 {
		return nil, Type{}, wrong(n.at, "%s takes one argument", n.text)
	}
	return c.compile(n.args[0])
}

func (c *compiler) has(n *node) (code, Type, error) {
	f, _, err := c.one(n)
	if err == nil && n.args[0].kind != nName && n.args[0].kind != nMember {
		err = wrong(n.args[0].at, "has wants a field")
	}
	return func(m *machine) Value {
		v := f(m)
		m.step(1)
		return FlagValue(!v.IsNull())
	}, Of(Bool), err
}

// size counts characters of a text, or items of a list.
func (c *compiler) size(n *node) (code, Type, error) {
	f, t, err := c.one(n)
	if err == nil && t.Kind != Text && t.Kind != List {
		err = wrong(n.at, "%s has no size", t)
	}
	return func(m *machine) Value {
		v := f(m)
		m.step(1 + len(v.text)/64)
		switch {
		case t.Kind == List:
			return IntValue(int64(len(v.list)))
		case v.IsNull():
			return v
		}
		return IntValue(int64(utf8.RuneCountInString(v.text)))
	}, Of(Int), err
}

func (c *compiler) fold(n *node) (code, Type, error) {
	f, t, err := c.one(n)
	if err != nil {
		return nil, t, err
	}
	if t.Kind != List {
		return nil, t, wrong(n.at, "%s wants a list", n.text)
	}
	if n.text == "count" {
		return func(m *machine) Value {
			v := f(m)
			m.step(1)
			return IntValue(int64(len(v.list)))
		}, Of(Int), nil
	}
	if !t.Elem.number() {
		return nil, t, wrong(n.at, "a %s has no sum", t)
	}
	return func(m *machine) Value {
		list := f(m).Items()
		if !m.step(1 + len(list)) {
			return Value{}
		}
		var total decimal.Decimal
		for _, v := range list {
			total = total.Add(v.num) // of a null it is zero
		}
		return m.number(total)
	}, *t.Elem, nil
}

// extreme is the least or the greatest of its arguments, or of a list.
func (c *compiler) extreme(n *node) (code, Type, error) {
	if len(n.args) == 0 {
		return nil, Type{}, wrong(n.at, "%s wants values", n.text)
	}
	list, t, err := c.list(n)
	if err == nil && len(n.args) == 1 && t.Elem.Kind == List {
		list, t, err = c.compile(n.args[0])
	}
	if err != nil {
		return nil, t, err
	}
	if !t.Elem.ordered() {
		return nil, t, wrong(n.at, "a %s has no %s", t, n.text)
	}
	sign := map[string]int{"min": -1, "max": 1}[n.text]
	return func(m *machine) Value {
		items := list(m).Items()
		var best Value
		for _, v := range items {
			if m.step(1); best.IsNull() || !v.IsNull() && v.compare(best) == sign {
				best = v
			}
		}
		return best
	}, *t.Elem, nil
}

// round rounds halves away from zero to so many places.
func (c *compiler) round(n *node) (code, Type, error) {
	if len(n.args) != 2 || n.args[1].kind != nNumber {
		return nil, Type{}, wrong(n.at, "round takes a number and how many places")
	}
	places := slices.Index(roundings, n.args[1].text)
	if places < 0 {
		return nil, Type{}, wrong(n.args[1].at, "so many places are not rounded to")
	}
	f, _, err := c.as(n.args[0], Int, Decimal)
	return func(m *machine) Value {
		v := f(m)
		if m.step(1); v.IsNull() {
			return v
		}
		return NumberValue(v.num.Round(places))
	}, Of(Decimal), err
}

var roundings = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

func (c *compiler) method(n *node) (code, Type, error) {
	switch n.text {
	case "exists", "all", "filter", "map":
		return c.macro(n)
	}
	test, ok := methods()[n.text]
	if (!ok && n.text != "matches") || len(n.args) != 2 {
		return nil, Type{}, wrong(n.at, "there is no %s with %d arguments", n.text, len(n.args)-1)
	}
	of, _, err := c.as(n.args[0], Text)
	if err != nil {
		return nil, Type{}, err
	}
	arg, _, err := c.as(n.args[1], Text)
	if err != nil {
		return nil, Type{}, err
	}
	if n.text == "matches" {
		if n.args[1].kind != nText {
			return nil, Type{}, wrong(n.args[1].at, "a pattern is written out")
		}
		re, err := regexp.Compile(n.args[1].text)
		if err != nil {
			return nil, Type{}, wrong(n.args[1].at, "the pattern is wrong: %v", err)
		}
		test = func(of, _ string) bool { return re.MatchString(of) }
	}
	return func(m *machine) Value {
		a, b := of(m), arg(m)
		if !m.step(1+len(a.text)/64) || a.IsNull() || b.IsNull() {
			return Value{}
		}
		return FlagValue(test(a.text, b.text))
	}, Of(Bool), nil
}
