package draft

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
)

// Every saved change is a revision, and no revision is ever changed or removed.
// Undoing writes a revision too, with the answers of an earlier one (its node);
// so the way back and forth survives a restart, and what was undone can be
// brought back even after something else was typed.

// typingPause is how long a person may stop and still type the same answer: such
// revisions are one step of undo and one line of the history.
const typingPause = 5 * time.Second

// undoable bounds the steps that are looked back at once for one of undo.
const undoable = 1000

// Undo takes the last change back; with nothing to take back it changes nothing.
// The code is wrong_state with the order in Fields where that would change what
// was paid for.
func (s *Service) Undo(ctx context.Context, id string) (Change, error) {
	return s.turn(ctx, "draft.Undo", id, KindUndo, undoTarget)
}

// Redo does again what was undone last, unless something was changed since.
func (s *Service) Redo(ctx context.Context, id string) (Change, error) {
	return s.turn(ctx, "draft.Redo", id, KindRedo, redoTarget)
}

// turn moves the draft to a node before or after the present one, on to one that
// looks otherwise.
func (s *Service) turn(ctx context.Context, op, id, kind string, next func(ctx context.Context, tx dbx.Tx, draft string, node int) (int, error)) (Change, error) {
	return s.edit(ctx, op, id, func(e *editing) error {
		e.kind, e.node = kind, e.row.node
		for {
			target, err := next(ctx, e.tx, id, e.node)
			if err != nil || target == 0 {
				return err
			}
			e.node = target
			then, err := stateAt(ctx, e.tx, e.row, target)
			if err != nil {
				return err
			}
			if e.turnTo(then); len(e.changes) > 0 || e.pin != nil {
				return nil
			}
		}
	})
}

// RestoreRevision gives the draft the answers of an earlier revision. That is a
// new revision: what stood before is in the history as well.
func (s *Service) RestoreRevision(ctx context.Context, id string, rev int) (Change, error) {
	const op = "draft.RestoreRevision"
	return s.edit(ctx, op, id, func(e *editing) error {
		if rev < 1 || rev > e.row.Rev {
			return &akno.Error{Code: akno.NotFound, Op: op}
		}
		then, err := stateAt(ctx, e.tx, e.row, rev)
		if err != nil {
			return err
		}
		e.kind = KindRestore
		e.turnTo(then)
		return nil
	})
}

// turnTo gives the draft the answers and the form of then.
func (e *editing) turnTo(then Row) {
	fields := cloned(e.row.Answers)
	maps.Copy(fields, then.Answers)
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		old, value := e.row.Answers[field], then.Answers[field]
		if old.Equal(value) {
			continue
		}
		e.changes = append(e.changes, cell{Field: field, Old: old, New: value, Source: then.Sources[field], Was: e.row.Sources[field]})
		e.settled(field)
	}
	e.row.Answers, e.row.Sources = cloned(then.Answers), cloned(then.Sources)
	if then.FormHash != e.row.FormHash {
		p := then.pin()
		e.pin = &p
	}
}

// stateAt returns a draft as its revision rev left it, by taking back what came
// after.
func stateAt(ctx context.Context, tx dbx.Tx, row Row, rev int) (Row, error) {
	row.Answers, row.Sources = cloned(row.Answers), cloned(row.Sources)
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var change, before string
		if err := scan(&change, &before); err != nil {
			return err
		}
		cells, err := cellsOf(change)
		if err != nil {
			return err
		}
		for _, c := range slices.Backward(cells) {
			put(row.Answers, Patch{c.Field, c.Row, c.Column, c.Old})
			if delete(row.Sources, c.Field); c.Was != "" {
				row.Sources[c.Field] = c.Was
			}
		}
		if before == "" {
			return nil
		}
		var p pin
		if err := json.Unmarshal([]byte(before), &p); err != nil {
			return fmt.Errorf("draft.history: %w", err)
		}
		row.pinTo(p)
		return nil
	}, `SELECT change, pin FROM draft_rev WHERE draft=? AND rev>? ORDER BY rev DESC`, row.ID, rev)
	return row, err
}

func cellsOf(change string) ([]cell, error) {
	var cells []cell
	if err := json.Unmarshal([]byte(change), &cells); err != nil {
		return nil, fmt.Errorf("draft.history: %w", err)
	}
	return cells, nil
}

