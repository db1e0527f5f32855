package form

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"akno/backend/akno/decimal"
	"akno/backend/akno/form/rule"
	"akno/backend/akno/workdays"
)

// Lists holds the options of the lists that forms name, by the list's name.
type Lists map[string][]Option

// A Schema is a definition that was compiled and checked. It is never changed
// and may be used by several goroutines.
type Schema struct {
	def    Definition
	fields []*field // in document order
	byID   map[string]int
	order  []int  // fields in the order in which visibility and computed values follow from one another
	read   []bool // fields that a rule reads
	cross  []cross
	parts  map[string]Part // of addresses, by field
}

// field is a compiled Field.
type field struct {
	Field
	section  int
	visible  *rule.Program // nil: always
	needed   *rule.Program // nil: Required says it
	compute  *rule.Program // nil: not computed
	pattern  *regexp.Regexp
	patterns []patternIf
	choices  []Option          // own or of the list
	options  map[string]string // value of a choice to its parent
	listed   bool              // options is a list by name: an unknown value is a doubt
	min, max bound
	step     *decimal.Decimal
	columns  []*field
	colByID  map[string]int
	siblings map[string]int // of a column: the columns of its table
}

type patternIf struct {
	when    *rule.Program
	pattern *regexp.Regexp
}

// bound is a limit of a date or of a number.
type bound struct {
	set   bool
	today bool
	date  workdays.Date
	num   decimal.Decimal
}

var idShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Compile checks def and returns its schema. Lists that def names and lists
// does not have are taken as open: any value is accepted. The error wraps
// ErrDefinition and names the field.
func Compile(def Definition, lists Lists) (*Schema, error) {
	s := &Schema{def: def, byID: map[string]int{}, parts: partsOf(def)}
	if def.ID == "" || def.Version < 1 || len(def.Sections) == 0 {
		return nil, fmt.Errorf("%w: form %q has no id, version or section", ErrDefinition, def.ID)
	}
	sections := map[string]bool{}
	for i, sec := range def.Sections {
		if !idShape.MatchString(sec.ID) || sections[sec.ID] || len(sec.Fields) == 0 {
			return nil, fmt.Errorf("%w: %s: section %q", ErrDefinition, def.ID, sec.ID)
		}
		sections[sec.ID] = true
		for _, f := range sec.Fields {
			if _, twice := s.byID[f.ID]; twice {
				return nil, fmt.Errorf("%w: %s.%s stands twice", ErrDefinition, def.ID, f.ID)
			}
			s.byID[f.ID] = len(s.fields)
			s.fields = append(s.fields, &field{Field: f, section: i})
		}
	}
	s.read = make([]bool, len(s.fields))
	names := s.names()
	for _, f := range s.fields {
		if err := f.compile(names, lists); err != nil {
			return nil, fmt.Errorf("%w: %s.%s: %w", ErrDefinition, def.ID, f.ID, err)
		}
	}
	for i, r := range def.Rules {
		if err := s.addCross(r); err != nil {
			return nil, fmt.Errorf("%w: %s: rule %d: %w", ErrDefinition, def.ID, i, err)
		}
	}
	if err := def.Migrate.check(def); err != nil {
		return nil, fmt.Errorf("%w: %s: migrate: %w", ErrDefinition, def.ID, err)
	}
	if err := s.sort(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDefinition, def.ID, err)
	}
	return s, nil
}

// ID returns the form's id.
func (s *Schema) ID() string { return s.def.ID }

// Version returns the form's version.
func (s *Schema) Version() int { return s.def.Version }

// Definition returns what the schema was compiled from; the caller does not
// change it.
func (s *Schema) Definition() Definition { return s.def }

// Field returns the definition of a field.
func (s *Schema) Field(id string) (Field, bool) {
	i, ok := s.byID[id]
	if !ok {
		return Field{}, false
	}
	return s.fields[i].Field, true
}

