package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
)

// source is one Go file of the tree.
type source struct {
	name string // slash path from the root
	file *ast.File
	fset *token.FileSet
}

// sources parses every Go file of tree that is not a test.
func sources(tree fs.FS) ([]source, error) {
	var all []source
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (name == "frontend" || name == "build" || name == ".git" || d.Name() == "testdata" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if generator(f) {
			return nil
		}
		all = append(all, source{name, f, fset})
		return nil
	})
	return all, err
}

// generator says whether a file is a program of its own that go generate runs:
// it is in no package of the tree.
func generator(f *ast.File) bool { return tagged(f, "//go:build ignore") }

// tagged says whether f has the build constraint line.
func tagged(f *ast.File, line string) bool {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if c.Pos() < f.Package && c.Text == line {
				return true
			}
		}
	}
	return false
}

// climbing returns the imports that the floors and doors refuse.
func climbing(files []source) []string {
	var bad []string
	for _, s := range files {
		for _, spec := range s.file.Imports {
			imp, _ := strconv.Unquote(spec.Path.Value)
			if why := refuse(path.Dir(s.name), imp); why != "" {
				bad = append(bad, fmt.Sprintf("%s imports %s: %s", s.name, imp, why))
			}
		}
	}
	return bad
}

// clockReaders returns the places outside the clock that read the time of day.
func clockReaders(files []source) []string {
	var bad []string
	for _, s := range files {
		if path.Dir(s.name) == "backend/internal/clock" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Now" {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" {
					bad = append(bad, fmt.Sprintf("%s:%d reads the time of day: take a clock.Clock", s.name, s.fset.Position(n.Pos()).Line))
				}
			}
			return true
		})
	}
	return bad
}

// environmentReaders returns the places outside the commands that read the
// environment: what a package needs it is given.
func environmentReaders(files []source) []string {
	var bad []string
	for _, s := range files {
		// A helper of the tests has nobody who would give it anything.
		if dir := path.Dir(s.name); dir == "." || within(dir, "backend/cmd") || within(dir, "backend/internal/testkit") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"Getenv", "LookupEnv", "Environ"}, sel.Sel.Name) {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "os" {
					bad = append(bad, fmt.Sprintf("%s:%d reads the environment: be given what you need", s.name, s.fset.Position(n.Pos()).Line))
				}
			}
			return true
		})
	}
	return bad
}

// openDoors returns the files of the shipped program that hold the web bridge:
// the program with a window opens no port.
func openDoors(files []source) []string {
	var bad []string
	for _, s := range files {
		for _, spec := range s.file.Imports {
			if spec.Path.Value == `"akno/app/web"` && !tagged(s.file, "//go:build headless") {
				bad = append(bad, s.name+" brings app/web into the program with a window")
			}
		}
	}
	return bad
}

// comments returns the packages that have no package comment, or several.
func comments(files []source) []string {
	found := map[string][]string{}
	for _, s := range files {
		dir := path.Dir(s.name)
		if found[dir] == nil {
			found[dir] = []string{}
		}
		if s.file.Doc != nil && !ast.IsGenerated(s.file) { // a generator writes its own
			found[dir] = append(found[dir], path.Base(s.name))
		}
	}
	var bad []string
	for dir, in := range found {
		if len(in) != 1 {
			bad = append(bad, fmt.Sprintf("%s has %d package comments: %v", dir, len(in), in))
		}
	}
	slices.Sort(bad)
	return bad
}

// initialisers returns the init functions: wiring is done in main, in plain
// sight.
func initialisers(files []source) []string {
	var bad []string
	for _, s := range files {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" && !ast.IsGenerated(s.file) {
				bad = append(bad, s.name+" has an init function")
			}
		}
	}
	return bad
}

