// Package jcs writes and reads canonical JSON: the subset of RFC 8785 without
// numbers. Members stand in the order of their names in UTF-16, there are no
// insignificant blanks, and strings are escaped in one way only. Numbers of any
// kind are texts: sums, codes and sizes must not change on their way through a
// program that keeps them as binary floats.
package jcs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrValue is returned for a value that canonical JSON cannot hold: a number, a
// text that is no valid UTF-8, or one nested too deeply.
var ErrValue = errors.New("jcs: value has no canonical form")

// ErrNotCanonical is returned for octets that are no canonical JSON.
var ErrNotCanonical = errors.New("jcs: not canonical")

const maxDepth = 32

// Marshal writes nil, bool, string, []any and map[string]any canonically.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := write(&b, v, 0); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Parse reads canonical JSON and refuses anything else: numbers, blanks, members
// in another order or twice, other escapes, octets after the end.
func Parse(raw []byte) (any, error) {
	v, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	again, err := Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if !bytes.Equal(raw, again) {
		return nil, ErrNotCanonical
	}
	return v, nil
}

// Canonicalize returns any JSON in canonical form, with every number replaced by
// the text that stands for it.
func Canonicalize(raw []byte) ([]byte, error) {
	v, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrValue, err)
	}
	return Marshal(numbersAsText(v))
}

func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("octets after the end")
	}
	return v, nil
}

func numbersAsText(v any) any {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case []any:
		for i := range v {
			v[i] = numbersAsText(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbersAsText(v[k])
		}
	}
	return v
}

func write(b *bytes.Buffer, v any, depth int) error {
	if depth > maxDepth {
		return ErrValue
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		if v {
			b.WriteString("true")
		} else {
			b.WriteString("false")
		}
	case string:
		return writeString(b, v)
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := write(b, item, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, name := range slices.SortedFunc(maps.Keys(v), compare) {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeString(b, name); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := write(b, v[name], depth+1); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	default:
		return fmt.Errorf("%w: %T", ErrValue, v)
	}
	return nil
}

// compare orders names by their UTF-16 code units (RFC 8785, 3.2.3), which
// differs from the order of octets for characters outside the basic plane.
func compare(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] >= utf8.RuneSelf || b[i] >= utf8.RuneSelf {
			return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		}
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

const hexDigits = "0123456789abcdef"

// writeString writes a text, which has to be UTF-8.
func writeString(b *bytes.Buffer, s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%w: invalid UTF-8", ErrValue)
	}
	b.Write(AppendText(b.AvailableBuffer(), s))
	return nil
}

// AppendText appends s to b in quotes, escaped as RFC 8785, 3.2.2.2 does. An octet
// that is no UTF-8 becomes U+FFFD, as in encoding/json.
func AppendText(b []byte, s string) []byte {
	if plain(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = utf8.AppendRune(append(b, s[from:i]...), r)
				from = i + 1
			}
			i += n
			continue
		}
		b = append(b, s[from:i]...)
		i++
		from = i
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			b = append(b, `\u00`...)
			b = append(b, hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, s[from:]...), '"')
}

// plain says whether s has no escapes.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}

// Sort brings names into the order of an object's members, and returns them.
func Sort(names []string) []string {
	slices.SortFunc(names, compare)
	return names
}
