package main

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
)

// shownDraft is a draft in an answer.
type shownDraft struct {
	ID          string            `json:"id"`
	Procedure   string            `json:"procedure"`
	Form        string            `json:"form,omitempty"`
	State       string            `json:"state"`
	Ready       int               `json:"ready"`
	Total       int               `json:"total"`
	SavedAt     string            `json:"savedAt"`
	Answers     form.Answers      `json:"answers,omitempty"`
	Problems    map[string]string `json:"problems,omitempty"` // the portal's, on the fields
	Fee         string            `json:"fee,omitempty"`
	MustSign    bool              `json:"mustSign"`
	NeedsPaying bool              `json:"needsPaying"`
	Order       *shownOrder       `json:"order,omitempty"`
}

// shownOrder is an order in an answer.
type shownOrder struct {
	Code      string `json:"code"`
	Amount    string `json:"amount"`
	Status    string `json:"status"`
	ExpiresAt string `json:"expiresAt,omitempty"`
	EripLink  string `json:"eripLink,omitempty"`
}

func showDraft(v draft.View) shownDraft {
	out := shownDraft{
		ID: v.Row.ID, Procedure: v.Row.Procedure, Form: v.Row.FormID, State: v.Row.State, Ready: v.State.Ready, Total: v.State.Total,
		SavedAt: stamp(v.Row.SavedAt), Answers: v.Row.Answers, Problems: v.Row.Problems, MustSign: v.MustSign(), NeedsPaying: v.NeedsPaying(),
		Order: showOrder(v.Order),
	}
	if v.Quote.Known() {
		out.Fee = v.Quote.Amount.String()
	}
	return out
}

func showOrder(o draft.Order) *shownOrder {
	if o.Code == "" {
		return nil
	}
	return &shownOrder{o.Code, o.Amount, o.Status, stamp(o.ExpiresAt), o.EripLink}
}

func (d shownDraft) text() string {
	text := fmt.Sprintf("%s  %s  %s  %d of %d answers", d.ID, d.Procedure, d.State, d.Ready, d.Total)
	if d.NeedsPaying {
		text += ", to pay " + d.Fee
	}
	return text
}

// changes are what a command does to a draft.
type changes struct {
	answers, attached list
	sets              list
}

func (o *cabinetOptions) changes() *changes {
	c := &changes{}
	o.Var(&c.answers, "answers", "")
	o.Var(&c.attached, "attach", "")
	o.Var(&c.sets, "set", "")
	return c
}

func draftNew(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	o.begins = true
	change := o.changes()
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	return o.with(e, func(p *profile) (int, error) {
		v, err := p.drafts.Create(p.ctx, rest[0])
		if akno.CodeOf(err) == akno.NotFound {
			return exitNo, fmt.Errorf("the catalogue has no procedure %q: %w", rest[0], err)
		}
		if err != nil {
			return exitNo, err
		}
		return p.change(v, change)
	})
}

func draftSet(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	change := o.changes()
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	return o.with(e, func(p *profile) (int, error) {
		v, err := p.drafts.Open(p.ctx, rest[0])
		if err != nil {
			return exitNo, err
		}
		return p.change(v, change)
	})
}

// change makes the changes and shows the draft after them. What could be saved
// is saved, also when something after it is refused.
func (p *profile) change(v draft.View, c *changes) (int, error) {
	for _, name := range c.answers {
		given, err := p.e.filled(name)
		if err != nil {
			return exitUsage, err
		}
		if given.Form != "" && given.Form != v.Row.FormID {
			return exitUsage, fmt.Errorf("%s: answers to %s, not to %s", name, given.Form, v.Row.FormID)
		}
		if err := p.fill(v, given.answers()); err != nil {
			return exitNo, err
		}
	}
	for _, text := range c.sets {
		field, value, ok := strings.Cut(text, "=")
		if !ok {
			return wrongUsage("--set %q is not FIELD=VALUE", text)
		}
		if err := p.fill(v, form.Answers{field: typed(v, field, value)}); err != nil {
			return exitNo, err
		}
	}
	for _, text := range c.attached {
		field, file, ok := strings.Cut(text, "=")
		if !ok {
			return wrongUsage("--attach %q is not FIELD=FILE", text)
		}
		if err := p.attach(v.Row.ID, field, file); err != nil {
			return exitNo, err
		}
	}
	v, err := p.drafts.Open(p.ctx, v.Row.ID)
	if err != nil {
		return exitNo, err
	}
	shown := showDraft(v)
	return exitYes, p.e.answer(shown, shown.text())
}

