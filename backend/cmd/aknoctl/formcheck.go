package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

// pack is a file of definitions: the forms and the lists of a catalogue, with
// examples of answers if the author gives some; or one definition.
type pack struct {
	Forms    map[string]json.RawMessage `json:"forms"`
	Lists    form.Lists                 `json:"lists"`
	Examples []filled                   `json:"examples"`
}

// checkedForm is the answer about one definition.
type checkedForm struct {
	Form     string   `json:"form"`
	Version  int      `json:"version"`
	Hash     string   `json:"hash,omitempty"`
	Fields   int      `json:"fields"`
	Examples int      `json:"examples"`
	Problems []string `json:"problems"`
}

// formChecker checks definitions for the day of the command.
type formChecker struct {
	catalogue *catalogue.Catalogue
	day       workdays.Date
	examples  map[string][]filled // by form
	answers   []checkedForm
}

func formCheck(e *env, args []string) (int, error) {
	o := newOptions(e)
	var examples list
	o.Var(&examples, "example", "")
	text := o.String("at", "", "")
	packs, err := o.parse(args, 0, 1000)
	if err != nil {
		return exitUsage, err
	}
	at, err := e.when(*text)
	if err != nil {
		return exitUsage, err
	}
	c := formChecker{day: workdays.Of(at), examples: map[string][]filled{}}
	if c.catalogue, err = catalogue.Load(); err != nil {
		return exitNo, err
	}
	for _, name := range examples {
		f, err := e.filled(name)
		if err != nil {
			return exitUsage, err
		}
		c.examples[f.Form] = append(c.examples[f.Form], f)
	}
	if len(packs) == 0 {
		c.bundled()
	}
	for _, name := range packs {
		raw, err := e.read(name)
		if err != nil {
			return exitUsage, err
		}
		if err := c.pack(raw); err != nil {
			return exitNo, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.examples)) {
		if !slices.ContainsFunc(c.answers, func(a checkedForm) bool { return a.Form == id }) {
			return exitUsage, fmt.Errorf("an example answers the form %q, which is not checked", id)
		}
	}
	return c.answer(e)
}

func (c *formChecker) answer(e *env) (int, error) {
	valid, text := true, strings.Builder{}
	for _, a := range c.answers {
		valid = valid && len(a.Problems) == 0
		for _, p := range a.Problems {
			fmt.Fprintf(&text, "%s: %s\n", a.Form, p)
		}
	}
	fmt.Fprintf(&text, "%d forms, %s", len(c.answers), map[bool]string{true: "all right", false: "not right"}[valid])
	return statusOf(valid), e.answer(map[string]any{"valid": valid, "forms": c.answers}, text.String())
}

// bundled checks every form inside the program.
func (c *formChecker) bundled() {
	for _, id := range c.catalogue.FormIDs() {
		f, err := c.catalogue.Form(id)
		if err != nil {
			c.answers = append(c.answers, checkedForm{Form: id, Problems: []string{err.Error()}})
			continue
		}
		c.form(f.Schema, f.Hash)
	}
}

// pack checks the forms of a file. Lists that it lacks are those of the bundle.
func (c *formChecker) pack(raw []byte) error {
	var p pack
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	if p.Forms == nil {
		p.Forms = map[string]json.RawMessage{"": raw}
	}
	for _, f := range p.Examples {
		c.examples[f.Form] = append(c.examples[f.Form], f)
	}
	for _, id := range slices.Sorted(maps.Keys(p.Forms)) {
		def, err := form.ParseDefinition(p.Forms[id])
		if id == "" {
			id = def.ID
		}
		if err == nil && def.ID != id {
			err = fmt.Errorf("the form calls itself %q", def.ID)
		}
		a := checkedForm{Form: id, Version: def.Version, Problems: []string{}}
		var s *form.Schema
		if err == nil {
			s, err = form.Compile(def, c.lists(p.Lists, def))
		}
		if err == nil {
			a.Hash, err = catalogue.Hash(def)
		}
		if err != nil {
			a.Problems = append(a.Problems, err.Error())
			c.answers = append(c.answers, a)
			continue
		}
		c.form(s, a.Hash)
	}
	return nil
}

// lists returns the lists that a definition names, from the pack or the bundle.
func (c *formChecker) lists(own form.Lists, def form.Definition) form.Lists {
	out := form.Lists{}
	add := func(f form.Field) {
		for _, name := range []string{f.OptionsRef, f.Rules.OptionsRef, f.Rules.Suggest} {
			if options := own[name]; len(options) > 0 {
				out[name] = options
			} else if options := c.catalogue.List(name); len(options) > 0 {
				out[name] = options
			}
		}
	}
	for _, sec := range def.Sections {
		for _, f := range sec.Fields {
			add(f)
			for _, col := range f.Columns {
				add(col)
			}
		}
	}
	return out
}

// form checks what a compiled form still may lack: wordings, and that its
// examples are valid.
func (c *formChecker) form(s *form.Schema, hash string) {
	a := checkedForm{Form: s.ID(), Version: s.Version(), Hash: hash, Problems: untranslated(s.Definition())}
	for _, sec := range s.Definition().Sections {
		a.Fields += len(sec.Fields)
	}
	for i, ex := range c.examples[s.ID()] {
		a.Examples++
		if ex.Version != 0 && ex.Version != s.Version() {
			a.Problems = append(a.Problems, fmt.Sprintf("example %d is of version %d", i, ex.Version))
			continue
		}
		for _, p := range evaluate(s, ex, c.day).Errors {
			a.Problems = append(a.Problems, fmt.Sprintf("example %d: %s: %s", i, p.Field, p.Code))
		}
	}
	c.answers = append(c.answers, a)
}

// untranslated names the wordings of a form that are missing in a language.
func untranslated(def form.Definition) []string {
	out := []string{}
	check := func(t akno.Text, where ...string) {
		for _, l := range akno.Langs() {
			if _, ok := t.Exact(l); !ok && strings.ContainsFunc(t.RU, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) || t.RU == "" {
				out = append(out, fmt.Sprintf("no %s wording of %s", l, strings.Join(where, ".")))
			}
		}
	}
	check(def.Title, "the title")
	var field func(f form.Field, path string)
	field = func(f form.Field, path string) {
		check(f.Label, path, "label")
		if f.Help != nil {
			check(*f.Help, path, "help")
		}
		if f.Rules.MustMsg != nil {
			check(*f.Rules.MustMsg, path, "must_msg")
		}
		for _, o := range f.Options {
			check(o.Label, path, "options", o.Value)
		}
		for _, col := range f.Columns {
			field(col, path+"."+col.ID)
		}
	}
	for _, sec := range def.Sections {
		check(sec.Title, sec.ID, "title")
		for _, f := range sec.Fields {
			field(f, f.ID)
		}
	}
	return out
}
