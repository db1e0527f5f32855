package app

import (
	"context"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/draft"
)

// Page returns a page of a box.
func (d *Drafts) Page(q DraftQuery) (out DraftPage, err error) {
	defer d.a.guard("drafts.Page", &err)
	out.Items = []DraftSummary{}
	err = d.done(func(ctx context.Context) error {
		p, err := d.w.drafts.Page(ctx, draft.Query{Box: q.Box, Search: q.Search, Cursor: q.Cursor})
		for _, s := range p.Items {
			out.Items = append(out.Items, d.summary(s))
		}
		out.Next, out.Partly = p.Next, p.Partly
		out.Drafts, out.Ready, out.Sent = p.Counts[draft.BoxDrafts], p.Counts[draft.BoxReady], p.Counts[draft.BoxSent]
		return err
	})
	return out, err
}

// turned answers a call that changes a draft as a whole.
func (d *Drafts) turned(call func(ctx context.Context) (draft.Change, error)) (DraftView, error) {
	return d.shown(func(ctx context.Context) (draft.View, error) {
		c, err := call(ctx)
		return c.View, err
	})
}

// Undo takes the last change back.
func (d *Drafts) Undo(id string) (out DraftView, err error) {
	defer d.a.guard("drafts.Undo", &err)
	return d.turned(func(ctx context.Context) (draft.Change, error) { return d.w.drafts.Undo(ctx, id) })
}

// Redo does again what was undone last.
func (d *Drafts) Redo(id string) (out DraftView, err error) {
	defer d.a.guard("drafts.Redo", &err)
	return d.turned(func(ctx context.Context) (draft.Change, error) { return d.w.drafts.Redo(ctx, id) })
}

// History returns the moments of a draft before a revision, 0 for the newest.
func (d *Drafts) History(id string, before int) (out HistoryPage, err error) {
	defer d.a.guard("drafts.History", &err)
	out.Items = []MomentView{}
	err = d.done(func(ctx context.Context) error {
		list, more, err := d.w.drafts.History(ctx, id, before)
		for _, m := range list {
			line := MomentView{Revision: m.Rev, At: moment(m.At), Kind: m.Kind, Fields: []Text{}}
			for _, f := range m.Fields {
				line.Fields = append(line.Fields, textOf(f.Label))
			}
			out.Items = append(out.Items, line)
		}
		out.Next = more
		return err
	})
	return out, err
}

// Look returns a draft as its revision left it.
func (d *Drafts) Look(id string, revision int) (out RevisionView, err error) {
	defer d.a.guard("drafts.Look", &err)
	out.Groups = []AnswerGroup{}
	err = d.done(func(ctx context.Context) error {
		v, err := d.w.drafts.Then(ctx, id, revision)
		if err == nil {
			out = RevisionView{Revision: revision, Groups: shownGroups(v, d.a.reading()), Ready: v.State.Ready, Total: v.State.Total}
		}
		return err
	})
	return out, err
}

// reading is the language in which the person reads the program.
func (a *App) reading() akno.Lang {
	if l, ok := akno.ParseLang(a.preferences.get().Language); ok {
		return l
	}
	return akno.Russian
}

// shownGroups are the answers of a draft as people read them.
func shownGroups(v draft.View, l akno.Lang) []AnswerGroup {
	out := []AnswerGroup{}
	for _, sec := range v.Form.Show(v.State, l) {
		group := AnswerGroup{Step: sec.ID, Title: sec.Title, Lines: []AnswerLine{}}
		for _, f := range sec.Fields {
			group.Lines = append(group.Lines, shownLines(f, f.ID)...)
		}
		out = append(out, group)
	}
	return out
}

// shownLines are the lines of an answer, of a table those of its cells.
func shownLines(f form.ShownField, path string) []AnswerLine {
	if f.Type != form.TypeTable {
		return []AnswerLine{{Field: path, Label: f.Label, Value: f.Text}}
	}
	var out []AnswerLine
	for i, cells := range f.Rows {
		for _, c := range cells {
			out = append(out, shownLines(c, cellPath(path, i, c.ID))...)
		}
	}
	return out
}

