package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"akno/backend/akno"
	"akno/backend/internal/ids"
)

// maxText is the longest text of the contract, in characters.
const maxText = 8000

var (
	hashForm  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	orderForm = regexp.MustCompile(`^[0-9]{30}$`)
	dayForm   = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// checked refuses a request whose parts are not of the form that the contract
// gives them, before any service sees it. A thing named in the path by a
// malformed name does not exist.
func checked(next StrictHandlerFunc, operation string) StrictHandlerFunc {
	return func(ctx context.Context, w http.ResponseWriter, r *http.Request, request any) (any, error) {
		fields := map[string]string{}
		v := reflect.ValueOf(request)
		for i := range v.NumField() {
			f, t := v.Field(i), v.Type().Field(i)
			if f.Kind() == reflect.String && flawOf(t.Name, f) != "" {
				if operation == "HeadBlob" { // none of its octets are here
					w.Header().Set("Upload-Offset", "0")
				}
				return nil, &akno.Error{Code: akno.NotFound, Op: "httpapi.path"}
			}
			if t.Name == "Body" && f.Kind() == reflect.Pointer {
				if body := visitOf(ctx).body; body != nil {
					closed("", body, f.Type(), fields)
				}
			}
			if f.Kind() != reflect.Interface && f.Kind() != reflect.String {
				walk("", t.Name, f, fields)
			}
		}
		if len(fields) > 0 {
			return nil, &akno.Error{Code: akno.Invalid, Op: "httpapi.check", Fields: fields}
		}
		return next(ctx, w, r, request)
	}
}

// walk collects the flaws of a decoded value by the path of its JSON names.
func walk(path, name string, v reflect.Value, fields map[string]string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(path, name, v.Elem(), fields)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			t := v.Type().Field(i)
			word, _, _ := strings.Cut(t.Tag.Get("json"), ",")
			if word == "" {
				word = t.Name
			}
			walk(join(path, word), t.Name, v.Field(i), fields)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			walk(path, name, v.Index(i), fields)
		}
	case reflect.String:
		if flaw := flawOf(name, v); flaw != "" && fields[path] == "" {
			fields[path] = flaw
		}
	}
}

func join(path, word string) string {
	if path == "" {
		return word
	}
	return path + "." + word
}

// flawOf judges a text by its type, when that is one of the contract's lists of
// words, and otherwise by the name it has everywhere in the contract.
func flawOf(name string, v reflect.Value) string {
	s := v.String()
	if word, ok := v.Interface().(interface{ Valid() bool }); ok {
		if !word.Valid() {
			return "word"
		}
		return ""
	}
	ok := true
	switch {
	case name == "FormId":
		ok = len(s) <= 60
	case strings.HasSuffix(name, "Id"):
		ok = ids.Valid(s)
	case name == "Sha256":
		ok = hashForm.MatchString(s)
	case name == "OrderCode":
		ok = orderForm.MatchString(s)
	case name == "BirthDate", name == "Issued", name == "Expires":
		ok = dayForm.MatchString(s)
	case name == "Email", name == "Login":
		ok = len(s) >= 3 && len(s) <= 254
	}
	if !ok {
		return "format"
	}
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxText || strings.ContainsRune(s, 0) {
		return "text"
	}
	return ""
}
