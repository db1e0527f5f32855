package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/retry"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	oldestServer = 140000        // server_version_num
	mark         = "Akno portal" // the comment of the table meta
)

// settings hold for every connection where the address does not choose others. A planner that reads a small table from
// end to end makes a transaction meet everybody who writes to it, so an index is
// preferred also where it is slower for one; what has none then seems so dear that
// it would be compiled.
var settings = map[string]string{
	"application_name": "portald", "statement_timeout": "30000", "idle_in_transaction_session_timeout": "60000",
	"enable_seqscan": "off", "jit": "off",
}

// A server is the engine over a schema of a PostgreSQL database, which several
// processes may share. A write is a serializable transaction of its own, so that
// what a service checked still holds when it writes; one that met another is run
// again. The server groups commits by itself.
type server struct {
	rw, ro *sql.DB
	slots  chan struct{} // held by the writes that run
	woken  chan struct{} // holds a token when a commit brought new work for the jobs' runner

	turnMu sync.RWMutex  // guards the turn: held whole by a write that lost several times
	done   chan struct{} // closed by close

	nJobs, nCommits, nRepeated, nRefused, nWaiting atomic.Int64
}

// IsServer says whether an address of a database is that of a PostgreSQL server.
func IsServer(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// connect opens a pool of at most n connections, without trying one.
func connect(address string, n int, more map[string]string) (*sql.DB, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err // says the address without its password
	}
	if err := private(c); err != nil {
		return nil, err
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = maxAge
	}
	for k, v := range settings {
		if _, chosen := c.RuntimeParams[k]; !chosen {
			c.RuntimeParams[k] = v
		}
	}
	maps.Copy(c.RuntimeParams, more)
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// private refuses a way to the server on which others could read or answer:
// between computers there is TLS with the server's name verified.
func private(c *pgx.ConnConfig) error {
	open := func(host string) bool {
		ip := net.ParseIP(host)
		return !strings.HasPrefix(host, "/") && host != "localhost" && (ip == nil || !ip.IsLoopback())
	}
	bad := open(c.Host) && (c.TLSConfig == nil || c.TLSConfig.InsecureSkipVerify)
	for _, f := range c.Fallbacks {
		bad = bad || open(f.Host) && (f.TLSConfig == nil || f.TLSConfig.InsecureSkipVerify)
	}
	if bad {
		return errors.New("a server on another computer is reached with sslmode=verify-full only")
	}
	return nil
}

func openServer(ctx context.Context, address string) (*server, error) {
	writers := max(8, 2*runtime.NumCPU())
	s := &server{slots: make(chan struct{}, writers), woken: make(chan struct{}, 1), done: make(chan struct{})}
	var err error
	if s.rw, err = connect(address, writers, map[string]string{"default_transaction_isolation": "serializable"}); err != nil {
		return nil, err
	}
	if s.ro, err = connect(address, writers, map[string]string{"default_transaction_read_only": "on"}); err != nil {
		return nil, errors.Join(err, s.rw.Close())
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// prepare checks the server and brings the schema up to date. Of several
// processes that start together one does it while the others wait.
func (s *server) prepare(ctx context.Context) (err error) {
	conn, err := s.rw.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	const turn = `(1095454288, hashtext(current_schema()))`
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock`+turn); err != nil {
		return err
	}
	defer func() { // a connection that is lost has let go of it
		_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock`+turn)
		err = errors.Join(err, unlockErr)
	}()
	if _, err := serverHolds(ctx, conn); err != nil {
		return err
	}
	return migrate(ctx, serverDialect, s.rw, newest)
}

// checkServer refuses a server whose answers would mean something else.
func checkServer(ctx context.Context, conn *sql.Conn) error {
	var version int
	var encoding, commit string
	var schema *string
	err := conn.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
		current_setting('synchronous_commit'), current_schema()`).Scan(&version, &encoding, &commit, &schema)
	switch {
	case err != nil:
		return err
	case version < oldestServer:
		return fmt.Errorf("PostgreSQL is %d, want %d or newer", version, oldestServer)
	case encoding != "UTF8":
		return fmt.Errorf("the encoding of the database is %s, want UTF8", encoding)
	case commit == "off":
		return errors.New("synchronous_commit is off: a commit would be told before it is on the disk")
	case schema == nil:
		return errors.New("no schema of the search_path exists")
	}
	return nil
}

// serverHolds says whether the schema is a portal's, and refuses one that
// belongs to another program.
func serverHolds(ctx context.Context, conn *sql.Conn) (bool, error) {
	var comment *string
	var others int
	err := conn.QueryRowContext(ctx, `SELECT obj_description(to_regclass(quote_ident(current_schema()) || '.meta'), 'pg_class'),
		(SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'schema_version')`).Scan(&comment, &others)
	if err != nil {
		return false, err
	}
	ours := comment != nil && *comment == mark
	if !ours && others > 0 {
		return false, fmt.Errorf("not a database of the portal: its schema has %d tables of another program", others)
	}
	return ours, nil
}

func (s *server) read(ctx context.Context, fn func(dbx.Tx) error) (err error) {
	tx, err := s.ro.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return serverTold("store.Read", err)
	}
	defer func() { // also when fn panics
		if rerr := tx.Rollback(); rerr != nil && err == nil {
			err = serverTold("store.Read", rerr)
		}
	}()
	if err := fn(&serverTx{tx: tx}); err != nil {
		return serverTold("store.Read", err)
	}
	return nil
}

func (s *server) ready(ctx context.Context) error {
	if err := s.ro.PingContext(ctx); err != nil {
		return &akno.Error{Code: akno.Unavailable, Op: "store.Ready", Err: err}
	}
	if s.nWaiting.Load() >= queueSize {
		return retry.Unavailable("store.Ready", fullWait)
	}
	return nil
}

func (s *server) failed() <-chan struct{} { return nil }
func (s *server) queued() <-chan struct{} { return s.woken }
func (s *server) dialect() dialect        { return serverDialect }
func (s *server) reader() *sql.DB         { return s.ro }

func (s *server) stats() Stats {
	return Stats{
		Jobs: s.nJobs.Load(), Groups: s.nCommits.Load(), Repeated: s.nRepeated.Load(),
		Refused: s.nRefused.Load(), Waiting: int(s.nWaiting.Load()),
	}
}

func (s *server) close() error {
	close(s.done)
	for range cap(s.slots) { // the writes that run come to their end
		s.slots <- struct{}{}
	}
	return errors.Join(s.rw.Close(), s.ro.Close())
}

// A serverTx is a transaction in a PostgreSQL server. The caller's context does
// not reach it: a statement that is interrupted costs its connection.
type serverTx struct {
	tx       *sql.Tx
	enqueued bool
	broken   error // after a statement that failed the server takes no more of them
}

func (t *serverTx) wake() { t.enqueued = true }

func (t *serverTx) note(err error) error {
	if err != nil && t.broken == nil {
		t.broken = err
	}
	return err
}

func (t *serverTx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := t.tx.ExecContext(context.WithoutCancel(ctx), dbx.Dollar(query), dbx.Plain(args)...)
	return res, t.note(err)
}

func (t *serverTx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := t.tx.QueryContext(context.WithoutCancel(ctx), dbx.Dollar(query), dbx.Plain(args)...)
	return rows, t.note(err)
}

func (t *serverTx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	row := t.tx.QueryRowContext(context.WithoutCancel(ctx), dbx.Dollar(query), dbx.Plain(args)...)
	_ = t.note(row.Err())
	return row
}
