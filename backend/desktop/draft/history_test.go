package draft

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
)

// write types an answer after a minute, so that it is a step of its own.
func (d *desk) write(id, field, text string) Change {
	d.t.Helper()
	d.now = d.now.Add(time.Minute)
	c, err := d.Apply(d.t.Context(), id, typed(field, text))
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// turned undoes or redoes.
func (d *desk) turned(c Change, err error) Change {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) undo(id string) Change { d.t.Helper(); return d.turned(d.Undo(d.t.Context(), id)) }
func (d *desk) redo(id string) Change { d.t.Helper(); return d.turned(d.Redo(d.t.Context(), id)) }

func surname(v View) string { return v.Row.Answers["surname"].Text() }

func TestUndoAndRedoGoBackAndForthAcrossARestart(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.write(id, "surname", "Иванов")
	d.write(id, "name", "Иван")
	last := d.write(id, "surname", "Петров")
	if !last.View.Undo || last.View.Redo {
		t.Errorf("after a change: %v %v", last.View.Undo, last.View.Redo)
	}
	if c := d.undo(id); surname(c.View) != "Иванов" || !c.View.Redo || !slices.Contains(c.Changed, "surname") {
		t.Errorf("%+v", c.View.Row.Answers)
	}
	d.stop()
	d.start()
	v, err := d.Open(t.Context(), id)
	if err != nil || !v.Undo || !v.Redo {
		t.Errorf("the way back and forth is lost by a restart: %v %v %v", v.Undo, v.Redo, err)
	}
	d.undo(id)
	c := d.undo(id)
	if len(c.View.Row.Answers) != 0 || c.View.Undo || !c.View.Redo {
		t.Errorf("%+v", c.View.Row.Answers)
	}
	if again := d.undo(id); again.View.Row.Rev != c.View.Row.Rev || len(again.Changed) != 0 {
		t.Error("there was nothing left to undo, and something was")
	}
	for range 3 {
		c = d.redo(id)
	}
	if diff := cmp.Diff(last.View.Row.Answers, c.View.Row.Answers); diff != "" || c.View.Redo {
		t.Errorf("%s %v", diff, c.View.Redo)
	}
	if again := d.redo(id); again.View.Row.Rev != c.View.Row.Rev {
		t.Error("there was nothing left to redo, and something was")
	}
}

func TestWhatWasTypedAfterAnUndoIsUndoneToTheSamePlace(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.write(id, "surname", "первая")
	d.write(id, "surname", "вторая")
	d.undo(id)
	if c := d.write(id, "surname", "третья"); c.View.Redo {
		t.Error("what was undone may be redone over what was typed after")
	}
	if c := d.undo(id); surname(c.View) != "первая" {
		t.Error(surname(c.View))
	}
	if c := d.redo(id); surname(c.View) != "третья" {
		t.Error(surname(c.View))
	}
}

func TestTypingOneAnswerIsOneStep(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.write(id, "name", "Ян")
	d.now = d.now.Add(time.Minute)
	for _, text := range []string{"К", "Ко", "Ков", "Ковалёв"} {
		d.now = d.now.Add(300 * time.Millisecond)
		if _, err := d.Apply(t.Context(), id, typed("surname", text)); err != nil {
			t.Fatal(err)
		}
	}
	if c := d.undo(id); surname(c.View) != "" || c.View.Row.Answers["name"].Text() != "Ян" {
		t.Errorf("%+v", c.View.Row.Answers)
	}
	if c := d.redo(id); surname(c.View) != "Ковалёв" {
		t.Errorf("%+v", c.View.Row.Answers)
	}
	// typed and taken back letter by letter: undoing goes on to where it looks otherwise
	for _, text := range []string{"Ковалёва", "Ковалёв"} {
		if _, err := d.Apply(t.Context(), id, typed("surname", text)); err != nil {
			t.Fatal(err)
		}
	}
	if c := d.undo(id); surname(c.View) != "" {
		t.Errorf("undoing changed nothing: %+v", c.View.Row.Answers)
	}
}

func TestUndoBringsBackFilesRowsAndWhereAnAnswerCameFrom(t *testing.T) {
	d := newDesk(t)
	d.known = []form.Source{{Name: FromProfile, Get: func(path string) form.Value {
		if path == "profile.surname" {
			return form.Text("Тестовский")
		}
		return form.Value{}
	}}}
	id := d.create(freeOne)
	d.write(id, "surname", "Другой")
	c := d.undo(id)
	if f, _ := c.View.Field("surname"); f.Source != FromProfile || f.State.Value.Text() != "Тестовский" {
		t.Errorf("%+v", f)
	}
	d.write(id, "acts_as", "representative")
	pdf := filepath.Join(t.TempDir(), "доверенность.pdf")
	if err := os.WriteFile(pdf, pdfOctets(t), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := d.AddFiles(t.Context(), id, "rep_file", "", "", []string{pdf})
	if err != nil {
		t.Fatal(err)
	}
	file, _ := form.FileOf(c.View.Row.Answers["rep_file"])
	d.now = d.now.Add(time.Minute)
	if _, err := d.RemoveFile(t.Context(), id, "rep_file", "", "", file.ID); err != nil {
		t.Fatal(err)
	}
	back, ok := form.FileOf(d.undo(id).View.Row.Answers["rep_file"])
	if !ok || back != file || !d.db.Blobs().Has(back.SHA256) {
		t.Errorf("%+v", back)
	}
}

func TestAnEarlierRevisionIsLookedAtAndBroughtBack(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	first := d.write(id, "surname", "Иванов")
	d.write(id, "name", "Иван")
	before := d.write(id, "surname", "Петров")
	then, err := d.Then(t.Context(), id, first.View.Row.Rev)
	if err != nil || surname(then) != "Иванов" || !then.Row.Answers["name"].IsNull() {
		t.Errorf("%+v %v", then.Row.Answers, err)
	}
	c, err := d.RestoreRevision(t.Context(), id, first.View.Row.Rev)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.View.Row.Answers, c.View.Row.Answers); diff != "" || c.View.Row.Rev != before.View.Row.Rev+1 {
		t.Error(diff)
	}
	if c := d.undo(id); !cmp.Equal(c.View.Row.Answers, before.View.Row.Answers) {
		t.Errorf("restoring cannot be undone: %+v", c.View.Row.Answers)
	}
	for _, rev := range []int{0, -1, 99} {
		if _, err := d.RestoreRevision(t.Context(), id, rev); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("%d: %v", rev, err)
		}
		if _, err := d.Then(t.Context(), id, rev); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("%d: %v", rev, err)
		}
	}
}

