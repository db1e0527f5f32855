package draftbackup

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/change"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

const (
	id    = "0193f0a0-0000-7000-8000-00000000000a"
	other = "0193f0a0-0000-7000-8000-00000000000b"
	home  = "0193f0a0-0000-7000-8000-0000000000a1" // devices
	work  = "0193f0a0-0000-7000-8000-0000000000a2"
)

var (
	anna  = session.Session{AccountID: "0193f0a0-0000-7000-8000-0000000000aa"}
	boris = session.Session{AccountID: "0193f0a0-0000-7000-8000-0000000000bb"}
)

// A world is the service with the index of changes over one database.
type world struct {
	t *testing.T
	*Service
	changes *change.Service
}

func open(t *testing.T, limits Limits) *world {
	t.Helper()
	return openAt(t, testdb.Address(t), limits)
}

func openAt(t *testing.T, address string, limits Limits) *world {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }
	db, err := store.Open(t.Context(), address, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, Service: New(db, now, db.Epoch, limits)}
	w.changes = change.New(db, db.Epoch, []byte("key"), now, map[string]change.Body{ChangeKind: w.Body})
	return w
}

// over are the headers of a put over a version, 0 for the first one.
func over(version, rev, ownerEpoch int64, device string) portalapi.PutDraftParams {
	p := portalapi.PutDraftParams{XDraftRev: &rev, XOwnerEpoch: &ownerEpoch, XOwnerDevice: &device}
	if tag := ETag(version); version == 0 {
		tag = "*"
		p.IfNoneMatch = &tag
	} else {
		p.IfMatch = &tag
	}
	return p
}

func (w *world) put(who session.Session, id string, p portalapi.PutDraftParams, octets string) (portalapi.DraftBackup, error) {
	return w.Put(w.t.Context(), who, id, p, strings.NewReader(octets))
}