// RestoreRevision gives a draft the answers of an earlier revision.
func (d *Drafts) RestoreRevision(id string, revision int) (out DraftView, err error) {
	defer d.a.guard("drafts.RestoreRevision", &err)
	return d.turned(func(ctx context.Context) (draft.Change, error) {
		return d.w.drafts.RestoreRevision(ctx, id, revision)
	})
}

// Migration shows what the newest version of the form would do to a draft.
func (d *Drafts) Migration(id string) (out MigrationView, err error) {
	defer d.a.guard("drafts.Migration", &err)
	err = d.done(func(ctx context.Context) error {
		m, err := d.w.drafts.Migration(ctx, id)
		if err != nil {
			return err
		}
		out = MigrationView{
			Title: textOf(m.View.Form.Definition().Title), From: m.From, To: m.To, AcceptUntil: dayText(m.AcceptUntil), Over: m.Over,
			Differences: []DifferenceView{}, Orphans: orphansOf(m.Orphans), Ready: m.View.State.Ready, Total: m.View.State.Total,
		}
		for _, c := range m.Differences {
			out.Differences = append(out.Differences, DifferenceView{
				Kind: string(c.Kind), From: textOf(c.From), To: textOf(c.To), Old: textOf(c.Old), New: textOf(c.New),
			})
		}
		return nil
	})
	return out, err
}

// Migrate takes the newest version of the form, the one that was shown.
func (d *Drafts) Migrate(id string, version int) (out DraftView, err error) {
	defer d.a.guard("drafts.Migrate", &err)
	return d.turned(func(ctx context.Context) (draft.Change, error) { return d.w.drafts.Migrate(ctx, id, version) })
}

// Templates lists the templates of the person.
func (d *Drafts) Templates() (out []TemplateView, err error) {
	defer d.a.guard("drafts.Templates", &err)
	out = []TemplateView{}
	err = d.done(func(ctx context.Context) error {
		list, err := d.w.drafts.Templates(ctx)
		for _, t := range list {
			out = append(out, d.template(t))
		}
		return err
	})
	return out, err
}

func (d *Drafts) template(t draft.Template) TemplateView {
	return TemplateView{ID: t.ID, Name: t.Name, Procedure: t.Procedure, Title: d.w.c.title(t.Procedure), Personal: t.Personal, CreatedAt: moment(t.CreatedAt)}
}

// MakeTemplate saves a draft as a template.
func (d *Drafts) MakeTemplate(id, name string, personal bool) (out TemplateView, err error) {
	defer d.a.guard("drafts.MakeTemplate", &err)
	err = d.done(func(ctx context.Context) error {
		t, err := d.w.drafts.SaveTemplate(ctx, id, name, personal)
		out = d.template(t)
		return err
	})
	return out, err
}

// CreateFrom makes a draft from a template.
func (d *Drafts) CreateFrom(template string) (out DraftView, err error) {
	defer d.a.guard("drafts.CreateFrom", &err)
	return d.shown(func(ctx context.Context) (draft.View, error) { return d.w.drafts.CreateFrom(ctx, template) })
}

// DeleteTemplate removes a template.
func (d *Drafts) DeleteTemplate(id string) (err error) {
	defer d.a.guard("drafts.DeleteTemplate", &err)
	return d.done(func(ctx context.Context) error { return d.w.drafts.DeleteTemplate(ctx, id) })
}

func upgradeOf(u draft.Upgrade) UpgradeView {
	return UpgradeView{Version: u.Version, AcceptUntil: dayText(u.AcceptUntil), Over: u.Over}
}

func orphansOf(list []draft.Orphan) []OrphanView {
	out := make([]OrphanView, 0, len(list))
	for _, o := range list {
		out = append(out, OrphanView{Label: textOf(o.Label), Text: textOf(o.Text)})
	}
	return out
}

// dayText is a day as the page reads it, "" for none.
func dayText(d workdays.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
