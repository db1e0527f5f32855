package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"modernc.org/sqlite"
)

// counted is a connection that counts what it compiles.
type counted struct {
	conn
	compiled map[string]int
}

func (c counted) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.compiled[query]++
	return c.conn.PrepareContext(ctx, query)
}

type counter struct {
	driver.Connector
	compiled map[string]int
}

func (c *counter) Connect(ctx context.Context) (driver.Conn, error) {
	got, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return counted{got.(conn), c.compiled}, nil
}

// keepingDB opens an empty database with the table t in one connection.
func keepingDB(t *testing.T) (db *sql.DB, compiled map[string]int, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.db")
	base, err := sqlite.NewConnector(dsn(path, "", "rwc", nil))
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{base, map[string]int{}}
	db = sql.OpenDB(keeper{c})
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	do(t, db, `CREATE TABLE t(n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT`)
	return db, c.compiled, path
}

func do(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func ask(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	all, err := dump(t.Context(), db, query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return strings.Trim(fmt.Sprint(all), "[]")
}

func TestAStatementIsCompiledOnceForAConnection(t *testing.T) {
	db, compiled, _ := keepingDB(t)
	for n := range 5 {
		do(t, db, `INSERT INTO t(n, text) VALUES(?, ?)`, n, fmt.Sprint("x", n))
		if got := ask(t, db, `SELECT text FROM t WHERE n=?`, n); got != fmt.Sprint("x", n) {
			t.Errorf("%d: %q", n, got)
		}
		if got := ask(t, db, `SELECT text FROM t WHERE n=?`, n+100); got != "" {
			t.Errorf("a row that is not there is %q", got)
		}
	}
	for query, n := range compiled {
		if n != 1 {
			t.Errorf("%s was compiled %d times", query, n)
		}
	}
	if len(compiled) != 2 {
		t.Errorf("what was compiled by itself: %v", compiled)
	}
}

func TestTheSameQuestionMayBeAskedWhileItsRowsAreRead(t *testing.T) {
	db, _, _ := keepingDB(t)
	for n := range 4 {
		do(t, db, `INSERT INTO t(n, text) VALUES(?, '')`, n)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const above = `SELECT n FROM t WHERE n>=? ORDER BY n`
	var count func(from, depth int) int
	count = func(from, depth int) (all int) {
		rows, err := tx.QueryContext(t.Context(), above, from)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			if all++; depth > 0 {
				all += count(n, depth-1)
			}
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
		return all
	}
	for range 2 {
		if got := count(0, 2); got != 4+(4+3+2+1)+(10+6+3+1) {
			t.Errorf("counted %d", got)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
}

func TestAStatementThatFailedMayBeRunAgain(t *testing.T) {
	db, _, _ := keepingDB(t)
	const insert = `INSERT INTO t(n, text) VALUES(?, ?)`
	do(t, db, insert, 1, "a")
	for range 2 {
		if _, err := db.ExecContext(t.Context(), insert, 1, "b"); err == nil {
			t.Error("one key was given twice")
		}
	}
	do(t, db, insert, 2, "c")
	for range 2 {
		if _, err := db.QueryContext(t.Context(), `SELECT nothing FROM t`); err == nil {
			t.Error("a column that is not there was read")
		}
	}
	if got := ask(t, db, `SELECT n, text FROM t ORDER BY n`); got != "1 a] [2 c" {
		t.Error(got)
	}
}

func TestARunNeverSeesWhatAnEarlierOneWasGiven(t *testing.T) {
	db, _, _ := keepingDB(t)
	const insert = `INSERT INTO t(text) VALUES(coalesce(?, 'nothing'))`
	do(t, db, insert, "something")
	do(t, db, insert, nil)
	if got := ask(t, db, `SELECT text FROM t ORDER BY n`); got != "something] [nothing" {
		t.Error(got)
	}
}

func TestAKeptStatementFollowsAChangeOfTheSchema(t *testing.T) {
	db, _, path := keepingDB(t)
	do(t, db, `INSERT INTO t VALUES(1, 'a')`)
	const all = `SELECT * FROM t`
	if got := ask(t, db, all); got != "1 a" {
		t.Error(got)
	}
	other, err := sql.Open("sqlite", dsn(path, "", "rw", nil))
	if err != nil {
		t.Fatal(err)
	}
	do(t, other, `ALTER TABLE t ADD COLUMN more TEXT NOT NULL DEFAULT 'm'`)
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	if got := ask(t, db, all); got != "1 a m" {
		t.Error(got)
	}
	do(t, db, `DROP TABLE t`) // no kept statement stands in its way
}

func TestAPragmaWorksEachTimeItIsRun(t *testing.T) {
	db, _, _ := keepingDB(t)
	for range 3 {
		for _, size := range []int{100, 200} { // set while the pragma is compiled
			do(t, db, fmt.Sprintf(`PRAGMA cache_size=%d`, size))
			if got := ask(t, db, `PRAGMA cache_size`); got != fmt.Sprint(size) {
				t.Errorf("%s, want %d", got, size)
			}
		}
	}
}

func TestAConnectionKeepsTheStatementsUsedLast(t *testing.T) {
	db, compiled, _ := keepingDB(t)
	const often = `SELECT 'often'`
	for n := range 2 * keptStatements {
		ask(t, db, fmt.Sprintf(`SELECT %d`, n))
		ask(t, db, often)
	}
	if compiled[often] != 1 {
		t.Errorf("what is asked all the time was compiled %d times", compiled[often])
	}
	ask(t, db, `SELECT 0`)
	if compiled[`SELECT 0`] != 2 {
		t.Errorf("what was asked long ago was compiled %d times", compiled[`SELECT 0`])
	}
}
