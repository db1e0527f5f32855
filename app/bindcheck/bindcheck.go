// Package bindcheck refuses bound types that Wails v2 carries wrongly.
//
// Each rule stands for a defect reproduced with v2.16.0: a float may be NaN and
// end the process; int64 and uint64 lose digits beyond 2^53; time.Time and
// json.RawMessage become any; []byte is typed number[] but sent as base64;
// generic structs get broken TypeScript names; a null given for an any
// parameter makes reflect panic; a context parameter cannot be given; of three
// results only null arrives.
package bindcheck

import (
	"fmt"
	"reflect"
	"strings"
)

var errorType = reflect.TypeFor[error]()

// Check returns what is wrong with the bound values, nothing if all is well.
func Check(bound ...any) []string {
	c := &checker{seen: map[reflect.Type]bool{}}
	for _, b := range bound {
		t := reflect.TypeOf(b)
		for m := range t.Methods() {
			c.method(t.Elem().Name()+"."+m.Name, m.Type)
		}
	}
	return c.found
}

type checker struct {
	found []string
	seen  map[reflect.Type]bool
}

func (c *checker) bad(where string, format string, args ...any) {
	c.found = append(c.found, where+": "+fmt.Sprintf(format, args...))
}

func (c *checker) method(name string, t reflect.Type) {
	for i := 1; i < t.NumIn(); i++ {
		c.value(fmt.Sprintf("%s parameter %d", name, i), t.In(i))
	}
	switch n := t.NumOut(); {
	case n == 0 || n > 2 || t.Out(n-1) != errorType:
		c.bad(name, "results must be (error) or (T, error)")
	case n == 2:
		c.value(name+" result", t.Out(0))
	}
}

func (c *checker) value(where string, t reflect.Type) {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32,
		reflect.Uint8, reflect.Uint16, reflect.Uint32:
	case reflect.Pointer:
		c.value(where, t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			c.bad(where, "%s is sent as base64 and typed number[]; use a string", t)
			return
		}
		c.value(where+"[]", t.Elem())
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			c.bad(where, "map keys must be strings")
		}
		c.value(where+"[key]", t.Elem())
	case reflect.Struct:
		c.fields(where, t)
	default:
		c.bad(where, "%s does not travel safely", t)
	}
}

func (c *checker) fields(where string, t reflect.Type) {
	switch {
	case c.seen[t]:
		return
	case t.Name() == "":
		c.bad(where, "anonymous struct becomes any")
	case strings.Contains(t.Name(), "["):
		c.bad(where, "generic %s gets a broken TypeScript name", t)
	case t.PkgPath() == "time":
		c.bad(where, "%s becomes any; use an RFC 3339 string", t)
		return
	}
	c.seen[t] = true
	for f := range t.Fields() {
		switch tag := f.Tag.Get("json"); {
		case tag == "-":
		case !f.IsExported() || tag == "":
			c.bad(t.Name()+"."+f.Name, "field without a json tag")
		default:
			c.value(t.Name()+"."+f.Name, f.Type)
		}
	}
}