func root(t *testing.T) []source {
	t.Helper()
	files, err := sources(os.DirFS("../../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("only %d files were found: the root is elsewhere", len(files))
	}
	return files
}

func report(t *testing.T, bad []string) {
	t.Helper()
	for _, b := range bad {
		t.Error(b)
	}
}

func TestImportsGoDownOnly(t *testing.T)              { report(t, climbing(root(t))) }
func TestTheTimeOfDayHasOneDoor(t *testing.T)         { report(t, clockReaders(root(t))) }
func TestTheEnvironmentIsReadInCommands(t *testing.T) { report(t, environmentReaders(root(t))) }
func TestTheWindowOpensNoPort(t *testing.T)           { report(t, openDoors(root(t))) }
func TestEveryPackageHasOneComment(t *testing.T)      { report(t, comments(root(t))) }
func TestNothingHappensBeforeMain(t *testing.T)       { report(t, initialisers(root(t))) }
func TestTablesAreStrict(t *testing.T)                { report(t, looseTables(t, os.DirFS("../../../backend"))) }

func TestThePageHasOneDoorToGo(t *testing.T) {
	report(t, pageDoors(t, os.DirFS("../../../frontend/src")))
}

func TestGoModReplacesNothing(t *testing.T) {
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	report(t, replaces(string(mod)))
}

func TestPlantedFaultsAreFound(t *testing.T) {
	const doc = "// Package x is a fault.\n"
	for name, planted := range map[string]struct {
		file, text string
		find       func([]source) []string
		want       string
	}{
		"app reaches the crypto":     {"app/bad.go", doc + `package app; import _ "akno/backend/stb/bign"`, climbing, "app stands below or beside it"},
		"app reaches the wire":       {"app/bad.go", doc + `package app; import _ "akno/backend/portalapi"`, climbing, "app stands below or beside it"},
		"desktop reaches the portal": {"backend/desktop/store/bad.go", doc + `package store; import _ "akno/backend/portal/store"`, climbing, "backend/desktop stands below or beside it"},
		"portal reaches the desktop": {"backend/portal/intake/bad.go", doc + `package intake; import _ "akno/backend/desktop/signer"`, climbing, "backend/portal stands below or beside it"},
		"rules reach the crypto":     {"backend/akno/bad.go", doc + `package akno; import _ "akno/backend/stb/bign"`, climbing, "backend/akno stands below or beside it"},
		"crypto reaches the rules":   {"backend/stb/bign/bad.go", doc + `package bign; import _ "akno/backend/akno"`, climbing, "backend/stb stands below or beside it"},
		"crypto takes a library":     {"backend/stb/bign/bad.go", doc + `package bign; import _ "golang.org/x/crypto/argon2"`, climbing, "standard library only"},
		"rules take a library":       {"backend/akno/bad.go", doc + `package akno; import _ "github.com/kljensen/snowball"`, climbing, "standard library only"},
		"the authority knows more":   {"backend/gossuok/bad.go", doc + `package gossuok; import _ "akno/backend/portal/store"`, climbing, "backend/gossuok stands below or beside it"},
		"print knows more":           {"backend/print/bad.go", doc + `package print; import _ "akno/backend/stb/cms"`, climbing, "backend/print stands below or beside it"},
		"a second logger":            {"backend/portal/mail/bad.go", doc + `package mail; import _ "github.com/sirupsen/logrus"`, climbing, "another door"},
		"the standard logger":        {"backend/portal/mail/bad.go", doc + `package mail; import _ "log/slog"`, climbing, "another door"},
		"a weak generator":           {"backend/desktop/syncer/bad.go", doc + `package syncer; import _ "math/rand/v2"`, climbing, "another door"},
		"a hidden window":            {"backend/desktop/syncer/bad.go", doc + `package syncer; import _ "github.com/wailsapp/wails/v2/pkg/runtime"`, climbing, "another door"},
		"SQL beside the stores":      {"backend/portal/intake/bad.go", doc + `package intake; import _ "database/sql"`, climbing, "another door"},
		"HTTP beside the door":       {"backend/portal/intake/bad.go", doc + `package intake; import _ "net/http"`, climbing, "another door"},
		"an unknown library":         {"backend/portal/intake/bad.go", doc + `package intake; import _ "github.com/spf13/viper"`, climbing, "it has no door"},
		"main reaches the stores":    {"bad.go", doc + `package main; import _ "akno/backend/portal/store"`, climbing, ". stands below or beside it"},
		"main takes a library":       {"bad.go", doc + `package main; import _ "github.com/sirupsen/logrus"`, climbing, "another door"},
		"the time is read":           {"app/bad.go", doc + "package app; import \"time\"; var t = time.Now()", clockReaders, "app/bad.go:2 reads the time"},
		"the time is handed over":    {"app/bad.go", doc + "package app; import \"time\"; var t = f(time.Now)", clockReaders, "reads the time"},
		"no package comment":         {"app/bad.go", "package app", comments, "app has 0 package comments"},
		"the environment is read":    {"app/bad.go", doc + "package app; import \"os\"; var t = os.Getenv(\"HOME\")", environmentReaders, "app/bad.go:2 reads the env"},
		"a port in the window":       {"bad.go", doc + "package main\n\nimport \"akno/app/web\"", openDoors, "bad.go brings app/web"},
		"an initialiser":             {"app/bad.go", doc + "package app; func init() { open() }", initialisers, "app/bad.go has an init"},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := sources(fstest.MapFS{planted.file: {Data: []byte(planted.text)}})
			if err != nil {
				t.Fatal(err)
			}
			got := planted.find(files)
			if len(got) != 1 || !strings.Contains(got[0], planted.want) {
				t.Errorf("got %q, want one with %q", got, planted.want)
			}
		})
	}
}

