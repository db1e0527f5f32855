package form

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/form/rule"
	"akno/backend/akno/workdays"
)

// A Migrated is what the answers to one version of a form become under another.
// Nothing is lost on the way: each old answer is in Answers or in Orphans.
type Migrated struct {
	Answers Answers
	Orphans []Orphan
	Changes []Change // in the order of the new document; then what has no place in it
}

// An Orphan is an answer that the new version has no place for.
type Orphan struct {
	Field   string    `json:"field"` // id, or table[0].column, of the old version
	Version int       `json:"version"`
	Label   akno.Text `json:"label"` // as the old version asked
	Value   Value     `json:"value"`
}

// A ChangeKind says what happened to a question.
type ChangeKind string

// The kinds of changes.
const (
	Added    ChangeKind = "added"    // a new question
	Renamed  ChangeKind = "renamed"  // the answer moved to another field
	Computed ChangeKind = "set"      // the answer follows from the old ones
	Altered  ChangeKind = "altered"  // the same field asks otherwise: wording, type, options or limits
	Orphaned ChangeKind = "orphaned" // no question any more; Old is the answer, if there was one
)

// A Change is a difference between two versions, seen from one set of answers.
type Change struct {
	Kind ChangeKind `json:"kind"`
	From string     `json:"from,omitempty"` // field of the old version
	To   string     `json:"to,omitempty"`   // field of the new version
	Old  Value      `json:"old"`
	New  Value      `json:"new"`
}

// check refuses a migration whose shape is wrong. Its rules are compiled against
// the version before, by NewMigrator.
func (m *Migration) check(def Definition) error {
	if m == nil {
		return nil
	}
	if m.From < 1 || m.From >= def.Version {
		return fmt.Errorf("from version %d to version %d", m.From, def.Version)
	}
	taken := map[string]string{}
	for _, old := range slices.Sorted(maps.Keys(m.Rename)) {
		to := m.Rename[old]
		if table, _, ok := strings.Cut(old, "."); ok {
			to = table + "." + to
		}
		if other, twice := taken[to]; twice {
			return fmt.Errorf("%s and %s become one", other, old)
		}
		if slices.Contains(m.Drop, old) {
			return fmt.Errorf("%s is renamed and dropped", old)
		}
		taken[to] = old
	}
	return nil
}

// A Migrator brings answers from one version of a form to a later one.
type Migrator struct {
	steps []step
}

// step leads from one version to the next.
type step struct {
	from, to *Schema
	m        Migration
	set      map[string]*rule.Program
}

// NewMigrator compiles the way through versions, oldest first; each is the
// schema of the same form. Migrations that are declared must begin at the
// version before. The error wraps ErrDefinition.
func NewMigrator(versions ...*Schema) (*Migrator, error) {
	out := &Migrator{}
	for i := 1; i < len(versions); i++ {
		from, to := versions[i-1], versions[i]
		st := step{from: from, to: to, set: map[string]*rule.Program{}}
		if to.def.Migrate != nil {
			st.m = *to.def.Migrate
		}
		if from.ID() != to.ID() || from.Version() >= to.Version() || to.def.Migrate != nil && st.m.From != from.Version() {
			return nil, fmt.Errorf("%w: no way from %s %d to %s %d", ErrDefinition, from.ID(), from.Version(), to.ID(), to.Version())
		}
		if err := st.compile(); err != nil {
			return nil, fmt.Errorf("%w: %s: from %d to %d: %w", ErrDefinition, to.ID(), from.Version(), to.Version(), err)
		}
		out.steps = append(out.steps, st)
	}
	return out, nil
}

func (st *step) compile() error {
	for _, old := range slices.Concat(st.m.Drop, slices.Collect(maps.Keys(st.m.Rename))) {
		if !st.from.has(old) {
			return fmt.Errorf("there was no field %q", old)
		}
	}
	for old, to := range st.m.Rename {
		if table, _, ok := strings.Cut(old, "."); ok {
			to = st.renamed(table) + "." + to
		}
		if !st.to.has(to) {
			return fmt.Errorf("there is no field %q", to)
		}
	}
	names := scopeNames{schema: &Schema{read: make([]bool, len(st.from.fields))}, rules: st.from.names().rules}
	for id, src := range st.m.Set {
		i, ok := st.to.byID[id]
		if !ok {
			return fmt.Errorf("there is no field %q", id)
		}
		p, err := names.compile("set "+id, src, st.to.fields[i].ruleType())
		if err != nil {
			return err
		}
		st.set[id] = p
	}
	return nil
}

