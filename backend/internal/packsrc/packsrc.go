// Package packsrc turns the sources of procedure packs, which people write and
// review in YAML, into the items of a bundle. A source is one procedure with its
// form, or a form that several procedures share; sections that are the same
// everywhere are blocks and are included. What is wrong in a source is an error
// here: no name, type, rule or wording reaches a bundle unchecked.
package packsrc

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"akno/backend/akno/form"
)

// The folders of the sources.
const (
	proceduresDir = "procedures"
	formsDir      = "forms"
	blocksDir     = "blocks"
	listsDir      = "lists"
	catalogueFile = "catalogue.yaml"
)

// A Set is the sources of a bundle, read and expanded.
type Set struct {
	registry   registry
	lists      form.Lists
	blocks     map[string]map[string]any
	forms      []Form // every version, in the order of ids and versions
	procedures []procedure
}

// A Form is one version of a form with its test cases.
type Form struct {
	File        string
	Definition  form.Definition
	AcceptUntil string // ISO date, or empty for the version in force
	Tests       []Test
}

// Read reads the folder of the sources.
func Read(tree fs.FS) (*Set, error) {
	s := &Set{lists: form.Lists{}, blocks: map[string]map[string]any{}}
	if err := readStrict(tree, catalogueFile, &s.registry); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		dir  string
		read func(fs.FS, string) error
	}{
		{blocksDir, s.readBlock}, {listsDir, s.readList}, {formsDir, s.readForm}, {proceduresDir, s.readProcedure},
	} {
		if err := readDir(tree, step.dir, step.read); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.forms, func(a, b Form) int {
		if c := strings.Compare(a.Definition.ID, b.Definition.ID); c != 0 {
			return c
		}
		return a.Definition.Version - b.Definition.Version
	})
	return s, s.order()
}

func readDir(tree fs.FS, dir string, read func(fs.FS, string) error) error {
	names, err := fs.Glob(tree, dir+"/*.yaml")
	if err != nil {
		return fmt.Errorf("packsrc: %w", err)
	}
	for _, name := range names {
		if err := read(tree, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// ReadOne reads one source of the folder, with the blocks and lists that are
// beside it, for whoever edits it. Lists that it lacks are those given.
func ReadOne(tree fs.FS, name string, lists form.Lists) (*Set, error) {
	s := &Set{lists: maps.Clone(lists), blocks: map[string]map[string]any{}}
	if _, err := fs.Stat(tree, catalogueFile); err == nil {
		if err := readStrict(tree, catalogueFile, &s.registry); err != nil {
			return nil, err
		}
	}
	if err := readDir(tree, blocksDir, s.readBlock); err != nil {
		return nil, err
	}
	if err := readDir(tree, listsDir, s.readList); err != nil {
		return nil, err
	}
	v, err := readTree(tree, name)
	if err != nil {
		return nil, err
	}
	if v["code"] == nil {
		return s, s.addForm(name, v)
	}
	return s, s.readProcedure(tree, name)
}

// order sorts the procedures as the catalogue lists them, and refuses one that
// it does not list.
func (s *Set) order() error {
	place := map[string]int{}
	for i, code := range s.registry.Order {
		place[code] = i
	}
	for _, p := range s.procedures {
		if _, ok := place[p.Code]; !ok || len(place) != len(s.registry.Order) || len(s.procedures) != len(place) {
			return fmt.Errorf("%s: the order does not list every procedure once (%s)", catalogueFile, p.Code)
		}
	}
	slices.SortFunc(s.procedures, func(a, b procedure) int { return place[a.Code] - place[b.Code] })
	return nil
}

// Lists returns the lists that forms name.
func (s *Set) Lists() form.Lists { return s.lists }

func (s *Set) readBlock(tree fs.FS, name string) error {
	block, err := readTree(tree, name)
	s.blocks[base(name)] = block
	return err
}

func (s *Set) readList(tree fs.FS, name string) error {
	var list struct {
		Options []option `json:"options"`
	}
	err := readStrict(tree, name, &list)
	s.lists[base(name)] = options(list.Options)
	return err
}

func (s *Set) readForm(tree fs.FS, name string) error {
	f, err := readTree(tree, name)
	if err != nil {
		return err
	}
	return s.addForm(name, f)
}

func (s *Set) addForm(name string, tree map[string]any) error {
	f, err := s.form(tree)
	f.File = name
	s.forms = append(s.forms, f)
	return err
}

func base(name string) string { return strings.TrimSuffix(path.Base(name), ".yaml") }