// typed is the answer that a text stands for: a box is ticked by true, and of
// several options the chosen ones are divided by commas.
func typed(v draft.View, field, text string) form.Value {
	f, _ := v.Field(field)
	switch f.Def.Type {
	case form.TypeCheckbox:
		if on, err := strconv.ParseBool(text); err == nil {
			return form.Flag(on)
		}
	case form.TypeMultiselect:
		var chosen []form.Value
		for option := range strings.SplitSeq(text, ",") {
			chosen = append(chosen, form.Text(strings.TrimSpace(option)))
		}
		return form.ListOf(chosen...)
	}
	return form.Text(text)
}

// fill saves answers in the order of the form. A table's rows are replaced.
// Files are not answers that can be typed: they are attached.
func (p *profile) fill(v draft.View, answers form.Answers) error {
	var patches []draft.Patch
	for _, f := range v.Fields {
		value, given := answers[f.Def.ID]
		delete(answers, f.Def.ID)
		switch {
		case !given || f.Def.Type == form.TypeComputed:
		case f.Def.Type == form.TypeFile || f.Def.Type == form.TypeFileList:
			fmt.Fprintf(p.e.err, "aknoctl: %s is a file: give it with --attach\n", f.Def.ID)
		case f.Def.Type == form.TypeTable:
			cells, err := p.rows(v.Row.ID, f, value.Items())
			if err != nil {
				return err
			}
			patches = append(patches, cells...)
		default:
			patches = append(patches, draft.Patch{Field: f.Def.ID, Value: value})
		}
	}
	if len(answers) > 0 {
		unknown := map[string]string{}
		for field := range answers {
			unknown[field] = "field"
		}
		return &akno.Error{Code: akno.Invalid, Op: "aknoctl.fill", Fields: unknown}
	}
	_, err := p.drafts.Apply(p.ctx, v.Row.ID, patches)
	return err
}

// rows makes as many empty rows as there are records, instead of those that
// were there, and returns what is to be written into them.
func (p *profile) rows(id string, f draft.Field, records []form.Value) ([]draft.Patch, error) {
	for _, row := range f.RowIDs {
		if _, err := p.drafts.RemoveRow(p.ctx, id, f.Def.ID, row); err != nil {
			return nil, err
		}
	}
	var patches []draft.Patch
	for _, record := range records {
		change, err := p.drafts.AddRow(p.ctx, id, f.Def.ID)
		if err != nil {
			return nil, err
		}
		now, _ := change.View.Field(f.Def.ID)
		row := now.RowIDs[len(now.RowIDs)-1]
		for _, column := range f.Def.Columns {
			if cell := record.Get(column.ID); !cell.IsNull() && column.Type != form.TypeComputed {
				patches = append(patches, draft.Patch{Field: f.Def.ID, Row: row, Column: column.ID, Value: cell})
			}
		}
	}
	return patches, nil
}

// cellPath is table[0].column.
var cellPath = regexp.MustCompile(`^([a-z][a-z0-9_]*)\[([0-9]{1,4})\]\.([a-z][a-z0-9_]*)$`)

// attach gives a file to a field, or to the cell of a table.
func (p *profile) attach(id, path, file string) error {
	field, row, column := path, "", ""
	if parts := cellPath.FindStringSubmatch(path); parts != nil {
		v, err := p.drafts.Open(p.ctx, id)
		if err != nil {
			return err
		}
		table, _ := v.Field(parts[1])
		n, _ := strconv.Atoi(parts[2])
		if n >= len(table.RowIDs) {
			return &akno.Error{Code: akno.Invalid, Op: "aknoctl.attach", Fields: map[string]string{path: "field"}}
		}
		field, row, column = parts[1], table.RowIDs[n], parts[3]
	}
	change, err := p.drafts.AddFiles(p.ctx, id, field, row, column, []string{file})
	if err != nil {
		return err
	}
	for _, r := range change.Refused {
		return &akno.Error{Code: r.Code, Op: "aknoctl.attach", Fields: map[string]string{path: string(r.Code)}}
	}
	return nil
}

