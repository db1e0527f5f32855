package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	"akno/backend/internal/packsrc"
	"akno/backend/internal/publisher"
)

// compiledForms is a file of compiled definitions: forms and the lists that they
// name, with examples of answers and test cases if the author gives some; or one
// definition.
type compiledForms struct {
	Forms    map[string]json.RawMessage `json:"forms"`
	Lists    form.Lists                 `json:"lists"`
	Examples []filled                   `json:"examples"`
	Tests    map[string][]packsrc.Test  `json:"tests"` // by form
}

// checkedForm is the answer about one definition.
type checkedForm struct {
	Form     string   `json:"form"`
	Version  int      `json:"version"`
	Hash     string   `json:"hash,omitempty"`
	Fields   int      `json:"fields"`
	Tests    int      `json:"tests"`
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
		if err := c.file(e, name); err != nil {
			return exitUsage, err
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

// fault records what is wrong with a whole file: it has no form to name.
func (c *formChecker) fault(where string, err error) {
	c.answers = append(c.answers, checkedForm{Form: where, Problems: []string{err.Error()}})
}

// bundled checks every form inside the program, by the test cases that travel
// with it, and that its publisher signed the bundle.
func (c *formChecker) bundled() {
	b, key, err := catalogue.Embedded()
	if err == nil {
		known, keyErr := publisher.Parse(key)
		if err = keyErr; err == nil {
			_, err = b.Verify(publisher.Judge(known))
		}
	}
	if err != nil {
		c.fault("the bundle", err)
		return
	}
	for _, e := range b.Manifest.Items {
		name, ok := strings.CutPrefix(e.Name, "form/")
		if !ok {
			continue
		}
		octets, _ := b.Octets(e.SHA256)
		def, err := form.ParseDefinition(octets)
		if err != nil {
			c.fault(name, err)
			continue
		}
		src := packsrc.Form{Definition: def}
		if tests, ok := b.Item("tests/" + name); ok {
			err = json.Unmarshal(tests, &src.Tests)
		}
		c.form(packsrc.CheckForm(src, c.lists(nil)), err)
	}
}

// file checks a source of packs, a folder of them, or compiled definitions.
func (c *formChecker) file(e *env, name string) error {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		set, err := packsrc.Read(os.DirFS(name))
		c.sources(name, set, err)
		return nil
	}
	raw, err := e.read(name)
	if err != nil {
		return err
	}
	var head struct {
		Steps json.RawMessage `json:"steps"`
		Code  json.RawMessage `json:"code"`
	}
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) && json.Unmarshal(raw, &head) == nil && head.Steps == nil && head.Code == nil {
		if err := c.compiled(raw); err != nil {
			c.fault(name, err)
		}
		return nil
	}
	dir, base := filepath.Split(filepath.Clean(name))
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	set, err := packsrc.ReadOne(os.DirFS(filepath.Dir(abs)), filepath.Base(abs)+"/"+base, c.lists(nil))
	c.sources(name, set, err)
	return nil
}

func (c *formChecker) sources(name string, set *packsrc.Set, err error) {
	if err != nil {
		c.fault(name, err)
		return
	}
	for _, checked := range set.Check() {
		c.form(checked, nil)
	}
}

// compiled checks the forms of a file. Lists that it lacks are those of the
// bundle.
func (c *formChecker) compiled(raw []byte) error {
	var p compiledForms
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
		if err != nil {
			c.fault(id, err)
			continue
		}
		c.form(packsrc.CheckForm(packsrc.Form{Definition: def, Tests: p.Tests[id]}, c.lists(p.Lists)), nil)
	}
	return nil
}

// lists returns the lists of the bundle, and instead of them those of the file.
func (c *formChecker) lists(own form.Lists) form.Lists {
	out := form.Lists{}
	for _, name := range c.catalogue.Lists() {
		out[name] = c.catalogue.List(name)
	}
	maps.Copy(out, own)
	return out
}

// form takes over what was found about a form, and tries its examples.
func (c *formChecker) form(checked packsrc.Checked, err error) {
	def := checked.Definition
	a := checkedForm{Form: def.ID, Version: def.Version, Tests: len(checked.Tests), Problems: checked.Problems}
	for _, sec := range def.Sections {
		a.Fields += len(sec.Fields)
	}
	if err != nil {
		a.Problems = append(a.Problems, err.Error())
	}
	if hash, err := catalogue.Hash(def); err == nil && checked.Schema != nil {
		a.Hash = hash
	}
	for i, ex := range c.examples[def.ID] {
		a.Examples++
		if ex.Version != 0 && ex.Version != def.Version {
			a.Problems = append(a.Problems, fmt.Sprintf("example %d is of version %d", i, ex.Version))
			continue
		}
		if checked.Schema == nil {
			continue
		}
		for _, p := range evaluate(checked.Schema, ex, c.day).Errors {
			a.Problems = append(a.Problems, fmt.Sprintf("example %d: %s: %s", i, p.Field, p.Code))
		}
	}
	c.answers = append(c.answers, a)
}
