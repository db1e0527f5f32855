package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/internal/clock"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func TestAServerElsewhereIsReachedWithItsNameVerifiedOnly(t *testing.T) {
	for address, fit := range map[string]bool{
		"postgres://u@/portal?host=/run/postgresql":                             true,
		"postgres://u:p@localhost/portal":                                       true,
		"postgres://u:p@127.0.0.1,127.0.0.1:5433/portal":                        true,
		"postgres://u:p@[::1]/portal?sslmode=disable":                           true,
		"postgres://u:p@db.example/portal":                                      false,
		"postgres://u:p@db.example/portal?sslmode=require":                      false,
		"postgres://u:p@db.example/portal?sslmode=verify-ca":                    false,
		"postgres://u:p@db.example/portal?sslmode=verify-full":                  true,
		"postgres://u:p@10.0.0.7/portal?sslmode=disable":                        false,
		"postgres://u:p@127.0.0.1,10.0.0.7/portal?sslmode=prefer":               false,
		"postgres://u:p@127.0.0.1,10.0.0.7/portal?sslmode=verify-full":          true,
		"postgresql://u:p@a.example,b.example/portal?sslmode=verify-full":       true,
		"postgres://u:p@a.example/portal?sslmode=verify-full&connect_timeout=1": true,
	} {
		c, err := pgx.ParseConfig(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if err := private(c); (err == nil) != fit {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTheAddressOfADatabaseTellsItsEngine(t *testing.T) {
	for address, want := range map[string]bool{
		"postgres://a/b": true, "postgresql://a/b": true, "/srv/portal.db": false, "postgres.db": false, "data/postgres:x": false,
	} {
		if IsServer(address) != want {
			t.Errorf("%s", address)
		}
	}
}

func TestAPasswordOfAnAddressIsNotTold(t *testing.T) {
	for _, address := range []string{"postgres://portal:geheim@/portal?host=/nowhere", "postgres://portal:geheim@127.0.0.1:1/portal", "postgres://portal:geheim@h:x/portal"} {
		db, err := Open(t.Context(), address, clock.System)
		if err == nil {
			t.Error("a database was found", errors.Join(db.Close()))
			continue
		}
		if strings.Contains(err.Error(), "geheim") {
			t.Errorf("the password is in %q", err)
		}
	}
}

func TestAFailureOfAServerIsRunAgainOnlyWhereThatIsSafe(t *testing.T) {
	pg := func(code string) error { return fmt.Errorf("service: %w", &pgconn.PgError{Code: code}) }
	for _, c := range []struct {
		name  string
		err   error
		n     int
		again bool
		told  akno.Code
	}{
		{"a conflict", pg("40001"), 50, true, ""},
		{"a deadlock", pg("40P01"), 50, true, ""},
		{"a key written in between", pg("23505"), 1, true, ""},
		{"a key that is there", pg("23505"), clashes, false, ""},
		{"a server that stops", pg("57P01"), 50, true, akno.Unavailable},
		{"a lost connection", pg("08006"), 50, true, akno.Unavailable},
		{"a connection that was closed", driver.ErrBadConn, 50, true, akno.Unavailable},
		{"a standby", pg("25006"), 50, true, ""},
		{"a full disk", pg("53100"), 1, false, akno.DiskFull},
		{"a statement that took too long", pg("57014"), 1, false, akno.Unavailable},
		{"a commit that nobody knows of", unknown{pg("57P01")}, 1, false, akno.Unavailable},
		{"a broken rule", pg("23514"), 1, false, ""},
		{"a NUL", pg("22021"), 1, false, akno.Invalid},
		{"a refusal", &akno.Error{Code: akno.Conflict}, 1, false, akno.Conflict},
	} {
		if got := again(c.err, c.n); got != c.again {
			t.Errorf("%s: run again %v", c.name, got)
		}
		told := serverTold("x", c.err)
		if !errors.Is(told, c.err) {
			t.Errorf("%s: the cause is lost: %v", c.name, told)
		}
		if c.told != "" && akno.CodeOf(told) != c.told {
			t.Errorf("%s is told as %v", c.name, told)
		}
	}
	for n := range 100 {
		if d := pause(n + 1); d < 0 || d >= seldom {
			t.Errorf("pause %v after run %d", d, n+1)
		}
	}
}
