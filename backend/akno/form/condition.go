package form

import (
	"fmt"
	"strings"

	"akno/backend/akno/form/rule"
)

// rule writes a condition as the rule that it stands for. The rule is checked
// where it is compiled; the error is about the condition's own shape.
func (c Condition) rule(names scopeNames) (string, error) {
	simple := c.Field != "" || c.Op != "" || c.Value != nil
	switch {
	case simple && c.All == nil && c.Any == nil:
		return c.comparison(names)
	case !simple && len(c.All) > 0 && c.Any == nil:
		return joinRules(c.All, " && ", names)
	case !simple && len(c.Any) > 0 && c.All == nil:
		return joinRules(c.Any, " || ", names)
	}
	return "", fmt.Errorf("a condition is a comparison, all or any")
}

func joinRules(cs []Condition, op string, names scopeNames) (string, error) {
	parts := make([]string, len(cs))
	for i, c := range cs {
		r, err := c.rule(names)
		if err != nil {
			return "", err
		}
		if c.Field == "" || len(cs) == 1 { // a list of one is told from the one by its brackets
			r = "(" + r + ")"
		}
		parts[i] = r
	}
	return strings.Join(parts, op), nil
}

func (c Condition) comparison(names scopeNames) (string, error) {
	if c.Value == nil || c.Value.IsNull() {
		return "", fmt.Errorf("a comparison with %q has no value", c.Field)
	}
	if !idShape.MatchString(c.Field) {
		return "", fmt.Errorf("there is no field %q", c.Field)
	}
	list := names.rules[c.Field].Type.Kind == rule.List
	switch {
	case c.Op == "in":
		if c.Value.Kind() != List || len(c.Value.Items()) == 0 {
			return "", fmt.Errorf("op in wants a list")
		}
		options, err := literal(*c.Value)
		if list {
			return c.Field + ".exists(x, x in " + options + ")", err
		}
		return c.Field + " in " + options, err
	case c.Op != "eq" && c.Op != "ne":
		return "", fmt.Errorf("there is no op %q", c.Op)
	}
	value, err := literal(*c.Value)
	switch {
	case list && c.Op == "eq":
		return value + " in " + c.Field, err
	case list:
		return "!(" + value + " in " + c.Field + ")", err
	case c.Op == "eq":
		return c.Field + " == " + value, err
	}
	return c.Field + " != " + value, err
}

// literal writes a constant of a condition in the words of rules.
func literal(v Value) (string, error) {
	switch v.kind {
	case String:
		return "'" + quoting.Replace(v.text) + "'", nil
	case Number, Bool:
		return v.text, nil
	case List:
		parts := make([]string, len(v.list))
		for i, item := range v.list {
			var err error
			if parts[i], err = literal(item); err != nil {
				return "", err
			}
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	}
	return "", fmt.Errorf("a row is no constant")
}

var quoting = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// Lower returns a rule as a condition if it is one: comparisons with == and !=
// to a constant, in with a list of texts, joined by && or ||. Forms are stored
// in this shape wherever it is enough, as they were before there was a rule
// language, so that a definition that did not change keeps its hash and drafts
// stay pinned to it.
func Lower(src string) (Condition, bool) {
	if inner, ok := strings.CutPrefix(src, "("); ok {
		inner, closed := strings.CutSuffix(inner, ")")
		c, ok := lowerOne(inner)
		return Condition{All: []Condition{c}}, ok && closed
	}
	parts, op := []string{src}, ""
	for _, by := range []string{" && ", " || "} {
		if list := strings.Split(src, by); len(list) > 1 {
			if op != "" {
				return Condition{}, false
			}
			parts, op = list, by
		}
	}
	out := make([]Condition, len(parts))
	for i, p := range parts {
		var ok bool
		if out[i], ok = lowerOne(p); !ok {
			return Condition{}, false
		}
	}
	switch op {
	case " && ":
		return Condition{All: out}, true
	case " || ":
		return Condition{Any: out}, true
	}
	return out[0], true
}

func lowerOne(src string) (Condition, bool) {
	words := strings.SplitN(src, " ", 3)
	if len(words) != 3 || !idShape.MatchString(words[0]) {
		return Condition{}, false
	}
	c := Condition{Field: words[0], Op: map[string]string{"==": "eq", "!=": "ne", "in": "in"}[words[1]]}
	var v Value
	switch list, bracket := strings.CutPrefix(words[2], "["); {
	case c.Op == "":
		return c, false
	case (c.Op == "in") != (bracket && strings.HasSuffix(list, "]")):
		return c, false
	case c.Op == "in":
		for item := range strings.SplitSeq(strings.TrimSuffix(list, "]"), ", ") {
			one, ok := unquoted(item)
			if !ok {
				return c, false
			}
			v.list = append(v.list, one)
		}
		v.kind = List
	default:
		var ok bool
		if v, ok = unquoted(words[2]); !ok {
			return c, false
		}
	}
	c.Value = &v
	return c, true
}

// unquoted reads a flag or a plain text between single quotes.
func unquoted(s string) (Value, bool) {
	switch s {
	case "true", "false":
		return Flag(s == "true"), true
	}
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return Value{}, false
	}
	s = s[1 : len(s)-1]
	return Text(s), !strings.ContainsAny(s, "'\"\\,[] \n")
}

// Raise is the opposite of Lower: the rule that a condition stands for, or false
// if Lower would not give the condition back.
func Raise(c Condition) (string, bool) {
	src, err := c.rule(scopeNames{})
	if err != nil {
		return "", false
	}
	back, ok := Lower(src)
	return src, ok && back.equal(c)
}

func (c Condition) equal(d Condition) bool {
	if c.Field != d.Field || c.Op != d.Op || (c.Value == nil) != (d.Value == nil) ||
		c.Value != nil && !c.Value.Equal(*d.Value) || len(c.All) != len(d.All) || len(c.Any) != len(d.Any) {
		return false
	}
	for i := range c.All {
		if !c.All[i].equal(d.All[i]) {
			return false
		}
	}
	for i := range c.Any {
		if !c.Any[i].equal(d.Any[i]) {
			return false
		}
	}
	return true
}
