package draft

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
)

// definition returns the form of freeOne and a copy of its definition
// that may be changed.
func (d *desk) definition() (*catalogue.Form, form.Definition) {
	d.t.Helper()
	c, err := bundle()
	if err != nil {
		d.t.Fatal(err)
	}
	f, err := c.FormFor(freeOne)
	if err != nil {
		d.t.Fatal(err)
	}
	raw, err := json.Marshal(f.Definition())
	if err != nil {
		d.t.Fatal(err)
	}
	var def form.Definition
	if err := json.Unmarshal(raw, &def); err != nil {
		d.t.Fatal(err)
	}
	return f, def
}

// published brings a next version of the form of freeOne: the purpose is asked
// for under another name, the flat no more, and something new.
func (d *desk) published(version int, acceptUntil string) {
	d.t.Helper()
	f, def := d.definition()
	def.Version, def.Migrate = version, &form.Migration{From: version - 1}
	if version == f.Version()+1 {
		def.Migrate.Rename, def.Migrate.Drop = map[string]string{"surname": "family_name"}, []string{"reg_flat"}
	}
	for i := range def.Sections {
		var fields []form.Field
		for _, x := range def.Sections[i].Fields {
			switch x.ID {
			case "surname":
				x.ID = "family_name"
				x.Label = akno.Text{RU: "Фамилия по паспорту", BE: "Прозвішча паводле пашпарта", EN: "Surname as in the passport"}
			case "reg_flat":
				continue
			}
			fields = append(fields, x)
		}
		def.Sections[i].Fields = fields
	}
	p := catalogue.Published{Definition: def}
	if acceptUntil != "" {
		p.AcceptUntil = workdays.MustParse(acceptUntil)
	}
	d.stop()
	d.forms = append(d.forms, p)
	d.start()
}

