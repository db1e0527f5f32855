package syncer

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

func TestAPortalOfAnEarlierVersionIsGivenCommandsOneByOne(t *testing.T) {
	d := newDevice(t)
	d.portal.with(func() { d.portal.old = true })
	first, second := d.submit(d.file("a document")), d.submit()
	d.settle()
	if diff := cmp.Diff(map[string]string{first: "submitted 1", second: "submitted 1"}, d.portal.statuses()); diff != "" || len(d.pending()) != 0 {
		t.Error(diff, d.pending())
	}
}

func TestABatchThatIsTooLargeIsHalvedUntilItFits(t *testing.T) {
	d := newDevice(t)
	d.portal.with(func() { d.portal.most = 3 })
	for range 10 {
		d.submit()
	}
	d.settle()
	if n := len(d.portal.statuses()); n != 10 || len(d.pending()) != 0 {
		t.Errorf("%d arrived, %+v", n, d.pending())
	}
	for op, n := range d.portal.effects {
		if n != 1 {
			t.Errorf("%s took effect %d times", op, n)
		}
	}
}

func TestWhatABatchSaysIsWrittenOnceHoweverOftenItIsTried(t *testing.T) {
	d := newDevice(t)
	const octets = `SELECT group_concat(seq||' '||body_hash) FROM (SELECT * FROM envelope ORDER BY seq)`
	for range 3 {
		d.submit()
	}
	text := func() (out string) {
		d.write(func(ctx context.Context, tx dbx.Tx) error { return tx.QueryRow(ctx, octets).Scan(&out) })
		return out
	}
	want := text()
	d.portal.with(func() { d.portal.faults = []fault{fine, lost} })
	_ = d.Now(t.Context())
	d.settle()
	if got := text(); got != want || len(d.portal.statuses()) != 3 || len(d.pending()) != 0 {
		t.Errorf("%q became %q, %v", want, got, d.pending())
	}
}

// counts returns how many commands have not left, how many may have, and how many
// were taken.
func (d *device) counts() (here, left, taken int) {
	err := d.db.Read(d.t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(d.t.Context(), `SELECT (SELECT count(*) FROM outbox WHERE left_at=0), (SELECT count(*) FROM outbox WHERE left_at<>0),
			(SELECT count(*) FROM sent)`).Scan(&here, &left, &taken)
	})
	if err != nil {
		d.t.Error(err)
	}
	return here, left, taken
}

func TestABatchIsNotedAsLeavingBeforeItsRequestAndOnlyTheNextOneWithIt(t *testing.T) {
	d := newDevice(t)
	const all = 3*maxBatch + 50
	for range all {
		d.submit()
	}
	requests := 0
	d.portal.with(func() {
		d.portal.pushed = func() {
			requests++
			// Meanwhile the batch before may be written down and the next one made ready.
			here, left, taken := d.counts()
			most, least := max(all-requests*maxBatch, 0), max(all-(requests+1)*maxBatch, 0)
			if here > most || here < least || left < min(maxBatch, all-(requests-1)*maxBatch) {
				t.Errorf("at request %d %d are here, %d may have left, %d were taken", requests, here, left, taken)
			}
		}
	})
	d.settle()
	if here, left, taken := d.counts(); requests != 4 || here+left != 0 || taken != all || len(d.portal.statuses()) != all {
		t.Errorf("%d requests, %d arrived; %d are here, %d may have left, %d were taken", requests, len(d.portal.statuses()), here, left, taken)
	}
}

func TestABatchThatWasReadyAndDidNotLeaveCanBeTakenBack(t *testing.T) {
	for name, c := range map[string]struct {
		faults []fault
		most   int
		left   int // how many may have left afterwards
	}{
		"silence":             {faults: []fault{fine, lost}, left: maxBatch},
		"an answer cut short": {faults: []fault{fine, answerCut}, left: maxBatch},
		"too large":           {most: maxBatch / 2},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t)
			d.settle()
			for range 2 * maxBatch {
				d.submit()
			}
			var last Queued
			d.portal.with(func() { d.portal.faults, d.portal.most = c.faults, c.most })
			_ = d.Now(t.Context())
			if here, left, _ := d.counts(); left != c.left || c.left > 0 && here != maxBatch {
				t.Fatalf("%d are here, %d may have left", here, left)
			}
			for _, q := range d.pending() {
				if last = q; q.LeftAt.IsZero() && q.Attempt != 0 {
					t.Fatalf("%+v did not leave", q)
				}
			}
			gone := 0
			if last.Target != "" {
				gone = 1
				d.write(func(ctx context.Context, tx dbx.Tx) error { return Unqueue(ctx, tx, Submit, last.Target) })
			}
			d.settle()
			if n := len(d.portal.statuses()); n != 2*maxBatch-gone || len(d.pending()) != 0 {
				t.Errorf("%d arrived, %d wait", n, len(d.pending()))
			}
			for op, n := range d.portal.effects {
				if n != 1 {
					t.Errorf("%s took effect %d times", op, n)
				}
			}
		})
	}
}

func TestWhatIsNotJSONIsNotQueued(t *testing.T) {
	d := newDevice(t)
	err := d.db.Write(t.Context(), func(tx dbx.Tx) error {
		return Queue(t.Context(), tx, Command{OpID: "1", Kind: Submit, Target: "2", Body: []byte(`{},"more":{`)}, d.now)
	})
	if err == nil || len(d.pending()) != 0 {
		t.Errorf("%v, %+v", err, d.pending())
	}
}

