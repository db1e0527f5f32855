package app

import (
	"context"
	"slices"

	"akno/backend/akno"
)

// How a form is laid out. It is one form, resolved once: only the page paints it
// in two ways.
const (
	layoutSteps = "steps" // one step at a time
	layoutPage  = "page"  // all steps on one page, for the keyboard
)

// layoutSetting is where the choice of whoever is signed in is kept. A profile
// may be shared, so the choice belongs to the account and not to the profile.
func (w *work) layoutSetting() string { return "layout:" + w.c.session.State().AccountID }

// layout is how the person who works now wants forms laid out. Until somebody
// chooses, staff have everything on one page.
func (w *work) layout(ctx context.Context) (string, error) {
	out := layoutSteps
	if sessionState(w.c.session.State()).Workspace != "citizen" {
		out = layoutPage
	}
	return out, w.c.store.Setting(ctx, w.layoutSetting(), &out)
}

// SetLayout keeps how the person who works now wants forms laid out.
func (d *Drafts) SetLayout(layout string) (err error) {
	const op = "drafts.SetLayout"
	defer d.a.guard(op, &err)
	if !slices.Contains([]string{layoutSteps, layoutPage}, layout) {
		return &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"layout": "unknown"}}
	}
	return d.done(func(ctx context.Context) error { return d.w.c.store.SetSetting(ctx, d.w.layoutSetting(), layout) })
}
