// Package testdb gives a test a portal's database of its own: a SQLite file, or,
// when the environment names a PostgreSQL server, a schema there. So one suite
// runs on both engines.
//
// Making the tables of a schema takes a server as long as a whole test, so that a
// schema is emptied after a test and given to the next one of the same process.
// The schemas of a process are dropped by the first test of a later one.
package testdb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Variable names the server: a postgres:// URL of a database in which the tests
// may make schemas.
const Variable = "AKNO_TEST_POSTGRES"

// OnServer says whether the databases of this run are in a PostgreSQL server.
func OnServer() bool { return os.Getenv(Variable) != "" }

// Address returns the address of a database without rows for store.Open. What
// the test opens there it closes before its end.
func Address(t testing.TB) string {
	t.Helper()
	if !OnServer() {
		return filepath.Join(t.TempDir(), "portal.db")
	}
	address, giveBack, err := Lease()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		if err := giveBack(); err != nil {
			t.Errorf("testdb: %v", err)
		}
	})
	return address
}

// Lease returns the address of a database without rows in the server of this run,
// for a test that needs many, and what gives it back once it is closed.
func Lease() (address string, giveBack func() error, err error) {
	s := shared()
	name, err := s.take()
	if err != nil {
		return "", nil, err
	}
	return s.within(name), func() error { return s.giveBack(name) }, nil
}

// Beside returns the address of a database without rows for the portal of a data
// folder, the same one for the same folder, or "" where the rows are in a file of
// the folder itself.
func Beside(t testing.TB, folder string) string {
	t.Helper()
	if !OnServer() {
		return ""
	}
	s := shared()
	s.mu.Lock()
	address := s.beside[folder]
	s.mu.Unlock()
	if address == "" {
		address = Address(t)
		s.mu.Lock()
		s.beside[folder] = address
		s.mu.Unlock()
	}
	return address
}

// Empty returns the address of a database without tables, for a test that may do
// anything to it.
func Empty(t testing.TB) string {
	t.Helper()
	if !OnServer() {
		return Address(t)
	}
	name, err := shared().create()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		if err := shared().run("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Errorf("testdb: %v", err)
		}
	})
	return shared().within(name)
}

// Exec runs statements in the database at an address on a server, beside the
// portal.
func Exec(t testing.TB, address, statements string) {
	t.Helper()
	ctx := context.Background() // a cleanup has none of its test
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	_, err = c.Exec(ctx, statements, pgx.QueryExecModeSimpleProtocol)
	if closeErr := c.Close(ctx); err == nil {
		err = closeErr
	}
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
}

// A server is one connection to the server of the run.
type server struct {
	mu    sync.Mutex // guards what follows
	conn  *pgx.Conn
	err   error // that kept it from being connected
	at    url.URL
	owner string // first part of the names of this process's schemas
	free  []string

	beside map[string]string // addresses by the folders of portals
}

var shared = sync.OnceValue(connect)

// family names the advisory locks that tell the processes which still run.
const family = 0x414b4e54

func connect() *server {
	ctx := context.Background()
	s := &server{beside: map[string]string{}}
	at, err := url.Parse(os.Getenv(Variable))
	if err != nil {
		s.err = fmt.Errorf("%s is no URL", Variable)
		return s
	}
	s.at = *at
	if s.conn, s.err = pgx.Connect(ctx, at.String()); s.err != nil {
		return s
	}
	var b [4]byte
	rand.Read(b[:])
	s.owner = "t" + hex.EncodeToString(b[:])
	if _, s.err = s.conn.Exec(ctx, `SELECT pg_advisory_lock($1, hashtext($2))`, family, s.owner); s.err == nil {
		_, s.err = s.conn.Exec(ctx, `SET lock_timeout = '20s'`)
	}
	if s.err == nil {
		s.err = s.sweep(ctx)
	}
	return s
}

// sweep drops what processes have left that do not run any more.
func (s *server) sweep(ctx context.Context) error {
	rows, err := s.conn.Query(ctx, `SELECT nspname FROM pg_namespace WHERE nspname ~ '^t[0-9a-f]{8}_[0-9a-f]{8}$'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		owner := name[:len("t01234567")]
		var gone bool
		if err := s.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, hashtext($2))`, family, owner).Scan(&gone); err != nil {
			return err
		}
		if !gone || owner == s.owner {
			continue
		}
		if _, err := s.conn.Exec(ctx, `DROP SCHEMA IF EXISTS `+name+` CASCADE`); err != nil {
			return err
		}
		if _, err := s.conn.Exec(ctx, `SELECT pg_advisory_unlock($1, hashtext($2))`, family, owner); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) take() (string, error) {
	s.mu.Lock()
	if n := len(s.free); n > 0 {
		defer s.mu.Unlock()
		name := s.free[n-1]
		s.free = s.free[:n-1]
		return name, nil
	}
	s.mu.Unlock()
	return s.create()
}

func (s *server) create() (string, error) {
	var b [4]byte
	rand.Read(b[:])
	name := s.owner + "_" + hex.EncodeToString(b[:])
	return name, s.run("CREATE SCHEMA " + name)
}

// giveBack empties a schema. What refers to another table was made after it.
func (s *server) giveBack(name string) error {
	err := s.run(`DO $$ DECLARE t regclass; BEGIN
		FOR t IN SELECT oid FROM pg_class WHERE relnamespace = '` + name + `'::regnamespace AND relkind = 'r'
			AND relname <> 'schema_version' ORDER BY oid DESC LOOP
			EXECUTE 'DELETE FROM ' || t;
		END LOOP; END $$`)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.free = append(s.free, name)
	}
	return err
}

func (s *server) run(statement string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return fmt.Errorf("the server that %s names: %w", Variable, s.err)
	}
	_, err := s.conn.Exec(context.Background(), statement)
	return err
}

// within returns the address of a schema.
func (s *server) within(name string) string {
	at := s.at
	q := at.Query()
	q.Set("search_path", name)
	at.RawQuery = q.Encode()
	return at.String()
}