// node is a revision as the way back and forth sees it.
type node struct {
	rev, parent int
	at          time.Time
	place       string // of the only answer that was typed, "" for anything else
	empty       bool
}

const nodeColumns = `rev, parent, at, kind, change`

func scanNode(scan func(...any) error) (n node, kind string, cells []cell, err error) {
	var at int64
	var change string
	if err = scan(&n.rev, &n.parent, &at, &kind, &change); err != nil {
		return n, kind, nil, err
	}
	cells, err = cellsOf(change)
	n.at, n.empty = millis(at), len(cells) == 0 && kind != KindMigrate
	if kind == KindEdit && len(cells) == 1 {
		n.place = cells[0].Field + "\x00" + cells[0].Row + "\x00" + cells[0].Column
	}
	return n, kind, cells, err
}

// continues says whether n goes on with the typing of before.
func (n node) continues(before node) bool {
	return n.place != "" && n.place == before.place && n.at.Sub(before.at) <= typingPause
}

func nodeAt(ctx context.Context, tx dbx.Tx, draft string, rev int) (node, error) {
	n, _, _, err := scanNode(tx.QueryRow(ctx, `SELECT `+nodeColumns+` FROM draft_rev WHERE draft=? AND rev=?`, draft, rev).Scan)
	return n, err
}

// lastChange is the node that undoing takes back, whose parent is 0 when there
// is none: how a draft began is not undone.
func lastChange(ctx context.Context, tx dbx.Tx, draft string, rev int) (node, error) {
	n, err := nodeAt(ctx, tx, draft, rev)
	for i := 0; err == nil && n.empty && n.parent != 0 && i < undoable; i++ {
		n, err = nodeAt(ctx, tx, draft, n.parent)
	}
	return n, err
}

// undoTarget returns the node before the last step, 0 for none.
func undoTarget(ctx context.Context, tx dbx.Tx, draft string, rev int) (int, error) {
	n, err := lastChange(ctx, tx, draft, rev)
	if err != nil || n.parent == 0 {
		return 0, err
	}
	before, err := nodeAt(ctx, tx, draft, n.parent)
	for i := 0; err == nil && before.parent != 0 && n.continues(before) && i < undoable; i++ {
		n = before
		before, err = nodeAt(ctx, tx, draft, n.parent)
	}
	return before.rev, err
}

// redoTarget returns the node at the end of the step that was undone, 0 for
// none.
func redoTarget(ctx context.Context, tx dbx.Tx, draft string, rev int) (int, error) {
	n, err := childOf(ctx, tx, draft, rev)
	if err != nil || n.rev == 0 {
		return 0, err
	}
	for range undoable {
		next, err := childOf(ctx, tx, draft, n.rev)
		if err != nil {
			return 0, err
		}
		if next.rev == 0 || !n.empty && !next.continues(n) {
			break
		}
		n = next
	}
	return n.rev, nil
}

// childOf returns the node that was made last of another, zero for none.
func childOf(ctx context.Context, tx dbx.Tx, draft string, rev int) (node, error) {
	n, _, _, err := scanNode(tx.QueryRow(ctx, `SELECT `+nodeColumns+` FROM draft_rev
		WHERE draft=? AND rev>? AND parent=? AND node=rev ORDER BY rev DESC LIMIT 1`, draft, rev, rev).Scan)
	if dbx.NoRows(err) {
		return node{}, nil
	}
	return n, err
}

// turns says whether there is something to undo and something to redo.
func turns(ctx context.Context, tx dbx.Tx, row Row) (undo, redo bool, err error) {
	if row.State == Frozen || row.Elsewhere {
		return false, false, nil
	}
	n, err := lastChange(ctx, tx, row.ID, row.node)
	if err != nil {
		return false, false, err
	}
	next, err := childOf(ctx, tx, row.ID, row.node)
	return n.parent != 0, next.rev != 0, err
}

// A Moment is a line of a draft's history: one revision, or several in which one
// answer was typed.
type Moment struct {
	Rev    int // the last of them
	At     time.Time
	Kind   string
	Fields []FieldName // that changed, in the order of the form
}

// A FieldName is a field in words.
type FieldName struct {
	ID    string
	Label akno.Text
}

// moments is how many lines of the history are read at once, revisions how many
// rows for them.
const (
	moments   = 40
	revisions = 400
)

