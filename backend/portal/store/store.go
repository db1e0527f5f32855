// Package store is the portal's database: one writer that serves all who wait
// with one commit over a SQLite file, or transactions of their own in a
// PostgreSQL server, the migrations of both, and the small pieces that every
// service shares: the index of changes, the record of commands already applied,
// the wake-up of jobs.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
)

// A DB is the portal's database. It implements dbx.DB.
type DB struct {
	engine  engine
	address string
	epoch   string
}

var _ dbx.DB = (*DB)(nil)

// An engine keeps the rows: a file or a server.
type engine interface {
	write(ctx context.Context, fn func(tx dbx.Tx) error) error
	read(ctx context.Context, fn func(tx dbx.Tx) error) error
	ready(ctx context.Context) error
	failed() <-chan struct{} // nil where the engine itself recovers
	queued() <-chan struct{}
	stats() Stats
	dialect() dialect
	reader() *sql.DB
	close() error
}

// Stats are counters of the writes.
type Stats struct {
	Jobs, Groups int64 // writes that ran and the commits that served them
	Spoiled      int64 // SQLite: groups that had to be run again one by one
	Repeated     int64 // PostgreSQL: transactions that met another one and were run again
	Refused      int64 // writes sent away because too many waited
	Waiting      int   // writes that wait now
}

// Open opens the database at address, brings its schema up to date and checks
// that every setting is in force. The address is a path of a SQLite file, which
// is made when it is not there, or a URL of a PostgreSQL database
// (postgres://…), whose schema is the first of its search_path. Only one process
// may have a file open.
func Open(ctx context.Context, address string, now clock.Clock) (*DB, error) {
	db := &DB{address: address}
	var err error
	if IsServer(address) {
		db.engine, err = engineOf(openServer(ctx, address))
	} else {
		db.engine, err = engineOf(openFile(ctx, address, now))
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := db.begin(ctx, now); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), db.Close())
	}
	return db, nil
}

// engineOf keeps a nil pointer from becoming an engine.
func engineOf[E engine](e E, err error) (engine, error) {
	if err != nil {
		return nil, err
	}
	return e, nil
}

// begin reads the epoch, and makes the one of a new database.
func (db *DB) begin(ctx context.Context, now clock.Clock) error {
	return db.Write(ctx, func(tx dbx.Tx) error {
		found, err := dbx.Found(ctx, tx, `SELECT value FROM meta WHERE name='epoch'`, nil, &db.epoch)
		if err != nil || found {
			return err
		}
		db.epoch = ids.New(now())
		_, err = tx.Exec(ctx, `INSERT INTO meta(name, value) VALUES('epoch', ?)`, db.epoch)
		return err
	})
}

// Epoch names the life of this database. A database that was restored from a
// copy gets a new one, which tells the clients not to trust old answers.
func (db *DB) Epoch() string { return db.epoch }

// Write runs fn in a transaction and returns after its commit. On PostgreSQL fn
// is run again when its transaction met another one.
func (db *DB) Write(ctx context.Context, fn func(tx dbx.Tx) error) error {
	return db.engine.write(ctx, fn)
}

// Read runs fn on a snapshot of a read-only connection. It is short: a snapshot
// that stays open keeps SQLite's log from being reset.
func (db *DB) Read(ctx context.Context, fn func(tx dbx.Tx) error) error {
	return db.engine.read(ctx, fn)
}

// Failed is closed when a commit or a sync failed in a way after which nothing
// may be written any more: the process has to end and be started again. It never
// is on PostgreSQL, which sees to that itself.
func (db *DB) Failed() <-chan struct{} { return db.engine.failed() }

// Queued has a value after a commit that brought new jobs.
func (db *DB) Queued() <-chan struct{} { return db.engine.queued() }

// Stats are counters of the writes since the database was opened.
func (db *DB) Stats() Stats { return db.engine.stats() }

const readyTime = 2 * time.Second // for a server to answer

// Ready returns an error with code Unavailable when the database takes no
// writes.
func (db *DB) Ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), readyTime)
	defer cancel()
	return db.engine.ready(ctx)
}

// Close ends what was taken, waits for the readers and closes all connections.
// It is called once.
func (db *DB) Close() error { return db.engine.close() }
