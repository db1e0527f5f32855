package dbx_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"akno/backend/internal/dbx"

	_ "modernc.org/sqlite"
)

const ours = 0x414b4e58

// file opens a new SQLite file and runs statements in it.
func file(t *testing.T, query string, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+query)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestAFileOfAnotherProgramIsRefused(t *testing.T) {
	const table, mark = `CREATE TABLE t(a)`, `PRAGMA application_id = 1095454296`
	for name, c := range map[string]struct {
		statements []string
		foreign    bool
	}{
		"empty":                      {nil, false},
		"marked as ours":             {[]string{mark, table}, false},
		"marked as ours and empty":   {[]string{mark}, false},
		"with tables and no mark":    {[]string{table}, true},
		"marked as another's":        {[]string{`PRAGMA application_id = 7`, table}, true},
		"marked as another's, empty": {[]string{`PRAGMA application_id = 7`}, true},
	} {
		err := dbx.CheckOwner(t.Context(), file(t, "", c.statements...), ours)
		if _, foreign := errors.AsType[dbx.Foreign](err); foreign != c.foreign || err != nil && !foreign {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEverySettingThatIsNotInForceIsFound(t *testing.T) {
	const good = "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=application_id(1095454296)"
	if err := dbx.ReadBack(t.Context(), file(t, good), ours); err != nil {
		t.Error(err)
	}
	for _, spoil := range []string{
		"PRAGMA journal_mode = DELETE", "PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = 0", "PRAGMA busy_timeout = 0", "PRAGMA application_id = 1",
	} {
		if err := dbx.ReadBack(t.Context(), file(t, good, spoil), ours); err == nil {
			t.Errorf("%s was not found", spoil)
		}
	}
}
