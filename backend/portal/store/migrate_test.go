package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"akno/backend/internal/dbx"
	"akno/backend/internal/testkit/testdb"

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

// earlier makes a database of an earlier version, which its caller closes; q puts a
// statement into the engine's words.
func earlier(t *testing.T, version int64) (address string, old *sql.DB, q func(string) string) {
	t.Helper()
	address = testdb.Address(t)
	d, q := fileDialect, func(query string) string { return query }
	var err error
	if IsServer(address) {
		d, q = serverDialect, dbx.Dollar
		old, err = connect(address, 2, nil)
	} else {
		old, err = sql.Open("sqlite", dsn(address, "rwc", writerPragmas))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := migrate(t.Context(), d, old, version); err != nil {
		t.Fatal(err)
	}
	return address, old, q
}

// TestChangesOfAnEarlierVersionKeepTheirPlaces fills the index of changes as it was
// before its rows lay in the order of their numbers.
func TestChangesOfAnEarlierVersionKeepTheirPlaces(t *testing.T) {
	ctx := t.Context()
	address, old, q := earlier(t, 9)
	if _, err := old.ExecContext(ctx, q(`INSERT INTO stream(account_id, name, seq, min_seq, live_count, checksum) VALUES('a', 'acct', 7, 0, 0, NULL)`)); err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]any{{"a", "z", 2, 5, 0, nil}, {"a", "y", 7, 1, 1, nil}, {"a", "x", 4, 3, 0, `{"x":1}`}, {"b", "x", 4, 1, 0, nil}} {
		_, err := old.ExecContext(ctx, q(`INSERT INTO change(account_id, stream, kind, id, seq, version, deleted, doc) VALUES(?, 'acct', 'thing', ?, ?, ?, ?, ?)`), row...)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db := closing(t, open(t, address))
	var before, after []string
	list := func(into *[]string) func(tx dbx.Tx) error {
		return func(tx dbx.Tx) error {
			*into = nil
			return dbx.Each(ctx, tx, func(scan func(...any) error) error {
				var account, id string
				var seq, version int64
				var gone bool
				var doc *string
				err := scan(&account, &id, &seq, &version, &gone, &doc)
				*into = append(*into, fmt.Sprint(account, " ", id, " ", seq, " v", version, " ", gone, " ", doc != nil && *doc == `{"x":1}`))
				return err
			}, `SELECT account_id, id, seq, version, deleted, doc FROM change ORDER BY account_id, seq`)
		}
	}
	err := errors.Join(
		db.Read(ctx, list(&before)),
		db.Write(ctx, func(tx dbx.Tx) error { return RecordChange(ctx, tx, "a", "thing", "x", 9, false) }),
		db.Read(ctx, list(&after)),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a z 2 v5 false false", "a x 4 v3 false true", "a y 7 v1 true false", "b x 4 v1 false false"}
	if diff := cmp.Diff(want, before); diff != "" {
		t.Error(diff)
	}
	want = []string{"a z 2 v5 false false", "a y 7 v1 true false", "a x 8 v9 false false", "b x 4 v1 false false"}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error(diff)
	}
}

// TestApplicationsOfAnEarlierVersionAreAllThere fills the table as it was before the
// octets came last in its rows.
func TestApplicationsOfAnEarlierVersionAreAllThere(t *testing.T) {
	ctx := t.Context()
	address, old, q := earlier(t, 11)
	if _, err := old.ExecContext(ctx, q(`INSERT INTO body(id, kind, ref, superior, post, official, is_active) VALUES('o', 'k', '{}', '', '', '', 1)`)); err != nil {
		t.Fatal(err)
	}
	const names = `account_id, id, procedure, form_id, form_version, form_hash, body_id, status, version, submission, signature, report,
		applicant, paid, filed_at, review, due_at, doc`
	rows := [][]any{
		{"b", "y", "1.3.4", "f", int64(2), "h", "o", "submitted", int64(7), []byte{0, 1, 255}, []byte{48}, "r", "p", "free", int64(-5), "w", int64(9), "d"},
		{"a", "z", "2.1", "g", int64(1), "i", "o", "closed", int64(1), []byte{7}, nil, nil, "q", "proof", int64(1 << 60), "v", nil, "e"},
	}
	for _, row := range rows {
		if _, err := old.ExecContext(ctx, q(`INSERT INTO application(`+names+`) VALUES(?`+strings.Repeat(", ?", len(row)-1)+`)`), row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db := closing(t, open(t, address))
	var got [][]any
	err := db.Read(ctx, func(tx dbx.Tx) error {
		got = nil
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			row, into := make([]any, len(rows[0])), make([]any, len(rows[0]))
			for i := range row {
				into[i] = &row[i]
			}
			err := scan(into...)
			got = append(got, row)
			return err
		}, `SELECT `+names+` FROM application ORDER BY id`)
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Error(diff)
	}
}