func TestWhatIsAllowedIsNotRefused(t *testing.T) {
	for _, ok := range []struct{ dir, imp string }{
		{".", "akno/app"},
		{".", "akno/app/web"},
		{".", "akno/backend/desktop/single"},
		{".", "github.com/wailsapp/wails/v2"},
		{"app", "akno/backend/akno/form"},
		{"app/web", "akno/app"},
		{"app", "net/http"},
		{"backend/stb/pki", "golang.org/x/crypto/cryptobyte/asn1"},
		{"backend/stb/cms", "akno/backend/stb/pki"},
		{"backend/desktop/signer", "akno/backend/stb/cms"},
		{"backend/desktop/portalclient", "net/http"},
		{"backend/portal/httpapi", "golang.org/x/time/rate"},
		{"backend/logx", "github.com/sirupsen/logrus"},
		{"backend/internal/dbx", "database/sql/driver"},
		{"backend/gossuok", "akno/backend/stb/pki"},
		{"backend/cmd/aknoctl", "akno/backend/desktop/keyring"},
		{"backend/print", "codeberg.org/go-pdf/fpdf"},
	} {
		if why := refuse(ok.dir, ok.imp); why != "" {
			t.Errorf("%s imports %s: %s", ok.dir, ok.imp, why)
		}
	}
}

// TestTheMapNamesEveryPackage keeps the map of ARCHITECTURE.md true: a package
// of the desktop or the portal that it does not name is not on the map.
func TestTheMapNamesEveryPackage(t *testing.T) {
	root := os.DirFS("../../..")
	page, err := fs.ReadFile(root, "ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, drawn, found := strings.Cut(string(page), "## The map")
	drawn, _, closed := strings.Cut(drawn, "\n## ")
	if !found || !closed {
		t.Fatal("ARCHITECTURE.md has no map")
	}
	words := strings.FieldsFunc(drawn, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, dir := range []string{"backend", "backend/desktop", "backend/portal", "backend/cmd", "backend/internal"} {
		entries, err := fs.ReadDir(root, dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() && !slices.Contains(words, e.Name()) {
				t.Errorf("the map does not name %s/%s", dir, e.Name())
			}
		}
	}
}

// TestEveryDependencyHasItsReason compares go.mod and the page's packages with
// docs/dependencies.md: a library without a line there does not come in.
func TestEveryDependencyHasItsReason(t *testing.T) {
	root := os.DirFS("../../..")
	page, err := fs.ReadFile(root, "docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mod)) {
		name, version, ok := strings.Cut(strings.TrimSpace(line), " v")
		if !ok || strings.Contains(line, "// indirect") {
			continue
		}
		if !strings.Contains(string(page), name) {
			t.Errorf("docs/dependencies.md has no line for %s v%s", name, version)
		}
	}
}
