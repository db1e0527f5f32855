package app

import (
	"strconv"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/glossary"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/draft"
)

// answerFrom reads an answer of the page.
func answerFrom(v Value) form.Value {
	switch v.Kind {
	case "text":
		if v.Text != "" {
			return form.Text(v.Text)
		}
	case "bool":
		return form.Flag(v.Bool)
	case "list":
		items := make([]form.Value, 0, len(v.List))
		for _, s := range v.List {
			items = append(items, form.Text(s))
		}
		if len(items) > 0 {
			return form.ListOf(items...)
		}
	}
	return form.Value{}
}

// valueOf is an answer as the page reads it. Files and rows stand beside it.
func valueOf(v form.Value) Value {
	out := Value{Kind: "none", List: []string{}}
	switch v.Kind() {
	case form.String, form.Number:
		out.Kind, out.Text = "text", v.Text()
	case form.Bool:
		out.Kind, out.Bool = "bool", v.True()
	case form.List:
		for _, item := range v.Items() {
			if item.Kind() != form.String && item.Kind() != form.Number {
				return out
			}
			out.List = append(out.List, item.Text())
		}
		out.Kind = "list"
	}
	return out
}

// summary is a draft as a line of the list.
func (d *Drafts) summary(s draft.Summary) DraftSummary {
	return DraftSummary{
		ID: s.ID, Procedure: s.Procedure, Title: d.w.c.title(s.Procedure), CreatedAt: moment(s.CreatedAt), SavedAt: moment(s.SavedAt),
		Ready: s.Ready, Total: s.Total, State: s.State, OrderCode: s.OrderCode, Rejected: s.Rejected,
		Subject: s.Subject, Errors: s.Errors, Copy: s.Copy,
	}
}

// view is an open draft as the page reads it.
func (w *work) draftView(v draft.View) DraftView {
	out := DraftView{
		Draft: DraftSummary{
			ID: v.Row.ID, Procedure: v.Row.Procedure, Title: textOf(v.Procedure.Title),
			CreatedAt: moment(v.Row.CreatedAt), SavedAt: moment(v.Row.SavedAt), Ready: v.State.Ready, Total: v.State.Total,
			State: v.Row.State, OrderCode: v.Order.Code, Rejected: len(v.Row.Problems) > 0,
			Subject: v.Row.Subject, Errors: len(v.State.Errors),
		},
		Undo: v.Undo, Redo: v.Redo, Upgrade: upgradeOf(v.Upgrade), Orphans: orphansOf(v.Row.Orphans),
		Card: w.card(v.Procedure), FormTitle: textOf(v.Form.Definition().Title), Steps: stepsOf(v), Fields: []FieldView{},
		Fee: feeOf(v), Order: w.orderView(v), Signature: w.signature(v), NeedLevel: w.needLevel(v.Procedure, v.Kind),
		Offers: []OfferView{}, Marks: marksOf(v.Form.Definition()), FormErrors: []FormError{}, Budget: w.budget(v), Waiting: w.waiting(v),
	}
	for _, r := range v.Form.Definition().Rules {
		if r.Msg != nil {
			out.FormErrors = append(out.FormErrors, FormError{Code: string(r.Error), Text: textOf(*r.Msg)})
		}
	}
	for _, f := range v.Fields {
		out.Fields = append(out.Fields, w.fieldView(f))
	}
	return out
}

// change is an edit's outcome as the page reads it.
func (w *work) draftChange(c draft.Change) DraftChange {
	v := c.View
	out := DraftChange{
		SavedAt: moment(v.Row.SavedAt), Revision: v.Row.Rev, Fields: []FieldView{}, Steps: stepsOf(v),
		Ready: v.State.Ready, Total: v.State.Total, Fee: feeOf(v), Budget: w.budget(v), Waiting: w.waiting(v),
		Undo: v.Undo, Redo: v.Redo, Cleared: []ClearedView{},
	}
	for _, id := range c.Changed {
		if f, ok := v.Field(id); ok {
			out.Fields = append(out.Fields, w.fieldView(f))
		}
	}
	for _, x := range c.Cleared {
		out.Cleared = append(out.Cleared, ClearedView{
			Field: x.Field, Row: x.Row, Column: x.Column, Label: textOf(x.Label), Was: textOf(x.Was), Cause: textOf(x.Cause), Address: x.Address,
		})
	}
	return out
}

// feeOf is what the answers so far cost, "" for nothing or unknown.
func feeOf(v draft.View) string {
	if !v.Pays() {
		return ""
	}
	return v.Quote.Amount.String()
}

