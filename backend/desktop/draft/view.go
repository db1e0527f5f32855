package draft

import (
	"context"
	"maps"
	"slices"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
)

// A View is a draft resolved for the screen.
type View struct {
	Row       Row
	Procedure akno.Procedure
	Form      *catalogue.Form
	State     form.State
	Fields    []Field // in the order of the document
	Quote     catalogue.Quote
	Facts     []string // of the fee
	Kind      akno.ApplicantKind
	Order     Order
	// Undo and Redo say whether there is something to undo or redo.
	Undo, Redo bool
	Upgrade    Upgrade
}

// A Field is a field resolved for the screen.
type Field struct {
	Def     *form.Field // of the form: read only
	State   form.FieldState
	Options []form.Option
	Source  string // where a prefilled answer came from
	Suggest string // a value the person may take over
	Portal  string // the portal's error on it, "" for none
	RowIDs  []string
	// Portals are the portal's errors on the cells of a table, by the cell's
	// path (table[0].column).
	Portals    map[string]string
	Part       form.Part  // of an address
	Localities []Locality // that are offered for it
	Cells      [][]Cell   // of a table with an address, by row and column; nil for another
}

// A Cell is a cell of a table as far as it is a part of an address.
type Cell struct {
	Part       form.Part
	Localities []Locality
}

// Field returns a field of the view; one that is not there has an empty definition.
func (v View) Field(id string) (Field, bool) {
	for _, f := range v.Fields {
		if f.Def.ID == id {
			return f, true
		}
	}
	return Field{Def: &form.Field{}}, false
}

// Pays says whether the procedure costs something by the answers so far.
func (v View) Pays() bool { return v.Quote.Known() && !v.Quote.Free() }

// NeedsPaying says whether a proof of payment is still missing.
func (v View) NeedsPaying() bool { return v.Pays() && !v.Order.ProofReady() }

// resolve evaluates a draft as on today.
func (s *Service) resolve(ctx context.Context, row Row, o order) (View, error) {
	f, err := s.pinned(ctx, row.pin())
	if err != nil {
		return View{}, err
	}
	p, ok := s.o.Catalogue.Procedure(row.Procedure)
	if !ok {
		return View{}, &akno.Error{Code: akno.NotFound, Op: "draft.procedure"}
	}
	v := View{Row: row, Procedure: p, Form: f, State: form.Evaluate(f.Schema, row.Answers, s.today())}
	v.Kind, v.Upgrade = kindOf(p, v.State), s.upgrade(row, f)
	v.Facts = catalogue.FeeFacts(p, v.State, s.today())
	if v.Quote, err = s.o.Catalogue.Quote(p, v.Facts, s.today()); err != nil {
		return View{}, err
	}
	if v.Order, err = o.view(v); err != nil {
		return View{}, err
	}
	whole := formPlace(v)
	v.Fields = make([]Field, 0, len(v.State.Fields))
	for _, sec := range f.Definition().Sections {
		for i := range sec.Fields {
			def := &sec.Fields[i]
			v.Fields = append(v.Fields, Field{Def: def, Part: f.Part(def.ID)})
			field := &v.Fields[len(v.Fields)-1]
			s.fill(&v, field)
			if field.State.Visible {
				field.Localities = s.localities(&v, whole, field.Part)
				field.Cells = s.cells(&v, field.Def)
			}
		}
	}
	return v, nil
}

// cells are the parts of addresses in a table, nil where it asks for none.
func (s *Service) cells(v *View, table *form.Field) [][]Cell {
	parts := form.PartsOf(table.Columns)
	if len(parts) == 0 {
		return nil
	}
	out := make([][]Cell, 0, len(v.Row.Answers[table.ID].Items()))
	for i := range v.Row.Answers[table.ID].Items() {
		row := rowPlace(*v, *table, i)
		cells := make([]Cell, len(table.Columns))
		for k, c := range table.Columns {
			cells[k] = Cell{Part: parts[c.ID], Localities: s.localities(v, row, parts[c.ID])}
		}
		out = append(out, cells)
	}
	return out
}

