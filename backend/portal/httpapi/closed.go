package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"

	"akno/backend/akno"
)

// maxFlaws is how many flaws of one body are named.
const maxFlaws = 20

// hold reads a command whole and refuses what is no single JSON value. The decoder of an
// operation would stop after the first one and pass over the rest.
func hold(r *http.Request, v *visit) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return normal(err)
	}
	if !json.Valid(body) {
		return &akno.Error{Code: akno.Invalid, Op: "httpapi.hold", Fields: map[string]string{"body": "format"}}
	}
	v.body, r.Body = body, io.NopCloser(bytes.NewReader(body))
	return nil
}

// closed collects how a body differs from its type: every object of the contract is
// closed, and what it requires is there. Decoding would pass over both, and takes names
// in any case. A pointer is what may be absent, and nothing may be null.
func closed(path string, raw json.RawMessage, t reflect.Type, fields map[string]string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case len(fields) >= maxFlaws:
	case string(raw) == "null":
		fields[path] = "type"
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
	case t.Kind() == reflect.Struct:
		closedObject(path, raw, t, fields)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil {
			fields[path] = "type"
		}
		for _, item := range items {
			closed(path, item, t.Elem(), fields)
		}
	}
}

func closedObject(path string, raw json.RawMessage, t reflect.Type, fields map[string]string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		fields[path] = "type"
		return
	}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		member, given := members[name]
		delete(members, name)
		switch {
		case given:
			closed(join(path, name), member, t.Field(i).Type, fields)
		case options != "omitempty":
			fields[join(path, name)] = "required"
		}
	}
	for name := range members {
		if len(fields) < maxFlaws {
			fields[join(path, name)] = "unexpected"
		}
	}
}
