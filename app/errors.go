package app

// Failures and panics on their way to the page.
//
// In stock Wails v2.16.0 a panic in a bound method leaves the page's promise
// pending for ever, and an ErrorFormatter that returns a struct arrives as
// "[object Object]". Hence the guard, and FormatError that returns JSON text,
// which frontend/src/lib/bridge.ts reads back from Error.message.

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"akno/backend/akno"
	"akno/backend/logx"
)

// panicError is what a panic becomes. Its value is not kept: it may quote what
// a person typed.
type panicError struct{ ref string }

func (e *panicError) Error() string { return "panic recovered" }

// problem is a failure as the page reads it. Nothing else of it leaves Go.
type problem struct {
	Code   akno.Code         `json:"code"`
	Fields map[string]string `json:"fields,omitempty"`
	Ref    string            `json:"ref"` // finds the record in the log
}

// problemOf writes err to the log and returns what the page is told.
func (a *App) problemOf(err error) problem {
	p := problem{Code: akno.CodeOf(err), Fields: akno.FieldsOf(err)}
	if e, ok := errors.AsType[*panicError](err); ok {
		p.Ref = e.ref
	} else {
		p.Ref = newRef()
	}
	entry := a.log.WithFields(logx.F{"ref": p.Ref, "code": string(p.Code), "cause": err})
	if p.Code == akno.Internal {
		entry.Error("call failed")
	} else {
		entry.Info("call refused")
	}
	return p
}

// FormatError is the ErrorFormatter of the bridge: it returns the JSON text
// {"code":…,"fields":{…},"ref":…}. The cause goes to the log under ref.
func (a *App) FormatError(err error) any {
	b, err := json.Marshal(a.problemOf(err))
	if err != nil {
		return `{"code":"internal","ref":""}`
	}
	return string(b)
}

// guard turns a panic of a bound method into an error, so that the page gets an
// answer.
func (a *App) guard(op string, err *error) {
	if v := recover(); v != nil {
		*err = a.panicked(op, v)
	}
}

// guarded calls f and turns its panic into an error.
func (a *App) guarded(op string, f func() error) (err error) {
	defer a.guard(op, &err)
	return f()
}

// Go runs f beside the caller. A panic in an unguarded goroutine would end the
// program.
func (a *App) Go(op string, f func()) {
	go func() {
		defer func() {
			if v := recover(); v != nil {
				_ = a.panicked(op, v)
			}
		}()
		f()
	}()
}

// panicked logs the panic v of op and returns it as an error. The value is
// logged only when the runtime made it: any other may quote what was typed.
func (a *App) panicked(op string, v any) error {
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	ref := newRef()
	a.log.WithFields(logx.F{"op": op, "ref": ref, "panic": what, logx.StackField: string(debug.Stack())}).Error("panic recovered")
	return &akno.Error{Code: akno.Internal, Op: op, Err: &panicError{ref}}
}

// newRef returns six letters and digits that a person can read to support.
func newRef() string { return rand.Text()[:6] }
