package form

import (
	"strings"

	"akno/backend/akno/decimal"
	"akno/backend/akno/ident"
)

// normal returns the answer as rules see it: blanks around a text and characters
// that nobody sees are dropped, letters are composed, numbers are decimal, and what says nothing is Null. What
// is wrong is left as it was typed, for the person to see and for check to name.
func (f *field) normal(v Value) Value {
	switch v.kind {
	case String:
		return f.normalText(strings.TrimSpace(ident.Visible(v.text)))
	case Number:
		if f.Type == TypeNumber || f.Type == TypeMoney {
			return f.normalText(v.text)
		}
	case List:
		if len(v.list) == 0 {
			return Value{}
		}
		if f.Type == TypeTable {
			return f.normalRows(v)
		}
	case Record:
		if len(v.rec) == 0 {
			return Value{}
		}
	}
	return v
}

func (f *field) normalText(s string) Value {
	if s == "" {
		return Value{}
	}
	switch f.Type {
	case TypeText:
		return Text(ident.Compose(s))
	case TypeTextarea:
		return Text(ident.Compose(lineEnds.Replace(s)))
	case TypeNumber, TypeMoney:
		d, err := decimal.Parse(numberBlanks.Replace(s))
		switch {
		case err != nil:
		case f.Type == TypeMoney && d.Places() <= moneyPlaces:
			return Text(d.Fixed(moneyPlaces))
		default:
			return Text(d.String())
		}
	case TypeNumberBY, TypeUNP, TypeIBAN, TypePhone, TypeEmail, TypeCadastral:
		if c, fault := f.code(s); fault == ident.None {
			return Text(c.Text)
		}
	}
	return Text(s)
}

const moneyPlaces = 2

// lineEnds makes the ends of lines of every system one.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

var numberBlanks = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "")

func (f *field) normalRows(v Value) Value {
	out := Value{kind: List, list: make([]Value, len(v.list))}
	for i, record := range v.list {
		out.list[i] = record
		if record.kind != Record {
			continue
		}
		rec := make(map[string]Value, len(record.rec))
		if id, ok := record.rec[RowID]; ok {
			rec[RowID] = id
		}
		for _, col := range f.columns {
			if cell := col.normal(record.rec[col.ID]); !cell.IsNull() {
				rec[col.ID] = cell
			}
		}
		out.list[i] = Value{kind: Record, rec: rec}
	}
	return out
}

// code reads a number with an algorithm of its own.
func (f *field) code(s string) (ident.Checked, ident.Fault) {
	switch f.Type {
	case TypeNumberBY:
		n, fault := ident.ParseNumber(s)
		return ident.Checked{Text: n.Text, Repaired: n.Repaired, Warnings: n.Warnings}, fault
	case TypeUNP:
		return ident.ParseUNP(s)
	case TypeIBAN:
		return ident.ParseIBAN(s)
	case TypePhone:
		if f.Rules.Check == "e164" {
			return ident.ParseE164(s)
		}
		return ident.ParsePhone(s)
	case TypeEmail:
		return ident.ParseEmail(s)
	}
	return ident.ParseCadastral(s)
}

// repaired reports whether letters of the other alphabet were replaced in the
// answer to a field that holds a number.
func (f *field) repaired(typed, normal Value) bool {
	if f.Type != TypeNumberBY && f.Type != TypeUNP || typed.Text() == normal.Text() {
		return false
	}
	c, fault := f.code(typed.Text())
	return fault == ident.None && c.Repaired
}