func (f *field) compile(names scopeNames, lists Lists) error {
	if !idShape.MatchString(f.ID) {
		return fmt.Errorf("the id has another form")
	}
	if f.Label.RU == "" {
		return fmt.Errorf("no label")
	}
	steps := []func(scopeNames, Lists) error{
		f.compileRules, f.compilePatterns, f.compileOptions, f.compileLimits, f.compileReferences, f.compileTable,
	}
	for _, step := range steps {
		if err := step(names, lists); err != nil {
			return err
		}
	}
	return nil
}

// compileRules reads when the field is shown and required, and how its value is
// computed.
func (f *field) compileRules(names scopeNames, _ Lists) error {
	show := f.Show
	if f.VisibleIf != nil {
		if show != "" {
			return fmt.Errorf("show and visible_if together")
		}
		var err error
		if show, err = f.VisibleIf.rule(names); err != nil {
			return err
		}
	}
	var err error
	if show != "" {
		if f.visible, err = names.compile("show", show, rule.Of(rule.Bool)); err != nil {
			return err
		}
	}
	if f.RequiredIf != "" {
		if f.Required {
			return fmt.Errorf("required_if and required together")
		}
		if f.needed, err = names.compile("required", f.RequiredIf, rule.Of(rule.Bool)); err != nil {
			return err
		}
	}
	if f.Expr == "" {
		if f.Type == TypeComputed {
			return fmt.Errorf("a computed field has no expression")
		}
		return nil
	}
	if names.row {
		return fmt.Errorf("a column cannot be computed")
	}
	switch f.Type {
	case TypeFile, TypeFileList, TypeTable, TypeMultiselect:
		return fmt.Errorf("a field of type %s cannot be computed", f.Type)
	}
	f.compute, err = names.compile("expr", f.Expr, f.ruleType())
	return err
}

func (f *field) compilePatterns(names scopeNames, _ Lists) error {
	var err error
	if f.pattern, err = compilePattern(f.Rules.Pattern); err != nil {
		return err
	}
	for _, p := range f.Rules.PatternIf {
		var c patternIf
		when, err := p.When.rule(names)
		if err != nil {
			return err
		}
		if c.when, err = names.compile("pattern_if", when, rule.Of(rule.Bool)); err != nil {
			return err
		}
		if c.pattern, err = compilePattern(p.Pattern); err != nil {
			return err
		}
		if c.pattern == nil {
			return fmt.Errorf("pattern_if has no pattern")
		}
		f.patterns = append(f.patterns, c)
	}
	return nil
}

// compilePattern refuses a pattern that is not anchored: it would accept
// anything around what it describes.
func compilePattern(s string) (*regexp.Regexp, error) {
	if s == "" {
		return nil, nil
	}
	if !strings.HasPrefix(s, "^") || !strings.HasSuffix(s, "$") {
		return nil, fmt.Errorf("pattern is not anchored")
	}
	return regexp.Compile(s)
}

func (f *field) compileOptions(names scopeNames, lists Lists) error {
	options := f.Options
	ref := f.OptionsRef
	if ref == "" {
		ref = f.Rules.OptionsRef
	}
	if ref != "" {
		options, f.listed = lists[ref], true
	}
	f.choices = options
	f.options = make(map[string]string, len(options))
	for _, o := range options {
		if _, twice := f.options[o.Value]; twice || o.Value == "" {
			return fmt.Errorf("option %q is empty or stands twice", o.Value)
		}
		f.options[o.Value] = o.Parent
	}
	switch f.Type {
	case TypeSelect, TypeRadio, TypeMultiselect:
		if len(options) == 0 && !f.listed {
			return fmt.Errorf("no options")
		}
	}
	if f.DependsOn != "" {
		return names.find(f.DependsOn)
	}
	return nil
}

func (f *field) compileLimits(_ scopeNames, _ Lists) error {
	var err error
	if f.min, err = f.bound(f.Rules.Min); err != nil {
		return err
	}
	if f.max, err = f.bound(f.Rules.Max); err != nil {
		return err
	}
	if f.Rules.Step != "" {
		d, err := decimal.Parse(string(f.Rules.Step))
		if err != nil || d.Sign() <= 0 {
			return fmt.Errorf("step %q is no positive number", f.Rules.Step)
		}
		f.step = &d
	}
	if f.Rules.MinLen < 0 || f.Rules.MaxLen < 0 || f.Rules.MaxLen > 0 && f.Rules.MinLen > f.Rules.MaxLen {
		return fmt.Errorf("lengths do not fit one another")
	}
	return nil
}

