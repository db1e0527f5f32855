package glossary_test

import (
	"slices"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/glossary"
)

func TestWordsAreFoundInTheirForms(t *testing.T) {
	for text, want := range map[string]string{
		"Идентификационный номер представляемого":    "Идентификационный номер",
		"Способ получения административного решения": "административного решения",
		"Документ о льготе":                          "льготе",
		"Расчетный счет (IBAN)":                      "Расчетный счет",
		"УНП организации":                            "УНП",
		"обработку их персональных данных":           "персональных данных",
		"Справочник":                                 "",
		"Местонахождение":                            "",
	} {
		marks := glossary.Find(akno.Text{RU: text})
		got := ""
		if len(marks) > 0 {
			got = marks[0].Words.RU
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// An explanation that no form asks for is dead, and a word that is explained in
// one language is looked for in the others.
func TestEveryEntryIsWholeAndStandsInAForm(t *testing.T) {
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	stands := map[string]bool{}
	for _, id := range c.FormIDs() {
		f, err := c.Form(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, sec := range f.Definition().Sections {
			for _, field := range sec.Fields {
				for _, m := range glossary.Find(field.Label) {
					stands[m.ID] = true
				}
			}
		}
	}
	for _, e := range glossary.All() {
		if !stands[e.ID] {
			t.Errorf("%s stands in no form", e.ID)
		}
		for _, l := range akno.Langs() {
			if e.Name.In(l) == "" || !strings.HasSuffix(e.Means.In(l), ".") {
				t.Errorf("%s is not explained in %s", e.ID, l)
			}
		}
		for _, r := range e.Means.BE {
			if slices.Contains([]rune("ищъИЩЪ"), r) {
				t.Errorf("%s: %c", e.ID, r)
			}
		}
	}
}
