package draft

import (
	"context"
	"errors"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
)

// seen says whether a draft is shown to who uses the program now, by every way
// that leads to it.
func (d *desk) seen(id string) bool {
	d.t.Helper()
	ctx := d.t.Context()
	all, err := d.List(ctx)
	handed, err2 := d.Handed(ctx)
	if err = errors.Join(err, err2); err != nil {
		d.t.Fatal(err)
	}
	listed := false
	for _, s := range append(all, handed...) {
		listed = listed || s.ID == id
	}
	if _, err := d.Open(ctx, id); (err == nil) != listed {
		d.t.Errorf("listed is %v, opening says %v", listed, err)
	}
	return listed
}

func TestDraftsOfOnePersonAreNotShownToAnother(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	p, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	for _, d.who = range []string{"boris", ""} {
		if d.seen(id) {
			t.Errorf("anna's draft is shown to %q", d.who)
		}
		for name, try := range map[string]func(ctx context.Context) error{
			"read": func(ctx context.Context) error { _, err := d.Preview(ctx, id, akno.Russian); return err },
			"edit": func(ctx context.Context) error {
				_, err := d.Apply(ctx, id, []Patch{{Field: "surname", Value: form.Text("x")}})
				return err
			},
			"copy":   func(ctx context.Context) error { _, err := d.Duplicate(ctx, id); return err },
			"delete": func(ctx context.Context) error { return d.Delete(ctx, id) },
			"sign": func(ctx context.Context) error {
				_, err := d.Sign(ctx, id, "key", []byte("correct"), akno.Russian, p.Hash)
				return err
			},
		} {
			if err := try(t.Context()); akno.CodeOf(err) != akno.NotFound {
				t.Errorf("%q can %s anna's draft: %v", d.who, name, err)
			}
		}
	}
	d.who = "anna"
	if !d.seen(id) {
		t.Error("anna does not find her draft")
	}
}

func TestWhatOnePersonSentIsNoSourceForAnother(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	p, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]bool{"anna": true, "boris": false, "": false} {
		d.who = who
		v, err := d.Create(t.Context(), freeOne)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(v.Row.Answers) > 0; got != want {
			t.Errorf("%q begins with answers: %v", who, got)
		}
		if _, ours, err := d.SentOf(t.Context(), id); err != nil || ours != want {
			t.Errorf("%q is shown what anna sent: %v %v", who, ours, err)
		}
	}
}

func TestAPersonWhoseSessionHasEndedWorksOn(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	d.who, d.last = "", "anna"
	copied, err := d.Duplicate(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); err != nil {
		t.Fatal(err)
	}
	if q := d.outbox(); len(q) != 1 || q[0].Account != "anna" {
		t.Errorf("her application may be filed by somebody else: %+v", q)
	}
	if d.who = "boris"; d.seen(id) || d.seen(copied.Row.ID) {
		t.Error("what anna did without a session is shown to boris")
	}
}

func TestADraftOfNobodyIsHisWhoWorksOnIt(t *testing.T) {
	d := newDesk(t)
	d.who = ""
	edited, filed := d.create(freeOne), d.create(freeOne)
	d.who = "boris"
	if !d.seen(edited) {
		t.Fatal("what was begun before anybody signed in is lost")
	}
	if _, err := d.Apply(t.Context(), edited, []Patch{{Field: "surname", Value: form.Text("Борисов")}}); err != nil {
		t.Fatal(err)
	}
	err := d.db.Write(t.Context(), func(tx dbx.Tx) error {
		return d.ApplyChange(t.Context(), tx, syncer.Entity{Kind: syncer.KindApplication, ID: filed, Account: "boris"})
	})
	if err != nil {
		t.Fatal(err)
	}
	d.who, d.last = "", "anna" // her session has ended by itself, or somebody else is here
	begun := d.create(freeOne)
	d.who = "boris"
	if !d.seen(begun) {
		t.Error("what boris began before he signed in went to anna")
	}
	d.who = "anna"
	if d.seen(edited) || d.seen(filed) {
		t.Error("boris's work is shown to anna")
	}
}
