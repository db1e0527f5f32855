package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Kind is the kind of a Value.
type Kind int

// The kinds of values.
const (
	Null   Kind = iota // no answer
	String             // text, date, option, number written as text
	Number             // a number that came as one; kept as its decimal text
	Bool
	List   // of strings, of files or of records
	Record // a row of a table, or a file
)

// A Value is an answer, or a part of one. The zero Value is Null. A Value is
// never changed once it is made.
type Value struct {
	kind Kind
	text string // String, Number; "true" or "false" for Bool
	list []Value
	rec  map[string]Value
}

// Answers maps the id of a field to its answer.
type Answers map[string]Value

// The bounds on a value that is read, so that foreign input cannot make the
// program work without end.
const (
	maxDepth = 6
	maxItems = 2000
	maxText  = 100_000 // octets
)

// ErrValue is returned for JSON that is no set of answers.
var ErrValue = errors.New("form: not an answer")

// Text returns the value of a text, a date, an option or a number as text.
func Text(s string) Value { return Value{kind: String, text: s} }

// Flag returns the value of a checkbox.
func Flag(b bool) Value { return Value{kind: Bool, text: strconv.FormatBool(b)} }

// ListOf returns a list of values.
func ListOf(items ...Value) Value { return Value{kind: List, list: slices.Clone(items)} }

// RecordOf returns a row of a table or a file.
func RecordOf(members map[string]Value) Value { return Value{kind: Record, rec: maps.Clone(members)} }

// Kind returns the kind of v.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is no answer.
func (v Value) IsNull() bool { return v.kind == Null }

// Text returns the text of a String or a Number, and "" for every other kind.
func (v Value) Text() string {
	if v.kind == String || v.kind == Number {
		return v.text
	}
	return ""
}

// True reports whether v is the flag true.
func (v Value) True() bool { return v.kind == Bool && v.text == "true" }

// Items returns the items of a list; the caller does not change them.
func (v Value) Items() []Value { return v.list }

// Get returns a member of a record, Null if there is none.
func (v Value) Get(member string) Value { return v.rec[member] }

// Members returns the names of a record's members in order.
func (v Value) Members() []string { return slices.Sorted(maps.Keys(v.rec)) }

// Equal reports whether v and w are the same answer. A number equals only a
// number of the same text.
func (v Value) Equal(w Value) bool {
	return v.kind == w.kind && v.text == w.text && slices.EqualFunc(v.list, w.list, Value.Equal) &&
		maps.EqualFunc(v.rec, w.rec, Value.Equal)
}

// Plain returns v as nil, string, bool, []any or map[string]any. Numbers become
// their text: canonical JSON has none.
func (v Value) Plain() any {
	switch v.kind {
	case String, Number:
		return v.text
	case Bool:
		return v.text == "true"
	case List:
		out := make([]any, len(v.list))
		for i, item := range v.list {
			out[i] = item.Plain()
		}
		return out
	case Record:
		out := make(map[string]any, len(v.rec))
		for name, m := range v.rec {
			out[name] = m.Plain()
		}
		return out
	}
	return nil
}

// MarshalJSON writes v with numbers as they came.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case String:
		return json.Marshal(v.text)
	case Number, Bool:
		return []byte(v.text), nil
	case List:
		if v.list == nil {
			return []byte("[]"), nil
		}
		return json.Marshal(v.list)
	case Record:
		if v.rec == nil {
			return []byte("{}"), nil
		}
		return json.Marshal(v.rec)
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads any JSON value within bounds: depth 6, 2000 items in a
// list, 100 000 octets in a text. Anything else is ErrValue.
func (v *Value) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' { // nearly all answers are texts
		var s string
		if err := json.Unmarshal(b, &s); err != nil || len(s) > maxText {
			return errors.Join(ErrValue, err)
		}
		*v = Text(s)
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return fmt.Errorf("%w: %w", ErrValue, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return ErrValue
	}
	out, err := ValueOf(x)
	if err != nil {
		return err
	}
	*v = out
	return nil
}

// ValueOf returns the value of what encoding/json decodes into an any, with
// numbers as json.Number or float64.
func ValueOf(x any) (Value, error) { return valueOf(x, 0) }

func valueOf(x any, depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, ErrValue
	}
	switch x := x.(type) {
	case nil:
		return Value{}, nil
	case Value:
		return x, nil
	case string:
		if len(x) > maxText {
			return Value{}, ErrValue
		}
		return Text(x), nil
	case bool:
		return Flag(x), nil
	case json.Number:
		return number(x.String())
	case float64:
		return number(strconv.FormatFloat(x, 'f', -1, 64))
	case []any:
		if len(x) > maxItems {
			return Value{}, ErrValue
		}
		v := Value{kind: List, list: make([]Value, len(x))}
		for i, item := range x {
			var err error
			if v.list[i], err = valueOf(item, depth+1); err != nil {
				return Value{}, err
			}
		}
		return v, nil
	case map[string]any:
		if len(x) > maxItems {
			return Value{}, ErrValue
		}
		v := Value{kind: Record, rec: make(map[string]Value, len(x))}
		for name, member := range x {
			m, err := valueOf(member, depth+1)
			if err != nil {
				return Value{}, err
			}
			v.rec[name] = m
		}
		return v, nil
	}
	return Value{}, ErrValue
}

// number keeps a JSON number as its text. A number with an exponent stays as it
// is and is refused later by the field that wants a decimal.
func number(s string) (Value, error) {
	if len(s) > 64 || strings.ContainsAny(s, "IN") {
		return Value{}, ErrValue
	}
	return Value{kind: Number, text: s}, nil
}

// A File is what an answer says about an attachment. Its octets are elsewhere,
// under the hash.
type File struct {
	ID     string // file_id, made on the device
	Name   string
	MIME   string
	Size   int64  // octets
	SHA256 string // 64 hexadecimal digits
	Width  int    // pixels of a picture; 0 if not known
	Height int
}

// Value returns the answer that names f.
func (f File) Value() Value {
	rec := map[string]Value{
		"file_id": Text(f.ID), "name": Text(f.Name), "mime": Text(f.MIME),
		"size": Text(strconv.FormatInt(f.Size, 10)), "sha256": Text(f.SHA256),
	}
	if f.Width > 0 && f.Height > 0 {
		rec["width"], rec["height"] = Text(strconv.Itoa(f.Width)), Text(strconv.Itoa(f.Height))
	}
	return Value{kind: Record, rec: rec}
}

// FileOf reads an answer that names a file. It is false if a member is missing
// or malformed.
func FileOf(v Value) (File, bool) {
	size, err := strconv.ParseInt(v.Get("size").Text(), 10, 64)
	f := File{
		ID: v.Get("file_id").Text(), Name: v.Get("name").Text(), MIME: v.Get("mime").Text(),
		Size: size, SHA256: strings.ToLower(v.Get("sha256").Text()),
	}
	f.Width, _ = strconv.Atoi(v.Get("width").Text())
	f.Height, _ = strconv.Atoi(v.Get("height").Text())
	return f, v.kind == Record && err == nil && size >= 0 && f.ID != "" && f.Name != "" && f.MIME != "" && hex64(f.SHA256)
}

func hex64(s string) bool {
	return len(s) == 64 && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'f')
	}) < 0
}