// has knows a field by its id, and a column by table.column.
func (s *Schema) has(path string) bool {
	id, col, column := strings.Cut(path, ".")
	i, ok := s.byID[id]
	if ok && column {
		_, ok = s.fields[i].colByID[col]
	}
	return ok
}

// renamed returns the id that an old field has now.
func (st *step) renamed(old string) string {
	if to, ok := st.m.Rename[old]; ok {
		return to
	}
	return old
}

// Apply migrates answers as on the day today. The answers that are given stay as
// they are.
func (g *Migrator) Apply(a Answers, today workdays.Date) Migrated {
	out := Migrated{Answers: maps.Clone(a)}
	if out.Answers == nil {
		out.Answers = Answers{}
	}
	for _, st := range g.steps {
		next := st.apply(out.Answers, today)
		out.Answers = next.Answers
		out.Orphans = append(out.Orphans, next.Orphans...)
		out.Changes = append(out.Changes, next.Changes...)
	}
	return out
}

func (st *step) apply(a Answers, today workdays.Date) Migrated {
	w := &walk{step: st, old: a, out: Migrated{Answers: Answers{}}, origin: map[string]string{}, carried: map[string]bool{}}
	for _, f := range st.from.fields {
		id := st.renamed(f.ID)
		to, ok := st.to.byID[id]
		if ok && !slices.Contains(st.m.Drop, f.ID) && sameShape(f, st.to.fields[to]) && (id != f.ID || !st.taken(id)) {
			w.origin[id], w.carried[f.ID] = f.ID, true
		}
	}
	seen := st.from.resolved(a, today)
	for _, f := range st.to.fields {
		if p := w.set[f.ID]; p != nil {
			w.computed(f, p, f.answer(p.Eval(rule.NewMeter(today), seen)))
		} else {
			w.moved(f)
		}
	}
	for _, f := range st.from.fields {
		if !w.carried[f.ID] {
			w.change(Orphaned, f.ID, "", w.old[f.ID], Value{})
			if f.compute == nil {
				w.orphan(f.ID, w.old[f.ID])
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(a)) {
		if _, known := st.from.byID[id]; !known {
			w.orphan(id, a[id])
		}
	}
	return w.out
}

// taken reports whether a field, or a column table.column, is renamed to a name
// that another one had.
func (st *step) taken(path string) bool {
	table, _, column := strings.Cut(path, ".")
	for old, to := range st.m.Rename {
		if old == path {
			continue
		}
		if column {
			if t, _, ok := strings.Cut(old, "."); !ok || t != table {
				continue
			}
			to = table + "." + to
		}
		if to == path {
			return true
		}
	}
	return false
}

// sameShape reports whether an answer to f could be one to g: the limits may
// differ, the kind of the answer may not.
func sameShape(f, g *field) bool {
	shape := func(t Type) Kind {
		switch t {
		case TypeCheckbox:
			return Bool
		case TypeMultiselect:
			return List
		case TypeFile, TypeFileList:
			return Record
		case TypeTable:
			return Kind(-1)
		}
		return String
	}
	return shape(f.Type) == shape(g.Type)
}

// resolved are the answers to s as rules see them.
func (s *Schema) resolved(a Answers, today workdays.Date) rule.Slots {
	r := &run{
		schema: s, today: today, meter: rule.NewMeter(today), spent: -1,
		values: make([]Value, len(s.fields)), seen: make([]rule.Value, len(s.fields)), visible: make([]bool, len(s.fields)),
	}
	for _, i := range s.order {
		r.resolve(i, a)
		if r.visible[i] {
			r.seen[i] = s.fields[i].seen(r.values[i])
		}
	}
	return r.seen
}

// walk is one application of a step.
type walk struct {
	*step
	old     Answers
	out     Migrated
	origin  map[string]string // new id to the old one whose answer it takes
	carried map[string]bool   // old ids that are an origin
}

func (w *walk) change(kind ChangeKind, from, to string, old, now Value) {
	w.out.Changes = append(w.out.Changes, Change{Kind: kind, From: from, To: to, Old: old, New: now})
}

// computed answers a field by a rule. The answer that it replaces is an orphan
// unless the rule has read it.
func (w *walk) computed(f *field, p *rule.Program, v Value) {
	source := w.origin[f.ID]
	old := w.old[source]
	if source != "" && !old.Equal(v) && (v.IsNull() || !slices.Contains(p.Slots(), w.from.byID[source])) {
		w.orphan(source, old)
	}
	if !v.IsNull() {
		w.out.Answers[f.ID] = v
	}
	w.change(Computed, source, f.ID, old, v)
}

// moved answers a field by the old answer that belongs to it.
func (w *walk) moved(f *field) {
	source, ok := w.origin[f.ID]
	if !ok {
		w.change(Added, "", f.ID, Value{}, Value{})
		return
	}
	was, old := w.from.fields[w.from.byID[source]], w.old[source]
	v := w.reshape(was, f, old)
	if !v.IsNull() {
		w.out.Answers[f.ID] = v
	}
	switch {
	case source != f.ID:
		w.change(Renamed, source, f.ID, old, v)
	case !sameQuestion(was.Field, f.Field):
		w.change(Altered, source, f.ID, old, v)
	}
}

// orphan keeps an answer that went nowhere.
func (w *walk) orphan(path string, v Value) {
	if v.IsNull() {
		return
	}
	o := Orphan{Field: path, Version: w.from.Version(), Value: v}
	id, rest, _ := strings.Cut(path, "[")
	if i, ok := w.from.byID[id]; ok {
		f := w.from.fields[i]
		o.Label = f.Label
		if _, col, ok := strings.Cut(rest, "]."); ok {
			o.Label = f.columns[f.colByID[col]].Label
		}
	}
	w.out.Orphans = append(w.out.Orphans, o)
}

// reshape brings an old answer into the shape of the new field: a file becomes a
// list of one, columns of a table move with their cells.
func (w *walk) reshape(was, f *field, v Value) Value {
	switch {
	case v.IsNull():
		return v
	case was.Type == TypeFile && f.Type == TypeFileList && v.kind == Record:
		return ListOf(v)
	case was.Type == TypeFileList && f.Type == TypeFile && v.kind == List:
		for _, more := range v.list[min(1, len(v.list)):] {
			w.orphan(was.ID, more)
		}
		if len(v.list) == 0 {
			return Value{}
		}
		return v.list[0]
	case f.Type != TypeTable || v.kind != List:
		return v
	}
	out := make([]Value, len(v.list))
	for i, row := range v.list {
		out[i] = w.row(was, f, row, i)
	}
	return ListOf(out...)
}

func (w *walk) row(was, f *field, row Value, i int) Value {
	if row.kind != Record {
		return row
	}
	rec := map[string]Value{}
	for _, name := range row.Members() {
		if name == RowID {
			rec[name] = row.rec[name]
			continue
		}
		path, to := was.ID+"."+name, name
		if renamed, ok := w.m.Rename[path]; ok {
			to = renamed
		}
		k, known := f.colByID[to]
		j, had := was.colByID[name]
		if known && had && !slices.Contains(w.m.Drop, path) && (to != name || !w.taken(path)) && sameShape(was.columns[j], f.columns[k]) {
			rec[to] = row.rec[name]
		} else if had {
			w.orphan(was.ID+"["+strconv.Itoa(i)+"]."+name, row.rec[name])
		}
	}
	return RecordOf(rec)
}

// sameQuestion reports whether nothing about a question changed that its reader
// or its answer would notice.
func sameQuestion(f, g Field) bool {
	f.Prefill, g.Prefill = "", ""
	return reflect.DeepEqual(f, g)
}
