package syncer

import (
	"context"
	"slices"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/store"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// another is a second computer of the same person, at the same portal.
func (d *device) another() *device {
	d.t.Helper()
	n := &device{t: d.t, portal: d.portal, now: d.now, account: d.account}
	var err error
	if n.db, err = store.Open(d.t.Context(), d.t.TempDir(), make([]byte, store.KeySize)); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		if err := n.db.Close(); err != nil {
			d.t.Error(err)
		}
	})
	clk := func() time.Time { return n.now }
	if n.client, err = portalclient.New(portalclient.Options{BaseURL: d.client.Address(), Now: clk}); err != nil {
		d.t.Fatal(err)
	}
	n.client.SetToken("token")
	n.start()
	return n
}

// carried is the queue of d, noted as leaving.
func (d *device) carried() []Carried {
	d.t.Helper()
	all, err := d.Carry(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.Leaving(d.t.Context(), all); err != nil {
		d.t.Fatal(err)
	}
	return all
}

// takes takes commands in, with what the files of the other computer hold.
func (d *device) takes(all []Carried) []CarriedStanding {
	d.t.Helper()
	out, err := d.TakeCarried(d.t.Context(), all)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func TestACarriedCommandIsDoneOnceByWhicheverComputerBringsIt(t *testing.T) {
	home := newDevice(t)
	home.client.SetOffline(true)
	id := home.submit(home.file("a document"))
	work := home.another()
	if work.file("a document") != (File{home.pending()[0].Files[0].SHA256, 10}) {
		t.Fatal("another file")
	}
	all := home.carried()
	for i, want := range []CarriedStanding{CarriedNew, CarriedSame, CarriedSame} {
		if got := work.takes(all); len(got) != 1 || got[0] != want {
			t.Fatalf("time %d: %v", i, got)
		}
	}
	if p := work.pending(); len(p) != 1 || !p[0].Brought || p[0].Attempt != 0 {
		t.Fatalf("%+v", p)
	}
	work.settle()
	if got := work.takes(all); got[0] != CarriedSent {
		t.Errorf("after it was sent: %v", got)
	}
	if len(work.pending()) != 0 || work.statuses()[id] != "submitted 1" {
		t.Errorf("%v %v", work.pending(), work.statuses())
	}

	// The first computer sends it too: it is the same command.
	home.client.SetOffline(false)
	home.settle()
	if len(home.pending()) != 0 || home.statuses()[id] != "submitted 1" || home.portal.effects[all[0].OpID] != 1 {
		t.Errorf("%v %v %d", home.pending(), home.statuses(), home.portal.effects[all[0].OpID])
	}
}

func TestWhatWasWrittenToAFileIsNotADraftAgain(t *testing.T) {
	d := newDevice(t)
	d.client.SetOffline(true)
	id := d.submit()
	all, err := d.Carry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	unqueue := func() error {
		return d.db.Write(t.Context(), func(tx dbx.Tx) error { return Unqueue(t.Context(), tx, Submit, id) })
	}
	back, err := d.Leaving(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	if err := unqueue(); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("while it is in a file: %v", err)
	}
	if err := back(t.Context()); err != nil { // no file was made
		t.Fatal(err)
	}
	if err := unqueue(); err != nil {
		t.Errorf("no file was made: %v", err)
	}
	if _, err := d.Leaving(t.Context(), all); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("a draft again, and to be carried: %v", err)
	}
}

func TestAnothersCommandIsLeftAloneAndAForgedOneRefused(t *testing.T) {
	home := newDevice(t)
	home.client.SetOffline(true)
	home.submit()
	all := home.carried()
	work := home.another()
	work.account = "0193f0a0-0000-7000-8000-0000000000bb"
	if got := work.takes(all); got[0] != CarriedForeign || len(work.pending()) != 0 {
		t.Errorf("%v", got)
	}
	work.account = annas
	work.takes(all)
	forged := slices.Clone(all)
	forged[0].Body = append(slices.Clone(forged[0].Body[:len(forged[0].Body)-1]), []byte(`,"x":1}`)...)
	if _, err := work.TakeCarried(t.Context(), forged); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("the same identifier, other octets: %v", err)
	}
	for name, change := range map[string]func(c *Carried){
		"another target":     func(c *Carried) { c.Target = annas },
		"another identifier": func(c *Carried) { c.OpID = annas },
		"a kind unknown":     func(c *Carried) { c.Kind = "delete" },
		"no JSON":            func(c *Carried) { c.Body = []byte("{") },
		"a file of no hash":  func(c *Carried) { c.Files = []File{{SHA256: "x"}} },
		"no time":            func(c *Carried) { c.QueuedAt = 0 },
	} {
		c := all[0]
		change(&c)
		if err := c.Check(); akno.CodeOf(err) != akno.BadFile {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyWhatWasBroughtIsRemoved(t *testing.T) {
	home := newDevice(t)
	home.client.SetOffline(true)
	home.submit()
	all := home.carried()
	if err := home.Discard(t.Context(), all[0].OpID); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("made here: %v", err)
	}
	work := home.another()
	work.takes(all)
	if err := work.Discard(t.Context(), all[0].OpID); err != nil || len(work.pending()) != 0 {
		t.Errorf("%v %v", err, work.pending())
	}
	if err := work.Discard(t.Context(), all[0].OpID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("twice: %v", err)
	}
}

func TestOneCommandIsSentAtOnceAndTheOthersKeepTheirTime(t *testing.T) {
	d := newDevice(t)
	d.settle()
	now, later := d.submit(), d.submit()
	d.write(func(ctx context.Context, tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET next_at=?`, d.now.Add(10*time.Minute).UnixMilli())
		return err
	})
	p := d.pending()
	if err := d.SendNow(t.Context(), p[0].OpID); err != nil {
		t.Fatal(err)
	}
	if got := d.portal.statuses(); got[now] != "submitted 1" || got[later] != "" {
		t.Errorf("%v", got)
	}
	d.portal.with(func() { d.portal.refuse[later] = &portalapi.Problem{Status: 422, Code: string(akno.Invalid)} })
	if err := d.SendNow(t.Context(), p[1].OpID); err != nil {
		t.Fatal(err)
	}
	if err := d.SendNow(t.Context(), p[1].OpID); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("a refused one: %v", err)
	}
}

func TestARestoreOfThePortalIsToldOnceAsAFact(t *testing.T) {
	d := newDevice(t)
	d.submit()
	d.settle()
	before := d.portal.life.copied()
	d.submit()
	d.settle()
	if f, err := d.Facts(t.Context(), 10); err != nil || f.Life != (Life{}) || len(f.Received) != 2 {
		t.Fatalf("%+v, %v", f, err)
	}
	d.portal.restore(before)
	d.settle()
	f, err := d.Facts(t.Context(), 1)
	if err != nil || f.Life.Again != 2 || f.Life.At != d.now.UnixMilli() || len(f.Received) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
	if len(d.pending()) != 0 || len(d.portal.statuses()) != 2 {
		t.Errorf("%v %v", d.pending(), d.portal.statuses())
	}
	if err := d.NotedLife(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f, err := d.Facts(t.Context(), 10); err != nil || f.Life != (Life{}) {
		t.Errorf("%+v, %v", f, err)
	}
}
