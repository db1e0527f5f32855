package rule

import (
	"strings"

	"akno/backend/akno/decimal"
	"akno/backend/akno/workdays"
)

// A Value is what a name holds or a rule comes to. The zero Value is null. A
// Value is never changed once it is made.
type Value struct {
	kind Kind
	flag bool
	text string // Text; Datetime as "2006-01-02T15:04", with seconds or without
	num  decimal.Decimal
	date workdays.Date
	list []Value
	rec  map[string]Value
}

// FlagValue returns a bool.
func FlagValue(b bool) Value { return Value{kind: Bool, flag: b} }

// TextValue returns a text.
func TextValue(s string) Value { return Value{kind: Text, text: s} }

// IntValue returns a whole number.
func IntValue(n int64) Value { return Value{kind: Int, num: decimal.Int(n)} }

// NumberValue returns a number; one without a fraction is whole.
func NumberValue(d decimal.Decimal) Value {
	if d.IsInt() {
		return Value{kind: Int, num: d}
	}
	return Value{kind: Decimal, num: d}
}

// DateValue returns a date.
func DateValue(d workdays.Date) Value { return Value{kind: Date, date: d} }

// DatetimeValue returns a local date and time, written "2006-01-02T15:04".
func DatetimeValue(s string) Value { return Value{kind: Datetime, text: s} }

// ListValue returns a list, which the caller no longer changes.
func ListValue(items []Value) Value { return Value{kind: List, list: items} }

// RecordValue returns a row, which the caller no longer changes.
func RecordValue(members map[string]Value) Value { return Value{kind: Record, rec: members} }

// Kind returns the kind of v. A number without a fraction is Int whatever the
// type of the expression was.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether there is no value.
func (v Value) IsNull() bool { return v.kind == Null }

// True reports whether v is true; null is not.
func (v Value) True() bool { return v.kind == Bool && v.flag }

// Text returns the text of a Text or a Datetime.
func (v Value) Text() string { return v.text }

// Number returns a number.
func (v Value) Number() decimal.Decimal { return v.num }

// Date returns a date.
func (v Value) Date() workdays.Date { return v.date }

// Items returns the items of a list; the caller does not change them.
func (v Value) Items() []Value { return v.list }

// Member returns a member of a row, null if it has none.
func (v Value) Member(name string) Value { return v.rec[name] }

// Equal is the == of rules: total, and numbers by value.
func (v Value) Equal(w Value) bool {
	if v.isNumber() || w.isNumber() {
		return v.isNumber() && w.isNumber() && v.num.Cmp(w.num) == 0
	}
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case Bool:
		return v.flag == w.flag
	case Text, Datetime:
		return v.text == w.text
	case Date:
		return v.date == w.date
	case List:
		if len(v.list) != len(w.list) {
			return false
		}
		for i := range v.list {
			if !v.list[i].Equal(w.list[i]) {
				return false
			}
		}
	case Record:
		return v.sameMembers(w) && w.sameMembers(v)
	}
	return true
}

func (v Value) isNumber() bool { return v.kind == Int || v.kind == Decimal }

// sameMembers reports whether every member of v equals that of w; a missing
// member is null.
func (v Value) sameMembers(w Value) bool {
	for name, m := range v.rec {
		if !m.Equal(w.rec[name]) {
			return false
		}
	}
	return true
}

// compare orders two values of one ordered type.
func (v Value) compare(w Value) int {
	switch v.kind {
	case Int, Decimal:
		return v.num.Cmp(w.num)
	case Date:
		return v.date.Compare(w.date)
	}
	return strings.Compare(v.text, w.text)
}

// String returns v as str() writes it: numbers in their shortest form, dates as
// ISO, nothing for null, lists and rows.
func (v Value) String() string {
	switch v.kind {
	case Bool:
		if v.flag {
			return "true"
		}
		return "false"
	case Int, Decimal:
		return v.num.String()
	case Date:
		return v.date.String()
	}
	return v.text
}
