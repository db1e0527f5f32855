package form

import (
	"fmt"

	"akno/backend/akno/decimal"
)

// scope is what a rule sees: the answer of each field by its place, Null for a
// field that is hidden or unanswered.
type scope interface {
	at(i int) Value
}

// rule is a compiled condition. Conditions of definitions and expressions of a
// richer rule language compile to the same thing; the evaluator knows no more
// of them than this.
type rule interface {
	holds(scope) bool
	each(func(field int)) // calls back with every field that the rule reads
}

type (
	compare struct {
		field  int
		not    bool
		values []Value // eq and ne have one
	}
	all []rule
	one []rule
)

func compileCondition(c Condition, names scopeNames) (rule, error) {
	simple := c.Field != "" || c.Op != "" || c.Value != nil
	switch {
	case simple && c.All == nil && c.Any == nil:
		return compileCompare(c, names)
	case !simple && len(c.All) > 0 && c.Any == nil:
		list, err := compileAll(c.All, names)
		return all(list), err
	case !simple && len(c.Any) > 0 && c.All == nil:
		list, err := compileAll(c.Any, names)
		return one(list), err
	}
	return nil, fmt.Errorf("a condition is a comparison, all or any")
}

func compileAll(cs []Condition, names scopeNames) ([]rule, error) {
	out := make([]rule, len(cs))
	for i, c := range cs {
		r, err := compileCondition(c, names)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

func compileCompare(c Condition, names scopeNames) (rule, error) {
	i, err := names.find(c.Field)
	if err != nil {
		return nil, err
	}
	if c.Value == nil || c.Value.IsNull() {
		return nil, fmt.Errorf("a comparison with %q has no value", c.Field)
	}
	switch c.Op {
	case "eq", "ne":
		return compare{field: i, not: c.Op == "ne", values: []Value{*c.Value}}, nil
	case "in":
		if c.Value.Kind() != List || len(c.Value.Items()) == 0 {
			return nil, fmt.Errorf("op in wants a list")
		}
		return compare{field: i, values: c.Value.Items()}, nil
	}
	return nil, fmt.Errorf("there is no op %q", c.Op)
}

// holds is total: an unanswered field is not equal to any value, so ne holds.
func (c compare) holds(s scope) bool {
	v := s.at(c.field)
	for _, w := range c.values {
		if same(v, w) {
			return !c.not
		}
	}
	return c.not
}

func (c compare) each(fn func(int)) { fn(c.field) }

func (a all) holds(s scope) bool {
	for _, r := range a {
		if !r.holds(s) {
			return false
		}
	}
	return true
}

func (a all) each(fn func(int)) { eachOf(a, fn) }

func (o one) holds(s scope) bool {
	for _, r := range o {
		if r.holds(s) {
			return true
		}
	}
	return false
}

func (o one) each(fn func(int)) { eachOf(o, fn) }

func eachOf(rules []rule, fn func(int)) {
	for _, r := range rules {
		r.each(fn)
	}
}

// same compares an answer with a constant of a rule. Numbers compare by value
// whether they came as numbers or as texts; a list holds a constant that it
// contains.
func same(v, w Value) bool {
	switch {
	case v.kind == List:
		for _, item := range v.list {
			if same(item, w) {
				return true
			}
		}
		return false
	case v.kind == Number || w.kind == Number:
		a, err1 := decimal.Parse(v.Text())
		b, err2 := decimal.Parse(w.Text())
		return err1 == nil && err2 == nil && a.Cmp(b) == 0
	}
	return v.kind == w.kind && v.kind != Null && v.text == w.text
}
