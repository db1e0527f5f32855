package draft

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
)

func TestADraftIsPrefilledAndSaysFromWhere(t *testing.T) {
	d := newDesk(t)
	d.known = []form.Source{{Name: FromProfile, Get: func(path string) form.Value {
		if path == "profile.surname" {
			return form.Text("Тестовский")
		}
		return form.Value{}
	}}}
	v, err := d.Create(t.Context(), freeOne)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := v.Field("surname"); f.State.Value.Text() != "Тестовский" || f.Source != FromProfile {
		t.Errorf("%+v", f)
	}
	c, err := d.Apply(t.Context(), v.Row.ID, typed("surname", "Иванов"))
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := c.View.Field("surname"); f.Source != "" || f.State.Value.Text() != "Иванов" {
		t.Errorf("what the person typed is still said to come from the profile: %+v", f)
	}
	if _, err := d.Create(t.Context(), "200.99.99"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestAnEarlierApplicationIsASource(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	d.send(id)
	v, err := d.Create(t.Context(), "200.2.6")
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := v.Field("surname"); !ok || f.State.Value.Text() != "Тестовский" || f.Source != FromApplication+":2026-11-21" {
		t.Errorf("%+v", f)
	}
}

func TestWhatIsKnownIsOfferedAndNeverWrittenOverAnAnswer(t *testing.T) {
	d := newDesk(t)
	d.known = []form.Source{{Name: FromProfile, Get: func(path string) form.Value {
		if path == "profile.surname" {
			return form.Text("Тестовский")
		}
		return form.Value{}
	}}}
	v, err := d.Create(t.Context(), freeOne)
	if err != nil {
		t.Fatal(err)
	}
	if offers, err := d.Offers(t.Context(), v); err != nil || len(offers) != 1 || offers[0].Field != "surname" || offers[0].Source != FromProfile {
		t.Fatalf("%+v %v", offers, err)
	}
	id := v.Row.ID
	if _, err := d.Apply(t.Context(), id, typed("surname", "Иванов")); err != nil {
		t.Fatal(err)
	}
	c, err := d.TakeOffer(t.Context(), id, "surname")
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := c.View.Field("surname"); f.State.Value.Text() != "Иванов" || f.Source != "" {
		t.Errorf("an answer was written over: %+v", f)
	}
	if _, err := d.Apply(t.Context(), id, []Patch{{Field: "surname"}}); err != nil {
		t.Fatal(err)
	}
	if c, err = d.TakeOffer(t.Context(), id, "surname"); err != nil {
		t.Fatal(err)
	}
	if f, _ := c.View.Field("surname"); f.State.Value.Text() != "Тестовский" || f.Source != FromProfile {
		t.Errorf("what was offered is not taken: %+v", f)
	}
	if _, err := d.Undo(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := d.TakeOffer(t.Context(), id, "record_no"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("something is offered from nothing: %v", err)
	}
}

// send hands an application over, signed.
func (d *desk) send(id string) Result {
	d.t.Helper()
	p, err := d.Preview(d.t.Context(), id, akno.Russian)
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.Sign(d.t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func TestAnswersAreSavedAsTypedAndShownAsTheyCount(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	c, err := d.Apply(t.Context(), id, typed("personal_number", "3110575а001рв7")) // Cyrillic letters
	if err != nil {
		t.Fatal(err)
	}
	f, _ := c.View.Field("personal_number")
	if f.State.Value.Text() != "3110575A001PB7" || !f.State.Repaired || len(f.State.Errors) != 0 {
		t.Errorf("%+v", f.State)
	}
	if !slices.Contains(c.Changed, "personal_number") || slices.Contains(c.Changed, "surname") {
		t.Errorf("changed %v", c.Changed)
	}
	c, err = d.Apply(t.Context(), id, typed("personal_number", "3110575A001PB8"))
	if err != nil {
		t.Fatal(err)
	}
	if f, _ = c.View.Field("personal_number"); len(f.State.Errors) != 1 || f.State.Errors[0].Code != form.CheckDigit || f.State.Value.Text() != "3110575A001PB8" {
		t.Errorf("a wrong number is kept and named: %+v", f.State)
	}
	again, err := d.Apply(t.Context(), id, typed("personal_number", "3110575A001PB8"))
	if err != nil || again.View.Row.Rev != c.View.Row.Rev || len(again.Changed) != 0 {
		t.Errorf("the same answer made a revision: %d, %d, %v", c.View.Row.Rev, again.View.Row.Rev, err)
	}
	d.stop()
	d.start()
	v, err := d.Open(t.Context(), id)
	if err != nil || v.Row.Answers["personal_number"].Text() != "3110575A001PB8" || v.Row.Rev != c.View.Row.Rev {
		t.Errorf("%+v %v", v.Row, err)
	}
}

func TestPatchesThatMeanNothingAreRefusedWhole(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	for name, p := range map[string]Patch{
		"no such field":      {Field: "nobody", Value: form.Text("x")},
		"a cell of no table": {Field: "surname", Row: "1", Column: "x", Value: form.Text("x")},
		"a column alone":     {Field: "surname", Column: "x", Value: form.Text("x")},
		"a file by text":     {Field: "rep_file", Value: form.Text("/etc/passwd")},
	} {
		if _, err := d.Apply(t.Context(), id, []Patch{{Field: "surname", Value: form.Text("Иванов")}, p}); akno.CodeOf(err) != akno.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	v, err := d.Open(t.Context(), id)
	if err != nil || v.Row.Rev != 1 || !v.Row.Answers["surname"].IsNull() {
		t.Errorf("half of a refused call was saved: %+v %v", v.Row.Answers, err)
	}
	if _, err := d.Apply(t.Context(), id, make([]Patch, maxPatches+1)); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("got %v", err)
	}
}

func TestRowsOfATableKeepTheirIdentity(t *testing.T) {
	d := newDesk(t)
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	var procedure, field, column string
	for _, p := range c.Procedures() {
		f, err := c.Form(p.Form)
		if err != nil {
			t.Fatal(err)
		}
		for _, sec := range f.Definition().Sections {
			for _, def := range sec.Fields {
				if def.Type == form.TypeTable && procedure == "" && def.Rules.MaxRows > 2 && def.Columns[0].Type == form.TypeText {
					procedure, field, column = p.Code, def.ID, def.Columns[0].ID
				}
			}
		}
	}
	if procedure == "" {
		t.Fatal("no form has a table that begins with a text")
	}
	id := d.create(procedure)
	var rows []string
	for range 3 {
		ch, err := d.AddRow(t.Context(), id, field)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := ch.View.Field(field)
		rows = f.RowIDs
	}
	if _, err := d.Apply(t.Context(), id, []Patch{{field, rows[2], column, form.Text("третий")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.RemoveRow(t.Context(), id, field, rows[0]); err != nil {
		t.Fatal(err)
	}
	ch, err := d.Apply(t.Context(), id, []Patch{{field, rows[1], column, form.Text("второй")}})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := ch.View.Field(field)
	got := []string{}
	for _, r := range ch.View.Row.Answers[field].Items() {
		got = append(got, r.Get(column).Text())
	}
	if !cmp.Equal(got, []string{"второй", "третий"}) || !cmp.Equal(f.RowIDs, rows[1:]) {
		t.Errorf("%v %v", got, f.RowIDs)
	}
	if _, err := d.Apply(t.Context(), id, []Patch{{field, rows[0], column, form.Text("x")}}); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("a removed row was written to: %v", err)
	}
	if _, err := d.RemoveRow(t.Context(), id, field, rows[0]); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("got %v", err)
	}
	dup, err := d.Duplicate(t.Context(), id)
	if err != nil || len(dup.Row.Answers[field].Items()) != 2 {
		t.Errorf("%+v %v", dup.Row.Answers, err)
	}
}

func TestFilesAreTakenOrRefusedOneByOne(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	if _, err := d.Apply(t.Context(), id, typed("acts_as", "representative")); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	good, bad, huge := filepath.Join(dir, "доверенность.pdf"), filepath.Join(dir, "план.docx"), filepath.Join(dir, "фильм.pdf")
	for path, octets := range map[string][]byte{good: pdfOctets(t), bad: []byte("PK\x03\x04"), huge: bytes.Repeat([]byte("x"), 26<<20)} {
		if err := os.WriteFile(path, octets, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := d.AddFiles(t.Context(), id, "rep_file", "", "", []string{bad, huge, good, filepath.Join(dir, "нет.pdf")})
	if err != nil {
		t.Fatal(err)
	}
	want := []attach.Refused{{Name: "план.docx", Code: akno.BadFileType}, {Name: "фильм.pdf", Code: akno.TooLarge}, {Name: "нет.pdf", Code: akno.NotFound}}
	if diff := cmp.Diff(want, c.Refused); diff != "" {
		t.Error(diff)
	}
	f, _ := c.View.Field("rep_file")
	file, ok := form.FileOf(f.State.Value)
	if !ok || file.Name != "доверенность.pdf" || file.MIME != "application/pdf" || !d.db.Blobs().Has(file.SHA256) {
		t.Fatalf("%+v", file)
	}
	c, err = d.RemoveFile(t.Context(), id, "rep_file", "", "", file.ID)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ = c.View.Field("rep_file"); !f.State.Value.IsNull() {
		t.Error("the file is still there")
	}
	if _, err := d.RemoveFile(t.Context(), id, "rep_file", "", "", file.ID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
	if _, err := d.AddFiles(t.Context(), id, "surname", "", "", []string{good}); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("a file where a name is wanted: %v", err)
	}
}

func TestDeleteIsUndone(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	if err := d.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if list, err := d.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
	if _, err := d.Apply(t.Context(), id, typed("surname", "x")); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	if err := d.Restore(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if list, err := d.List(t.Context()); err != nil || len(list) != 1 || list[0].ID != id {
		t.Errorf("%v %v", list, err)
	}
	if err := d.Restore(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	if err := d.Delete(t.Context(), "nobody"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestAnUnfinishedFormIsNeitherShownNorOrdered(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	for _, err := range []error{second(d.Preview(t.Context(), id, akno.Russian)), second(d.CreateOrder(t.Context(), id))} {
		if akno.CodeOf(err) != akno.Invalid || akno.FieldsOf(err)["surname"] != string(form.Required) {
			t.Errorf("got %v", err)
		}
	}
}

func TestATableOfErrorsPointsIntoTheDocument(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	v, err := d.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	errs := v.Errors()
	if len(errs) == 0 {
		t.Fatal("an empty form has no errors")
	}
	for _, e := range errs {
		if e.Section == "" || e.Label.RU == "" || e.Code == "" {
			t.Errorf("%+v", e)
		}
	}
}

var errNetwork = &akno.Error{Code: akno.Unavailable, Err: errors.New("no network")}

func TestHandedListsWhatWasSent(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	if h, err := d.Handed(t.Context()); err != nil || len(h) != 0 {
		t.Errorf("%v %v", h, err)
	}
	d.send(id)
	h, err := d.Handed(t.Context())
	if err != nil || len(h) != 1 || h[0].ID != id || h[0].Procedure != freeOne {
		t.Errorf("%v %v", h, err)
	}
	if !strings.HasPrefix(h[0].State, Frozen) {
		t.Errorf("%+v", h[0])
	}
}
