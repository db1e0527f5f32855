package form_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"akno/backend/akno/form"
)

// version compiles a version of a form from its fields and its migration.
func version(t testing.TB, n int, fields, migrate string) *form.Schema {
	t.Helper()
	s, err := versioned(n, fields, migrate)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func versioned(n int, fields, migrate string) (*form.Schema, error) {
	raw := fmt.Sprintf(`{"id":"F","version":%d,"title":{"ru":"Ф"},"requires_signature":false,
		"sections":[{"id":"s","title":{"ru":"С"},"fields":%s}]`, n, fields)
	if migrate != "" {
		raw += `,"migrate":` + migrate
	}
	def, err := form.ParseDefinition([]byte(raw + "}"))
	if err != nil {
		return nil, err
	}
	return form.Compile(def, nil)
}

const first = `[
 {"id":"fio","type":"text","label":{"ru":"ФИО"},"required":true},
 {"id":"fax","type":"text","label":{"ru":"Факс"},"required":false},
 {"id":"kind","type":"radio","label":{"ru":"Кто"},"required":true,"options":[{"value":"phys","label":{"ru":"ф"}},{"value":"jur","label":{"ru":"ю"}}]},
 {"id":"note","type":"text","label":{"ru":"Прим."},"required":false},
 {"id":"scan","type":"file","label":{"ru":"Скан"},"required":false},
 {"id":"kids","type":"table","label":{"ru":"Дети"},"required":false,"columns":[
   {"id":"fam","type":"text","label":{"ru":"Фам"},"required":true},
   {"id":"age","type":"number","label":{"ru":"Возраст"},"required":false},
   {"id":"room","type":"text","label":{"ru":"Комната"},"required":false}]},
 {"id":"gone","type":"text","label":{"ru":"Больше не спрашивается"},"required":false},
 {"id":"turned","type":"text","label":{"ru":"Был текстом"},"required":false}]`

const second = `[
 {"id":"surname","type":"text","label":{"ru":"Фамилия"},"required":true},
 {"id":"kind","type":"radio","label":{"ru":"Кто"},"required":true,"options":[{"value":"person","label":{"ru":"ф"}},{"value":"entity","label":{"ru":"ю"}}]},
 {"id":"country","type":"text","label":{"ru":"Страна"},"required":true},
 {"id":"note","type":"textarea","label":{"ru":"Примечание"},"required":false},
 {"id":"scan","type":"file_list","label":{"ru":"Скан"},"required":false},
 {"id":"children","type":"table","label":{"ru":"Дети"},"required":false,"columns":[
   {"id":"surname","type":"text","label":{"ru":"Фамилия"},"required":true},
   {"id":"age","type":"number","label":{"ru":"Возраст"},"required":false}]},
 {"id":"many","type":"number","label":{"ru":"Детей"},"required":false,"rules":{"integer":true}},
 {"id":"turned","type":"checkbox","label":{"ru":"Стал отметкой"},"required":false},
 {"id":"extra","type":"text","label":{"ru":"Новое"},"required":true}]`

const toSecond = `{"from":1,"rename":{"fio":"surname","kids":"children","kids.fam":"surname"},"drop":["fax"],
 "set":{"country":"'BY'","kind":"kind == 'phys' ? 'person' : kind == 'jur' ? 'entity' : null","many":"count(kids)"}}`

func TestAnswersMoveToTheNextVersion(t *testing.T) {
	v1, v2 := version(t, 1, first, ""), version(t, 2, second, toSecond)
	g, err := form.NewMigrator(v1, v2)
	if err != nil {
		t.Fatal(err)
	}
	old := answers(t, `{"fio":"Тестовский","fax":"123","kind":"phys","note":"н","gone":"слова","turned":"было",
		"scan":{"file_id":"f","name":"a.pdf"},"kids":[{"_id":"r1","fam":"А","age":"3","room":"5"},{"_id":"r2","fam":"Б"}],"unknown":"x"}`)
	before := maps.Clone(old)
	got := g.Apply(old, today)
	want := answers(t, `{"surname":"Тестовский","kind":"person","country":"BY","note":"н","scan":[{"file_id":"f","name":"a.pdf"}],"many":"2",
		"children":[{"_id":"r1","surname":"А","age":"3"},{"_id":"r2","surname":"Б"}]}`)
	if !maps.EqualFunc(got.Answers, want, form.Value.Equal) {
		raw, _ := json.Marshal(got.Answers)
		t.Errorf("answers %s", raw)
	}
	if !maps.EqualFunc(old, before, form.Value.Equal) {
		t.Error("the old answers were changed")
	}
	var orphans []string
	for _, o := range got.Orphans {
		orphans = append(orphans, fmt.Sprintf("%s=%v (%s, %d)", o.Field, o.Value.Plain(), o.Label.RU, o.Version))
	}
	slices.Sort(orphans)
	if s := strings.Join(orphans, "; "); s != "fax=123 (Факс, 1); gone=слова (Больше не спрашивается, 1); kids[0].room=5 (Комната, 1); turned=было (Был текстом, 1); unknown=x (, 1)" {
		t.Errorf("orphans %s", s)
	}
	var changes []string
	for _, c := range got.Changes {
		changes = append(changes, fmt.Sprintf("%s %s>%s", c.Kind, c.From, c.To))
	}
	if s := strings.Join(changes, "; "); s != "renamed fio>surname; set kind>kind; set >country; altered note>note; altered scan>scan; "+
		"renamed kids>children; set >many; added >turned; added >extra; orphaned fax>; orphaned gone>; orphaned turned>" {
		t.Errorf("changes %s", s)
	}
}

func TestAVersionWithoutAMigrationKeepsItsFields(t *testing.T) {
	g, err := form.NewMigrator(version(t, 1, first, ""), version(t, 3, first, ""))
	if err != nil {
		t.Fatal(err)
	}
	old := answers(t, `{"fio":"Т","kids":[{"fam":"А"}]}`)
	got := g.Apply(old, today)
	if !maps.EqualFunc(got.Answers, old, form.Value.Equal) || len(got.Orphans)+len(got.Changes) > 0 {
		t.Errorf("%+v", got)
	}
}

// Whatever the answers are, each of them is found again: where it was, where it
// was moved to, read by the rule that replaced it, or among the orphans.
func TestMigrationsLoseNothing(t *testing.T) {
	a := `{"id":"a","type":"text","label":{"ru":"а"},"required":false}`
	b := `{"id":"b","type":"text","label":{"ru":"б"},"required":false}`
	tick := `{"id":"a","type":"checkbox","label":{"ru":"а"},"required":false}`
	for name, c := range map[string]struct{ from, to, migrate, answers, orphans string }{
		"two fields change places":          {a + "," + b, a + "," + b, `{"from":1,"rename":{"a":"b","b":"a"}}`, `{"a":"2","b":"1"}`, ""},
		"a renamed one takes a taken place": {a + "," + b, b, `{"from":1,"rename":{"a":"b"}}`, `{"b":"1"}`, "b=2"},
		"another kind of answer":            {a, tick, "", `{}`, "a=1"},
		"a rule that does not read it":      {a, a, `{"from":1,"set":{"a":"'9'"}}`, `{"a":"9"}`, "a=1"},
		"a rule that reads it":              {a, a, `{"from":1,"set":{"a":"a + '0'"}}`, `{"a":"10"}`, ""},
		"a rule that comes to nothing":      {a, a, `{"from":1,"set":{"a":"a == '1' ? null : a"}}`, `{}`, "a=1"},
		"a rule that another field feeds":   {a + "," + b, b, `{"from":1,"set":{"b":"b + a"}}`, `{"b":"21"}`, "a=1"},
	} {
		g, err := form.NewMigrator(version(t, 1, "["+c.from+"]", ""), version(t, 2, "["+c.to+"]", c.migrate))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		old := answers(t, `{"a":"1","b":"2"}`)
		if !strings.Contains(c.from, `"b"`) {
			delete(old, "b")
		}
		got := g.Apply(old, today)
		raw, _ := json.Marshal(got.Answers)
		var orphans []string
		for _, o := range got.Orphans {
			orphans = append(orphans, o.Field+"="+o.Value.Text())
		}
		if string(raw) != c.answers || strings.Join(orphans, " ") != c.orphans {
			t.Errorf("%s: %s, orphans %v", name, raw, orphans)
		}
	}
}

func TestVersionsFormAChain(t *testing.T) {
	one := `[{"id":"a","type":"text","label":{"ru":"а"},"required":false}]`
	two := `[{"id":"b","type":"text","label":{"ru":"б"},"required":false}]`
	three := `[{"id":"c","type":"text","label":{"ru":"в"},"required":false}]`
	v1, v2, v3 := version(t, 1, one, ""), version(t, 2, two, `{"from":1,"rename":{"a":"b"}}`), version(t, 3, three, `{"from":2,"rename":{"b":"c"}}`)
	g, err := form.NewMigrator(v1, v2, v3)
	if err != nil {
		t.Fatal(err)
	}
	if got := g.Apply(form.Answers{"a": form.Text("1")}, today); got.Answers["c"].Text() != "1" || len(got.Answers) != 1 || len(got.Changes) != 2 {
		t.Errorf("%+v", got)
	}
	if _, err := form.NewMigrator(v1, v3); !errors.Is(err, form.ErrDefinition) {
		t.Errorf("a version was left out: %v", err)
	}
	if _, err := form.NewMigrator(v2, v1); !errors.Is(err, form.ErrDefinition) {
		t.Errorf("backwards: %v", err)
	}
	if got, err := form.NewMigrator(v2); err != nil || len(got.Apply(form.Answers{"b": form.Text("1")}, today).Answers) != 1 {
		t.Errorf("no way to go: %v", err)
	}
}

func TestWrongMigrationsAreRefused(t *testing.T) {
	v1 := version(t, 1, first, "")
	for migrate, want := range map[string]string{
		`{"from":2}`: "from version 2 to version 2", `{"from":0}`: "from version 0",
		`{"from":1,"rename":{"fio":"surname","note":"surname"}}`: "become one",
		`{"from":1,"rename":{"fio":"surname"},"drop":["fio"]}`:   "renamed and dropped",
		`{"from":1,"rename":{"fia":"surname"}}`:                  `was no field "fia"`,
		`{"from":1,"rename":{"fio":"nom"}}`:                      `is no field "nom"`,
		`{"from":1,"rename":{"kids.fam":"surname"}}`:             `is no field "kids.surname"`,
		`{"from":1,"drop":["kids.foto"]}`:                        `was no field "kids.foto"`,
		`{"from":1,"set":{"extra":"surname"}}`:                   `no field "surname"`,
		`{"from":1,"set":{"extra":"count(kids)"}}`:               "text is wanted",
		`{"from":1,"set":{"nom":"fio"}}`:                         `is no field "nom"`,
	} {
		v2, err := versioned(2, second, migrate)
		if err == nil {
			_, err = form.NewMigrator(v1, v2)
		}
		if !errors.Is(err, form.ErrDefinition) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", migrate, err, want)
		}
	}
}
