package rule

import (
	"slices"

	"akno/backend/akno/workdays"
)

// A Name is something a rule may read: its place in the scope and its type.
type Name struct {
	Slot int
	Type Type
}

// Names are the names that rules of one scope may use.
type Names map[string]Name

// A Scope holds the values of names by their slots. A hidden field is null.
type Scope interface {
	Slot(i int) Value
}

// Slots is a Scope made of a list.
type Slots []Value

// Slot returns the value with that place.
func (s Slots) Slot(i int) Value { return s[i] }

// A Program is a compiled rule. It never changes and may be used by several
// goroutines.
type Program struct {
	src    string
	root   code
	typ    Type
	slots  []int
	locals int
}

// code is a compiled piece.
type code func(*machine) Value

// MaxSteps bounds the work of one evaluation of a form, whatever its rules are.
const MaxSteps = 10_000

// A Fault is something that made a rule come to null where its author would not
// expect it.
type Fault string

// The faults.
const (
	DividedByZero Fault = "divided_by_zero"
	OutOfRange    Fault = "out_of_range" // an index, a date or a number that is too large
	OutOfSteps    Fault = "out_of_steps"
)

// A Meter bounds the work of the rules of one evaluation, tells them the day and
// keeps their faults. It belongs to one goroutine.
type Meter struct {
	today  workdays.Date
	left   int
	faults []Fault
}

// NewMeter returns a meter with MaxSteps steps for the day today.
func NewMeter(today workdays.Date) *Meter { return &Meter{today: today, left: MaxSteps} }

// Spent reports whether the steps are used up: every further rule is null.
func (m *Meter) Spent() bool { return m.left < 0 }

// Steps returns how many steps were made.
func (m *Meter) Steps() int { return MaxSteps - m.left }

// Faults returns the faults since the last call.
func (m *Meter) Faults() []Fault {
	f := m.faults
	m.faults = nil
	return f
}

func (m *Meter) fault(f Fault) Value {
	if !slices.Contains(m.faults, f) {
		m.faults = append(m.faults, f)
	}
	return Value{}
}

type machine struct {
	*Meter
	scope  Scope
	locals []Value
}

// step takes n steps and reports whether there were so many left.
func (m *machine) step(n int) bool {
	if m.left >= 0 {
		if m.left -= n; m.left < 0 {
			m.fault(OutOfSteps)
		}
	}
	return m.left >= 0
}

// Compile reads a rule and checks its names and types. want is the type that it
// has to come to; the error is an *Error.
func Compile(src string, names Names, want Type) (*Program, error) {
	n, err := parse(src)
	if err != nil {
		return nil, err
	}
	c := &compiler{names: names}
	root, typ, err := c.compile(n)
	if err != nil {
		return nil, err
	}
	if !typ.fits(want) {
		return nil, wrong(n.at, "this is %s, and %s is wanted", typ, want)
	}
	slices.Sort(c.slots)
	return &Program{src: src, root: root, typ: typ, slots: slices.Compact(c.slots), locals: c.most}, nil
}

// Eval returns what the rule comes to. It never fails: where there is no answer
// the outcome is null, and m knows why.
func (p *Program) Eval(m *Meter, s Scope) Value {
	x := machine{Meter: m, scope: s}
	if p.locals > 0 {
		x.locals = make([]Value, p.locals)
	}
	v := p.root(&x)
	if m.Spent() {
		return Value{}
	}
	return v
}

// Source returns the text of the rule.
func (p *Program) Source() string { return p.src }

// Type returns the type of the outcome.
func (p *Program) Type() Type { return p.typ }

// Slots returns the places of the names that the rule reads, in order.
func (p *Program) Slots() []int { return slices.Clone(p.slots) }
