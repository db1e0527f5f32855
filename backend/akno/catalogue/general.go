package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/form"
)

// The forms whose shared sections general forms are made of.
const (
	personForm = "F_1_3_4"
	entityForm = "F_548_8_3_1"
)

// general returns the application form of a procedure that has none of its own:
// who applies, what is asked for, the documents of the procedure's list, the
// facts on which the fee depends, delivery and declaration.
func (c *Catalogue) general(p akno.Procedure, raw bundle) (form.Definition, error) {
	def := form.Definition{
		ID: generalID(p.Code), Version: 1,
		Title: raw.texts["general_title"],
	}
	entity := p.Accepts(akno.LegalEntity) || p.Accepts(akno.SoleTrader)
	person := p.Accepts(akno.Citizen) || p.Accepts(akno.Foreigner)
	if entity && person {
		def.Sections = append(def.Sections, kindSection(raw.texts))
	}
	if person {
		for _, id := range []string{"representative", "applicant"} {
			sec, err := sectionOf(raw, personForm, id)
			if err != nil {
				return def, err
			}
			def.Sections = append(def.Sections, when(sec, entity, "person"))
		}
	}
	if entity {
		sec, err := sectionOf(raw, entityForm, "legal")
		if err != nil {
			return def, err
		}
		def.Sections = append(def.Sections, when(sec, person, "entity"))
	}
	def.Sections = append(def.Sections, c.request(p, raw))
	for _, id := range []string{"delivery", "declaration"} {
		sec, err := sectionOf(raw, personForm, id)
		if err != nil {
			return def, err
		}
		def.Sections = append(def.Sections, sec)
	}
	return def, nil
}

// generalID returns the id of a procedure's general form. 11.1-1 (the identity
// card) has the id that 11.1.1 (the passport) would have too, and drafts are
// pinned to it; the passport's form has a word of its own.
func generalID(code string) string {
	id := "G_" + strings.NewReplacer(".", "_", "-", "_").Replace(code)
	if code == "200.11.1.1" {
		id += "_passport"
	}
	return id
}

func sectionOf(raw bundle, formID, section string) (form.Section, error) {
	for _, s := range raw.Forms[formID].Sections {
		if s.ID == section {
			s.Fields = slices.Clone(s.Fields)
			return s, nil
		}
	}
	return form.Section{}, fmt.Errorf("form %s has no section %s", formID, section)
}

const kindField = "applicant_kind"

func kindSection(t texts) form.Section {
	return form.Section{ID: "kind", Title: t["kind_title"], Fields: []form.Field{{
		ID: kindField, Type: form.TypeRadio, Label: t["kind_title"], Required: true,
		Options: []form.Option{{Value: "person", Label: t["kind_person"]}, {Value: "entity", Label: t["kind_entity"]}},
	}}}
}

// when shows a section to one kind of applicant only.
func when(s form.Section, both bool, kind string) form.Section {
	if !both {
		return s
	}
	value := form.Text(kind)
	for i := range s.Fields {
		is := form.Condition{Field: kindField, Op: "eq", Value: &value}
		if old := s.Fields[i].VisibleIf; old != nil {
			is = form.Condition{All: []form.Condition{is, *old}}
		}
		s.Fields[i].VisibleIf = &is
	}
	return s
}

// request is the section that a general form has of its own. A document that is
// always needed is a required file; one with a condition is asked for with its
// condition in the label. The application is the form itself, and the identity
// document is described by the applicant's section.
func (c *Catalogue) request(p akno.Procedure, raw bundle) form.Section {
	sec := form.Section{ID: "request", Title: raw.texts["request_title"], Fields: []form.Field{{
		ID: "request_text", Type: form.TypeTextarea, Label: raw.texts["request_text"], Required: true,
		Rules: form.Rules{MinLen: 10, MaxLen: 3000},
	}}}
	if len(p.Fee.Variants) > 0 {
		f := form.Field{ID: factsField, Type: form.TypeMultiselect, Label: raw.texts[factsField]}
		for _, v := range p.Fee.Variants {
			f.Options = append(f.Options, form.Option{Value: v.When, Label: raw.texts[v.When]})
		}
		sec.Fields = append(sec.Fields, f)
	}
	for _, d := range p.Documents {
		switch d.Document {
		case "application", "id", "payment", "authority":
			continue
		}
		label := c.documents[d.Document].Name
		if d.Condition != "" {
			label = joined(label, raw.texts.complete(akno.Text{RU: d.Condition}))
		}
		sec.Fields = append(sec.Fields, form.Field{
			ID: "doc_" + d.Document, Type: form.TypeFileList, Label: label, Required: d.Condition == "" && !inPerson[d.Document],
			Rules: form.Rules{
				MIME: []string{"application/pdf", "image/jpeg", "image/png"}, MaxMB: 10, MaxFiles: 10,
			},
		})
	}
	return sec
}

// inPerson are the documents that are handed over as they are, so that a scan of
// them is welcome and cannot be demanded.
var inPerson = map[string]bool{
	"photo4": true, "photo_dl": true, "old_passport": true, "damaged_doc": true, "lease_x3": true,
}

// joined adds a condition in brackets, in each language that both have.
func joined(name, condition akno.Text) akno.Text {
	add := func(a, b string) string {
		if a == "" || b == "" {
			return a
		}
		return a + " (" + b + ")"
	}
	return akno.Text{RU: add(name.RU, condition.RU), BE: add(name.BE, condition.BE), EN: add(name.EN, condition.EN)}
}
