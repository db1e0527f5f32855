package form

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"akno/backend/akno/decimal"
	"akno/backend/akno/ident"
	"akno/backend/akno/workdays"
)

// checker checks one answer.
type checker struct {
	f  *field
	r  *run
	sc scope
	fs *FieldState
	// place is that of the field, or of the table it is a column of.
	place int
}

// fail adds an error; params are pairs of name and value.
func (c *checker) fail(code Code, params ...string) {
	c.fs.Errors = append(c.fs.Errors, problem(c.fs.ID, code, params))
}

// doubt adds a warning.
func (c *checker) doubt(code Code, params ...string) {
	c.fs.Warnings = append(c.fs.Warnings, problem(c.fs.ID, code, params))
}

func problem(field string, code Code, params []string) Problem {
	p := Problem{Field: field, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if p.Params == nil {
			p.Params = map[string]string{}
		}
		p.Params[params[i]] = params[i+1]
	}
	return p
}

func (c *checker) answer() {
	v := c.fs.Value
	want := String
	switch c.f.Type {
	case TypeCheckbox:
		want = Bool
	case TypeMultiselect, TypeFileList:
		want = List
	case TypeFile:
		want = Record
	}
	if v.kind != want {
		c.fail(WrongType)
		return
	}
	switch c.f.Type {
	case TypeText, TypeTextarea:
		c.text(v.text)
	case TypeSelect, TypeRadio:
		c.option(v.text)
	case TypeMultiselect:
		c.options(v.list)
	case TypeDate:
		c.date(v.text)
	case TypeDatetime:
		c.datetime(v.text)
	case TypeTime:
		if !clockTime.MatchString(v.text) {
			c.fail(BadTime)
		}
	case TypeNumber, TypeMoney:
		c.number(v.text)
	case TypeFile, TypeFileList:
		c.files(v)
	case TypeCheckbox:
	default:
		c.code(v.text)
	}
	if must := c.f.Rules.MustBe; must != nil && !v.Equal(*must) {
		c.fail(MustBe)
	}
}

// Texts without a limit of their own are still bounded.
const (
	lineLen = 1000
	areaLen = 10_000
)

func (c *checker) text(s string) {
	if strings.ContainsFunc(s, func(r rune) bool {
		return r == utf8.RuneError || r == '\u2028' || r == '\u2029' || unicode.IsControl(r) && (r != '\n' && r != '\t' || c.f.Type == TypeText)
	}) {
		c.fail(Charset)
		return
	}
	most := c.f.Rules.MaxLen
	switch {
	case most > 0:
	case c.f.Type == TypeTextarea:
		most = areaLen
	default:
		most = lineLen
	}
	switch n := utf8.RuneCountInString(s); {
	case n > most:
		c.fail(MaxLen, "max", strconv.Itoa(most))
	case n < c.f.Rules.MinLen:
		c.fail(MinLen, "min", strconv.Itoa(c.f.Rules.MinLen))
	}
	if p := c.pattern(); p != nil && !p.MatchString(s) {
		c.match(p, s)
	}
	if c.f.Rules.OptionsRef != "" && len(c.fs.Errors) == 0 {
		if _, known := c.f.options[c.fs.Value.text]; !known && len(c.f.options) > 0 {
			c.doubt(UnknownSeries)
		}
	}
}

// pattern is that of the first pattern_if that holds, or the field's own.
func (c *checker) pattern() *regexp.Regexp {
	for _, p := range c.f.patterns {
		if c.r.eval(p.when, c.sc, c.place).True() {
			return p.pattern
		}
	}
	return c.f.pattern
}

// match tries the repairs of a text typed on the other keyboard before it
// calls the text wrong: МР for MP in a passport, 10A for 10А in an address. A
// whole word of the other alphabet is no slip, and only its case is repaired.
func (c *checker) match(p *regexp.Regexp, s string) {
	latin, _ := ident.Latin(s)
	cyrillic, _ := ident.Cyrillic(s)
	repairs := []string{ident.Capitals(s), latin, cyrillic}
	if ident.Word(s) {
		repairs = []string{strings.ToUpper(s)}
	}
	for _, t := range repairs {
		if p.MatchString(t) {
			c.fs.Value, c.fs.Repaired = Text(t), true
			return
		}
	}
	c.fail(Pattern)
}

func (c *checker) option(s string) {
	parent, known := c.f.options[s]
	switch {
	case !known && c.f.listed:
		// A stored code may come from a newer list than this copy.
		if len(c.f.options) > 0 {
			c.doubt(UnknownOption)
		}
	case !known:
		c.fail(BadOption)
	case parent != "" && c.f.DependsOn != "" && c.parent() != parent:
		c.fail(BadOption)
	}
}

// parent returns the value of the field on which the options depend.
func (c *checker) parent() string {
	i, ok := c.index(c.f.DependsOn)
	if !ok {
		return ""
	}
	return c.sc.at(i).Text()
}

// index returns the place of a field in the scope of the field that is checked.
func (c *checker) index(id string) (int, bool) {
	names := c.r.schema.byID
	if c.f.siblings != nil {
		names = c.f.siblings
	}
	i, ok := names[id]
	return i, ok
}

