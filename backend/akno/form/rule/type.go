package rule

import "maps"

// A Kind is the kind of a value.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	Bool
	Text
	Int
	Decimal
	Date
	Datetime
	List
	Record
)

var kindNames = [...]string{"null", "bool", "text", "int", "decimal", "date", "datetime", "list", "record"}

// A Type is the type of a name or of an expression.
type Type struct {
	Kind    Kind
	Elem    *Type           // of a list
	Members map[string]Type // of a record
}

// Of returns the type of a single value.
func Of(k Kind) Type { return Type{Kind: k} }

// ListOf returns the type of a list.
func ListOf(elem Type) Type { return Type{Kind: List, Elem: &elem} }

// RecordOf returns the type of a row of a table.
func RecordOf(members map[string]Type) Type { return Type{Kind: Record, Members: members} }

// String returns the type as its author reads it in a message.
func (t Type) String() string {
	if t.Kind == List && t.Elem != nil && t.Elem.Kind != Null {
		return "list of " + t.Elem.String()
	}
	return kindNames[t.Kind]
}

func (t Type) number() bool { return t.Kind == Int || t.Kind == Decimal }

// ordered reports whether < is defined.
func (t Type) ordered() bool {
	return t.number() || t.Kind == Text || t.Kind == Date || t.Kind == Datetime
}

// unify returns the type that holds values of both, and false if there is none.
// Only whole numbers change their type, to decimal.
func unify(a, b Type) (Type, bool) {
	switch {
	case a.Kind == Null:
		return b, true
	case b.Kind == Null:
		return a, true
	case a.number() && b.number():
		if a.Kind != b.Kind {
			return Of(Decimal), true
		}
		return a, true
	case a.Kind != b.Kind:
		return Type{}, false
	case a.Kind == List:
		elem, ok := unify(*a.Elem, *b.Elem)
		return ListOf(elem), ok
	case a.Kind == Record:
		return a, maps.EqualFunc(a.Members, b.Members, func(x, y Type) bool { return x.Kind == y.Kind })
	}
	return a, true
}

// fits reports whether a value of type t may stand where one of type want is
// wanted.
func (t Type) fits(want Type) bool {
	u, ok := unify(t, want)
	return ok && (want.Kind != Int || u.Kind == Int)
}
