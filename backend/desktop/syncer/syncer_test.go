package syncer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/store"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/logx"
	"akno/backend/portalapi"
)

const annas = "0193f0a0-0000-7000-8000-0000000000aa"

// device is a computer with a profile and its own clock.
type device struct {
	*Syncer
	t       *testing.T
	db      *store.DB
	portal  *fakePortal
	client  *portalclient.Client
	now     time.Time
	account string
	other   bool
	told    []Event
}

func newDevice(t *testing.T) *device {
	t.Helper()
	portal, url := newFake(t)
	d := &device{t: t, portal: portal, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), account: annas}
	var err error
	if d.db, err = store.Open(t.Context(), t.TempDir(), make([]byte, store.KeySize)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.db.Close(); err != nil {
			t.Error(err)
		}
	})
	clk := func() time.Time { return d.now }
	if d.client, err = portalclient.New(portalclient.Options{BaseURL: url, Now: clk}); err != nil {
		t.Fatal(err)
	}
	d.client.SetToken("token")
	d.start()
	return d
}

// start is a start of the program over the same profile.
func (d *device) start() {
	d.Syncer = New(Options{
		DB: d.db, Portal: d.client, Account: func() string { return d.account },
		Other: func() bool { return d.other }, Now: func() time.Time { return d.now }, Log: logx.Discard(), Tell: func(e Event) { d.told = append(d.told, e) },
	})
}

func (d *device) write(fn func(ctx context.Context, tx dbx.Tx) error) {
	d.t.Helper()
	if err := d.db.Write(d.t.Context(), func(tx dbx.Tx) error { return fn(d.t.Context(), tx) }); err != nil {
		d.t.Fatal(err)
	}
}

func (d *device) submit(files ...File) string {
	d.t.Helper()
	id := ids.New(d.now)
	req := portalapi.SubmissionRequest{OpId: ids.New(d.now), ApplicationId: id, Submission: []byte("canonical")}
	if len(files) > 0 {
		req.Document = &portalapi.FileRef{Sha256: files[0].SHA256, Size: files[0].Size, MediaType: "application/pdf", Name: "a.pdf"}
	}
	d.queue(Submit, id, req.OpId, req, files...)
	return id
}

func (d *device) queue(k Kind, target, op string, body any, files ...File) {
	d.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	d.write(func(ctx context.Context, tx dbx.Tx) error {
		return Queue(ctx, tx, Command{OpID: op, Account: d.account, Kind: k, Target: target, Body: b, Files: files}, d.now)
	})
}

