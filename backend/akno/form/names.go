package form

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"akno/backend/akno/decimal"
	"akno/backend/akno/form/rule"
	"akno/backend/akno/workdays"
)

// scopeNames resolves names while a field is compiled: the fields of the form,
// and inside a table the columns of the row before them.
type scopeNames struct {
	schema *Schema
	fields map[string]int // that references (min_field, cross, depends_on) may name
	rules  rule.Names
	row    bool
}

// names are what rules of the form may read.
func (s *Schema) names() scopeNames {
	n := scopeNames{schema: s, fields: s.byID, rules: make(rule.Names, len(s.fields))}
	for i, f := range s.fields {
		n.rules[f.ID] = rule.Name{Slot: i, Type: f.ruleType()}
	}
	return n
}

// inRow are what rules inside the table f may read: its columns have the first
// places, the form's fields those after them.
func (n scopeNames) inRow(f *field) scopeNames {
	out := scopeNames{schema: n.schema, fields: f.colByID, rules: make(rule.Names, len(n.rules)+len(f.columns)), row: true}
	for name, top := range n.rules {
		out.rules[name] = rule.Name{Slot: len(f.columns) + top.Slot, Type: top.Type}
	}
	for i, c := range f.columns {
		out.rules[c.ID] = rule.Name{Slot: i, Type: c.ruleType()}
	}
	return out
}

// with adds a name for the same place.
func (n scopeNames) with(alias, name string) scopeNames {
	n.rules = maps.Clone(n.rules)
	n.rules[alias] = n.rules[name]
	return n
}

func (n scopeNames) find(id string) error {
	if _, ok := n.fields[id]; !ok {
		return fmt.Errorf("there is no field %q", id)
	}
	return nil
}

// compile compiles a rule of the member what and notes which fields it reads.
func (n scopeNames) compile(what, src string, want rule.Type) (*rule.Program, error) {
	p, err := rule.Compile(src, n.rules, want)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	own := 0
	if n.row {
		own = len(n.fields)
	}
	for _, slot := range p.Slots() {
		if slot >= own {
			n.schema.read[slot-own] = true
		}
	}
	return p, nil
}

// ruleType is the type that rules see a field as.
func (f *field) ruleType() rule.Type {
	switch f.Type {
	case TypeCheckbox:
		return rule.Of(rule.Bool)
	case TypeDate:
		return rule.Of(rule.Date)
	case TypeDatetime:
		return rule.Of(rule.Datetime)
	case TypeNumber:
		if f.Rules.Integer {
			return rule.Of(rule.Int)
		}
		return rule.Of(rule.Decimal)
	case TypeMoney, TypeComputed:
		return rule.Of(rule.Decimal)
	case TypeMultiselect:
		return rule.ListOf(rule.Of(rule.Text))
	case TypeFile:
		return fileType
	case TypeFileList:
		return rule.ListOf(fileType)
	case TypeTable:
		cells := make(map[string]rule.Type, len(f.Columns))
		for _, c := range f.Columns {
			cells[c.ID] = (&field{Field: c}).ruleType()
		}
		return rule.ListOf(rule.RecordOf(cells))
	}
	return rule.Of(rule.Text)
}

var fileType = rule.RecordOf(map[string]rule.Type{
	"name": rule.Of(rule.Text), "mime": rule.Of(rule.Text), "size": rule.Of(rule.Int),
})

// seen is a normal answer as rules see it. An answer of another kind than the
// field's is null: it has an error of its own.
func (f *field) seen(v Value) rule.Value {
	switch v.kind {
	case String, Number:
		return f.seenText(v.text)
	case Bool:
		if f.Type == TypeCheckbox {
			return rule.FlagValue(v.True())
		}
	case Record:
		if f.Type == TypeFile {
			return seenFile(v)
		}
	case List:
		return f.seenList(v.list)
	}
	return rule.Value{}
}

func (f *field) seenText(s string) rule.Value {
	switch f.Type {
	case TypeNumber, TypeMoney, TypeComputed:
		d, err := decimal.Parse(s)
		if err != nil || f.Rules.Integer && !d.IsInt() {
			return rule.Value{}
		}
		return rule.NumberValue(d)
	case TypeDate:
		if d, err := workdays.Parse(s); err == nil {
			return rule.DateValue(d)
		}
	case TypeDatetime:
		if day, _, ok := strings.Cut(s, "T"); ok && len(day) == 10 {
			return rule.DatetimeValue(s)
		}
	case TypeCheckbox, TypeMultiselect, TypeFile, TypeFileList, TypeTable:
	default:
		return rule.TextValue(s)
	}
	return rule.Value{}
}

func (f *field) seenList(list []Value) rule.Value {
	out := make([]rule.Value, 0, len(list))
	for _, item := range list {
		switch {
		case f.Type == TypeMultiselect && item.kind == String:
			out = append(out, rule.TextValue(item.text))
		case f.Type == TypeFileList && item.kind == Record:
			out = append(out, seenFile(item))
		case f.Type == TypeTable:
			cells := make(map[string]rule.Value, len(f.columns))
			for _, c := range f.columns {
				cells[c.ID] = c.seen(item.rec[c.ID])
			}
			out = append(out, rule.RecordValue(cells))
		}
	}
	return rule.ListValue(out)
}

func seenFile(v Value) rule.Value {
	out := map[string]rule.Value{"name": rule.TextValue(v.Get("name").Text()), "mime": rule.TextValue(v.Get("mime").Text())}
	if n, err := strconv.ParseInt(v.Get("size").Text(), 10, 64); err == nil {
		out["size"] = rule.IntValue(n)
	}
	return rule.RecordValue(out)
}

// answer brings what a rule came to into the normal form of an answer to f.
func (f *field) answer(v rule.Value) Value {
	switch v.Kind() {
	case rule.Null:
		return Value{}
	case rule.Bool:
		return Flag(v.True())
	case rule.List:
		out := Value{kind: List}
		for _, item := range v.Items() {
			out.list = append(out.list, Text(item.String()))
		}
		return f.normal(out)
	case rule.Int, rule.Decimal:
		if f.Type == TypeComputed || f.Type == TypeMoney {
			return Text(v.Number().Fixed(moneyPlaces))
		}
	}
	return f.normal(Text(v.String()))
}
