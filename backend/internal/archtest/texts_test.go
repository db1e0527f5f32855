package archtest

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// texts gives f every file of tree whose name ends with one of the suffixes.
func texts(t *testing.T, tree fs.FS, f func(name, text string), suffixes ...string) {
	t.Helper()
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		for _, s := range suffixes {
			if strings.HasSuffix(name, s) {
				b, err := fs.ReadFile(tree, name)
				if err != nil {
					return err
				}
				f(name, string(b))
				return nil
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	sqlComment  = regexp.MustCompile(`(?m)--.*$`)
	createTable = regexp.MustCompile(`(?is)CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w."]+)[^;]*`)
	strict      = regexp.MustCompile(`(?is)\)\s*(?:WITHOUT\s+ROWID\s*,\s*)?STRICT\b`)
	replaceMod  = regexp.MustCompile(`(?m)^\s*replace\b.*$`)
	toTesting   = regexp.MustCompile(`(?:from|import)\s*\(?\s*['"][^'"]*/testing/`)
	toWails     = regexp.MustCompile(`(?:from|import)\s*\(?\s*['"][^'"]*wailsjs|\bwindow\s*(?:as [^)]*\))?\s*\.\s*(?:go|runtime)\b|\bglobalThis\.(?:go|runtime)\b`)
)

// looseTables returns the SQLite tables that are not STRICT. Migrations for
// another engine lie in folders named postgres.
func looseTables(t *testing.T, tree fs.FS) []string {
	t.Helper()
	var bad []string
	texts(t, tree, func(name, text string) {
		if path.Base(path.Dir(name)) == "postgres" {
			return
		}
		for _, m := range createTable.FindAllStringSubmatch(sqlComment.ReplaceAllString(text, ""), -1) {
			if !strict.MatchString(m[0]) {
				bad = append(bad, name+": table "+m[1]+" is not STRICT")
			}
		}
	}, ".sql")
	return bad
}

// pageDoors returns the files of the page that reach Go past lib/bridge.ts.
// Tests, and what only they use, may put a stand-in where the bridge looks; the
// page itself may not use that.
func pageDoors(t *testing.T, tree fs.FS) []string {
	t.Helper()
	var bad []string
	texts(t, tree, func(name, text string) {
		if strings.HasPrefix(name, "testing/") || strings.HasSuffix(name, ".test.ts") {
			return
		}
		if name != "lib/bridge.ts" && toWails.MatchString(text) {
			bad = append(bad, name+" reaches Go past lib/bridge.ts")
		}
		if toTesting.MatchString(text) {
			bad = append(bad, name+" uses what is for tests")
		}
	}, ".ts", ".svelte", ".js", ".mjs")
	return bad
}

func replaces(mod string) []string {
	var bad []string
	for _, line := range replaceMod.FindAllString(mod, -1) {
		bad = append(bad, "go.mod: "+strings.TrimSpace(line))
	}
	return bad
}

func TestPlantedTextsAreFound(t *testing.T) {
	sql := fstest.MapFS{
		"a/0001.sql": {Data: []byte("-- CREATE TABLE old (x);\nCREATE TABLE a (id TEXT PRIMARY KEY, n INTEGER CHECK (n IN (0, 1))) STRICT;\n" +
			"CREATE TABLE b (id TEXT PRIMARY KEY);\nCREATE TABLE IF NOT EXISTS c (id TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;")},
		"a/postgres/0001.sql": {Data: []byte("CREATE TABLE d (id TEXT);")},
	}
	if got := looseTables(t, sql); len(got) != 1 || got[0] != "a/0001.sql: table b is not STRICT" {
		t.Error(got)
	}
	page := fstest.MapFS{
		"lib/bridge.ts":     {Data: []byte(`const fn = window.go.app`)},
		"lib/other.ts":      {Data: []byte(`import { Save } from '../../wailsjs/go/app/Drafts'`)},
		"pages/Home.svelte": {Data: []byte(`<script>window.runtime.EventsOn('x')</script>`)},
		"pages/Fake.svelte": {Data: []byte(`<script>import { fake } from '../testing/fake'</script>`)},
		"testing/fake.ts":   {Data: []byte(`window.go = {}`)},
		"pages/Good.svelte": {Data: []byte(`<script>import { call } from '../lib/bridge'; window.going()</script>`)},
	}
	if got := pageDoors(t, page); len(got) != 3 {
		t.Error(got)
	}
	if got := replaces("module x\n\nreplace a => ../a\n"); len(got) != 1 {
		t.Error(got)
	}
}

func TestTheRootIsWhereTheTestsLook(t *testing.T) {
	for _, f := range []string{"../../../go.mod", "../../../frontend/src", "../../../backend"} {
		if _, err := os.Stat(f); err != nil {
			t.Error(err)
		}
	}
}
