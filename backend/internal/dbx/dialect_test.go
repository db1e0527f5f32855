package dbx_test

import (
	"testing"

	"akno/backend/internal/dbx"

	"github.com/google/go-cmp/cmp"
)

func TestParametersAreNumberedOutsideOfQuotesAndComments(t *testing.T) {
	for query, want := range map[string]string{
		`SELECT 1`:                                     `SELECT 1`,
		`SELECT a FROM t WHERE b = ? AND c = ?`:        `SELECT a FROM t WHERE b = $1 AND c = $2`,
		`SELECT '?', 'it''s ?', "b?" FROM t WHERE c=?`: `SELECT '?', 'it''s ?', "b?" FROM t WHERE c=$1`,
		"SELECT 1 -- why?\nWHERE a=?":                  "SELECT 1 -- why?\nWHERE a=$1",
		"SELECT /* ? */ ?, a-?, '":                     "SELECT /* ? */ $1, a-$2, '",
		`a LIKE ? ESCAPE '\' AND b = ?`:                `a LIKE $1 ESCAPE '\' AND b = $2`,
		`SELECT 1 -- ?`:                                `SELECT 1 -- ?`,
	} {
		if got := dbx.Dollar(query); got != want {
			t.Errorf("%q became %q, want %q", query, got, want)
		}
	}
}

func TestTruthValuesAreStoredAsNumbers(t *testing.T) {
	given := []any{"a", true, nil, int64(7), false, []byte{1}}
	got := dbx.Plain(given)
	if diff := cmp.Diff([]any{"a", int64(1), nil, int64(7), int64(0), []byte{1}}, got); diff != "" {
		t.Error(diff)
	}
	if given[1] != true {
		t.Error("the caller's arguments were changed")
	}
}

func FuzzDollar(f *testing.F) {
	f.Add("SELECT '?' -- ?\n, ? /* ? */")
	f.Fuzz(func(t *testing.T, query string) {
		if got := dbx.Dollar(query); len(got) < len(query) {
			t.Errorf("%q became %q", query, got)
		}
	})
}
