package syncer

import (
	"context"
	"testing"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

func TestCopiesOfAnotherLifeGo(t *testing.T) {
	d := newDevice(t)
	var before life
	d.portal.with(func() { before = d.portal.copied() })
	d.portal.with(func() {
		d.portal.store(portalapi.Application{Id: "0193f0a0-0000-7000-8000-000000000200", Status: "in_review"})
	})
	d.settle()
	d.portal.restore(before)
	d.settle()
	if len(d.statuses()) != 0 {
		t.Errorf("what the portal has lost is still shown: %v", d.statuses())
	}
}

func TestAnAnswerAboutSomethingElseIsNoSuccess(t *testing.T) {
	d := newDevice(t)
	id := d.submit()
	d.portal.with(func() { d.portal.swap = "0193f0a0-0000-7000-8000-000000000300" })
	if err := d.Now(t.Context()); akno.CodeOf(err) != akno.Unavailable || len(d.pending()) != 1 {
		t.Fatalf("%v %+v", err, d.pending())
	}
	d.portal.with(func() { d.portal.swap = "" })
	d.settle()
	if _, ok := d.statuses()[id]; !ok || len(d.pending()) != 0 {
		t.Error(d.pending())
	}
}

func TestAFileThatThePortalClearedAwayIsBroughtAgain(t *testing.T) {
	d := newDevice(t)
	f := d.file("a document")
	d.settle()
	first := d.submit(f)
	missing := map[string]string{"document": "file_missing"}
	d.portal.refuse[first] = &portalapi.Problem{Status: 422, Code: string(akno.Invalid), Fields: &missing}
	d.settle()
	if p := d.pending(); len(p) != 1 || p[0].Rejected {
		t.Fatalf("%+v", p)
	}
	d.portal.with(func() {
		delete(d.portal.blobs, f.SHA256)
		delete(d.portal.refuse, first)
	})
	d.settle()
	if len(d.pending()) != 0 || len(d.portal.blobs) != 1 {
		t.Errorf("%+v", d.pending())
	}
	second := d.submit(f)
	d.portal.refuse[second] = &portalapi.Problem{Status: 422, Code: string(akno.Invalid), Fields: &missing}
	for range maxUploads {
		d.settle()
	}
	if p := d.pending(); len(p) != 1 || !p[0].Rejected {
		t.Errorf("it is sent for ever: %+v", p)
	}
}

func TestFilesAreBroughtAgainHoweverOftenTheLineBrokeBefore(t *testing.T) {
	missing := map[string]string{"document": "file_missing"}
	for name, status := range map[string]int{"to a portal that defers": 403, "to a portal that refuses": 422} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t)
			f := d.file("a document")
			d.settle()
			id := d.submit(f)
			d.portal.refuse[id] = &portalapi.Problem{Status: status, Code: string(akno.Invalid), Fields: &missing}
			d.write(func(ctx context.Context, tx dbx.Tx) error { // a week without a network
				_, err := tx.Exec(ctx, `UPDATE outbox SET attempt=?`, 3*maxUploads)
				return err
			})
			if err := d.Now(t.Context()); err != nil {
				t.Fatal(err)
			}
			d.portal.with(func() {
				delete(d.portal.blobs, f.SHA256) // nobody had referred to it in time
				delete(d.portal.refuse, id)
			})
			d.settle()
			if len(d.pending()) != 0 || len(d.portal.blobs) != 1 {
				t.Errorf("%+v", d.pending())
			}
		})
	}
}

