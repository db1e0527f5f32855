package store

import (
	"context"
	"database/sql/driver"
)

// Opening a profile may seal it, copy it, bring its schema up to date and restore
// it, each in many steps. So that tests can end the program at every one of them,
// a step is told before it is taken: a statement, a commit, a block that is written,
// a file that is renamed or removed.

type stepsKey struct{}

// watchedBy returns a context under which Open tells its steps.
func watchedBy(ctx context.Context, steps func(step string)) context.Context {
	return context.WithValue(ctx, stepsKey{}, steps)
}

func stepsOf(ctx context.Context) func(step string) {
	steps, _ := ctx.Value(stepsKey{}).(func(step string))
	return steps
}

// step tells a step, where anybody listens.
func step(ctx context.Context, name string) {
	if steps := stepsOf(ctx); steps != nil {
		steps(name)
	}
}

// BeginTx implements driver.ConnBeginTx.
func (k *keeping) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := k.conn.BeginTx(ctx, opts)
	if steps := stepsOf(ctx); steps != nil && err == nil {
		return watchedTx{tx, steps}, nil
	}
	return tx, err
}

// watchedTx is a transaction whose end is told before it comes.
type watchedTx struct {
	driver.Tx
	steps func(step string)
}

// Commit implements driver.Tx.
func (t watchedTx) Commit() error {
	t.steps("commit")
	return t.Tx.Commit()
}
