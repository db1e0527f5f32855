package catalogue

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/pack"
	"akno/backend/akno/workdays"
)

func load(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheBundleIsWhole(t *testing.T) {
	c := load(t)
	if n := len(c.Procedures()); n != 70 {
		t.Errorf("%d procedures", n)
	}
	if n := len(c.Bodies()); n != 20 {
		t.Errorf("%d bodies", n)
	}
	if n := len(c.FormIDs()); n != 27+33 {
		t.Errorf("%d forms", n)
	}
	if len(c.BundleHash()) != 64 || c.Version() != "2026-11-21" {
		t.Errorf("version %s, hash %s", c.Version(), c.BundleHash())
	}
	for _, p := range c.Procedures() {
		f, err := c.FormFor(p.Code)
		if err != nil {
			t.Errorf("%s: %v", p.Code, err)
			continue
		}
		if len(f.Hash) != 64 || f.ID() != p.Form || f.Version() < 1 {
			t.Errorf("%s: form %s version %d hash %s", p.Code, f.ID(), f.Version(), f.Hash)
		}
		for _, l := range akno.Langs() {
			if _, ok := p.Title.Exact(l); !ok {
				t.Errorf("%s has no title in %s", p.Code, l)
			}
		}
		if again, ok := c.ProcedureByID(p.ID); !ok || again.Code != p.Code {
			t.Errorf("number %d is %s", p.ID, again.Code)
		}
	}
	if _, err := c.Form("F_none"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
	if _, err := c.FormFor("1"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

// The numbers stand in order codes that people have paid: once given they stay.
func TestNumbersOfProceduresStay(t *testing.T) {
	c := load(t)
	for code, id := range map[string]int{"200.1.1.5": 101, "200.1.3.4": 107, "200.2.1": 112, "200.5.13": 135, "nces.6.0.00": 170} {
		if p, ok := c.Procedure(code); !ok || p.ID != id {
			t.Errorf("%s has the number %d, want %d", code, p.ID, id)
		}
	}
}

func TestTwoLoadsAreTheSame(t *testing.T) {
	a, b := load(t), load(t)
	if a.BundleHash() != b.BundleHash() {
		t.Error("hashes of the bundle differ")
	}
	for _, id := range a.FormIDs() {
		x, err := a.Form(id)
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Form(id)
		if err != nil || x.Hash != y.Hash {
			t.Errorf("%s: %s and %s, %v", id, x.Hash, y.Hash, err)
		}
	}
}

func TestQuotes(t *testing.T) {
	c := load(t)
	for _, q := range []struct {
		name, code, day string
		facts           []string
		want            string
	}{
		{"an urgent biometric passport", "200.11.2-1", "2026-03-01", []string{"urgent"}, "180.00"},
		{"a reduction and haste together", "200.11.2-1", "2026-03-01", []string{"accelerated", "child_under14_or_pensioner_or_disabled_1_2"}, "112.50"},
		{"the first replacement wins", "200.11.1-1", "2026-03-01", []string{"full_state_support", "child_under14_or_pensioner_or_disabled_1_2"}, "45.00"},
		{"a repeated divorce", "200.5.2-1", "2026-03-01", []string{"repeat_divorce"}, "360.00"},
		{"the base value of that day", "200.5.13", "2025-12-31", nil, "42.00"},
		{"the base value of the next day", "200.5.13", "2026-01-01", nil, "45.00"},
		{"a tenth of the base value", "200.6.1.1", "2026-01-01", nil, "4.50"},
		{"four tenths", "200.15.14", "2019-05-05", nil, "10.20"},
		{"a strange fact changes nothing", "200.5.13", "2026-01-01", []string{"urgent"}, "45.00"},
		{"a free one", "200.1.3.4", "2026-01-01", nil, "0.00"},
	} {
		t.Run(q.name, func(t *testing.T) {
			p, ok := c.Procedure(q.code)
			if !ok {
				t.Fatal(q.code)
			}
			got, err := c.Quote(p, q.facts, workdays.MustParse(q.day))
			if err != nil || got.Amount.String() != q.want || !got.Known() {
				t.Errorf("%+v %v, want %s", got, err, q.want)
			}
		})
	}
	p, _ := c.Procedure("nces.6.0.00")
	if q, err := c.Quote(p, nil, workdays.MustParse("2026-01-01")); err != nil || q.Known() || q.Free() {
		t.Errorf("a tariff: %+v %v", q, err)
	}
	p, _ = c.Procedure("200.5.13")
	if _, err := c.Quote(p, nil, workdays.MustParse("2016-12-31")); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("before the first base value: %v", err)
	}
}

func TestFactsOfTheFeeComeFromTheAnswers(t *testing.T) {
	c := load(t)
	f, err := c.Form("F_11_2_1")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := c.Procedure("200.11.2.1")
	day := workdays.MustParse("2026-11-21")
	for _, q := range []struct {
		birth, speed string
		want         []string
	}{
		{"1975-05-11", "normal", nil},
		{"1975-05-11", "urgent_7d", []string{"urgent_7d"}},
		{"2015-05-11", "normal", []string{"under14_standard"}},
		{"2015-05-11", "accelerated_15d", []string{"accelerated_15d"}},
		{"2012-11-21", "normal", nil},
	} {
		st := form.Evaluate(f.Schema, form.Answers{"birth_date": form.Text(q.birth), "speed": form.Text(q.speed)}, day)
		if got := FeeFacts(p, st, day); !slices.Equal(got, q.want) {
			t.Errorf("%+v: %v", q, got)
		}
	}
	general, err := c.FormFor("200.5.2-1")
	if err != nil {
		t.Fatal(err)
	}
	p, _ = c.Procedure("200.5.2-1")
	st := form.Evaluate(general.Schema, form.Answers{"fee_facts": form.ListOf(form.Text("repeat_divorce"))}, day)
	if got := FeeFacts(p, st, day); !slices.Equal(got, []string{"repeat_divorce"}) {
		t.Errorf("got %v", got)
	}
}

func TestWhoMayAsk(t *testing.T) {
	c := load(t)
	for _, q := range []struct {
		code  string
		level akno.Level
		kind  akno.ApplicantKind
		want  Refusal
	}{
		{"200.1.3.4", akno.NonStrict, akno.Citizen, Allowed},
		{"200.1.3.4", akno.Email, akno.Citizen, LowLevel},
		{"200.1.3.4", akno.Strict, akno.LegalEntity, WrongKind},
		{"200.12.19", akno.Email, akno.Foreigner, Allowed},
		{"548.13.1.1", akno.NonStrict, akno.Citizen, Allowed},
		{"548.13.1.1", akno.NonStrict, akno.LegalEntity, LowLevel},
		{"548.13.1.1", akno.Strict, akno.LegalEntity, Allowed},
	} {
		p, ok := c.Procedure(q.code)
		if got := Allow(p, q.level, q.kind); !ok || got != q.want {
			t.Errorf("%+v: %q", q, got)
		}
	}
}

// ruOnly are letters that the Belarusian alphabet does not have.
var ruOnly = regexp.MustCompile("[ищъИЩЪ]")

func TestBelarusianWordingsHoldNoRussianLetters(t *testing.T) {
	b := load(t).Bundle()
	wordings := 0
	for _, e := range b.Manifest.Items {
		octets, _ := b.Octets(e.SHA256)
		var v any
		if err := json.Unmarshal(octets, &v); err != nil {
			t.Fatal(err)
		}
		walk(v, func(m map[string]any) {
			if be, ok := m["be"].(string); ok {
				if wordings++; ruOnly.MatchString(be) {
					t.Errorf("%s: %s", e.Name, be)
				}
			}
		})
	}
	if wordings < 3000 {
		t.Errorf("only %d wordings", wordings)
	}
}

func walk(v any, fn func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			walk(x, fn)
		}
	case map[string]any:
		fn(v)
		for _, x := range v {
			walk(x, fn)
		}
	}
}

func TestEveryLabelOfEveryFormHasThreeLanguages(t *testing.T) {
	c := load(t)
	missing := map[string]bool{}
	look := func(x akno.Text) {
		for _, l := range akno.Langs() {
			if s := x.In(l); strings.HasSuffix(s, "[ru]") {
				missing[string(l)+" "+x.RU] = true
			}
		}
	}
	var fields func([]form.Field)
	fields = func(list []form.Field) {
		for _, f := range list {
			look(f.Label)
			for _, o := range f.Options {
				look(o.Label)
			}
			fields(f.Columns)
		}
	}
	for _, id := range c.FormIDs() {
		f, err := c.Form(id)
		if err != nil {
			t.Fatal(err)
		}
		look(f.Definition().Title)
		for _, s := range f.Definition().Sections {
			look(s.Title)
			fields(s.Fields)
		}
	}
	for _, name := range []string{"districts", "minsk_districts", "iso3166", "gai_units", "archives"} {
		if len(c.List(name)) == 0 {
			t.Errorf("list %s is empty", name)
		}
		for _, o := range c.List(name) {
			look(o.Label)
		}
	}
	for m := range missing {
		t.Error(m)
	}
}

// The items are canonical, so that two builds of the same sources are the same.
func TestTheEmbeddedItemsAreCanonical(t *testing.T) {
	b := load(t).Bundle()
	for _, e := range b.Manifest.Items {
		octets, _ := b.Octets(e.SHA256)
		if again, err := pack.Canonical(json.RawMessage(octets)); err != nil || !bytes.Equal(again, octets) {
			t.Errorf("%s is written in another way: %v", e.Name, err)
		}
	}
}

func TestDeadlines(t *testing.T) {
	c := load(t)
	for _, q := range []struct {
		code, filed string
		asked       bool
		want        string
	}{
		{"200.1.3.4", "2026-11-23", false, "2026-11-23"}, // the same day
		{"200.2.1", "2026-11-23", false, "2026-11-30"},   // five days end on a Saturday
		{"200.2.33.1", "2026-11-23", false, "2026-11-30"},
		{"200.2.33.1", "2026-11-23", true, "2026-12-14"}, // fifteen working days of the row
		{"200.5.13", "2026-11-23", true, "2026-12-23"},   // one month of the row
		{"200.2.1", "2026-11-23", true, "2026-12-23"},    // one month of the law
		{"200.5.1", "2026-11-23", true, "2027-02-23"},    // three months stay three months
	} {
		p, ok := c.Procedure(q.code)
		if !ok {
			t.Fatal(q.code)
		}
		if got := Deadline(p.Term, workdays.Calendar{}, workdays.MustParse(q.filed), q.asked); got.String() != q.want {
			t.Errorf("%+v: %s", q, got)
		}
	}
}

// 11.1.1 and 11.1-1 differ in one character that no id has.
func TestEveryProcedureHasItsOwnForm(t *testing.T) {
	c := load(t)
	owner := map[string]string{}
	for _, p := range c.Procedures() {
		if strings.HasPrefix(p.Form, "G_") && owner[p.Form] != "" {
			t.Errorf("%s and %s share the general form %s", p.Code, owner[p.Form], p.Form)
		}
		owner[p.Form] = p.Code
		f, err := c.Form(p.Form)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range p.Documents {
			if _, ok := f.Field("doc_" + d.Document); !ok && strings.HasPrefix(p.Form, "G_") && d.Document != "application" && d.Document != "id" && d.Document != "payment" && d.Document != "authority" {
				t.Errorf("%s does not ask for %s", p.Code, d.Document)
			}
		}
	}
}

// A new version of a form leaves the old one where drafts are pinned to it.
func TestFormsHaveVersions(t *testing.T) {
	c := load(t)
	old, err := c.Form("F_1_3_4")
	if err != nil {
		t.Fatal(err)
	}
	def := old.Definition()
	def.Version = 2
	def.Sections = slices.Clone(def.Sections)
	last := &def.Sections[len(def.Sections)-1]
	last.Fields = append(slices.Clone(last.Fields), form.Field{ID: "stairs", Type: form.TypeText, Label: akno.Text{RU: "Этаж"}})
	def.Migrate = &form.Migration{From: 1, Rename: map[string]string{"copies": "copies"}, Set: map[string]string{"stairs": "reg_flat"}}
	next, err := c.With(Published{Definition: def})
	if err != nil {
		t.Fatal(err)
	}
	inForce, err := next.Form("F_1_3_4")
	if err != nil || inForce.Version() != 2 || inForce.Hash == old.Hash {
		t.Fatalf("in force: %v", err)
	}
	if f, err := next.Pinned("F_1_3_4", 1, old.Hash); err != nil || f.Version() != 1 {
		t.Errorf("pinned: %v", err)
	}
	for name, err := range map[string]error{
		"another hash":      errorOf(next.Pinned("F_1_3_4", 1, inForce.Hash)),
		"a version to come": errorOf(next.Pinned("F_1_3_4", 3, old.Hash)),
		"no way from there": errorOf(next.Migrator("F_1_3_4", 3)),
		"the old catalogue": errorOf(c.Pinned("F_1_3_4", 2, inForce.Hash)),
	} {
		if akno.CodeOf(err) != akno.OldForm {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := next.Versions("F_1_3_4"); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("versions %v", got)
	}
	if _, err := next.With(Published{Definition: def}); err == nil {
		t.Error("a version was published twice")
	}
	g, err := next.Migrator("F_1_3_4", 1)
	if err != nil {
		t.Fatal(err)
	}
	got := g.Apply(form.Answers{"reg_flat": form.Text("7"), "copies": form.Text("2")}, workdays.MustParse("2026-11-21"))
	if got.Answers["stairs"].Text() != "7" || got.Answers["reg_flat"].Text() != "7" || got.Answers["copies"].Text() != "2" || len(got.Orphans) > 0 {
		t.Errorf("%+v", got)
	}
}

func errorOf[T any](_ T, err error) error { return err }
