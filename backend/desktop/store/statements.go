package store

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"modernc.org/sqlite"
)

// SQLite takes longer to compile most of this program's statements than to run
// them, and the driver compiles a statement each time it is run. So a connection
// keeps the statements that it has met, those used last.

// keptStatements is how many compiled statements a connection keeps: more than the
// program has that it runs often, a few kilobytes each.
const keptStatements = 160

// openKeeping is sql.Open for a database whose connections keep their statements.
func openKeeping(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return sql.OpenDB(keeper{c}), nil
}

// conn is what a connection of the driver can do.
type conn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// statement is what a compiled statement of the driver can do.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keeper opens connections that keep their statements.
type keeper struct{ driver.Connector }

// Connect implements driver.Connector.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	able, ok := c.(conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("open: %T is no connection as this program needs it", c), c.Close())
	}
	return &keeping{conn: able, idle: map[string]*list.Element{}}, nil
}

// keeping is a connection with the statements that nobody runs at the moment. One
// that is being read from is not among them, so that the same question asked once
// more meanwhile is a statement of its own. database/sql lets one goroutine at a
// time into it.
type keeping struct {
	conn
	idle  map[string]*list.Element // by text
	order list.List                // of *kept, front: used last
}

type kept struct {
	text string
	statement
}

// worthKeeping says whether a statement may be run again as it was compiled. Some
// pragmas do their work while they are compiled, and what changes the schema comes
// once.
func worthKeeping(query string) bool {
	query = strings.TrimSpace(query)
	return slices.ContainsFunc(repeated, func(word string) bool { return strings.HasPrefix(query, word) })
}

// repeated are the first words of the statements that are kept.
var repeated = []string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}

// take returns the statement of that text, for the caller alone.
func (k *keeping) take(ctx context.Context, query string) (*kept, error) {
	if e := k.idle[query]; e != nil {
		delete(k.idle, query)
		return k.order.Remove(e).(*kept), nil
	}
	s, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	able, ok := s.(statement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("prepare: %T is no statement as this program needs it", s), s.Close())
	}
	return &kept{query, able}, nil
}

// giveBack keeps a statement that has done its work and was reset.
func (k *keeping) giveBack(s *kept) error {
	if k.idle == nil || k.idle[s.text] != nil { // the connection is closed, or it was asked twice at once
		return s.Close()
	}
	k.idle[s.text] = k.order.PushFront(s)
	if k.order.Len() <= keptStatements {
		return nil
	}
	oldest := k.order.Remove(k.order.Back()).(*kept)
	delete(k.idle, oldest.text)
	return oldest.Close()
}

// ExecContext implements driver.ExecerContext.
func (k *keeping) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	step(ctx, query)
	if !worthKeeping(query) {
		return k.conn.ExecContext(ctx, query, args)
	}
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	res, err := s.ExecContext(ctx, args)
	if err != nil { // compiled anew the next time, whatever it was
		return nil, errors.Join(err, s.Close())
	}
	return res, k.giveBack(s)
}

// QueryContext implements driver.QueryerContext.
func (k *keeping) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	step(ctx, query)
	if !worthKeeping(query) {
		return k.conn.QueryContext(ctx, query, args)
	}
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &keptRows{Rows: rows, of: k, s: s}, nil
}

// Close implements driver.Conn.
func (k *keeping) Close() error {
	var errs []error
	for e := k.order.Front(); e != nil; e = e.Next() {
		errs = append(errs, e.Value.(*kept).Close())
	}
	k.idle = nil
	k.order.Init()
	return errors.Join(append(errs, k.conn.Close())...)
}

// keptRows are the rows of a statement that is kept after them.
type keptRows struct {
	driver.Rows
	of *keeping
	s  *kept
}

// Close implements driver.Rows; it resets the statement.
func (r *keptRows) Close() error {
	if r.s == nil {
		return nil
	}
	s := r.s
	r.s = nil
	if err := r.Rows.Close(); err != nil {
		return errors.Join(err, s.Close())
	}
	return r.of.giveBack(s)
}
