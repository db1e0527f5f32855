package syncer

import (
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
