package intake

import (
	"sync"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"

	"github.com/google/go-cmp/cmp"
)

// atOnce runs fn n times at once.
func atOnce(n int, fn func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			fn(i)
		})
	}
	close(begin)
	wg.Wait()
}

// count returns the number of rows of the account in a table.
func (w *world) count(query string) (n int) {
	w.t.Helper()
	err := w.db.Read(ctx, func(tx dbx.Tx) error { return tx.QueryRow(ctx, query, yanAccount).Scan(&n) })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestTheSameCommandOverManyConnectionsIsOneApplication(t *testing.T) {
	w := open(t)
	req := w.build(w.prepare(free))
	answers := make([]portalapi.Application, 8)
	atOnce(len(answers), func(i int) {
		a, err := w.Submit(ctx, strict(), req)
		if err != nil {
			t.Error(err)
		}
		answers[i] = a
	})
	for _, a := range answers[1:] {
		if !cmp.Equal(a, answers[0]) {
			t.Error(cmp.Diff(answers[0], a))
		}
	}
	for table, want := range map[string]int{"application": 1, "desk_item": 1, "audit": 1, "job": 1} {
		if n := w.count(`SELECT count(*) FROM ` + table + ` WHERE account_id = ?`); n != want {
			t.Errorf("%d rows in %s, want %d", n, table, want)
		}
	}
}

func TestTwoCommandsForOneApplicationAreOneApplication(t *testing.T) {
	w := open(t)
	req := w.build(w.prepare(free))
	errs := make([]error, 6)
	atOnce(len(errs), func(i int) {
		own := req
		own.OpId = ids.New(w.now)
		_, errs[i] = w.Submit(ctx, strict(), own)
	})
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case akno.CodeOf(err) != akno.Conflict:
			t.Errorf("error is %v", err)
		}
	}
	if n := w.count(`SELECT count(*) FROM application WHERE account_id = ?`); done != 1 || n != 1 {
		t.Errorf("%d commands were applied, %d applications are there", done, n)
	}
}

func TestOneProofPaysOneOfManyAtOnce(t *testing.T) {
	w := open(t)
	reqs := make([]portalapi.SubmissionRequest, 4)
	for i := range reqs {
		f := w.prepare(paid)
		f.order = signedOrder(w.order(f))
		f.payment = proof("555")
		reqs[i] = w.build(f)
	}
	errs := make([]error, len(reqs))
	atOnce(len(reqs), func(i int) { _, errs[i] = w.Submit(ctx, strict(), reqs[i]) })
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		}
	}
	if done != 1 {
		t.Errorf("one proof was taken %d times: %v", done, errs)
	}
}

func proof(operation string) *canon.Payment { return &canon.Payment{Operation: operation} }
