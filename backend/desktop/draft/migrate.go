package draft

import (
	"cmp"
	"context"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

// A draft keeps the version of the form that it was begun by. When there is a
// newer one, its answers are brought over on a copy and the difference is shown;
// the person takes it or stays, as long as the older version is accepted. Taking
// it is a revision like any other: it can be undone, and answers without a place
// in the new form stay beside it.

// An Upgrade says that there is a newer version of a draft's form.
type Upgrade struct {
	Version     int           // 0 for none
	AcceptUntil workdays.Date // the last day on which the draft's own may be filed; zero for no end
	Over        bool          // that day is over
}

// upgrade looks for a newer version of the form of an open draft.
func (s *Service) upgrade(row Row, own *catalogue.Form) Upgrade {
	if row.State == Frozen {
		return Upgrade{}
	}
	newest, err := s.o.Catalogue.Form(row.FormID)
	if err != nil || newest.Version() <= row.FormVersion {
		return Upgrade{}
	}
	u := Upgrade{Version: newest.Version(), AcceptUntil: own.AcceptUntil}
	u.Over = !u.AcceptUntil.IsZero() && s.today().After(u.AcceptUntil)
	return u
}

// migrated brings answers from the form own to its newest version.
func (s *Service) migrated(own *catalogue.Form, answers form.Answers) (*catalogue.Form, form.Migrated, error) {
	newest, err := s.o.Catalogue.Form(own.ID())
	if err != nil {
		return nil, form.Migrated{}, err
	}
	way, err := s.o.Catalogue.Migrator(own.ID(), own.Version())
	if akno.CodeOf(err) == akno.OldForm { // a version that only the profile knows
		way, err = form.NewMigrator(own.Schema, newest.Schema)
	}
	if err != nil {
		return nil, form.Migrated{}, err
	}
	return newest, way.Apply(answers, s.today()), nil
}

// A Difference is what another version of the form does to one question.
type Difference struct {
	Kind     form.ChangeKind
	From, To akno.Text // the question before and after, zero where there is none
	Old, New akno.Text // the answer before and after, as people read it
}

// A Migration is what a draft becomes under the newest version of its form.
type Migration struct {
	View        View // the draft under the new version
	From        int
	To          int
	AcceptUntil workdays.Date
	Over        bool
	Differences []Difference
	Orphans     []Orphan // that come into being
}

// Migration shows what the newest version of the form would do to a draft;
// nothing is changed. The code is wrong_state when there is no newer one.
func (s *Service) Migration(ctx context.Context, id string) (Migration, error) {
	const op = "draft.Migration"
	v, err := s.Open(ctx, id)
	if err != nil {
		return Migration{}, err
	}
	if v.Upgrade.Version == 0 || !v.Row.DeletedAt.IsZero() {
		return Migration{}, &akno.Error{Code: akno.WrongState, Op: op}
	}
	newest, m, err := s.migrated(v.Form, v.Row.Answers)
	if err != nil {
		return Migration{}, err
	}
	row := v.Row
	row.Answers, row.Sources, row.Problems = m.Answers, map[string]string{}, map[string]string{}
	row.pinTo(pin{newest.ID(), newest.Version(), newest.Hash, row.Orphans})
	out := Migration{From: v.Form.Version(), To: newest.Version(), AcceptUntil: v.Upgrade.AcceptUntil, Over: v.Upgrade.Over, Differences: []Difference{}}
	if out.View, err = s.resolve(ctx, row, order{}); err != nil {
		return Migration{}, err
	}
	before, after := v.reading(), out.View.reading()
	for _, c := range m.Changes {
		out.Differences = append(out.Differences, Difference{
			Kind: c.Kind, From: before.label(c.From), To: after.label(c.To),
			Old: before.text(c.From, c.Old), New: after.text(c.To, c.New),
		})
	}
	out.Orphans = before.orphans(m.Orphans)
	return out, nil
}

// Migrate takes the newest version of the form, which must be the one that was
// shown. Nothing of the draft is lost: what has no place any more is an orphan,
// and the step can be undone.
func (s *Service) Migrate(ctx context.Context, id string, version int) (Change, error) {
	const op = "draft.Migrate"
	return s.edit(ctx, op, id, func(e *editing) error {
		switch {
		case e.view.Upgrade.Version == 0:
			return &akno.Error{Code: akno.WrongState, Op: op}
		case e.view.Upgrade.Version != version:
			return &akno.Error{Code: akno.Conflict, Op: op} // another one came meanwhile
		}
		newest, m, err := s.migrated(e.view.Form, e.row.Answers)
		if err != nil {
			return err
		}
		s.withRowIDs(m.Answers)
		then := e.row
		then.Answers, then.Sources = m.Answers, cloned(e.row.Sources)
		for _, c := range m.Changes {
			if source := e.row.Sources[c.From]; c.From != c.To {
				if delete(then.Sources, c.From); source != "" && c.Kind == form.Renamed {
					then.Sources[c.To] = source
				}
			}
		}
		then.pinTo(pin{newest.ID(), newest.Version(), newest.Hash, append(append([]Orphan{}, e.row.Orphans...), e.view.reading().orphans(m.Orphans)...)})
		e.kind = KindMigrate
		e.turnTo(then)
		return nil
	})
}

// broughtOver brings the answers of a copy to the form f: by the declared way
// where there is one, else field by field, with the rest as orphans.
func (s *Service) broughtOver(ctx context.Context, from Row, f *catalogue.Form) (form.Answers, []Orphan, error) {
	if from.FormHash == f.Hash {
		return from.Answers, from.Orphans, nil
	}
	own, err := s.pinned(ctx, from.pin())
	if err != nil && akno.CodeOf(err) != akno.OldForm {
		return nil, nil, err
	}
	if own == nil {
		return kept(from, f, reading{})
	}
	v := View{Row: from, Form: own, State: form.Evaluate(own.Schema, from.Answers, s.today())}
	if own.ID() == f.ID() && own.Version() < f.Version() {
		if _, m, err := s.migrated(own, from.Answers); err == nil {
			return m.Answers, append(append([]Orphan{}, from.Orphans...), v.reading().orphans(m.Orphans)...), nil
		}
	}
	return kept(from, f, v.reading())
}

// kept are the answers whose fields f has in the same type.
func kept(from Row, f *catalogue.Form, r reading) (form.Answers, []Orphan, error) {
	answers, lost := form.Answers{}, []form.Orphan{}
	for id, value := range from.Answers {
		def, ok := f.Field(id)
		if had, known := r.fields[id]; ok && (!known || had.Type == def.Type) {
			answers[id] = value
		} else {
			lost = append(lost, form.Orphan{Field: id, Version: from.FormVersion, Label: r.label(id), Value: value})
		}
	}
	return answers, append(append([]Orphan{}, from.Orphans...), r.orphans(lost)...), nil
}

// reading is a draft's questions and answers as people read them.
type reading struct {
	fields map[string]form.Field
	texts  map[string]akno.Text // of visible answers
}

func (v View) reading() reading {
	r := reading{map[string]form.Field{}, map[string]akno.Text{}}
	for _, sec := range v.Form.Definition().Sections {
		for _, f := range sec.Fields {
			r.fields[f.ID] = f
		}
	}
	for _, l := range akno.Langs() {
		for _, sec := range v.Form.Show(v.State, l) {
			for _, f := range sec.Fields {
				r.texts[f.ID] = withLang(r.texts[f.ID], l, shownText(f))
			}
		}
	}
	return r
}

func withLang(t akno.Text, l akno.Lang, text string) akno.Text {
	switch l {
	case akno.Russian:
		t.RU = text
	case akno.Belarusian:
		t.BE = text
	case akno.English:
		t.EN = text
	}
	return t
}

// shownText is an answer in one line; a table is its rows.
func shownText(f form.ShownField) string {
	if f.Type != form.TypeTable {
		return f.Text
	}
	rows := make([]string, 0, len(f.Rows))
	for _, cells := range f.Rows {
		var parts []string
		for _, c := range cells {
			parts = append(parts, c.Text)
		}
		rows = append(rows, strings.Join(parts, ", "))
	}
	return strings.Join(rows, "; ")
}

// label is the question at a path: of a field, or of a column (table[0].column).
func (r reading) label(path string) akno.Text {
	if path == "" {
		return akno.Text{}
	}
	id, rest, _ := strings.Cut(path, "[")
	f, ok := r.fields[id]
	if !ok {
		return akno.Text{RU: path, BE: path, EN: path}
	}
	if _, column, ok := strings.Cut(rest, "]."); ok {
		for _, c := range f.Columns {
			if c.ID == column {
				return c.Label
			}
		}
	}
	return f.Label
}

// text is the answer v to the question at a path. One that is hidden is read as
// it is.
func (r reading) text(path string, v form.Value) akno.Text {
	if path == "" || v.IsNull() {
		return akno.Text{}
	}
	if t := r.texts[path]; !t.IsZero() {
		return t
	}
	plain := strings.Join(textsOf(v), ", ")
	return akno.Text{RU: plain, BE: plain, EN: plain}
}

// orphans are answers that went nowhere, readable.
func (r reading) orphans(list []form.Orphan) []Orphan {
	out := make([]Orphan, 0, len(list))
	for _, o := range list {
		label := o.Label
		if label.IsZero() {
			label = r.label(o.Field)
		}
		out = append(out, Orphan{Field: o.Field, Version: cmp.Or(o.Version, 1), Label: label, Value: o.Value, Text: r.text(o.Field, o.Value)})
	}
	return out
}