func TestANewFormIsShownTakenAndUndone(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.write(id, "surname", "Ковалёва")
	d.write(id, "reg_flat", "12")
	before, err := d.Open(t.Context(), id)
	if err != nil || before.Upgrade.Version != 0 {
		t.Fatalf("%+v %v", before.Upgrade, err)
	}
	if _, err := d.Migration(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	v := before.Form.Version()
	d.published(v+1, "")

	if c := d.write(id, "name", "Анна"); c.View.Form.Version() != v || c.View.Upgrade.Version != v+1 {
		t.Errorf("an edit moved the draft to version %d", c.View.Form.Version())
	}
	m, err := d.Migration(t.Context(), id)
	if err != nil || m.From != v || m.To != v+1 {
		t.Fatalf("%+v %v", m, err)
	}
	got := map[form.ChangeKind]string{}
	for _, c := range m.Differences {
		got[c.Kind] += c.From.RU + "|" + c.To.RU + "|" + c.Old.RU + "|" + c.New.RU
	}
	want := map[form.ChangeKind]string{form.Renamed: "Фамилия|Фамилия по паспорту|Ковалёва|Ковалёва", form.Orphaned: "Квартира||12|"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := d.Migrate(t.Context(), id, v+2); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("another version than was shown: %v", err)
	}
	c, err := d.Migrate(t.Context(), id, v+1)
	if err != nil {
		t.Fatal(err)
	}
	row := c.View.Row
	if row.FormVersion != v+1 || row.Answers["family_name"].Text() != "Ковалёва" || len(row.Orphans) != 1 || row.Orphans[0].Text.RU != "12" || row.Orphans[0].Label.RU != "Квартира" {
		t.Errorf("%+v", row)
	}
	if got := d.found("12"); len(got) != 1 {
		t.Error("an answer without a place is not found any more")
	}
	if c := d.undo(id); c.View.Row.FormVersion != v || c.View.Row.Answers["reg_flat"].Text() != "12" || len(c.View.Row.Orphans) != 0 || c.View.Upgrade.Version != v+1 {
		t.Errorf("%+v", c.View.Row)
	}
	if c := d.redo(id); c.View.Row.FormVersion != v+1 || len(c.View.Row.Orphans) != 1 {
		t.Errorf("%+v", c.View.Row)
	}
	d.stop()
	d.start()
	after, err := d.Open(t.Context(), id)
	if diff := cmp.Diff(row.Answers, after.Row.Answers); err != nil || diff != "" || after.Upgrade.Version != 0 {
		t.Errorf("%s %v", diff, err)
	}
	list, _, err := d.History(t.Context(), id, 0)
	if err != nil || list[2].Kind != KindMigrate || len(list[2].Fields) == 0 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestADraftSkipsVersionsByTheirDeclaredWay(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.write(id, "surname", "Ковалёва")
	v, err := d.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	d.published(v.Form.Version()+1, "2026-12-01")
	d.published(v.Form.Version()+2, "")
	c, err := d.Migrate(t.Context(), id, v.Form.Version()+2)
	if err != nil || c.View.Row.Answers["family_name"].Text() != "Ковалёва" {
		t.Errorf("%+v %v", c.View.Row.Answers, err)
	}
}

func TestAfterItsLastDayAnOldFormIsNeitherPaidForNorSigned(t *testing.T) {
	d := newDesk(t)
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.FormFor(freeOne)
	if err != nil {
		t.Fatal(err)
	}
	d.published(f.Version()+1, "2026-11-25")
	id := d.create(freeOne)
	d.published(f.Version()+2, "")
	v, err := d.Open(t.Context(), id)
	if err != nil || v.Upgrade.Over || v.Upgrade.AcceptUntil != workdays.MustParse("2026-11-25") {
		t.Fatalf("%+v %v", v.Upgrade, err)
	}
	d.now = d.now.AddDate(0, 0, 10)
	if _, err := d.Preview(t.Context(), id, akno.Russian); akno.CodeOf(err) != akno.OldForm {
		t.Errorf("got %v", err)
	}
	if c := d.write(id, "name", "Анна"); !c.View.Upgrade.Over || c.View.Row.Answers["name"].Text() != "Анна" {
		t.Error("it can be worked on all the same")
	}
	if c, err := d.Migrate(t.Context(), id, f.Version()+2); err != nil || c.View.Upgrade.Version != 0 {
		t.Errorf("%v", err)
	}
}

func TestACopyIsBroughtToTheFormOfToday(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.write(id, "surname", "Ковалёва")
	d.write(id, "reg_flat", "12")
	v, err := d.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	d.published(v.Form.Version()+1, "")
	dup, err := d.Duplicate(t.Context(), id)
	if err != nil || dup.Row.FormVersion != v.Form.Version()+1 || dup.Row.Answers["family_name"].Text() != "Ковалёва" || len(dup.Row.Orphans) != 1 {
		t.Errorf("%+v %v", dup.Row, err)
	}
	// of a form that only this profile knows
	err = d.db.Write(t.Context(), func(tx dbx.Tx) error {
		for _, q := range []string{`UPDATE draft_form SET hash='x', form_id='F_other', definition=replace(definition, '"` + v.Form.ID() + `"', '"F_other"') WHERE version=` + "1", `UPDATE draft SET form_hash='x', form_id='F_other' WHERE form_version=1`} {
			if _, err := tx.Exec(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	dup, err = d.Duplicate(t.Context(), id)
	if err != nil || len(dup.Row.Orphans) != 2 || dup.Row.FormID != v.Form.ID() {
		t.Errorf("%+v %v", dup.Row.Orphans, err)
	}
}

func TestATemplateBeginsWithWhatItWasAskedToKeep(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	with, err := d.SaveTemplate(t.Context(), id, "  На   сына ", true)
	if err != nil || with.Name != "На сына" {
		t.Fatalf("%+v %v", with, err)
	}
	without, err := d.SaveTemplate(t.Context(), id, "Любому", false)
	if err != nil {
		t.Fatal(err)
	}
	list, err := d.Templates(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v %v", list, err)
	}
	whole, err := d.CreateFrom(t.Context(), with.ID)
	if err != nil || whole.Row.ID == id || surname(whole) != "Тестовский" || whole.Row.Sources["surname"] != FromTemplate {
		t.Errorf("%+v %v", whole.Row, err)
	}
	bare, err := d.CreateFrom(t.Context(), without.ID)
	if err != nil {
		t.Fatal(err)
	}
	for field, v := range bare.Row.Answers {
		def, _ := bare.Form.Field(field)
		if isPersonal(def) {
			t.Errorf("%s=%v is about a person", field, v.Plain())
		}
	}
	if len(bare.Row.Answers) == 0 {
		t.Error("nothing is left")
	}
	for _, v := range []View{whole, bare} {
		if v.Row.Answers["truth"].True() {
			t.Error("a template affirms in a person's place")
		}
	}
	if err := d.DeleteTemplate(t.Context(), with.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateFrom(t.Context(), with.ID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"", "  ", strings.Repeat("я", 101)} {
		if _, err := d.SaveTemplate(t.Context(), id, name, true); akno.CodeOf(err) != akno.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
	d.who = "boris"
	if list, err := d.Templates(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("anna's templates are shown to boris: %+v %v", list, err)
	}
	if _, err := d.CreateFrom(t.Context(), without.ID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}