func TestHistoryTellsWhatChangedInWords(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	for _, text := range []string{"К", "Ко", "Ков"} {
		d.now = d.now.Add(300 * time.Millisecond)
		if _, err := d.Apply(t.Context(), id, typed("surname", text)); err != nil {
			t.Fatal(err)
		}
	}
	d.write(id, "name", "Ян")
	d.undo(id)
	list, more, err := d.History(t.Context(), id, 0)
	if err != nil || more != 0 {
		t.Fatal(err, more)
	}
	var got []string
	for _, m := range list {
		line := m.Kind + " " + strconv.Itoa(m.Rev)
		for _, f := range m.Fields {
			line += " " + f.Label.RU
		}
		got = append(got, line)
	}
	want := []string{"undo 6 Собственное имя", "edit 5 Собственное имя", "edit 4 Фамилия", "created 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestALongHistoryIsReadInPartsThatMeet(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	for i := range 130 {
		d.write(id, []string{"surname", "name"}[i%2], strconv.Itoa(i))
	}
	seen := 0
	for before := 0; ; {
		list, more, err := d.History(t.Context(), id, before)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			if seen++; m.Rev != 131-seen+1 {
				t.Fatalf("line %d is of revision %d", seen, m.Rev)
			}
		}
		if more == 0 {
			break
		}
		before = more
	}
	if seen != 131 {
		t.Errorf("%d lines", seen)
	}
}

func TestWhatWasHandedOverIsNotUndone(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	d.send(id)
	if _, err := d.Undo(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	v, err := d.Unqueue(t.Context(), id)
	if err != nil || !v.Undo {
		t.Errorf("%v %v", v.Undo, err)
	}
	list, _, err := d.History(t.Context(), id, 0)
	if err != nil || list[0].Kind != KindReturned || list[1].Kind != KindHanded {
		t.Errorf("%+v %v", list, err)
	}
}

func TestHistoryOfAnotherIsNotShown(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.write(id, "surname", "Иванов")
	d.who = "boris"
	for name, try := range map[string]func() error{
		"read":    func() error { _, _, err := d.History(t.Context(), id, 0); return err },
		"look":    func() error { _, err := d.Then(t.Context(), id, 1); return err },
		"undo":    func() error { _, err := d.Undo(t.Context(), id); return err },
		"restore": func() error { _, err := d.RestoreRevision(t.Context(), id, 1); return err },
	} {
		if err := try(); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("boris can %s anna's history: %v", name, err)
		}
	}
}

// A random walk: whatever is typed, undone, redone and restored, every revision
// that was ever shown can be looked at, and is what it was.
func TestEveryRevisionThatWasShownStaysWhatItWas(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	shown := map[int]form.Answers{}
	for range 250 {
		d.now = d.now.Add(time.Duration(r.IntN(8)) * time.Second)
		var c Change
		var err error
		switch n := r.IntN(10); {
		case n < 5:
			c, err = d.Apply(t.Context(), id, typed([]string{"surname", "name", "patronymic"}[r.IntN(3)], strconv.Itoa(r.IntN(5))))
		case n < 7:
			c, err = d.Undo(t.Context(), id)
		case n < 9:
			c, err = d.Redo(t.Context(), id)
		default:
			c, err = d.RestoreRevision(t.Context(), id, 1+r.IntN(max(1, len(shown))))
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		shown[c.View.Row.Rev] = c.View.Row.Answers
	}
	for rev, want := range shown {
		then, err := d.Then(t.Context(), id, rev)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := cmp.Diff(want, then.Row.Answers); diff != "" {
			t.Fatalf("seed %d, revision %d: %s", seed, rev, diff)
		}
	}
}

func TestADraftOpensWithTheFormItWasBegunBy(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.write(id, "surname", "Иванов")
	// as if the program that made it had another version of the form
	err := d.db.Write(t.Context(), func(tx dbx.Tx) error {
		for _, q := range []string{
			`UPDATE draft_form SET hash='older', definition=replace(definition, '"version":1', '"version":7')`,
			`UPDATE draft SET form_hash='older'`,
		} {
			if _, err := tx.Exec(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d.stop()
	d.start()
	v, err := d.Open(t.Context(), id)
	if err != nil || surname(v) != "Иванов" || v.Form.Version() != 7 || v.Form.Hash != "older" {
		t.Fatalf("%v %v", v.Row, err)
	}
	if c := d.write(id, "name", "Иван"); c.View.Form.Version() != 7 {
		t.Errorf("an edit changed the form to version %d", c.View.Form.Version())
	}
}