func (w *world) must(d portalapi.DraftBackup, err error) portalapi.DraftBackup {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func want(t *testing.T, err error, code akno.Code, fields ...string) {
	t.Helper()
	if akno.CodeOf(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	for i := 0; i < len(fields); i += 2 {
		if got := akno.FieldsOf(err)[fields[i]]; got != fields[i+1] {
			t.Errorf("%s is %q, want %q", fields[i], got, fields[i+1])
		}
	}
}

func (w *world) holds(who session.Session, id, octets string) {
	w.t.Helper()
	_, got, err := w.Get(w.t.Context(), who, id)
	if err != nil || string(got) != octets {
		w.t.Fatalf("holds %q (%v), want %q", got, err, octets)
	}
}

func TestARevisionIsPutOverTheVersionThatWasSeenOnly(t *testing.T) {
	w := open(t, DefaultLimits())
	first := w.must(w.put(anna, id, over(0, 3, 1, home), "three"))
	if first.Version != 1 || first.Rev != 3 || first.OwnerEpoch != 1 || first.OwnerDevice != home || first.Size != 5 {
		t.Fatalf("%+v", first)
	}
	_, err := w.put(anna, id, over(0, 4, 1, home), "four")
	want(t, err, akno.Conflict, "version", "1", "rev", "3", "ownerEpoch", "1", "ownerDevice", home)
	second := w.must(w.put(anna, id, over(1, 4, 1, home), "four"))
	if second.Version != 2 || second.Rev != 4 {
		t.Fatalf("%+v", second)
	}
	_, err = w.put(anna, id, over(1, 5, 1, home), "five")
	want(t, err, akno.Conflict, "version", "2", "rev", "4")
	w.holds(anna, id, "four")
	_, err = w.put(anna, other, over(7, 1, 1, home), "one")
	want(t, err, akno.Conflict, "version", "0")
}

func TestOnlyTheOwnerInItsEpochWrites(t *testing.T) {
	w := open(t, DefaultLimits())
	w.must(w.put(anna, id, over(0, 1, 1, home), "one"))
	_, err := w.put(anna, id, over(1, 2, 1, work), "another device")
	want(t, err, akno.Conflict, "ownerDevice", home)
	_, err = w.put(anna, id, over(1, 2, 2, home), "another epoch")
	want(t, err, akno.Conflict, "ownerEpoch", "1")

	taken := w.must(w.Take(t.Context(), anna, id, portalapi.DraftOwner{OwnerEpoch: 1, DeviceId: work}))
	if taken.OwnerEpoch != 2 || taken.OwnerDevice != work || taken.Version != 2 || taken.Rev != 1 {
		t.Fatalf("%+v", taken)
	}
	_, err = w.put(anna, id, over(1, 2, 1, home), "the old owner")
	want(t, err, akno.Conflict, "version", "2", "ownerEpoch", "2", "ownerDevice", work)
	w.holds(anna, id, "one")
	w.must(w.put(anna, id, over(2, 2, 2, work), "the new owner"))
	w.holds(anna, id, "the new owner")
}

func TestTakingComparesAndSetsTheOwnersEpoch(t *testing.T) {
	w := open(t, DefaultLimits())
	w.must(w.put(anna, id, over(0, 1, 1, home), "one"))
	take := func(seen int64, device string) (portalapi.DraftBackup, error) {
		return w.Take(t.Context(), anna, id, portalapi.DraftOwner{OwnerEpoch: seen, DeviceId: device})
	}
	w.must(take(1, work))
	if again := w.must(take(1, work)); again.OwnerEpoch != 2 || again.Version != 2 {
		t.Errorf("a repeat after a lost answer is %+v", again)
	}
	_, err := take(1, home)
	want(t, err, akno.Conflict, "ownerEpoch", "2", "ownerDevice", work)
	if back := w.must(take(2, home)); back.OwnerEpoch != 3 || back.OwnerDevice != home {
		t.Errorf("%+v", back)
	}
	_, err = w.Take(t.Context(), anna, other, portalapi.DraftOwner{OwnerEpoch: 1, DeviceId: home})
	want(t, err, akno.NotFound)
}

func TestAnotherAccountSeesAndTouchesNothing(t *testing.T) {
	w := open(t, DefaultLimits())
	w.must(w.put(anna, id, over(0, 1, 1, home), "anna's"))
	_, _, err := w.Get(t.Context(), boris, id)
	want(t, err, akno.NotFound)
	_, err = w.Take(t.Context(), boris, id, portalapi.DraftOwner{OwnerEpoch: 1, DeviceId: work})
	want(t, err, akno.NotFound)
	want(t, w.Delete(t.Context(), boris, id, ETag(1)), akno.NotFound)
	if l, err := w.List(t.Context(), boris); err != nil || len(l.Items) != 0 {
		t.Errorf("%+v (%v)", l, err)
	}
	// The same id is free for everybody else, so that trying it tells nothing.
	w.must(w.put(boris, id, over(0, 9, 1, work), "boris's"))
	w.holds(anna, id, "anna's")
	w.holds(boris, id, "boris's")
}

func TestTheQuotaOfAnAccountHolds(t *testing.T) {
	w := open(t, Limits{Drafts: 2, Bytes: 10})
	w.must(w.put(anna, id, over(0, 1, 1, home), "123456"))
	w.must(w.put(anna, other, over(0, 1, 1, home), "1234"))
	_, err := w.put(anna, other, over(1, 2, 1, home), "12345")
	want(t, err, akno.TooLarge, "backup", "no_room")
	w.must(w.put(anna, id, over(1, 2, 1, home), "123"))
	w.must(w.put(anna, other, over(1, 2, 1, home), "12345"))
	_, err = w.put(anna, home, over(0, 1, 1, home), "1")
	want(t, err, akno.TooLarge, "backup", "no_room")
	w.must(w.put(boris, id, over(0, 1, 1, home), "1234567890"))
	if err := w.Delete(t.Context(), anna, id, ETag(2)); err != nil {
		t.Fatal(err)
	}
	w.must(w.put(anna, home, over(0, 1, 1, home), "1"))
}

func TestACopyIsBoundedAndNeverEmpty(t *testing.T) {
	w := open(t, DefaultLimits())
	_, err := w.Put(t.Context(), anna, id, over(0, 1, 1, home), bytes.NewReader(make([]byte, MaxBody+1)))
	want(t, err, akno.TooLarge, "backup", "copy_size")
	w.must(w.Put(t.Context(), anna, id, over(0, 1, 1, home), bytes.NewReader(make([]byte, MaxBody))))
	_, err = w.put(anna, other, over(0, 1, 1, home), "")
	want(t, err, akno.Invalid)
}

func TestAPutNamesWhatItIsPutOver(t *testing.T) {
	w := open(t, DefaultLimits())
	text := func(s string) *string { return &s }
	whole := over(0, 1, 1, home)
	for name, change := range map[string]func(p *portalapi.PutDraftParams){
		"no condition":         func(p *portalapi.PutDraftParams) { p.IfNoneMatch = nil },
		"both conditions":      func(p *portalapi.PutDraftParams) { p.IfMatch = text(`"1"`) },
		"any version":          func(p *portalapi.PutDraftParams) { p.IfNoneMatch, p.IfMatch = nil, text("*") },
		"a version unquoted":   func(p *portalapi.PutDraftParams) { p.IfNoneMatch, p.IfMatch = nil, text("1") },
		"a weak version":       func(p *portalapi.PutDraftParams) { p.IfNoneMatch, p.IfMatch = nil, text(`W/"1"`) },
		"the version 0":        func(p *portalapi.PutDraftParams) { p.IfNoneMatch, p.IfMatch = nil, text(`"0"`) },
		"no owner":             func(p *portalapi.PutDraftParams) { p.XOwnerDevice = nil },
		"an owner of no form":  func(p *portalapi.PutDraftParams) { p.XOwnerDevice = text("home") },
		"no epoch of an owner": func(p *portalapi.PutDraftParams) { p.XOwnerEpoch = nil },
		"no revision":          func(p *portalapi.PutDraftParams) { p.XDraftRev = nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := whole
			change(&p)
			_, err := w.put(anna, id, p, "one")
			want(t, err, akno.Invalid)
		})
	}
}

func TestTheVersionGrowsOverARemoval(t *testing.T) {
	w := open(t, DefaultLimits())
	w.must(w.put(anna, id, over(0, 1, 1, home), "one"))
	want(t, w.Delete(t.Context(), anna, id, ETag(5)), akno.Conflict, "version", "1")
	if err := w.Delete(t.Context(), anna, id, ETag(1)); err != nil {
		t.Fatal(err)
	}
	want(t, w.Delete(t.Context(), anna, id, ETag(1)), akno.NotFound)
	_, err := w.put(anna, id, over(1, 2, 1, home), "two")
	want(t, err, akno.Conflict, "version", "0")
	if again := w.must(w.put(anna, id, over(0, 2, 1, home), "two")); again.Version != 3 {
		t.Errorf("version %d", again.Version)
	}
}

func TestOtherDevicesLearnOfACopyByTheIndexOfChanges(t *testing.T) {
	w := open(t, DefaultLimits())
	cursor := ""
	pull := func() []portalapi.Change {
		t.Helper()
		page, err := w.changes.Pull(t.Context(), anna, cursor, 10)
		if err != nil {
			t.Fatal(err)
		}
		cursor = page.Cursor
		return page.Changes
	}
	w.must(w.put(anna, id, over(0, 1, 1, home), "one"))
	w.must(w.put(anna, id, over(1, 2, 1, home), "two"))
	got := pull()
	if len(got) != 1 || got[0].Kind != ChangeKind || got[0].Version != 2 || !bytes.Contains(*got[0].Body, []byte(`"rev":2`)) {
		t.Fatalf("%+v", got)
	}
	w.must(w.Take(t.Context(), anna, id, portalapi.DraftOwner{OwnerEpoch: 1, DeviceId: work}))
	if got = pull(); len(got) != 1 || !bytes.Contains(*got[0].Body, []byte(work)) {
		t.Fatalf("%+v", got)
	}
	if err := w.Delete(t.Context(), anna, id, ETag(3)); err != nil {
		t.Fatal(err)
	}
	if got = pull(); len(got) != 1 || got[0].Deleted == nil || got[0].Version != 4 {
		t.Fatalf("%+v", got)
	}
}

func TestACopyOfTheDatabaseHoldsTheCopies(t *testing.T) {
	w := openAt(t, filepath.Join(t.TempDir(), "portal.db"), DefaultLimits()) // a server is copied by its own means
	w.must(w.put(anna, id, over(0, 1, 1, home), "one"))
	db := w.db.(*store.DB)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	epoch, err := store.Renew(t.Context(), path, w.now)
	if err != nil {
		t.Fatal(err)
	}
	restored, err := store.Open(t.Context(), path, w.now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := restored.Close(); err != nil {
			t.Error(err)
		}
	}()
	d, octets, err := New(restored, w.now, restored.Epoch, DefaultLimits()).Get(t.Context(), anna, id)
	if err != nil || string(octets) != "one" || d.Epoch != epoch || d.Epoch == db.Epoch() {
		t.Errorf("%+v %q (%v)", d, octets, err)
	}
}

func TestTheListIsOfCopiesWithoutOctets(t *testing.T) {
	w := open(t, DefaultLimits())
	w.must(w.put(anna, other, over(0, 1, 1, home), "1"))
	w.must(w.put(anna, id, over(0, 4, 1, home), "4444"))
	l, err := w.List(t.Context(), anna)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, d := range l.Items {
		got = append(got, d.Id)
	}
	if !slices.Equal(got, []string{id, other}) || l.Items[0].Size != 4 {
		t.Errorf("%+v", l.Items)
	}
}
