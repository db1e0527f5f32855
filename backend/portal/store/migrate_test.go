package store

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ownWords are the statements that one engine has for itself.
var ownWords = regexp.MustCompile(`^(PRAGMA|CREATE FUNCTION|COMMENT ON) `)

var (
	remark = regexp.MustCompile(`--[^\n]*`)
	blank  = regexp.MustCompile(`\s+`)
	typed  = strings.NewReplacer(`TEXT`, `TEXT COLLATE "C"`, `INTEGER`, `BIGINT`, `BLOB`, `BYTEA`, `) STRICT, WITHOUT ROWID`, `)`, `) STRICT`, `)`)
)

// statements returns those of a migration without comments, one a line, with
// single blanks.
func statements(t *testing.T, file string) []string {
	t.Helper()
	raw, err := fs.ReadFile(migrations, file)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for s := range strings.SplitSeq(remark.ReplaceAllString(string(raw), ""), ";") {
		s = strings.TrimSpace(blank.ReplaceAllString(s, " "))
		if s != "" && !ownWords.MatchString(s) {
			out = append(out, strings.ReplaceAll(s, `" )`, `")`))
		}
	}
	return out
}

func TestBothEnginesGetTheSameTables(t *testing.T) {
	names := map[string][]string{}
	for _, d := range []dialect{fileDialect, serverDialect} {
		files, err := fs.Glob(migrations, d.folder+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", d.folder, err)
		}
		for _, f := range files {
			names[d.folder] = append(names[d.folder], path.Base(f))
		}
	}
	if diff := cmp.Diff(names[fileDialect.folder], names[serverDialect.folder]); diff != "" {
		t.Fatalf("a migration has no counterpart:\n%s", diff)
	}
	for _, name := range names[fileDialect.folder] {
		want := statements(t, fileDialect.folder+"/"+name)
		for i := range want {
			want[i] = typed.Replace(want[i])
		}
		if diff := cmp.Diff(want, statements(t, serverDialect.folder+"/"+name)); diff != "" {
			t.Errorf("%s: the file for PostgreSQL is not that for SQLite in other words (TEXT COLLATE \"C\", BIGINT, BYTEA, no STRICT):\n%s", name, diff)
		}
	}
}