// fill resolves a field by the answers.
func (s *Service) fill(v *View, f *Field) {
	id := f.Def.ID
	f.State, _ = v.State.Field(id)
	f.Source, f.Portal = v.Row.Sources[id], v.Row.Problems[id]
	f.Options = v.Form.Options(id, v.Row.Answers)
	if text, ok := v.Form.Suggest(id, v.Row.Answers); ok && text != f.State.Value.Text() {
		f.Suggest = text
	}
	if f.Def.Type != form.TypeTable {
		return
	}
	for _, row := range v.Row.Answers[id].Items() {
		f.RowIDs = append(f.RowIDs, row.Get(form.RowID).Text())
	}
	for path, code := range v.Row.Problems {
		if strings.HasPrefix(path, id+"[") {
			if f.Portals == nil {
				f.Portals = map[string]string{}
			}
			f.Portals[path] = code
		}
	}
}

// changedSince returns the ids of the fields that look otherwise than in old.
func (v *View) changedSince(old *View) []string {
	out := []string{}
	same := v.Form.Hash == old.Form.Hash
	for i := range v.Fields {
		if f := &v.Fields[i]; i >= len(old.Fields) || !f.looksAs(&old.Fields[i], same) {
			out = append(out, f.Def.ID)
		}
	}
	return out
}

// kindOf tells who applies, by the answers: a form of an organisation asks for
// its payer's number, one for both kinds asks which it is.
func kindOf(p akno.Procedure, st form.State) akno.ApplicantKind {
	entity := st.Value("unp").Text() != "" || st.Value("applicant_kind").Text() == "entity"
	order := []akno.ApplicantKind{akno.Citizen, akno.Foreigner}
	if c := st.Value("citizenship").Text(); c != "" && c != "BY" && c != "BLR" {
		order = []akno.ApplicantKind{akno.Foreigner, akno.Citizen}
	}
	if entity {
		order = []akno.ApplicantKind{akno.LegalEntity, akno.SoleTrader}
		if st.Value("entity_kind").Text() == "sole_trader" {
			order = []akno.ApplicantKind{akno.SoleTrader, akno.LegalEntity}
		}
	}
	for _, k := range order {
		if p.Accepts(k) {
			return k
		}
	}
	if len(p.Applicants) > 0 {
		return p.Applicants[0]
	}
	return akno.Citizen
}

// A FieldError points at a field of the form.
type FieldError struct {
	Field   string // id, or table[0].column
	Section string
	Label   akno.Text
	Code    string
	Text    akno.Text // where the form says it in its own words
}

// Errors returns every error of the form in the order of the document.
func (v View) Errors() []FieldError {
	out := []FieldError{}
	for _, p := range v.State.Errors {
		out = append(out, v.point(p.Field, string(p.Code)))
	}
	return out
}

// PortalErrors returns the errors that the portal had, in the order of the
// document.
func (v View) PortalErrors() []FieldError { return v.Named(v.Row.Problems) }

// Named points at the fields that problems names by their paths, in the order of
// the document; paths that the form does not have come last.
func (v View) Named(problems map[string]string) []FieldError {
	out := []FieldError{}
	rest := cloned(problems)
	for _, f := range v.Fields {
		for _, path := range slices.Sorted(maps.Keys(problems)) {
			if path == f.Def.ID || strings.HasPrefix(path, f.Def.ID+"[") {
				out = append(out, v.point(path, problems[path]))
				delete(rest, path)
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(rest)) {
		out = append(out, v.point(path, rest[path]))
	}
	return out
}

func (v View) point(path, code string) FieldError {
	id, rest, inTable := strings.Cut(path, "[")
	e := FieldError{Field: path, Code: code, Text: v.Form.Message(form.Problem{Field: path, Code: form.Code(code)})}
	for _, sec := range v.Form.Definition().Sections {
		for _, f := range sec.Fields {
			if f.ID != id {
				continue
			}
			e.Section, e.Label = sec.ID, f.Label
			if _, column, ok := strings.Cut(rest, "]."); inTable && ok {
				for _, c := range f.Columns {
					if c.ID == column {
						e.Label = c.Label
					}
				}
			}
		}
	}
	return e
}