func (f *field) bound(l Limit) (bound, error) {
	if l == "" {
		return bound{}, nil
	}
	switch f.Type {
	case TypeDate, TypeDatetime:
		if l == "today" {
			return bound{set: true, today: true}, nil
		}
		d, err := workdays.Parse(string(l))
		return bound{set: true, date: d}, err
	case TypeNumber, TypeMoney:
		d, err := decimal.Parse(string(l))
		return bound{set: true, num: d}, err
	}
	return bound{}, fmt.Errorf("a field of type %s has no min and max", f.Type)
}

func (f *field) compileReferences(names scopeNames, _ Lists) error {
	refs := slices.Clone(f.Rules.Cross)
	if f.Rules.MinField != "" {
		refs = append(refs, f.Rules.MinField)
	}
	for _, id := range refs {
		if err := names.find(id); err != nil {
			return err
		}
	}
	switch f.Rules.Check {
	case "", "by_personal_number", "by_unp", "iban_by", "by_phone", "e164":
	default:
		return fmt.Errorf("there is no check %q", f.Rules.Check)
	}
	if f.Rules.Image != nil && f.Rules.Image.Aspect != "" {
		if _, _, ok := f.Rules.Image.aspect(); !ok {
			return fmt.Errorf("aspect %q has another form", f.Rules.Image.Aspect)
		}
	}
	return f.checkType()
}

func (f *field) checkType() error {
	switch f.Type {
	case TypeText, TypeTextarea, TypeSelect, TypeRadio, TypeMultiselect, TypeCheckbox, TypeDate, TypeDatetime,
		TypeTime, TypeNumber, TypeMoney, TypePhone, TypeEmail, TypeNumberBY, TypeUNP, TypeIBAN, TypeCadastral,
		TypeFile, TypeFileList, TypeTable, TypeComputed:
		return nil
	}
	return fmt.Errorf("there is no type %q", f.Type)
}

func (f *field) compileTable(names scopeNames, lists Lists) error {
	if (f.Type == TypeTable) != (len(f.Columns) > 0) {
		return fmt.Errorf("columns belong to a table and to no other")
	}
	if f.Type != TypeTable {
		return nil
	}
	if names.row {
		return fmt.Errorf("a table cannot stand in a table")
	}
	f.colByID = map[string]int{}
	for i, c := range f.Columns {
		if _, twice := f.colByID[c.ID]; twice {
			return fmt.Errorf("column %q stands twice", c.ID)
		}
		f.colByID[c.ID] = i
		f.columns = append(f.columns, &field{Field: c, section: f.section})
	}
	for _, c := range f.columns {
		if c.VisibleIf != nil || c.Show != "" {
			return fmt.Errorf("%s: a column is always visible", c.ID)
		}
		c.siblings = f.colByID
		if err := c.compile(names.inRow(f), lists); err != nil {
			return fmt.Errorf("%s: %w", c.ID, err)
		}
	}
	return nil
}

// sort orders the fields so that each comes after those on which its visibility
// or its computed value depends, and refuses rings.
func (s *Schema) sort() error {
	const (
		fresh = iota
		open
		done
	)
	state := make([]int, len(s.fields))
	var visit func(i int) error
	visit = func(i int) error {
		switch state[i] {
		case done:
			return nil
		case open:
			return fmt.Errorf("%s depends on itself", s.fields[i].ID)
		}
		state[i] = open
		var err error
		need := func(j int) {
			if err == nil {
				err = visit(j)
			}
		}
		for _, p := range []*rule.Program{s.fields[i].visible, s.fields[i].compute} {
			if p != nil {
				for _, j := range p.Slots() {
					need(j)
				}
			}
		}
		if err != nil {
			return err
		}
		state[i] = done
		s.order = append(s.order, i)
		return nil
	}
	for i := range s.fields {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}
