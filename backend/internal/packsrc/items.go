package packsrc

import (
	"fmt"
	"strconv"

	"akno/backend/akno/form"
	"akno/backend/akno/pack"
	"akno/backend/akno/workdays"
)

// Issued returns the day of the sources.
func (s *Set) Issued() workdays.Date { return s.registry.Generated }

// A Checked is a form that was compiled, with what is wrong in it.
type Checked struct {
	Form
	Schema   *form.Schema // nil if it does not compile
	Problems []string
}

// Check compiles every form, the general ones too, looks at its wordings, runs
// its test cases, and tries the way from each version to the next.
func (s *Set) Check() []Checked {
	var out []Checked
	before := map[string]*form.Schema{}
	for _, f := range s.forms {
		c := CheckForm(f, s.lists)
		if id := f.Definition.ID; c.Schema != nil {
			if old := before[id]; old != nil {
				if _, err := form.NewMigrator(old, c.Schema); err != nil {
					c.Problems = append(c.Problems, err.Error())
				}
			}
			before[id] = c.Schema
		}
		out = append(out, c)
	}
	for _, p := range s.procedures {
		if p.general == 0 {
			continue
		}
		def, err := s.generalForm(p)
		c := CheckForm(Form{File: proceduresDir + "/" + p.Code + ".yaml", Definition: def}, s.lists)
		if err != nil {
			c.Problems = append(c.Problems, err.Error())
		}
		out = append(out, c)
	}
	return out
}

// CheckForm compiles a form, looks at its wordings and runs its test cases.
func CheckForm(f Form, lists form.Lists) Checked {
	c := Checked{Form: f, Problems: Wordings(f.Definition)}
	schema, err := form.Compile(f.Definition, lists)
	if err != nil {
		c.Problems = append(c.Problems, err.Error())
		return c
	}
	c.Schema = schema
	c.Problems = append(c.Problems, Run(schema, f.Tests)...)
	return c
}

// Items compiles the sources. The first problem of any form is an error.
func (s *Set) Items() ([]pack.Item, error) {
	b := &builder{}
	b.add("catalogue", s.registry.raw(), "")
	for name, list := range s.lists {
		b.add("list/"+name, list, "")
	}
	ids := map[string]bool{}
	for _, c := range s.Check() {
		if len(c.Problems) > 0 {
			return nil, fmt.Errorf("%s: form %s: %s", c.File, c.Definition.ID, c.Problems[0])
		}
		ids[c.Definition.ID] = true
		b.add("form/"+versioned(c.Definition), c.Definition, c.AcceptUntil)
		if len(c.Tests) > 0 {
			b.add("tests/"+versioned(c.Definition), c.Tests, "")
		}
	}
	for _, p := range s.procedures {
		if !ids[p.formID] {
			return nil, fmt.Errorf("%s: there is no form %q", p.Code, p.formID)
		}
		b.add("procedure/"+p.Code, p.raw(), "")
	}
	return b.items, b.err
}

func versioned(def form.Definition) string { return def.ID + "@" + strconv.Itoa(def.Version) }

type builder struct {
	items []pack.Item
	err   error
}

func (b *builder) add(name string, v any, acceptUntil string) {
	octets, err := pack.Canonical(v)
	item := pack.Item{Name: name, Octets: octets}
	if err == nil && acceptUntil != "" {
		item.AcceptUntil, err = workdays.Parse(acceptUntil)
	}
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("%s: %w", name, err)
	}
	b.items = append(b.items, item)
}
