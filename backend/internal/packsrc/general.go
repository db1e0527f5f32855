package packsrc

import (
	"fmt"
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
)

// generalForm returns the application form of a procedure that has none of its
// own: who applies, what is asked for, the documents of the procedure's list,
// the facts on which the fee depends, delivery and declaration.
func (s *Set) generalForm(p procedure) (form.Definition, error) {
	def := form.Definition{ID: p.formID, Version: p.general, Title: s.registry.General["general_title"]}
	entity := slices.Contains(p.Applicants, akno.LegalEntity) || slices.Contains(p.Applicants, akno.SoleTrader)
	person := slices.Contains(p.Applicants, akno.Citizen) || slices.Contains(p.Applicants, akno.Foreigner)
	if entity && person {
		def.Sections = append(def.Sections, s.kindSection())
	}
	add := func(kind string, both bool, blocks ...string) error {
		for _, name := range blocks {
			sec, err := s.section(name)
			if err != nil {
				return err
			}
			def.Sections = append(def.Sections, when(sec, both, kind))
		}
		return nil
	}
	if person {
		if err := add("person", entity, "representative", "applicant"); err != nil {
			return def, err
		}
	}
	if entity {
		if err := add("entity", person, "legal"); err != nil {
			return def, err
		}
	}
	def.Sections = append(def.Sections, s.request(p))
	return def, add("", false, "delivery", "declaration")
}

// section is a block that stands as a step.
func (s *Set) section(name string) (form.Section, error) {
	f, err := s.form(map[string]any{"steps": []any{map[string]any{"include": name}}})
	if err != nil || len(f.Definition.Sections) != 1 {
		return form.Section{}, fmt.Errorf("block %s is no step: %w", name, err)
	}
	return f.Definition.Sections[0], nil
}

const kindField = "applicant_kind"

func (s *Set) kindSection() form.Section {
	t := s.registry.General
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
func (s *Set) request(p procedure) form.Section {
	t := s.registry.General
	sec := form.Section{ID: "request", Title: t["request_title"], Fields: []form.Field{{
		ID: "request_text", Type: form.TypeTextarea, Label: t["request_text"], Required: true,
		Rules: form.Rules{MinLen: 10, MaxLen: 3000},
	}}}
	if len(p.Fee.Variants) > 0 {
		f := form.Field{ID: catalogue.FactsField, Type: form.TypeMultiselect, Label: t[catalogue.FactsField]}
		for _, v := range p.Fee.Variants {
			f.Options = append(f.Options, form.Option{Value: v.When, Label: v.Label})
		}
		sec.Fields = append(sec.Fields, f)
	}
	for _, d := range p.Documents {
		switch d.Doc {
		case "application", "id", "payment", "authority":
			continue
		}
		always := d.Condition == akno.Text{}
		label := s.registry.Documents[d.Doc]
		if !always {
			label = joined(label, d.Condition)
		}
		sec.Fields = append(sec.Fields, form.Field{
			ID: "doc_" + d.Doc, Type: form.TypeFileList, Label: label, Required: always && !inPerson[d.Doc],
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
