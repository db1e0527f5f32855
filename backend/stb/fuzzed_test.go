package stb_test

import (
	"go/ast"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readers are the names of what takes octets that others wrote.
var readers = regexp.MustCompile(`^(Parse|Unmarshal|Decode|Decrypt|Open|Read|Inspect|Unwrap|Join|Extract)`)

// unfuzzed are readers that no fuzz target needs to reach, with the reason.
var unfuzzed = map[string]string{
	".Read":                "makes octets",
	".DecryptBDE":          "any octets of an allowed length are a ciphertext",
	".DecryptSDE":          "the same",
	".DecryptCBC":          "the same",
	".DecryptECB":          "the same",
	".DecryptWide":         "the same",
	".DecryptDigits":       "takes numbers of the program",
	".Decrypt":             "the same",
	"pki.ParsePurpose":     "one word of a list",
	"container.Open":       "OpenContext without a context",
	"container.OpenShare":  "opens as Open does",
	"container.OpenSplit":  "bels.Join and Open",
	"container.OpenPKCS12": "its inner function, with fewer iterations",
}

// calls is who calls whom, by name: "package.Function", or ".Method" of whatever type.
type calls map[string]map[string]bool

// add takes in the functions of a file.
func (c calls) add(f *ast.File) {
	pkg := strings.TrimSuffix(f.Name.Name, "_test")
	imported := map[string]bool{}
	for _, i := range f.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		imported[path[strings.LastIndex(path, "/")+1:]] = true
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		name := pkg + "." + fn.Name.Name
		if fn.Recv != nil {
			name = "." + fn.Name.Name
		}
		if c[name] == nil {
			c[name] = map[string]bool{}
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.SelectorExpr:
				if id, ok := x.X.(*ast.Ident); ok && imported[id.Name] {
					c[name][id.Name+"."+x.Sel.Name] = true
				} else {
					c[name]["."+x.Sel.Name] = true
				}
			case *ast.Ident:
				c[name][pkg+"."+x.Name] = true
			}
			return true
		})
	}
}

// reached are the names that can be reached from those that begin.
func (c calls) reached(begin []string) map[string]bool {
	seen := map[string]bool{}
	for len(begin) > 0 {
		name := begin[0]
		begin = begin[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		for next := range c[name] {
			begin = append(begin, next)
		}
	}
	return seen
}

func TestEveryReaderOfForeignOctetsIsFuzzed(t *testing.T) {
	graph, wanted, begin := calls{}, []string{}, []string{}
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() == "testdata" {
			return err
		}
		code, tests := sources(t, token.NewFileSet(), dir)
		for _, f := range slices.Concat(code, tests) {
			if f.Name.Name == "main" {
				continue
			}
			graph.add(f)
		}
		for _, f := range code {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && readers.MatchString(fn.Name.Name) && f.Name.Name != "main" {
					name := f.Name.Name + "." + fn.Name.Name
					if fn.Recv != nil {
						name = "." + fn.Name.Name
					}
					wanted = append(wanted, name)
				}
			}
		}
		for _, f := range tests {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Fuzz") {
					begin = append(begin, strings.TrimSuffix(f.Name.Name, "_test")+"."+fn.Name.Name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := graph.reached(begin)
	slices.Sort(wanted)
	for _, name := range slices.Compact(wanted) {
		if reason := unfuzzed[name]; !seen[name] && reason == "" {
			t.Errorf("no fuzz target reaches %s", name)
		} else if seen[name] && reason != "" && name[0] != '.' {
			t.Errorf("%s is fuzzed after all", name)
		}
	}
	if len(wanted) < 30 || len(begin) < 20 {
		t.Errorf("only %d readers and %d targets were found", len(wanted), len(begin))
	}
}