func TestACommandSpoiledOnTheDiskHoldsUpNobody(t *testing.T) {
	d := newDevice(t)
	bad, good := d.submit(), d.submit()
	d.write(func(ctx context.Context, tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE envelope SET body=x'7b7d' WHERE seq=(SELECT seq FROM outbox WHERE target=?)`, bad)
		return err
	})
	d.settle()
	p := d.pending()
	if len(p) != 1 || p[0].Target != bad || !p[0].Rejected || p[0].Failure != akno.BadFile || !p[0].LeftAt.IsZero() {
		t.Errorf("%+v", p)
	}
	if _, ok := d.statuses()[good]; !ok {
		t.Error("the other did not go")
	}
}

func TestWhatWasTakenBackDuringTheUploadIsNotSent(t *testing.T) {
	d := newDevice(t)
	id := d.submit(d.file("a document"))
	d.portal.with(func() {
		d.portal.uploaded = func() {
			d.write(func(ctx context.Context, tx dbx.Tx) error { return Unqueue(ctx, tx, Submit, id) })
		}
	})
	d.settle()
	if len(d.portal.apps) != 0 || len(d.pending()) != 0 {
		t.Errorf("it was filed: %v", d.portal.statuses())
	}
}

func TestWhoSignsInSeesTheNewsAtOnce(t *testing.T) {
	d := newDevice(t)
	d.settle()
	const id = "0193f0a0-0000-7000-8000-000000000500"
	d.portal.with(func() { d.portal.store(portalapi.Application{Id: id, Status: "clarification"}) })
	if _, err := d.Round(t.Context()); err != nil || len(d.statuses()) != 0 {
		t.Fatalf("%v %v", d.statuses(), err) // the last look was a moment ago
	}
	if err := d.Hurry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Round(t.Context()); err != nil || len(d.statuses()) != 1 {
		t.Errorf("%v %v", d.statuses(), err)
	}
	d.portal.with(func() { d.portal.store(portalapi.Application{Id: id, Status: "in_review"}) })
	before := d.statuses()[id]
	if _, err := d.Round(t.Context()); err != nil || d.statuses()[id] != before {
		t.Errorf("it goes on hurrying: %v %v", d.statuses(), err)
	}
}

func TestThePageIsNotDisturbedByQuietLooks(t *testing.T) {
	d := newDevice(t)
	heard := func() int {
		n := 0
		for _, e := range d.told {
			if e.Kind == "sync" {
				n++
			}
		}
		d.told = nil
		return n
	}
	look := func() int {
		d.now = d.now.Add(pullEvery)
		if _, err := d.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		return heard()
	}
	d.settle()
	heard()
	if n := look() + look(); n != 0 {
		t.Errorf("told %d times of nothing", n)
	}
	if n := look(); n != 1 {
		t.Errorf("told %d times in the minute", n)
	}
	d.portal.with(func() {
		d.portal.store(portalapi.Application{Id: "0193f0a0-0000-7000-8000-000000000400", Status: "in_review"})
	})
	if n := look(); n != 1 {
		t.Errorf("told %d times of a change", n)
	}
	d.submit()
	if n := look(); n != 2 {
		t.Errorf("told %d times of a sending", n)
	}
}

func TestWhatWasBegunForOneIsNotFinishedForAnother(t *testing.T) {
	d := newDevice(t)
	id := d.submit(d.file("a document"))
	d.portal.with(func() {
		d.portal.other = "bob"
		d.portal.uploaded = func() { // bob signs in while anna's round runs
			d.account = "0193f0a0-0000-7000-8000-0000000000bb"
			d.client.SetToken("bob")
		}
	})
	if err := d.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	if by := d.portal.filedBy[id]; by != "Bearer token" {
		t.Errorf("anna's application was filed by %q", by)
	}
}

func TestRecordsAreHiddenWhenAPersonSignsOut(t *testing.T) {
	d := newDevice(t)
	d.settle()
	d.portal.with(func() { d.portal.token = "another" })
	d.submit()
	d.account = "" // her session has ended by itself: she works on
	d.start()
	if err := d.Recall(t.Context()); err != nil || d.Account() != annas || len(d.pending()) != 1 {
		t.Fatalf("%q %+v %v", d.Account(), d.pending(), err)
	}
	d.other = true // an official signs in for a while
	if d.Account() != "" || len(d.pending()) != 0 {
		t.Errorf("an official is shown the records of %q", d.Account())
	}
	d.other = false
	d.account = "0193f0a0-0000-7000-8000-0000000000bb"
	if len(d.pending()) != 0 {
		t.Error("anna's commands are shown to somebody else")
	}
	d.account = ""
	if err := d.Leave(t.Context()); err != nil || d.Account() != "" || len(d.pending()) != 0 {
		t.Errorf("%q %v", d.Account(), err)
	}
	d.start()
	if err := d.Recall(t.Context()); err != nil || d.Account() != "" {
		t.Errorf("after a start she is shown again: %q %v", d.Account(), err)
	}
	if st, err := d.State(t.Context()); err != nil || !st.NeedsSignIn {
		t.Errorf("nobody is told that something waits: %v", err)
	}
	if err := d.keepLast(t.Context(), annas); err != nil || d.Account() != "" {
		t.Errorf("a round that was begun for her brings her back: %v", err)
	}
}

func TestWhoSignedInIsRememberedBeforeTheFirstExchange(t *testing.T) {
	d := newDevice(t)
	d.client.SetOffline(true)
	if err := d.Hurry(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.account = ""
	d.start() // killed and started again
	if err := d.Recall(t.Context()); err != nil || d.Account() != annas {
		t.Errorf("%q %v", d.Account(), err)
	}
}

func TestWhatCertainlyDidNotLeaveCanStillBeTakenBack(t *testing.T) {
	d := newDevice(t)
	id := d.submit(d.file("a document"))
	d.portal.with(func() { d.portal.uploaded = func() { d.client.SetOffline(true) } }) // the cable is pulled before the command
	if err := d.Now(t.Context()); akno.CodeOf(err) != akno.Unavailable {
		t.Fatalf("got %v", err)
	}
	if p := d.pending(); len(p) != 1 || !p[0].LeftAt.IsZero() || p[0].Attempt != 1 {
		t.Fatalf("%+v", p)
	}
	d.write(func(ctx context.Context, tx dbx.Tx) error { return Unqueue(ctx, tx, Submit, id) })
}
