package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"akno/backend/internal/dbx"
)

// A writeTx is a job's view of its group's transaction. The caller's context
// does not reach the engine: an interrupted statement makes SQLite undo the
// work of everybody else in the group.
type writeTx struct {
	w        *writer
	wrote    bool
	enqueued bool
	broken   error // the engine may have undone the transaction
}

func (t *writeTx) wake() { t.enqueued = true }

func (t *writeTx) prepare(query string) (*sql.Stmt, error) {
	t.wrote = t.wrote || !strings.HasPrefix(query, "SELECT") // INSERT … RETURNING is a query too
	return t.w.conn.stmt(query)
}

func (t *writeTx) note(err error) error {
	if err != nil && undoes(err) {
		t.broken = told(err)
		return t.broken
	}
	return err
}

func (t *writeTx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := t.prepare(query)
	if err != nil {
		return nil, t.note(err)
	}
	res, err := s.ExecContext(context.WithoutCancel(ctx), args...)
	return res, t.note(err)
}

func (t *writeTx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := t.prepare(query)
	if err != nil {
		return nil, t.note(err)
	}
	rows, err := s.QueryContext(context.WithoutCancel(ctx), args...)
	return rows, t.note(err)
}

func (t *writeTx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = context.WithoutCancel(ctx)
	s, err := t.prepare(query)
	if err != nil {
		return t.w.conn.conn.QueryRowContext(ctx, query, args...) // carries the same error
	}
	row := s.QueryRowContext(ctx, args...)
	_ = t.note(row.Err())
	return row
}

// A readTx is a snapshot on one of the read-only connections. It is short, so that
// the caller's context does not reach the engine here either: to watch it takes two
// goroutines for every statement, which is more than most of them cost.
type readTx struct {
	p *prepared
}

func (t *readTx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := t.p.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.WithoutCancel(ctx), args...) // the connection refuses a write: query_only
}

func (t *readTx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := t.p.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.WithoutCancel(ctx), args...)
}

func (t *readTx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = context.WithoutCancel(ctx)
	s, err := t.p.stmt(query)
	if err != nil {
		return t.p.conn.QueryRowContext(ctx, query, args...) // carries the same error
	}
	return s.QueryRowContext(ctx, args...)
}

// A prepared is a connection with the statements it has met. One goroutine at
// a time uses it.
type prepared struct {
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
	broken bool // a transaction could not be ended: the connection is given up
}

func newPrepared(conn *sql.Conn) *prepared {
	return &prepared{conn: conn, stmts: map[string]*sql.Stmt{}}
}

func (p *prepared) stmt(query string) (*sql.Stmt, error) {
	if s := p.stmts[query]; s != nil {
		return s, nil
	}
	s, err := p.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	p.stmts[query] = s
	return s, nil
}

func (p *prepared) exec(query string) error {
	s, err := p.stmt(query)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(context.Background())
	return err
}

func (p *prepared) read(ctx context.Context, fn func(dbx.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := p.exec("BEGIN"); err != nil {
		p.broken = true
		return fmt.Errorf("store: read: %w", err)
	}
	defer func() { // also when fn panics
		if rerr := p.exec("ROLLBACK"); rerr != nil {
			p.broken = true
			err = errors.Join(err, rerr)
		}
	}()
	return fn(&readTx{p: p})
}

// discard closes the connection itself instead of handing it back to its pool.
func (p *prepared) discard() error {
	err := p.conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) {
		return nil
	}
	return err
}

func (p *prepared) close() error {
	var errs []error
	for _, s := range p.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, p.conn.Close())...)
}