func draftList(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	if _, err := o.parse(args, 0, 0); err != nil {
		return exitUsage, err
	}
	return o.with(e, func(p *profile) (int, error) {
		all, err := p.drafts.List(p.ctx)
		if err != nil {
			return exitNo, err
		}
		type line struct {
			ID        string `json:"id"`
			Procedure string `json:"procedure"`
			State     string `json:"state"`
			OrderCode string `json:"orderCode,omitempty"`
			Ready     int    `json:"ready"`
			Total     int    `json:"total"`
			Rejected  bool   `json:"rejected"`
			SavedAt   string `json:"savedAt"`
		}
		lines, text := []line{}, []string{}
		for _, d := range all {
			lines = append(lines, line{d.ID, d.Procedure, d.State, d.OrderCode, d.Ready, d.Total, d.Rejected, stamp(d.SavedAt)})
			text = append(text, fmt.Sprintf("%s  %s  %s  %d of %d answers", d.ID, d.Procedure, d.State, d.Ready, d.Total))
		}
		return exitYes, e.answer(map[string]any{"drafts": lines}, cmp.Or(strings.Join(text, "\n"), "no drafts"))
	})
}

// onDraft runs a command whose one argument is a draft.
func onDraft(e *env, o *cabinetOptions, args []string, work func(*profile, draft.View) (int, error)) (int, error) {
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	return o.with(e, func(p *profile) (int, error) {
		v, err := p.drafts.Open(p.ctx, rest[0])
		if err != nil {
			return exitNo, err
		}
		return work(p, v)
	})
}

func draftShow(e *env, args []string) (int, error) {
	return onDraft(e, newCabinetOptions(e), args, func(_ *profile, v draft.View) (int, error) {
		shown := showDraft(v)
		text := []string{shown.text()}
		for _, sec := range v.Form.Show(v.State, akno.Russian) {
			text = append(text, sec.Title)
			text = append(text, readable(sec.Fields, "  ")...)
		}
		return exitYes, e.answer(shown, strings.Join(text, "\n"))
	})
}

// readable are the lines of answers as people read them.
func readable(fields []form.ShownField, indent string) (lines []string) {
	for _, f := range fields {
		lines = append(lines, fmt.Sprintf("%s%s: %s", indent, f.Label, strings.ReplaceAll(f.Text, "\n", "\n"+indent+"  ")))
		for _, row := range f.Rows {
			lines = append(lines, readable(row, indent+"  ")...)
		}
	}
	return lines
}

func draftCheck(e *env, args []string) (int, error) {
	return onDraft(e, newCabinetOptions(e), args, func(_ *profile, v draft.View) (int, error) {
		answer := struct {
			evaluated
			MustSign    bool `json:"mustSign"`
			NeedsPaying bool `json:"needsPaying"`
		}{evaluated{
			Valid: v.State.Valid(), Errors: codesOf(v.State.Errors), Warnings: codesOf(v.State.Warnings),
			Visible: v.State.Visible(), Computed: v.Form.Computed(v.State),
		}, v.MustSign(), v.NeedsPaying()}
		return statusOf(answer.Valid), e.answer(answer, answer.text())
	})
}

func draftDelete(e *env, args []string) (int, error) {
	return onDraft(e, newCabinetOptions(e), args, func(p *profile, v draft.View) (int, error) {
		if err := p.drafts.Delete(p.ctx, v.Row.ID); err != nil {
			return exitNo, err
		}
		return exitYes, e.answer(map[string]string{"id": v.Row.ID}, "deleted")
	})
}

// orderFee makes the order of a draft, or proves that it was paid.
func orderFee(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	receipt, transaction := o.String("receipt", "", ""), o.String("transaction", "", "")
	return onDraft(e, o, args, func(p *profile, v draft.View) (int, error) {
		id, err := v.Row.ID, error(nil)
		if *receipt == "" && *transaction == "" || p.keyID != "" {
			if err := p.exchange(); err != nil {
				return exitNo, err
			}
			if v, err = p.drafts.CreateOrder(p.ctx, id); err != nil {
				return exitNo, err
			}
		}
		if *receipt != "" {
			if v, err = p.drafts.AddReceipt(p.ctx, id, *receipt); err != nil {
				return exitNo, err
			}
		}
		if *transaction != "" {
			if v, err = p.drafts.StateTransaction(p.ctx, id, *transaction); err != nil {
				return exitNo, err
			}
		}
		if p.session.State().SignedIn {
			if v, err = p.drafts.RefreshOrder(p.ctx, id); err != nil {
				return exitNo, err
			}
		}
		return exitYes, e.answer(showOrder(v.Order), v.Order.Code)
	})
}
