package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
)

// handles opens one database twice, as two processes would, where the engine
// allows it.
func handles(t *testing.T) []*DB {
	t.Helper()
	address := testdb.Address(t)
	out := []*DB{closing(t, open(t, address))}
	if testdb.OnServer() {
		return append(out, closing(t, open(t, address)))
	}
	return append(out, out[0])
}

func TestTheOrderOfCommitsIsTheOrderOfNumbers(t *testing.T) {
	dbs := handles(t)
	const writers, each = 4, 12
	var wg sync.WaitGroup
	done := make(chan struct{})
	for g := range writers {
		wg.Go(func() {
			for i := range each {
				err := dbs[g%2].Write(context.Background(), func(tx dbx.Tx) error {
					return RecordChange(context.Background(), tx, "a", "thing", fmt.Sprintf("%d.%d", g, i), 1, false)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() { wg.Wait(); close(done) }()
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		default:
		}
		// Whoever pulled up to a number has everything before it.
		var n, most, next, live int64
		err := dbs[0].Read(t.Context(), func(tx dbx.Tx) error {
			err := tx.QueryRow(t.Context(), `SELECT count(*), COALESCE(max(seq), 0) FROM change WHERE account_id = 'a'`).Scan(&n, &most)
			if err != nil {
				return err
			}
			_, err = dbx.Found(t.Context(), tx, `SELECT seq, live_count FROM stream WHERE account_id = 'a'`, nil, &next, &live)
			return err
		})
		if err != nil || n != most || next != most || live != n {
			t.Fatalf("%d rows up to number %d, the stream is at %d with %d: %v", n, most, next, live, err)
		}
		if ended && n != writers*each {
			t.Errorf("%d changes, want %d", n, writers*each)
		}
	}
}

func TestWhatWasCheckedHoldsUntilTheCommit(t *testing.T) {
	dbs := handles(t)
	for round := range 10 {
		var wg sync.WaitGroup
		for g := range 6 {
			wg.Go(func() {
				err := dbs[g%2].Write(context.Background(), func(tx dbx.Tx) error {
					var n int
					err := tx.QueryRow(context.Background(), `SELECT count(*) FROM meta WHERE value = ?`, fmt.Sprint("round", round)).Scan(&n)
					if err != nil || n > 0 {
						return err
					}
					return put(fmt.Sprintf("only%d.%d", round, g), fmt.Sprint("round", round))(tx)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if got := names(t, dbs[0], "only%"); len(got) != 10 {
		t.Errorf("%d rows where one a round is allowed: %v", len(got), got)
	}
}

func TestACommandSentTwiceAtOnceIsAppliedOnce(t *testing.T) {
	dbs := handles(t)
	o := op(t, "1", "body")
	answers := make([]string, 8)
	var wg sync.WaitGroup
	for g := range answers {
		wg.Go(func() {
			err := dbs[g%2].Write(context.Background(), func(tx dbx.Tx) error {
				var err error
				answers[g], err = OnceAs(context.Background(), tx, "a", o, at, func() (string, error) {
					return fmt.Sprint("of ", g), put(fmt.Sprint("effect", g), "x")(tx)
				})
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		if a != answers[0] || a == "" {
			t.Errorf("answers differ: %q", answers)
			break
		}
	}
	if got := names(t, dbs[0], "effect%"); len(got) != 1 {
		t.Errorf("effects: %v", got)
	}
}

func TestCutConnectionsLoseNothingThatWasAcknowledged(t *testing.T) {
	address := testdb.Address(t)
	name := "cut-" + ids.New(at)
	if testdb.OnServer() {
		address += "&application_name=" + name
	}
	db := closing(t, open(t, address))
	const clients, each = 4, 25
	var ended atomic.Bool
	var wg, cutter sync.WaitGroup
	for g := range clients {
		wg.Go(func() {
			for i := range each {
				o := op(t, fmt.Sprint(g, ".", i))
				apply := func() error {
					return db.Write(context.Background(), func(tx dbx.Tx) error {
						_, err := Once(context.Background(), tx, "a", o, at, func() ([]byte, error) {
							return nil, RecordChange(context.Background(), tx, "a", "thing", o.ID, 1, false)
						})
						return err
					})
				}
				// A client asks again when it was told that nobody knows.
				err := apply()
				for akno.CodeOf(err) == akno.Unavailable {
					err = apply()
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	if testdb.OnServer() {
		cutter.Go(func() {
			for !ended.Load() {
				testdb.Exec(t, address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
					WHERE application_name = '`+name+`' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1`)
			}
		})
	}
	wg.Wait()
	ended.Store(true)
	cutter.Wait()
	var changes, ops, live int
	err := db.Read(t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM change), (SELECT count(*) FROM applied_op), (SELECT max(seq) FROM stream)`).Scan(&changes, &ops, &live)
	})
	t.Logf("%+v", db.Stats())
	if err != nil || changes != clients*each || ops != clients*each || live != clients*each {
		t.Errorf("%d changes, %d commands, the stream is at %d: want %d of each (%v)", changes, ops, live, clients*each, err)
	}
}
