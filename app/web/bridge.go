package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/options"
)

// maxCall is the longest call in octets.
const maxCall = 16 << 20

// bindings are the bound methods by the names that the page uses. They follow
// Wails v2.16.0: names, the formatting of errors, the count of arguments.
// Where Wails would leave the page waiting for ever or end the process (an
// unknown method, a panic outside the guard, a result that cannot be written),
// the answer is {"fatal":…}, which ends a test at once.
type bindings struct {
	methods map[string]reflect.Value
	tree    map[string]map[string][]string // package, type, methods
	format  options.ErrorFormatter
}

func bind(o *options.App) (*bindings, error) {
	b := &bindings{map[string]reflect.Value{}, map[string]map[string][]string{}, o.ErrorFormatter}
	for _, bound := range o.Bind {
		v := reflect.ValueOf(bound)
		t := v.Type()
		if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
			return nil, fmt.Errorf("web: %s is not a pointer to a struct", t)
		}
		pkg, name := t.Elem().PkgPath(), t.Elem().Name()
		pkg = pkg[strings.LastIndex(pkg, "/")+1:]
		if b.tree[pkg] == nil {
			b.tree[pkg] = map[string][]string{}
		}
		for m := range t.Methods() {
			b.tree[pkg][name] = append(b.tree[pkg][name], m.Name)
			b.methods[pkg+"."+name+"."+m.Name] = v.MethodByName(m.Name)
		}
	}
	return b, nil
}

type reply struct {
	Result any    `json:"result"`
	Error  any    `json:"error"`
	Fatal  string `json:"fatal,omitempty"`
}

func (b *bindings) serveCall(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Name string            `json:"name"`
		Args []json.RawMessage `json:"args"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxCall)).Decode(&q); err != nil {
		http.Error(w, "not a call", http.StatusBadRequest)
		return
	}
	out, err := json.Marshal(b.call(q.Name, q.Args))
	if err != nil { // Wails would end the process here
		out, _ = json.Marshal(reply{Fatal: q.Name + ": result cannot be sent"})
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(out)
}

func (b *bindings) call(name string, args []json.RawMessage) (out reply) {
	defer func() {
		if recover() != nil { // its value may quote what a person typed
			out = reply{Fatal: name + ": panic outside the guard"}
		}
	}()
	f, ok := b.methods[name]
	if !ok {
		return reply{Fatal: name + ": not registered"}
	}
	t := f.Type()
	if len(args) != t.NumIn() {
		return reply{Fatal: fmt.Sprintf("%s: %d arguments, expected %d", name, len(args), t.NumIn())}
	}
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		v := reflect.New(t.In(i))
		if err := json.Unmarshal(a, v.Interface()); err != nil {
			return reply{Fatal: fmt.Sprintf("%s: argument %d is of another type", name, i+1)}
		}
		in[i] = v.Elem()
	}
	for _, o := range f.Call(in) {
		switch v := o.Interface().(type) {
		case error:
			return reply{Error: b.formatted(v)}
		case nil:
		default:
			out.Result = v
		}
	}
	return out
}

func (b *bindings) formatted(err error) any {
	if b.format != nil {
		return b.format(err)
	}
	return err.Error()
}