func stepsOf(v draft.View) []StepView {
	out := []StepView{}
	for i, sec := range v.Form.Definition().Sections {
		st := v.State.Sections[i]
		step := StepView{ID: sec.ID, Title: textOf(sec.Title), Visible: st.Visible, Fields: []string{}, Ready: st.Ready, Total: st.Total, Errors: st.Errors}
		for _, f := range sec.Fields {
			step.Fields = append(step.Fields, f.ID)
		}
		out = append(out, step)
	}
	return out
}

// fieldView is a field as the page reads it. A field of the form and a cell of a
// table have the same members, so one is made of the other.
func (w *work) fieldView(f draft.Field) FieldView {
	c := w.cellView(*f.Def, f.State, f.Options)
	out := FieldView{
		ID: f.Def.ID, Type: c.Type, Label: c.Label, Hint: c.Hint, Visible: c.Visible, Required: c.Required, Value: c.Value,
		Options: c.Options, MaxLen: c.MaxLen, Suggest: f.Suggest, Where: c.Where, Repaired: c.Repaired,
		Errors: c.Errors, Warnings: c.Warnings, Files: c.Files, MaxFiles: c.MaxFiles, MaxBytes: c.MaxBytes, FileTypes: c.FileTypes,
		Must: c.Must, Part: f.Part.Role, Localities: localitiesOf(f.Localities), Lists: []LocalityList{},
		Columns: []CellView{}, Rows: []RowView{}, MinRows: f.Def.Rules.MinRows, MaxRows: f.Def.Rules.MaxRows,
	}
	out.Source, out.SourceDate = draft.SourceOf(f.Source)
	if f.Portal != "" {
		out.Errors = append(out.Errors, f.Portal)
	}
	for _, col := range f.Def.Columns {
		out.Columns = append(out.Columns, w.cellView(col, form.FieldState{Visible: true, Required: col.Required}, w.columnOptions(col, "")))
	}
	lists := map[*draft.Locality]int{} // rows that are answered alike are offered the same list
	for i, id := range f.RowIDs {
		row := RowView{ID: id, Cells: []CellView{}}
		for k, col := range f.Def.Columns {
			st := form.FieldState{Visible: true, Required: col.Required}
			if i < len(f.State.Rows) && k < len(f.State.Rows[i]) {
				st = f.State.Rows[i][k]
			}
			cell := w.cellView(col, st, w.columnOptions(col, parentOf(f, i, col)))
			if code := f.Portals[cellPath(f.Def.ID, i, col.ID)]; code != "" {
				cell.Errors = append(cell.Errors, code)
			}
			if i < len(f.Cells) {
				cell.Part = f.Cells[i][k].Part.Role
				if offered := f.Cells[i][k].Localities; len(offered) > 0 {
					if lists[&offered[0]] == 0 {
						out.Lists = append(out.Lists, LocalityList{Localities: localitiesOf(offered)})
						lists[&offered[0]] = len(out.Lists)
					}
					cell.Offered = lists[&offered[0]]
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// offersOf are known answers as the page reads them. Only what can be read in a
// line is offered: no table, no file, no statement.
func offersOf(list []form.Prefilled) []OfferView {
	out := []OfferView{}
	for _, p := range list {
		if value := valueOf(p.Value); value.Kind == "text" {
			kind, day := draft.SourceOf(p.Source)
			out = append(out, OfferView{Field: p.Field, Value: value, Source: kind, SourceDate: day})
		}
	}
	return out
}

// marksOf are the words that are explained in the questions of a form.
func marksOf(def form.Definition) []MarkView {
	out := []MarkView{}
	for _, sec := range def.Sections {
		for _, f := range sec.Fields {
			for _, m := range glossary.Find(f.Label) {
				e, _ := glossary.Get(m.ID)
				out = append(out, MarkView{Field: f.ID, Entry: m.ID, Words: textOf(m.Words), Name: textOf(e.Name), Means: textOf(e.Means)})
			}
		}
	}
	return out
}

// whereOf names the picture that shows where the number of a question stands on
// its document, "" for a question without one.
func whereOf(def form.Field) string {
	switch def.Type {
	case form.TypeNumberBY:
		return "identity"
	case form.TypeUNP, form.TypeIBAN, form.TypeCadastral:
		return string(def.Type)
	}
	switch def.Prefill {
	case "profile.id_doc.series":
		return "series"
	case "profile.id_doc.number":
		return "number"
	}
	return ""
}

// localitiesOf are districts or towns as the page reads them.
func localitiesOf(list []draft.Locality) []LocalityView {
	out := make([]LocalityView, 0, len(list))
	for _, p := range list {
		view := LocalityView{Value: p.Value, Name: textOf(p.Name), Note: textOf(p.Note), Fills: []Patch{}}
		for _, fill := range p.Fills {
			view.Fills = append(view.Fills, Patch{Field: fill.ID, Value: valueOf(form.Text(fill.Value))})
		}
		out = append(out, view)
	}
	return out
}

// cellPath is the path of a cell of a table, table[0].column.
func cellPath(table string, row int, column string) string {
	return table + "[" + strconv.Itoa(row) + "]." + column
}

// parentOf is the value of the cell on which the options of a column depend.
func parentOf(f draft.Field, row int, col form.Field) string {
	for k, c := range f.Def.Columns {
		if c.ID == col.DependsOn && row < len(f.State.Rows) && k < len(f.State.Rows[row]) {
			return f.State.Rows[row][k].Value.Text()
		}
	}
	return ""
}

// columnOptions are the choices of a column, of a list that depends on another
// column those of its value.
func (w *work) columnOptions(col form.Field, parent string) []form.Option {
	all := col.Options
	if col.OptionsRef != "" {
		all = w.c.catalogue.List(col.OptionsRef)
	}
	if col.DependsOn == "" {
		return all
	}
	var out []form.Option
	for _, o := range all {
		if o.Parent == "" || o.Parent == parent {
			out = append(out, o)
		}
	}
	return out
}

func (w *work) cellView(def form.Field, st form.FieldState, options []form.Option) CellView {
	out := CellView{
		ID: def.ID, Type: string(def.Type), Label: textOf(def.Label), Visible: st.Visible, Required: st.Required,
		Value: valueOf(st.Value), Options: optionsOf(options), MaxLen: def.Rules.MaxLen, Repaired: st.Repaired, Where: whereOf(def),
		Errors: codesOf(st.Errors), Warnings: codesOf(st.Warnings), Files: []FileInfo{}, FileTypes: []string{},
	}
	if def.Help != nil {
		out.Hint = textOf(*def.Help)
	}
	if def.Rules.MustMsg != nil {
		out.Must = textOf(*def.Rules.MustMsg)
	}
	switch def.Type {
	case form.TypeFile:
		out.MaxFiles = 1
	case form.TypeFileList:
		out.MaxFiles = def.Rules.MaxFiles
	default:
		return out
	}
	out.Value = valueOf(form.Value{})
	out.MaxBytes = def.Rules.MaxMB << 20
	if out.MaxBytes == 0 || out.MaxBytes > attach.MaxBytes {
		out.MaxBytes = attach.MaxBytes
	}
	out.FileTypes = append(out.FileTypes, def.Rules.MIME...)
	if len(out.FileTypes) == 0 {
		out.FileTypes = []string{attach.PDF, attach.JPEG, attach.PNG}
	}
	list := st.Value.Items()
	if def.Type == form.TypeFile {
		list = []form.Value{st.Value}
	}
	for _, item := range list {
		if f, ok := form.FileOf(item); ok {
			out.Files = append(out.Files, w.file(f))
		}
	}
	return out
}

func codesOf(problems []form.Problem) []string {
	out := []string{}
	for _, p := range problems {
		out = append(out, string(p.Code))
	}
	return out
}

// fieldErrors are errors as the page reads them.
func fieldErrors(list []draft.FieldError) []FieldError {
	out := make([]FieldError, 0, len(list))
	for _, e := range list {
		out = append(out, FieldError{Field: e.Field, Step: e.Section, Label: textOf(e.Label), Code: e.Code, Text: textOf(e.Text)})
	}
	return out
}

// patchesFrom reads the edits of the page.
func patchesFrom(list []Patch) []draft.Patch {
	out := make([]draft.Patch, 0, len(list))
	for _, p := range list {
		out = append(out, draft.Patch{Field: p.Field, Row: p.Row, Column: p.Column, Value: answerFrom(p.Value)})
	}
	return out
}

// previewView is a preview as the page reads it.
func (w *work) previewView(p draft.Preview, portal akno.Text) Preview {
	out := Preview{
		Document: w.file(p.Document), SHA256: p.Hash, Size: len(p.Octets), Portal: textOf(portal),
		Recipient: w.card(p.View.Procedure).Body, Files: []FileInfo{}, Groups: answerGroups(p.Submission),
		Signature: w.signature(p.View), NeedLevel: w.needLevel(p.View.Procedure, p.View.Kind), NeedPay: p.View.NeedsPaying(),
	}
	for _, f := range p.Files {
		out.Files = append(out.Files, w.file(f))
	}
	return out
}
