package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"akno/backend/akno"
)

// posted redeems a ticket as the page does and reads the answer.
func posted[T any](t *testing.T, b *bench, ticket Ticket, secrets ...string) (out T, code akno.Code) {
	t.Helper()
	w := b.ask("POST", "/_secret/"+ticket.Purpose+"?ticket="+ticket.Ticket, framed(secrets...))
	if w.Code != 200 {
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		return out, p.Code
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err, w.Body.String())
	}
	return out, ""
}

const parcelPassword = "берег лодка 2026"

func TestDraftsMoveToAnotherComputerAndBack(t *testing.T) {
	home, work := newCabinet(t), newCabinet(t)
	d, err := home.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	id := d.Draft.ID
	if _, err := home.Apply(id, []Patch{text("surname", "Тестовская")}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "Черновики.akno")
	home.carryTo(t, file, id)

	look, err := work.of(t).Look(file)
	if err != nil || !look.Password || look.Name != "Черновики.akno" || look.MadeAt == "" {
		t.Fatalf("%+v, %v", look, err)
	}
	if _, code := work.opens(t, file, "не тот пароль"); code != akno.BadPassword {
		t.Errorf("another password: %q", code)
	}
	if _, err := work.of(t).TakeIn(); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("taken in without being opened: %v", err)
	}
	plan, code := work.opens(t, file, parcelPassword)
	if code != "" || len(plan.Lines) != 1 || plan.Lines[0].Standing != "new" || plan.Signed || !plan.Lines[0].Verified {
		t.Fatalf("%q %+v", code, plan)
	}
	if list, err := work.all(); err != nil || len(list) != 0 {
		t.Fatalf("looking at the plan changed something: %v, %v", list, err)
	}
	taken, err := work.of(t).TakeIn()
	if err != nil || len(taken) != 1 || taken[0].ID != id {
		t.Fatalf("%+v, %v", taken, err)
	}

	// Both go on; nothing of either is lost.
	if _, err := work.Apply(id, []Patch{text("surname", "Рабочая")}); err != nil {
		t.Fatal(err)
	}
	if _, err := home.Apply(id, []Patch{text("surname", "Домашняя")}); err != nil {
		t.Fatal(err)
	}
	back := filepath.Join(t.TempDir(), "обратно.akno")
	work.carryTo(t, back, id)
	if plan, _ := home.opens(t, back, parcelPassword); plan.Lines[0].Standing != "diverged" {
		t.Errorf("%+v", plan.Lines)
	}
	if _, err := home.of(t).TakeIn(); err != nil {
		t.Fatal(err)
	}
	list, err := home.all()
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	var names []string
	for _, line := range list {
		v, err := home.Open(line.ID)
		if err != nil || line.Copy != (line.ID != id) {
			t.Errorf("%+v, %v", line, err)
		}
		names = append(names, fieldIn(t, v.Fields, "surname").Value.Text)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"Домашняя", "Рабочая"}) {
		t.Errorf("kept %q", names)
	}
}

func (c *cabinetBench) of(t *testing.T) *Parcels {
	t.Helper()
	i := slices.IndexFunc(c.parts, func(p part) bool { _, is := p.(*Parcels); return is })
	if i < 0 {
		t.Fatal("no such part")
	}
	return c.parts[i].(*Parcels)
}

// carryTo packs drafts under the password and saves them.
func (c *cabinetBench) carryTo(t *testing.T, file string, drafts ...string) {
	t.Helper()
	ticket, err := c.of(t).BeginPack(PackRequest{Drafts: drafts})
	if err != nil {
		t.Fatal(err)
	}
	if made, code := posted[ParcelMade](t, c.bench, ticket, parcelPassword); code != "" || made.Drafts != len(drafts) {
		t.Fatalf("%q %+v", code, made)
	}
	c.desk.saveAs = "" // cancelled once: it can be saved again
	if place, err := c.of(t).SaveFile(); err != nil || place != "" {
		t.Fatal(place, err)
	}
	c.desk.saveAs = file
	if _, err := c.of(t).SaveFile(); err != nil {
		t.Fatal(err)
	}
	octets, err := os.ReadFile(file)
	if err != nil || bytes.Contains(octets, []byte("surname")) {
		t.Errorf("the file is readable, or not there: %v", err)
	}
}

func (c *cabinetBench) opens(t *testing.T, file, password string) (ParcelPlan, akno.Code) {
	t.Helper()
	ticket, err := c.of(t).BeginOpen(file, "")
	if err != nil {
		t.Fatal(err)
	}
	return posted[ParcelPlan](t, c.bench, ticket, password)
}

func TestAParcelNeedsAPasswordOrAKey(t *testing.T) {
	home := newCabinet(t)
	d, err := home.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := home.of(t).Pack(PackRequest{Drafts: []string{d.Draft.ID}}); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("packed for nobody: %v", err)
	}
	if _, err := home.of(t).SaveFile(); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("saved before it was packed: %v", err)
	}
	ticket, err := home.of(t).BeginPack(PackRequest{Drafts: []string{d.Draft.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if _, code := posted[ParcelMade](t, home.bench, ticket, "короткий"); code != akno.Invalid {
		t.Errorf("a short password: %q", code)
	}
	if ticket, err = home.of(t).BeginPack(PackRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, code := posted[ParcelMade](t, home.bench, ticket, parcelPassword); code != akno.Invalid {
		t.Errorf("no drafts: %q", code)
	}
	path := filepath.Join(t.TempDir(), "x.akno")
	if err := os.WriteFile(path, []byte("не то"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := home.of(t).Look(path); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("not a parcel: %v", err)
	}
}

// all are the drafts that are being prepared.
func (c *cabinetBench) all() ([]DraftSummary, error) {
	var out []DraftSummary
	for _, box := range []string{"drafts", "ready"} {
		page, err := c.Page(DraftQuery{Box: box})
		if err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
	}
	return out, nil
}
