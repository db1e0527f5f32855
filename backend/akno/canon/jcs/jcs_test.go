package jcs

import (
	"bytes"
	"errors"
	"testing"
)

func TestCanonicalFormsOfTheStandard(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"b":[],"a":{},"":null}`, `{"":null,"a":{},"b":[]}`},
		// RFC 8785, 3.2.3: the order is that of UTF-16 code units.
		{
			`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		},
		// RFC 8785, 3.2.2.2.
		{`"\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\/"`, "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""},
		{` [ 1 , 2.50 , true ] `, `["1","2.50",true]`},
		{`"<&>\u2028"`, "\"<&>\u2028\""},
	} {
		got, err := Canonicalize([]byte(c.in))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q %v, want %q", c.in, got, err, c.want)
			continue
		}
		if _, err := Parse(got); err != nil {
			t.Errorf("%s: %v", got, err)
		}
	}
}

func TestOnlyCanonicalOctetsAreRead(t *testing.T) {
	for _, in := range []string{
		``, `1`, `{"a":1}`, `{ "a":"b"}`, `{"b":"1","a":"2"}`, `{"a":"1","a":"2"}`, `{"a":"1","a":"1"}`, `"\u0041"`, `"\/"`,
		`"a"` + "\n", `"a""b"`, `"\ud800"`, "\"\xff\"", `[1]`, `{"a":"\u000A"}`,
	} {
		if v, err := Parse([]byte(in)); !errors.Is(err, ErrNotCanonical) {
			t.Errorf("%q is read as %v, %v", in, v, err)
		}
	}
	if _, err := Marshal(map[string]any{"a": 1}); !errors.Is(err, ErrValue) {
		t.Errorf("a number: %v", err)
	}
	if _, err := Marshal("\xff"); !errors.Is(err, ErrValue) {
		t.Errorf("invalid UTF-8: %v", err)
	}
	deep := any("x")
	for range 100 {
		deep = []any{deep}
	}
	if _, err := Marshal(deep); !errors.Is(err, ErrValue) {
		t.Errorf("a deep list: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a":["b",null,true],"c":{}}`))
	f.Add([]byte(`"\u000f\n"`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := Parse(raw)
		if err != nil {
			return
		}
		again, err := Marshal(v)
		if err != nil || !bytes.Equal(raw, again) {
			t.Errorf("%q is written as %q, %v", raw, again, err)
		}
	})
}