func (c *checker) options(items []Value) {
	seen := map[string]bool{}
	for _, item := range items {
		if item.kind != String {
			c.fail(WrongType)
			return
		}
		if seen[item.text] {
			c.fail(OptionTwice)
			return
		}
		seen[item.text] = true
		if c.option(item.text); len(c.fs.Errors) > 0 {
			return
		}
	}
}

func (c *checker) date(s string) {
	d, err := workdays.Parse(s)
	if err != nil {
		c.fail(BadDate)
		return
	}
	c.dateLimits(d)
	if i, ok := c.index(c.f.Rules.MinField); ok {
		if from, err := workdays.Parse(c.sc.at(i).Text()); err == nil && d.Before(from) {
			c.fail(BeforeField, "field", c.f.Rules.MinField, "min", from.String())
		}
	}
	if c.f.Rules.WarnIfPast && d.Before(c.r.today) {
		c.doubt(Expired)
	}
}

func (c *checker) dateLimits(d workdays.Date) {
	if b := c.f.min; b.set && d.Before(b.day(c.r.today)) {
		c.fail(TooEarly, "min", b.day(c.r.today).String())
	}
	if b := c.f.max; b.set && d.After(b.day(c.r.today)) {
		c.fail(TooLate, "max", b.day(c.r.today).String())
	}
}

func (b bound) day(today workdays.Date) workdays.Date {
	if b.today {
		return today
	}
	return b.date
}

var clockTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// datetime reads "2006-01-02T15:04", with seconds or without, in Minsk.
func (c *checker) datetime(s string) {
	day, clock, _ := strings.Cut(s, "T")
	d, err := workdays.Parse(day)
	if err != nil {
		c.fail(BadDate)
		return
	}
	if len(clock) == 8 && clock[5] == ':' && clock[6] >= '0' && clock[6] <= '5' && clock[7] >= '0' && clock[7] <= '9' {
		clock = clock[:5]
	}
	if !clockTime.MatchString(clock) {
		c.fail(BadTime)
		return
	}
	c.dateLimits(d)
}

func (c *checker) number(s string) {
	d, err := decimal.Parse(s)
	if err != nil {
		c.fail(BadNumber)
		return
	}
	if b := c.f.min; b.set && d.Cmp(b.num) < 0 {
		c.fail(TooSmall, "min", b.num.String())
	}
	if b := c.f.max; b.set && d.Cmp(b.num) > 0 {
		c.fail(TooLarge, "max", b.num.String())
	}
	switch {
	case c.f.Rules.Integer && !d.IsInt():
		c.fail(NotInteger)
	case c.f.step != nil && !d.MultipleOf(*c.f.step):
		c.fail(BadStep, "step", c.f.step.String())
	case c.f.Type == TypeMoney && d.Places() > moneyPlaces:
		c.fail(BadStep, "step", "0.01")
	}
	if i, ok := c.index(c.f.Rules.MinField); ok {
		if from, ok := numberIn(c.sc.at(i)); ok && d.Cmp(from) < 0 {
			c.fail(LessThanField, "field", c.f.Rules.MinField, "min", from.String())
		}
	}
}

var codeOfFault = map[ident.Fault]Code{
	ident.Length: BadLength, ident.Format: BadFormat, ident.CheckDigit: CheckDigit, ident.Impossible: BadDate,
}

var codeOfWarning = map[ident.Warning]Code{
	ident.UnusualFirstDigit: UnusualDigit, ident.UnknownArea: UnknownArea,
}

// code checks a number with an algorithm of its own, and then a pattern if the
// field has one.
func (c *checker) code(s string) {
	checked, fault := c.f.code(s)
	if fault != ident.None {
		c.fail(codeOfFault[fault])
		return
	}
	c.fs.Value = Text(checked.Text)
	for _, w := range checked.Warnings {
		if code, ok := codeOfWarning[w]; ok {
			c.doubt(code)
		}
	}
	if p := c.pattern(); p != nil && !p.MatchString(checked.Text) {
		c.fail(Pattern)
		return
	}
	if c.f.Type == TypeNumberBY {
		c.cross(checked.Text)
	}
}

// cross compares an identification number with the fields that must agree with
// it. A field that is not answered yet is not compared.
func (c *checker) cross(s string) {
	n, _ := ident.ParseNumber(s)
	for _, id := range c.f.Rules.Cross {
		i, ok := c.index(id)
		if !ok {
			continue
		}
		other := c.sc.at(i).Text()
		birth, err := workdays.Parse(other)
		switch {
		case other == "":
		case slices.Contains(n.Warnings, ident.CenturyUnknown):
			c.fail(NoCentury)
			return
		case err == nil && birth != n.Birth:
			c.fail(BirthMismatch, "field", id)
		case err != nil && (other == "m" || other == "f") && other != string(n.Sex):
			c.fail(SexMismatch, "field", id)
		}
	}
}

// numberIn reads an answer as a decimal number.
func numberIn(v Value) (decimal.Decimal, bool) {
	d, err := decimal.Parse(v.Text())
	return d, err == nil
}
