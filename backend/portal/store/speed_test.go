package store

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
)

// BenchmarkCommand is what the store itself costs of a command that a client
// pushes: its record, a row and the change that tells of it, each client in an
// account of its own.
func BenchmarkCommand(b *testing.B) {
	for _, clients := range []int{1, 16, 64} {
		b.Run(fmt.Sprint("clients", clients), func(b *testing.B) {
			db, err := Open(b.Context(), testdb.Address(b), clock.System)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			work := make(chan struct{}, clients)
			var wg sync.WaitGroup
			for range clients {
				account := ids.New(clock.System())
				wg.Go(func() {
					for range work {
						if err := command(db, account); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				work <- struct{}{}
			}
			close(work)
			wg.Wait()
			s := db.Stats()
			b.ReportMetric(float64(s.Jobs)/float64(s.Groups), "commands/commit")
			b.ReportMetric(float64(s.Repeated)/float64(s.Jobs), "repeats/command")
		})
	}
}

func command(db *DB, account string) error {
	ctx, now := context.Background(), clock.System()
	id := ids.New(now)
	op, err := NewOp(id, "bench.Do", account)
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx dbx.Tx) error {
		_, err := Once(ctx, tx, account, op, now, func() ([]byte, error) {
			if err := put("row"+id, "x")(tx); err != nil {
				return nil, err
			}
			return []byte(`{}`), RecordChange(ctx, tx, account, "thing", id, 1, false)
		})
		return err
	})
}