func TestSilenceInTheMiddleOfAQueueEndsTheRoundAndKeepsWhatWasTaken(t *testing.T) {
	d := newDevice(t)
	d.settle()
	for range 3 * maxBatch {
		d.submit()
	}
	d.portal.with(func() { d.portal.faults = []fault{fine, fine, answerCut} }) // a pull, a batch, the next one
	if err := d.Now(t.Context()); !akno.Silent(akno.CodeOf(err)) {
		t.Fatalf("got %v", err)
	}
	if here, left, taken := d.counts(); here != maxBatch || left != maxBatch || taken != maxBatch {
		t.Errorf("%d are here, %d may have left, %d were taken", here, left, taken)
	}
	d.settle()
	for op, n := range d.portal.effects {
		if n != 1 {
			t.Errorf("%s took effect %d times", op, n)
		}
	}
	if here, left, taken := d.counts(); len(d.portal.effects) != 3*maxBatch || here+left != 0 || taken != 3*maxBatch {
		t.Errorf("%d took effect; %d are here, %d may have left, %d were taken", len(d.portal.effects), here, left, taken)
	}
}

func TestACommandThatIsTooLargeByItselfIsRefused(t *testing.T) {
	d := newDevice(t)
	d.portal.with(func() { d.portal.most = -1 })
	d.submit()
	if err := d.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := d.pending(); len(p) != 1 || !p[0].Rejected || p[0].Failure != akno.TooLarge {
		t.Errorf("%+v", p)
	}
}

func TestARefusalOfAWholeRequestRefusesNoCommand(t *testing.T) {
	d := newDevice(t)
	d.submit()
	d.submit()
	d.portal.with(func() { d.portal.whole = &portalapi.Problem{Status: 422, Code: string(akno.Invalid)} })
	if err := d.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.pending() {
		if p.Rejected || p.Failure != akno.Invalid || p.NextTry.IsZero() {
			t.Errorf("%+v", p)
		}
	}
	d.portal.with(func() { d.portal.whole = nil })
	d.settle()
	if len(d.pending()) != 0 || len(d.portal.apps) != 2 {
		t.Errorf("%+v", d.pending())
	}
}

func TestAnAnswerOfAnotherLifeIsNotTrusted(t *testing.T) {
	d := newDevice(t)
	d.settle()
	id := d.submit()
	d.portal.with(func() { d.portal.pushed = func() { d.portal.epoch = d.portal.nextEpoch() } }) // restored under the request
	if err := d.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := d.pending(); len(p) != 1 || p[0].Rejected {
		t.Fatalf("%+v", p)
	}
	d.portal.with(func() { d.portal.pushed = nil })
	d.settle()
	if len(d.pending()) != 0 || d.portal.statuses()[id] != "submitted 1" {
		t.Errorf("%+v %v", d.pending(), d.portal.statuses())
	}
}

func TestWhatWasRefusedIsAskedAnewInAnotherLife(t *testing.T) {
	d := newDevice(t)
	id := d.submit()
	d.portal.refuse[id] = &portalapi.Problem{Status: 409, Code: string(akno.Conflict)}
	d.settle()
	if p := d.pending(); len(p) != 1 || !p[0].Rejected {
		t.Fatalf("%+v", p)
	}
	var now life
	d.portal.with(func() { delete(d.portal.refuse, id); now = d.portal.copied() })
	d.portal.restore(now)
	d.settle()
	if len(d.pending()) != 0 || d.portal.statuses()[id] != "submitted 1" {
		t.Errorf("%+v", d.pending())
	}
}

func TestASnapshotTakesThePlaceOfTheCopiesAtOnce(t *testing.T) {
	d := newDevice(t)
	for range 5 {
		d.submit()
	}
	d.settle()
	want := d.statuses()
	var now life
	d.portal.with(func() { now = d.portal.copied() })
	d.portal.restore(now)
	d.portal.with(func() { d.portal.faults = []fault{fine, fine, lost} }) // expired, the first page, and no more
	_ = d.Now(t.Context())
	if got := d.statuses(); !cmp.Equal(got, want) {
		t.Errorf("half of a snapshot is shown: %s", cmp.Diff(want, got))
	}
	d.settle()
	if got := d.statuses(); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestCopiesThatAreNotWhatThePortalHasAreReadAnew(t *testing.T) {
	d := newDevice(t)
	for range 5 {
		d.submit()
	}
	d.settle()
	want := d.statuses()
	// A fault of the disk, or of this program.
	if err := d.db.Write(t.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(t.Context(), `DELETE FROM inbox WHERE id=(SELECT min(id) FROM inbox)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d.settle()
	if got := d.statuses(); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestASumThatIsNeverReachedIsNotReadForEver(t *testing.T) {
	d := newDevice(t)
	d.submit()
	d.portal.with(func() { d.portal.wrongSum = true })
	d.settle()
	before := d.portal.pulls
	d.settle()
	if n := d.portal.pulls - before; n > 6 {
		t.Errorf("%d pulls for nothing", n)
	}
	if len(d.pending()) != 0 {
		t.Errorf("%+v", d.pending())
	}
}