func (d *device) pending() []Queued {
	d.t.Helper()
	st, err := d.State(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return st.Pending
}

// statuses are the copies at hand.
func (d *device) statuses() map[string]string {
	d.t.Helper()
	out := map[string]string{}
	err := d.db.Read(d.t.Context(), func(tx dbx.Tx) error {
		all, err := Entities(d.t.Context(), tx, annas, KindApplication)
		for _, e := range all {
			var a portalapi.Application
			err = errors.Join(err, json.Unmarshal(e.Body, &a))
			out[e.ID] = fmt.Sprintf("%s %d", a.Status, a.Version)
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (p *fakePortal) statuses() map[string]string {
	out := map[string]string{}
	p.with(func() {
		for id, a := range p.apps {
			out[id] = fmt.Sprintf("%s %d", a.Status, a.Version)
		}
	})
	return out
}

func (d *device) file(text string) File {
	d.t.Helper()
	sum, n, err := d.db.Blobs().Put(bytes.NewReader([]byte(text)), 1<<20)
	if err != nil {
		d.t.Fatal(err)
	}
	return File{sum, n}
}

// settle lets the network be good until nothing is left to do.
func (d *device) settle() {
	d.t.Helper()
	d.portal.with(func() { d.portal.faults = nil })
	for range 3 {
		if err := d.Now(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}
	}
}

func TestWhatWasQueuedOfflineArrivesOnce(t *testing.T) {
	d := newDevice(t)
	if err := d.SetPaused(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	f := d.file("%PDF of the application")
	id := d.submit(f)
	if err := d.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := d.pending(); len(p) != 1 || len(d.portal.apps) != 0 || !p[0].LeftAt.IsZero() {
		t.Fatalf("%+v", p)
	}
	d.start() // the program was killed
	if err := d.SetPaused(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	d.settle()
	if diff := cmp.Diff(map[string]string{id: "submitted 1"}, d.statuses()); diff != "" || len(d.pending()) != 0 {
		t.Error(diff, d.pending())
	}
	if string(d.portal.blobs[f.SHA256]) != "%PDF of the application" {
		t.Error("the document did not arrive")
	}
	st, err := d.State(t.Context())
	if err != nil || !st.Online || st.PushedAt.IsZero() || st.PulledAt.IsZero() || st.LastFailure != "" {
		t.Errorf("%+v %v", st, err)
	}
}

func TestAnAnswerThatWasLostIsAskedForAgain(t *testing.T) {
	for name, how := range map[string]fault{"before": lost, "after": answerCut, "a hotel": hotel, "a stumble": stumble} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t)
			id := d.submit()
			op := d.pending()[0].OpID
			d.portal.with(func() { d.portal.faults = []fault{fine, how} }) // the pull, then the submit
			_ = d.Now(t.Context())                                         // fails as the line does
			p := d.pending()
			if len(p) != 1 || p[0].OpID != op || p[0].Rejected || p[0].Attempt != 1 || p[0].LeftAt.IsZero() || !akno.Silent(p[0].Failure) {
				t.Fatalf("%+v", p)
			}
			err := d.db.Write(t.Context(), func(tx dbx.Tx) error { return Unqueue(t.Context(), tx, Submit, id) })
			if akno.CodeOf(err) != akno.WrongState {
				t.Errorf("a command that may be on the portal was taken back: %v", err)
			}
			d.start()
			d.settle()
			if diff := cmp.Diff(map[string]string{id: "submitted 1"}, d.portal.statuses()); diff != "" || d.portal.effects[op] != 1 {
				t.Error(diff, d.portal.effects)
			}
			if len(d.pending()) != 0 || !cmp.Equal(d.statuses(), d.portal.statuses()) {
				t.Error(d.pending(), d.statuses())
			}
		})
	}
}

func TestARefusedCommandStaysWithItsReasonsAndHoldsUpNobody(t *testing.T) {
	d := newDevice(t)
	bad, good := d.submit(), d.submit()
	fields := map[string]string{"birth_date": "date_impossible"}
	d.portal.refuse[bad] = &portalapi.Problem{Status: 422, Code: string(akno.Invalid), Fields: &fields}
	d.settle()
	p := d.pending()
	if len(p) != 1 || !p[0].Rejected || p[0].Target != bad || p[0].Failure != akno.Invalid || p[0].Attempt != 1 || !cmp.Equal(p[0].Fields, fields) {
		t.Fatalf("%+v", p)
	}
	if _, ok := d.statuses()[good]; !ok {
		t.Error("the other application did not go")
	}
	d.write(func(ctx context.Context, tx dbx.Tx) error { return Unqueue(ctx, tx, Submit, bad) })
	if len(d.pending()) != 0 {
		t.Error("a refused command cannot be taken back")
	}
}

func TestASignedOutQueueWaitsUntouched(t *testing.T) {
	d := newDevice(t)
	id := d.submit()
	d.portal.with(func() { d.portal.token = "another" })
	if err := d.Now(t.Context()); akno.CodeOf(err) != akno.SignedOut {
		t.Fatalf("got %v", err)
	}
	d.account = "" // what the session does when it hears of it
	st, err := d.State(t.Context())
	if err != nil || !st.NeedsSignIn || len(st.Pending) != 1 || st.Pending[0].Rejected {
		t.Fatalf("%+v %v", st, err)
	}
	d.account = "0193f0a0-0000-7000-8000-0000000000bb" // somebody else
	d.client.SetToken("another")
	d.settle()
	if len(d.portal.apps) != 0 {
		t.Fatal("anna's application was filed by somebody else")
	}
	d.account = annas
	d.settle()
	if _, ok := d.portal.apps[id]; !ok || len(d.pending()) != 0 {
		t.Error("the application did not go after the sign-in")
	}
}

func TestALowLevelWaitsForTheEDS(t *testing.T) {
	d := newDevice(t)
	id := d.submit()
	d.portal.refuse[id] = &portalapi.Problem{Status: 403, Code: string(akno.LowLevel)}
	d.settle()
	st, err := d.State(t.Context())
	if err != nil || !st.NeedsSignIn || len(st.Pending) != 1 || st.Pending[0].Rejected {
		t.Fatalf("%+v %v", st, err)
	}
	delete(d.portal.refuse, id)
	d.settle()
	if len(d.pending()) != 0 {
		t.Error("it did not go after the step up")
	}
}

func TestARestoredPortalIsGivenAgainWhatItLost(t *testing.T) {
	d := newDevice(t)
	d.submit()
	d.settle()
	var before life
	d.portal.with(func() { before = d.portal.copied() })
	second := d.submit(d.file("a document"))
	d.settle()
	want := d.portal.statuses()
	d.portal.restore(before)
	d.settle()
	if got := d.portal.statuses(); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	if !cmp.Equal(d.statuses(), want) || len(d.pending()) != 0 {
		t.Error(d.statuses(), d.pending())
	}
	if n := len(d.portal.blobs); n != 1 {
		t.Errorf("%d files of %s after the restore", n, second)
	}
}

func TestChangesArePulledInPagesAndUnknownKindsAreKept(t *testing.T) {
	d := newDevice(t)
	d.portal.with(func() {
		for i := range 7 {
			d.portal.store(portalapi.Application{Id: fmt.Sprintf("0193f0a0-0000-7000-8000-%012d", 100+i), Status: "in_review"})
		}
		raw := json.RawMessage(`{"of":"the future"}`)
		d.portal.change(portalapi.Change{Kind: "eclipse", Id: "1", Version: 1, Body: &raw})
	})
	d.settle()
	if !cmp.Equal(d.statuses(), d.portal.statuses()) {
		t.Error(cmp.Diff(d.portal.statuses(), d.statuses()))
	}
	gone := true
	d.portal.with(func() {
		delete(d.portal.apps, "0193f0a0-0000-7000-8000-000000000103")
		d.portal.change(portalapi.Change{Kind: KindApplication, Id: "0193f0a0-0000-7000-8000-000000000103", Version: 2, Deleted: &gone})
	})
	d.settle()
	if !cmp.Equal(d.statuses(), d.portal.statuses()) {
		t.Error(cmp.Diff(d.portal.statuses(), d.statuses()))
	}
	err := d.db.Read(t.Context(), func(tx dbx.Tx) error {
		e, ok, err := EntityOf(t.Context(), tx, annas, "eclipse", "1")
		if !ok || string(e.Body) != `{"of":"the future"}` {
			t.Errorf("%+v", e)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestFieldsOfANewerPortalAreKept(t *testing.T) {
	d := newDevice(t)
	id := d.submit()
	d.settle() // the answer to the command was read by this program
	var version int64
	body := func() string {
		var e Entity
		err := d.db.Read(t.Context(), func(tx dbx.Tx) (err error) {
			e, _, err = EntityOf(t.Context(), tx, annas, KindApplication, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		version = e.Version
		return string(e.Body)
	}
	known := body()
	raw := json.RawMessage(strings.TrimSuffix(known, "}") + `,"ofTheFuture":{"a":1}}`)
	d.portal.with(func() {
		d.portal.change(portalapi.Change{Kind: KindApplication, Id: id, Version: version, Body: &raw})
	})
	d.settle()
	if got := body(); got != string(raw) {
		t.Errorf("kept %s", got)
	}
}

func TestALatePageAndAnOldVersionAreIgnored(t *testing.T) {
	d := newDevice(t)
	raw := func(s string) *json.RawMessage { m := json.RawMessage(s); return &m }
	page := &portalapi.ChangePage{Epoch: "e", Cursor: "e.1", Changes: []portalapi.Change{{Kind: "k", Id: "1", Version: 5, Body: raw(`{"v":5}`)}}}
	late := &portalapi.ChangePage{Epoch: "e", Cursor: "e.0", Changes: []portalapi.Change{{Kind: "k", Id: "2", Version: 1, Body: raw(`{}`)}}}
	old := &portalapi.ChangePage{Epoch: "e", Cursor: "e.2", Changes: []portalapi.Change{{Kind: "k", Id: "1", Version: 4, Body: raw(`{"v":4}`)}}}
	d.write(func(ctx context.Context, tx dbx.Tx) error {
		for _, s := range []struct {
			from string
			p    *portalapi.ChangePage
			n    int
		}{{"", page, 1}, {"e.9", late, 0}, {"e.1", old, 0}} {
			changed, err := applyPage(ctx, tx, annas, s.from, s.p, d.now)
			if err != nil || len(changed) != s.n {
				t.Errorf("from %q: %d changed, %v", s.from, len(changed), err)
			}
		}
		e, _, err := EntityOf(ctx, tx, annas, "k", "1")
		if e.Version != 5 {
			t.Errorf("an older version came back: %+v", e)
		}
		st, err2 := StreamOf(ctx, tx, annas)
		if st.Cursor != "e.2" {
			t.Errorf("cursor %s", st.Cursor)
		}
		return errors.Join(err, err2)
	})
}

func TestTheFilesOfADecisionComeByThemselves(t *testing.T) {
	d := newDevice(t)
	doc := d.file("only to learn its name")
	if !d.db.Blobs().Has(doc.SHA256) {
		t.Fatal("it is not here")
	}
	other := newDevice(t) // a computer that has nothing yet
	other.portal.with(func() {
		other.portal.blobs[doc.SHA256] = []byte("only to learn its name")
		ref := portalapi.FileRef{Sha256: doc.SHA256, Size: doc.Size, MediaType: "application/pdf", Name: "r.pdf"}
		other.portal.store(portalapi.Application{Id: ids.New(d.now), Status: "granted", Decision: &portalapi.Decision{Document: ref, Signature: ref}})
	})
	other.settle()
	if b, err := other.db.Blobs().Read(doc.SHA256); err != nil || string(b) != "only to learn its name" {
		t.Errorf("%q %v", b, err)
	}
	if len(other.wanted) != 0 {
		t.Error("it is still wanted")
	}
	if err := other.Fetch(t.Context(), other.file("x").SHA256, 1); err != nil {
		t.Error(err)
	}
}

func TestAFileThatIsSpoiledHereIsSaidBeforeItIsSent(t *testing.T) {
	d := newDevice(t)
	id := d.submit(File{"0000000000000000000000000000000000000000000000000000000000000000", 3})
	d.settle()
	p := d.pending()
	if len(p) != 1 || !p[0].Rejected || p[0].Failure != akno.BadFile || p[0].Target != id || len(d.portal.apps) != 0 {
		t.Errorf("%+v", p)
	}
}

// A command goes and comes through a network that does its worst, the program
// is restarted, the portal is restored from copies; then all is well, and every
// application is on the portal exactly as often as it was filed: once.
func TestNothingIsLostOrDoubledWhateverHappens(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			d := newDevice(t)
			d.random = func(n int64) int64 { return r.Int64N(n) }
			var mine []string
			var copied life
			d.portal.with(func() { copied = d.portal.copied() })
			for range 40 {
				d.now = d.now.Add(time.Duration(r.IntN(100)) * time.Second)
				switch r.IntN(10) {
				case 0, 1:
					mine = append(mine, d.submit(d.file(fmt.Sprint("document ", r.IntN(3)))))
				case 2:
					d.start()
				case 3:
					d.portal.with(func() { copied = d.portal.copied() })
				case 4:
					d.portal.restore(copied)
				case 5:
					d.now = d.now.Add(time.Duration(r.IntN(72)-36) * time.Hour) // the clock jumps
				default:
					d.portal.with(func() {
						d.portal.faults = nil
						for range r.IntN(6) {
							d.portal.faults = append(d.portal.faults, fault(r.IntN(5)))
						}
					})
					_, _ = d.Round(t.Context()) // fails as the line does
				}
			}
			d.settle()
			got := d.portal.statuses()
			for _, id := range mine {
				if got[id] != "submitted 1" {
					t.Errorf("application %s: %q", id, got[id])
				}
			}
			if len(got) != len(mine) || len(d.pending()) != 0 || !cmp.Equal(got, d.statuses()) {
				t.Errorf("filed %d, there %d, waiting %+v, copies %v", len(mine), len(got), d.pending(), d.statuses())
			}
			for op, n := range d.portal.effects {
				if n != 1 {
					t.Errorf("%s took effect %d times", op, n)
				}
			}
		})
	}
}

func TestRunEndsWithItsContextAndWorksWhenNudged(t *testing.T) {
	d := newDevice(t)
	d.now = time.Now()
	id := d.submit()
	ctx, cancel := context.WithCancel(t.Context())
	arrived := make(chan struct{}, 100)
	d.o.Tell = func(e Event) {
		if e.Kind == "application" && e.ID == id {
			arrived <- struct{}{}
		}
	}
	ended := make(chan error)
	go func() { ended <- d.Run(ctx) }()
	<-arrived
	second := portalapi.VersionedCommand{OpId: ids.New(d.now), Version: 1}
	d.queue(Withdraw, id, second.OpId, second)
	d.Nudge()
	for len(d.pending()) > 0 {
		<-arrived
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := d.portal.statuses()[id]; got != "withdrawal 2" {
		t.Errorf("got %q", got)
	}
}