// History returns the moments before the revision before, the last first; 0 asks
// for the newest. More is what to ask with for the next ones, 0 at the end.
func (s *Service) History(ctx context.Context, id string, before int) (list []Moment, more int, err error) {
	type line struct {
		node
		kind  string
		cells []cell
	}
	var lines []line
	var row Row
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		if row, err = s.load(ctx, tx, id); err != nil {
			return err
		}
		if before <= 0 {
			before = row.Rev + 1
		}
		lines = nil
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			n, kind, cells, err := scanNode(scan)
			lines = append(lines, line{n, kind, cells})
			return err
		}, `SELECT `+nodeColumns+` FROM draft_rev WHERE draft=? AND rev<? ORDER BY rev DESC LIMIT ?`, id, before, revisions)
	})
	if err != nil {
		return nil, 0, err
	}
	names, err := s.names(ctx, row)
	if err != nil {
		return nil, 0, err
	}
	list = []Moment{}
	last := node{}
	for _, l := range lines {
		if len(list) > 0 && last.continues(l.node) {
			last = l.node
			continue
		}
		if len(list) == moments {
			return list, last.rev, nil
		}
		list = append(list, Moment{Rev: l.rev, At: l.at, Kind: l.kind, Fields: names.of(l.cells)})
		last = l.node
	}
	if len(lines) == revisions {
		more = last.rev
	}
	return list, more, nil
}

// fieldNames are the fields of a form in its order, with those that are only in
// the history after them.
type fieldNames struct {
	order  map[string]int
	labels map[string]akno.Text
}

func (s *Service) names(ctx context.Context, row Row) (fieldNames, error) {
	n := fieldNames{map[string]int{}, map[string]akno.Text{}}
	f, err := s.pinned(ctx, row.pin())
	if err != nil {
		return n, err
	}
	for _, sec := range f.Definition().Sections {
		for _, def := range sec.Fields {
			n.order[def.ID] = len(n.order)
			n.labels[def.ID] = def.Label
		}
	}
	for _, o := range row.Orphans {
		if _, had := n.labels[o.Field]; !had {
			n.order[o.Field] = len(n.order)
			n.labels[o.Field] = o.Label
		}
	}
	return n, nil
}

func (n fieldNames) of(cells []cell) []FieldName {
	out := []FieldName{}
	for _, c := range cells {
		if slices.ContainsFunc(out, func(f FieldName) bool { return f.ID == c.Field }) {
			continue
		}
		label, known := n.labels[c.Field]
		if !known {
			label = akno.Text{RU: c.Field, BE: c.Field, EN: c.Field}
		}
		out = append(out, FieldName{c.Field, label})
	}
	place := func(f FieldName) int {
		if i, known := n.order[f.ID]; known {
			return i
		}
		return len(n.order)
	}
	slices.SortStableFunc(out, func(a, b FieldName) int { return place(a) - place(b) })
	return out
}

// Then returns a draft as its revision left it, to be looked at.
func (s *Service) Then(ctx context.Context, id string, rev int) (View, error) {
	var row Row
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		if row, err = s.load(ctx, tx, id); err != nil {
			return err
		}
		if rev < 1 || rev > row.Rev {
			return &akno.Error{Code: akno.NotFound, Op: "draft.Then"}
		}
		row, err = stateAt(ctx, tx, row, rev)
		return err
	})
	if err != nil {
		return View{}, err
	}
	row.Problems = map[string]string{}
	return s.resolve(ctx, row, order{})
}

// put puts an answer into a set of them; it is false for a row that is not
// there.
func put(a form.Answers, p Patch) bool {
	if p.Row == "" {
		if p.Value.IsNull() {
			delete(a, p.Field)
		} else {
			a[p.Field] = p.Value
		}
		return true
	}
	rows := slices.Clone(a[p.Field].Items())
	i := rowIndex(rows, p.Row)
	if i < 0 {
		return false
	}
	cells := map[string]form.Value{}
	for _, name := range rows[i].Members() {
		cells[name] = rows[i].Get(name)
	}
	if p.Value.IsNull() {
		delete(cells, p.Column)
	} else {
		cells[p.Column] = p.Value
	}
	rows[i] = form.RecordOf(cells)
	a[p.Field] = form.ListOf(rows...)
	return true
}
