package stb_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// sources reads the Go files of a package's folder, or nothing.
func sources(t *testing.T, set *token.FileSet, dir string) (code, tests []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			tests = append(tests, f)
		} else {
			code = append(code, f)
		}
	}
	return code, tests
}

// packages walks over the folders of the packages that others import.
func packages(t *testing.T, visit func(dir string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "internal" || d.Name() == "testdata" {
			return fs.SkipDir
		}
		visit(path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A name counts as documented when it, or the group that it stands first in without an
// empty line, has a comment. Comments of functions and types begin with the name.
func TestEveryExportedNameIsDocumented(t *testing.T) {
	names := 0
	packages(t, func(dir string) {
		set := token.NewFileSet()
		code, _ := sources(t, set, dir)
		if len(code) == 0 {
			return
		}
		d, err := doc.NewFromFiles(set, code, "akno/backend/stb/"+filepath.ToSlash(dir))
		if err != nil {
			t.Fatal(err)
		}
		say := func(name, text string, begins bool) {
			names++
			word := name[strings.LastIndex(name, ".")+1:]
			if first, _, _ := strings.Cut(text, " "); text == "" || begins && first != word {
				t.Errorf("%s: %s: %q", dir, name, text)
			}
		}
		say("package", d.Doc, false)
		values := func(list []*doc.Value) {
			for _, v := range list {
				groupOf(v, say)
			}
		}
		funcs := func(of string, list []*doc.Func) {
			for _, f := range list {
				say(of+f.Name, f.Doc, true)
			}
		}
		values(d.Consts)
		values(d.Vars)
		funcs("", d.Funcs)
		for _, x := range d.Types {
			say(x.Name, x.Doc, true)
			values(x.Consts)
			values(x.Vars)
			funcs("", x.Funcs)
			funcs(x.Name+".", x.Methods)
			membersOf(x, say)
		}
	})
	if names < 1000 {
		t.Errorf("only %d names were looked at", names)
	}
}

func groupOf(v *doc.Value, say func(name, text string, begins bool)) {
	for _, s := range v.Decl.Specs {
		x := s.(*ast.ValueSpec)
		text := x.Doc.Text() + x.Comment.Text()
		if text == "" && len(v.Decl.Specs) == 1 {
			text = v.Doc
		}
		for _, n := range x.Names {
			if n.IsExported() {
				say(n.Name, text, false)
			}
		}
	}
}

// membersOf are the fields of a structure and the methods of an interface. Those that
// follow one another share the comment of the first.
func membersOf(x *doc.Type, say func(name, text string, begins bool)) {
	for _, s := range x.Decl.Specs {
		var list *ast.FieldList
		switch of := s.(*ast.TypeSpec).Type.(type) {
		case *ast.StructType:
			list = of.Fields
		case *ast.InterfaceType:
			list = of.Methods
		default:
			continue
		}
		last := ""
		for _, f := range list.List {
			if text := f.Doc.Text() + f.Comment.Text(); text != "" {
				last = text
			}
			for _, n := range f.Names {
				if n.IsExported() {
					say(x.Name+"."+n.Name, last, false)
				}
			}
		}
	}
}

func TestEveryPackageHasAnExampleThatRuns(t *testing.T) {
	packages(t, func(dir string) {
		code, tests := sources(t, token.NewFileSet(), dir)
		if len(code) == 0 || dir == "." {
			return
		}
		for _, e := range doc.Examples(tests...) {
			if e.Output != "" || e.EmptyOutput {
				return
			}
		}
		t.Errorf("%s has no example with its output", dir)
	})
}
