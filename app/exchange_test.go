package app

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"akno/backend/akno"
)

// exchange is the page of the exchange.
func (c *cabinetBench) exchange(t *testing.T) *Exchange {
	t.Helper()
	i := slices.IndexFunc(c.parts, func(p part) bool { _, is := p.(*Exchange); return is })
	if i < 0 {
		t.Fatal("no such part")
	}
	return c.parts[i].(*Exchange)
}

// filed hands the example of a form over; it waits for the portal.
func (c *cabinetBench) filed(t *testing.T) Pending {
	t.Helper()
	v, err := c.Create(c.unsigned(t))
	if err != nil {
		t.Fatal(err)
	}
	c.typeExample(t, v)
	p, err := c.Preview(v.Draft.ID, "ru")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Submit(v.Draft.ID, "ru", p.SHA256); err != nil {
		t.Fatal(err)
	}
	st, err := c.apps.Sync()
	if err != nil || len(st.Pending) != 1 {
		t.Fatalf("%+v, %v", st, err)
	}
	return st.Pending[0]
}

func TestWhatIsSentIsShownAsItIs(t *testing.T) {
	c := newCabinet(t)
	p := c.filed(t)
	if p.Kind != "submit" || p.Size == 0 || p.Rejected || p.Target == "" {
		t.Errorf("%+v", p)
	}
	v, err := c.exchange(t).Look(p.ID)
	if err != nil || len(v.SHA256) != 64 || v.Size != p.Size || v.Signature != 0 || v.Language != "ru" || v.Title.Ru == "" || len(v.Groups) == 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	if !strings.HasPrefix(v.Content, `{"applicant":`) || !strings.Contains(v.Content, p.Target) {
		t.Errorf("not the signed text: %.60s", v.Content)
	}
	w := c.ask("GET", v.Document.URL, nil)
	if w.Code != 200 || !strings.HasPrefix(w.Body.String(), "%PDF") {
		t.Errorf("the document: %d", w.Code)
	}
	if _, err := c.exchange(t).Look("0193f0a0-0000-7000-8000-0000000000aa"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("nothing of the kind waits: %v", err)
	}
	if st, err := c.exchange(t).SendNow(p.ID); err != nil || len(st.Pending) != 1 {
		t.Errorf("nobody is signed in: %+v, %v", st, err)
	}
	if _, err := c.exchange(t).Discard(p.ID); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("made here: %v", err)
	}
}

func TestTheQueueIsCarriedToAnotherComputerAndTakenInOnce(t *testing.T) {
	home, work := newCabinet(t), newCabinet(t)
	p := home.filed(t)
	pack := func() {
		t.Helper()
		ticket, err := home.of(t).BeginPackOutbox()
		if err != nil {
			t.Fatal(err)
		}
		if made, code := posted[ParcelMade](t, home.bench, ticket, parcelPassword); code != "" || made.Commands != 1 || made.Files != p.Files {
			t.Fatalf("%q %+v", code, made)
		}
	}
	carried := func() string {
		st, err := home.apps.Sync()
		if err != nil || len(st.Pending) != 1 {
			t.Fatal(err)
		}
		return st.Pending[0].CarriedAt
	}
	pack()
	if place, err := home.of(t).SaveFile(); err != nil || place != "" || carried() != "" {
		t.Fatalf("cancelled: %q %v, carried %q", place, err, carried())
	}
	home.desk.saveAs = filepath.Join(t.TempDir(), "no", "such", "folder")
	if _, err := home.of(t).SaveFile(); err == nil || carried() != "" {
		t.Fatalf("not written: %v, carried %q", err, carried())
	}
	file := filepath.Join(t.TempDir(), "Очередь.akno")
	home.desk.saveAs = file
	if _, err := home.of(t).SaveFile(); err != nil || carried() == "" {
		t.Fatalf("%v, carried %q", err, carried())
	}
	if octets, err := os.ReadFile(file); err != nil || bytes.Contains(octets, []byte("applicant")) {
		t.Errorf("the file is readable, or not there: %v", err)
	}
	if _, err := home.apps.Unqueue(p.Target); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("a draft again, while a file has it: %v", err)
	}
	if look, err := work.of(t).Look(file); err != nil || !look.Outbox {
		t.Errorf("%+v, %v", look, err)
	}
	for _, want := range []string{"new", "same"} {
		plan, code := work.opens(t, file, parcelPassword)
		if code != "" || len(plan.Lines) != 0 || len(plan.Commands) != 1 || plan.Commands[0].Standing != want || plan.Commands[0].Title.Ru == "" {
			t.Fatalf("%q %+v", code, plan)
		}
		if taken, err := work.of(t).TakeIn(); err != nil || len(taken) != 1 || taken[0].Standing != want {
			t.Fatalf("%+v, %v", taken, err)
		}
	}
	st, err := work.apps.Sync()
	if err != nil || len(st.Pending) != 1 || !st.Pending[0].Brought || st.Pending[0].Title.Ru == "" {
		t.Fatalf("%+v, %v", st, err)
	}
	v, err := work.exchange(t).Look(p.ID)
	if err != nil || len(v.Groups) == 0 || work.ask("GET", v.Document.URL, nil).Code != 200 {
		t.Errorf("what is sent cannot be read there: %v", err)
	}
	if st, err := work.exchange(t).Discard(p.ID); err != nil || len(st.Pending) != 0 {
		t.Errorf("%+v, %v", st, err)
	}
	ticket, err := work.of(t).BeginPackOutbox()
	if err != nil {
		t.Fatal(err)
	}
	if _, code := posted[ParcelMade](t, work.bench, ticket, parcelPassword); code != akno.NotFound {
		t.Errorf("nothing waits: %q", code)
	}
}

func TestThePageOfTheExchangeTellsFactsAndRoom(t *testing.T) {
	c := newCabinet(t)
	c.filed(t)
	f, err := c.exchange(t).Facts()
	if err != nil || len(f.Received) != 0 || f.RestoredAt != "" || f.Version != "test" {
		t.Errorf("%+v, %v", f, err)
	}
	s, err := c.exchange(t).Storage()
	if err != nil || s.Files == 0 || s.Count == 0 || s.Database == 0 || s.Total < s.Files+s.Database {
		t.Errorf("%+v, %v", s, err)
	}
	if freed, err := c.exchange(t).FreeCopies(); err != nil || freed.Before != 0 {
		t.Errorf("%+v, %v", freed, err)
	}
	if err := c.exchange(t).NotedRestore(); err != nil {
		t.Error(err)
	}
}
