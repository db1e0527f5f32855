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
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

const hexDigits = "0123456789abcdef"

// writeString escapes as RFC 8785, 3.2.2.2 does.
func writeString(b *bytes.Buffer, s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%w: invalid UTF-8", ErrValue)
	}
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\b':
			b.WriteString(`\b`)
		case '\t':
			b.WriteString(`\t`)
		case '\n':
			b.WriteString(`\n`)
		case '\f':
			b.WriteString(`\f`)
		case '\r':
			b.WriteString(`\r`)
		default:
			if r < 0x20 {
				b.WriteString(`\u00`)
				b.WriteByte(hexDigits[r>>4])
				b.WriteByte(hexDigits[r&15])
				continue
			}
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return nil
}
