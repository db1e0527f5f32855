package archtest

import (
	"go/ast"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/ident"

	"github.com/google/go-cmp/cmp"
)

// fieldSources are the folders whose errors reach the page. The demo's pages and
// the command line have words of their own.
var (
	fieldSources = regexp.MustCompile(`^(app|backend/(akno|desktop|portal|print))/`)
	otherWords   = regexp.MustCompile(`^backend/portal/demo/|^backend/akno/erip/|_test\.go$|\.gen\.go$`)
	// tellers are functions that make an error about a field, judges those that
	// return what is wrong with one.
	tellers = regexp.MustCompile(`^(invalid|fieldError|needsPaying|wrongSigner|wrong)$`)
	judges  = regexp.MustCompile(`(?i)flaw|^reason$|^WeakPassword$|^proveClaim$`)
	holders = regexp.MustCompile(`^(fields|bad|why)$`)
	code    = regexp.MustCompile(`^[a-z][a-z_]*$`)
)

// A collector gathers the literals that a file gives as what is wrong with a field.
type collector struct{ found map[string]string }

func (c collector) note(where string, e ast.Expr) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	if s, err := strconv.Unquote(lit.Value); err == nil && code.MatchString(s) {
		c.found[s] = where
	}
}

// table notes the values of a literal map.
func (c collector) table(where string, e ast.Expr) {
	m, ok := e.(*ast.CompositeLit)
	if !ok {
		return
	}
	if _, ok := m.Type.(*ast.MapType); !ok {
		return
	}
	for _, el := range m.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			c.note(where, kv.Value)
		}
	}
}

func (c collector) file(where string, f *ast.File) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && judges.MatchString(fn.Name.Name) {
			ast.Inspect(fn, func(n ast.Node) bool {
				if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) > 0 {
					c.note(where, r.Results[0])
				}
				return true
			})
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Fields" {
				c.table(where, n.Value)
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if judges.MatchString(name.Name) && i < len(n.Values) {
					c.note(where, n.Values[i])
				}
			}
		case *ast.CallExpr:
			c.call(where, n)
		case *ast.AssignStmt:
			c.assign(where, n)
		}
		return true
	})
}

func (c collector) call(where string, n *ast.CallExpr) {
	if name, ok := n.Fun.(*ast.Ident); ok && tellers.MatchString(name.Name) && len(n.Args) > 0 {
		last := n.Args[len(n.Args)-1]
		c.note(where, last)
		c.table(where, last)
	}
}

func (c collector) assign(where string, n *ast.AssignStmt) {
	for i, left := range n.Lhs {
		if i >= len(n.Rhs) {
			return
		}
		if at, ok := left.(*ast.IndexExpr); ok {
			left = at.X
		}
		if name, ok := left.(*ast.Ident); ok && holders.MatchString(name.Name) {
			c.note(where, n.Rhs[i])
			c.table(where, n.Rhs[i])
		}
	}
}

func TestEveryFaultOfAFieldIsOnTheList(t *testing.T) {
	c := collector{map[string]string{}}
	for _, f := range root(t) {
		if fieldSources.MatchString(f.name) && !otherWords.MatchString(f.name) {
			c.file(f.name, f.file)
		}
	}
	for _, known := range form.Codes() {
		c.found[string(known)] = "form.Codes"
	}
	for _, fault := range []ident.Fault{ident.Length, ident.Format, ident.CheckDigit, ident.Impossible} {
		c.found[string(fault)] = "ident"
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(c.found)), akno.FieldCodes()); diff != "" {
		t.Errorf("what is told (-) and akno.FieldCodes (+) differ:\n%s\n%v", diff, c.found)
	}
}
