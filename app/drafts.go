package app

import (
	"context"
	"strings"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
)

// Drafts is the bound type of the applications that are being prepared.
type Drafts struct {
	a *App
	w *work
}

var _ draftsSurface = (*Drafts)(nil)

// shown answers a call that returns an open draft.
func (d *Drafts) shown(call func(ctx context.Context) (draft.View, error)) (DraftView, error) {
	ctx, cancel, err := d.w.calling()
	if err != nil {
		return DraftView{}, err
	}
	defer cancel()
	v, err := call(ctx)
	if err != nil {
		return DraftView{}, err
	}
	out := d.w.draftView(v)
	if out.Layout, err = d.w.layout(ctx); err != nil {
		return DraftView{}, err
	}
	offers, err := d.w.drafts.Offers(ctx, v)
	if err != nil {
		return DraftView{}, err
	}
	out.Offers = offersOf(offers)
	return out, nil
}

// changed answers a call that edits a draft.
func (d *Drafts) changed(call func(ctx context.Context) (draft.Change, error)) (DraftChange, error) {
	ctx, cancel, err := d.w.calling()
	if err != nil {
		return DraftChange{}, err
	}
	defer cancel()
	c, err := call(ctx)
	if err != nil {
		return DraftChange{}, err
	}
	return d.w.draftChange(c), nil
}

// done answers a call without a result.
func (d *Drafts) done(call func(ctx context.Context) error) error {
	ctx, cancel, err := d.w.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return call(ctx)
}

// Create makes a draft of a procedure with the answers that are known.
func (d *Drafts) Create(procedure string) (out DraftView, err error) {
	defer d.a.guard("drafts.Create", &err)
	return d.shown(func(ctx context.Context) (draft.View, error) { return d.w.drafts.Create(ctx, procedure) })
}

// Open returns a draft resolved for the screen.
func (d *Drafts) Open(id string) (out DraftView, err error) {
	defer d.a.guard("drafts.Open", &err)
	return d.shown(func(ctx context.Context) (draft.View, error) { return d.w.drafts.Open(ctx, id) })
}

// Duplicate makes a new draft of the answers of another.
func (d *Drafts) Duplicate(id string) (out DraftView, err error) {
	defer d.a.guard("drafts.Duplicate", &err)
	return d.shown(func(ctx context.Context) (draft.View, error) { return d.w.drafts.Duplicate(ctx, id) })
}

// Delete hides a draft.
func (d *Drafts) Delete(id string) (err error) {
	defer d.a.guard("drafts.Delete", &err)
	return d.done(func(ctx context.Context) error { return d.w.drafts.Delete(ctx, id) })
}

// Restore brings a deleted draft back.
func (d *Drafts) Restore(id string) (err error) {
	defer d.a.guard("drafts.Restore", &err)
	return d.done(func(ctx context.Context) error { return d.w.drafts.Restore(ctx, id) })
}

// Apply saves answers. They are on the disk when it returns.
func (d *Drafts) Apply(id string, patches []Patch) (out DraftChange, err error) {
	defer d.a.guard("drafts.Apply", &err)
	return d.changed(func(ctx context.Context) (draft.Change, error) {
		return d.w.drafts.Apply(ctx, id, patchesFrom(patches))
	})
}

// TakeOffer answers a question with what is known for it, unless it is answered.
func (d *Drafts) TakeOffer(id, field string) (out DraftChange, err error) {
	defer d.a.guard("drafts.TakeOffer", &err)
	return d.changed(func(ctx context.Context) (draft.Change, error) { return d.w.drafts.TakeOffer(ctx, id, field) })
}

// AddRow adds a row to a table.
func (d *Drafts) AddRow(id, field string) (out DraftChange, err error) {
	defer d.a.guard("drafts.AddRow", &err)
	return d.changed(func(ctx context.Context) (draft.Change, error) { return d.w.drafts.AddRow(ctx, id, field) })
}

// RemoveRow removes a row of a table.
func (d *Drafts) RemoveRow(id, field, row string) (out DraftChange, err error) {
	defer d.a.guard("drafts.RemoveRow", &err)
	return d.changed(func(ctx context.Context) (draft.Change, error) { return d.w.drafts.RemoveRow(ctx, id, field, row) })
}

// Check checks the whole form.
func (d *Drafts) Check(id string) (out CheckResult, err error) {
	defer d.a.guard("drafts.Check", &err)
	out.Errors = []FieldError{}
	err = d.done(func(ctx context.Context) error {
		v, err := d.w.drafts.Open(ctx, id)
		if err == nil {
			out = CheckResult{Ready: v.State.Valid(), Errors: fieldErrors(v.Errors())}
		}
		return err
	})
	return out, err
}

// Preview makes the document that will be signed.
func (d *Drafts) Preview(id, language string) (out Preview, err error) {
	defer d.a.guard("drafts.Preview", &err)
	err = d.done(func(ctx context.Context) error {
		p, err := d.w.drafts.Preview(ctx, id, akno.Lang(language))
		if err != nil {
			return err
		}
		out = d.w.previewView(p, d.w.portalName(ctx))
		return nil
	})
	return out, err
}

// portalName is the name of the portal as it was last heard, or its address.
func (w *work) portalName(ctx context.Context) akno.Text {
	if f, err := w.c.facts.Get(ctx); err == nil && f.Name.RU != "" {
		return f.Name
	}
	_, address, _ := strings.Cut(w.c.portal.Address(), "://")
	return akno.Text{RU: address, BE: address, EN: address}
}

// BeginSign signs and queues the application that was shown; the key's password
// follows.
func (d *Drafts) BeginSign(id, keyID, language, previewSHA256 string) (out Ticket, err error) {
	defer d.a.guard("drafts.BeginSign", &err)
	if err := d.w.opened(); err != nil {
		return out, err
	}
	return d.a.secrets.password("sign", func(ctx context.Context, password []byte) (any, error) {
		r, err := d.w.drafts.Sign(ctx, id, keyID, password, akno.Lang(language), previewSHA256)
		if err != nil {
			return nil, err
		}
		return d.signed(r), nil
	})
}

// Submit queues an application that needs no signature.
func (d *Drafts) Submit(id, language, previewSHA256 string) (out SignResult, err error) {
	defer d.a.guard("drafts.Submit", &err)
	err = d.done(func(ctx context.Context) error {
		r, err := d.w.drafts.Submit(ctx, id, akno.Lang(language), previewSHA256)
		if err == nil {
			out = d.signed(r)
		}
		return err
	})
	return out, err
}

func (d *Drafts) signed(r draft.Result) SignResult {
	d.w.tell("sync", "")
	out := SignResult{ApplicationID: r.Application, Queued: true}
	if r.Signed.CMS != nil {
		out.Verdict = d.w.c.verdictView(r.Signed.Verdict)
	}
	return out
}

// documents is the dialog for files of an application. Its titles are texts of
// the system's dialog, outside of the page.
func documents(l akno.Lang) FileQuestion {
	title := akno.Text{RU: "Документы PDF, фотографии JPEG и PNG", BE: "Дакументы PDF, фатаграфіі JPEG і PNG"}.In(l)
	return FileQuestion{Title: title, Filters: []FileFilter{{Name: title, Pattern: "*.pdf;*.PDF;*.jpg;*.JPG;*.jpeg;*.JPEG;*.png;*.PNG"}}}
}
