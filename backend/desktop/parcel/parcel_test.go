package parcel

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/store"
	"akno/backend/internal/dbx"
)

const (
	procedure = "200.1.3.4"
	password  = "сосна дождь 1987"
)

var bundle = sync.OnceValues(catalogue.Load)

// computer is one of a person's computers in a test.
type computer struct {
	*draft.Service
	t   testing.TB
	dir string
	db  *store.DB
	now time.Time
	who string
}

func newComputer(t testing.TB, who string) *computer {
	t.Helper()
	c := &computer{t: t, dir: t.TempDir(), who: who, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	if err := c.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.db.Close() })
	return c
}

func (c *computer) start(ctx context.Context) error {
	all, err := bundle()
	if err != nil {
		return err
	}
	if c.db, err = store.Open(ctx, c.dir, make([]byte, store.KeySize)); err != nil {
		return err
	}
	c.Service = draft.New(draft.Options{DB: c.db, Catalogue: all, Now: func() time.Time { return c.now }, Account: func() string { return c.who }})
	return nil
}

// write makes a draft with an answer and a file, and returns its id.
func (c *computer) write(text string) string {
	c.t.Helper()
	v, err := c.Create(c.t.Context(), procedure)
	if err != nil {
		c.t.Fatal(err)
	}
	c.answer(v.Row.ID, "acts_as", "representative")
	c.answer(v.Row.ID, "rep_doc", text)
	change, err := c.AddFiles(c.t.Context(), v.Row.ID, "rep_file", "", "", []string{c.scan(text)})
	if err != nil || len(change.Refused) > 0 {
		c.t.Fatal(err, change.Refused)
	}
	return v.Row.ID
}

// scan writes a picture, each another one.
func (c *computer) scan(text string) string {
	c.t.Helper()
	sum := sha256.Sum256([]byte(text))
	picture := image.NewRGBA(image.Rect(0, 0, 300, 400))
	for i := range picture.Pix {
		picture.Pix[i] = sum[i%len(sum)] | 1
	}
	var octets bytes.Buffer
	if err := png.Encode(&octets, picture); err != nil {
		c.t.Fatal(err)
	}
	path := filepath.Join(c.t.TempDir(), "доверенность.png")
	if err := os.WriteFile(path, octets.Bytes(), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

func (c *computer) answer(id, field, text string) {
	c.t.Helper()
	c.now = c.now.Add(time.Minute)
	if _, err := c.Apply(c.t.Context(), id, []draft.Patch{{Field: field, Value: form.Text(text)}}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *computer) value(id, field string) string {
	c.t.Helper()
	v, err := c.Open(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	return v.Row.Answers[field].Text()
}

// parcel makes a parcel of the drafts and returns its file.
func (c *computer) parcel(chosen ...string) string {
	c.t.Helper()
	out, err := Pack(c.t.Context(), c.Service, c.db.Blobs(), chosen, c.now)
	if err != nil {
		c.t.Fatal(err)
	}
	defer out.Close()
	out.rounds = leastIterations
	if err := out.ForPassword(c.t.Context(), []byte(password)); err != nil {
		c.t.Fatal(err)
	}
	return c.save(out)
}

func (c *computer) save(out *Outgoing) string {
	c.t.Helper()
	var octets bytes.Buffer
	if err := out.WriteTo(c.t.Context(), &octets, nil); err != nil {
		c.t.Fatal(err)
	}
	path := filepath.Join(c.t.TempDir(), "drafts"+Extension)
	if err := os.WriteFile(path, octets.Bytes(), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

func (c *computer) receive(path string) *Incoming {
	c.t.Helper()
	in, err := Open(c.t.Context(), path, Password([]byte(password)))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = in.Close() })
	return in
}

// takeIn plans and takes in, and returns how the drafts stood before.
func (c *computer) takeIn(path string) []Taken {
	c.t.Helper()
	in := c.receive(path)
	plan, err := in.Plan(c.t.Context(), c.Service)
	if err != nil {
		c.t.Fatal(err)
	}
	taken, err := in.TakeIn(c.t.Context(), c.Service, c.db.Blobs())
	if err != nil {
		c.t.Fatal(err)
	}
	for i, l := range plan {
		if l.Standing != taken[i].Standing {
			c.t.Errorf("planned %s, done %s", l.Standing, taken[i].Standing)
		}
	}
	return taken
}

// state is everything about drafts that a database holds, but for the index.
func (c *computer) state() []string {
	c.t.Helper()
	var out []string
	err := c.db.Read(c.t.Context(), func(tx dbx.Tx) error {
		return dbx.Each(c.t.Context(), tx, func(scan func(...any) error) error {
			var line string
			err := scan(&line)
			out = append(out, line)
			return err
		}, `SELECT id||answers||sources||rev||node||state||saved_at||deleted_at||brought FROM draft
			UNION ALL SELECT draft||rev||at||kind||node||parent||change||pin FROM draft_rev
			UNION ALL SELECT hash||unverified FROM draft_form ORDER BY 1`)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

func TestADraftArrivesWholeWithItsFilesAndItsHistory(t *testing.T) {
	home, work := newComputer(t, "anna"), newComputer(t, "anna")
	id := home.write("доверенность 15")
	taken := work.takeIn(home.parcel())
	if len(taken) != 1 || taken[0].Standing != draft.StandNew || taken[0].ID != id {
		t.Fatalf("%+v", taken)
	}
	here, err := work.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	there, err := home.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if !form.RecordOf(here.Row.Answers).Equal(form.RecordOf(there.Row.Answers)) || here.Row.Ready != there.Row.Ready || here.Row.Errors != there.Row.Errors {
		t.Errorf("%+v is not %+v", here.Row, there.Row)
	}
	f, _ := form.FileOf(here.Row.Answers["rep_file"])
	if octets, err := work.db.Blobs().Read(f.SHA256); err != nil || int64(len(octets)) != f.Size {
		t.Errorf("the file did not arrive: %v", err)
	}
	if _, err := work.Undo(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if c, err := work.Undo(t.Context(), id); err != nil || c.View.Row.Answers["rep_doc"].Text() != "" {
		t.Errorf("what was done on the other computer cannot be undone here: %v", err)
	}
}

func TestTakingInTwiceIsTakingInOnce(t *testing.T) {
	home, work := newComputer(t, "anna"), newComputer(t, "anna")
	home.write("первый")
	home.write("второй")
	path := home.parcel()
	work.takeIn(path)
	before := work.state()
	for _, taken := range work.takeIn(path) {
		if taken.Standing != draft.StandSame {
			t.Errorf("%+v", taken)
		}
	}
	if !slices.Equal(before, work.state()) {
		t.Error("the second time changed something")
	}
}

func TestADraftGoesOnWhereItWasLeft(t *testing.T) {
	home, work := newComputer(t, "anna"), newComputer(t, "anna")
	id := home.write("дома")
	old := home.parcel()
	work.takeIn(old)
	work.answer(id, "rep_doc", "на работе")
	if taken := work.takeIn(old); taken[0].Standing != draft.StandOlder || work.value(id, "rep_doc") != "на работе" {
		t.Errorf("an older parcel: %+v, %q", taken, work.value(id, "rep_doc"))
	}
	if taken := home.takeIn(work.parcel()); taken[0].Standing != draft.StandNewer || taken[0].ID != id {
		t.Errorf("%+v", taken)
	}
	if got := home.value(id, "rep_doc"); got != "на работе" {
		t.Errorf("got %q", got)
	}
	if !slices.Equal(home.chain(id), work.chain(id)) {
		t.Error("the histories differ")
	}
}

func (c *computer) chain(id string) []draft.PackedRevision {
	c.t.Helper()
	p, err := c.Pack(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	return p.Revisions
}

func TestWhatWasWrittenOnBothComputersIsKeptTwice(t *testing.T) {
	home, work := newComputer(t, "anna"), newComputer(t, "anna")
	id := home.write("начало")
	work.takeIn(home.parcel())
	home.answer(id, "rep_doc", "дома")
	work.answer(id, "rep_doc", "на работе")
	path := work.parcel()
	taken := home.takeIn(path)
	if taken[0].Standing != draft.StandDiverged || taken[0].ID == id {
		t.Fatalf("%+v", taken)
	}
	if mine, theirs := home.value(id, "rep_doc"), home.value(taken[0].ID, "rep_doc"); mine != "дома" || theirs != "на работе" {
		t.Errorf("kept %q and %q", mine, theirs)
	}
	list, err := home.List(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatal(len(list), err)
	}
	for _, d := range list {
		if d.Copy != (d.ID == taken[0].ID) {
			t.Errorf("%s says that it is a copy: %t", d.ID, d.Copy)
		}
	}
	home.answer(taken[0].ID, "rep_doc", "исправлено")
	if again := home.takeIn(path); again[0].Standing != draft.StandSame {
		t.Errorf("%+v", again)
	}
	if home.value(taken[0].ID, "rep_doc") != "исправлено" {
		t.Error("the copy was overwritten")
	}
}

func TestADraftThatWasWrittenOnSinceThePlanIsNotOverwritten(t *testing.T) {
	home, work := newComputer(t, "anna"), newComputer(t, "anna")
	id := home.write("начало")
	work.takeIn(home.parcel())
	work.answer(id, "rep_doc", "на работе")
	in := home.receive(work.parcel())
	if plan, err := in.Plan(t.Context(), home.Service); err != nil || plan[0].Standing != draft.StandNewer {
		t.Fatal(plan, err)
	}
	home.answer(id, "rep_doc", "дома, пока читался план")
	taken, err := in.TakeIn(t.Context(), home.Service, home.db.Blobs())
	if err != nil || taken[0].Standing != draft.StandDiverged || home.value(id, "rep_doc") != "дома, пока читался план" {
		t.Errorf("%+v, %v", taken, err)
	}
}

func TestADeletedDraftComesBack(t *testing.T) {
	home := newComputer(t, "anna")
	id := home.write("удалённый")
	path := home.parcel()
	if err := home.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if taken := home.takeIn(path); taken[0].Standing != draft.StandDeleted || home.value(id, "rep_doc") != "удалённый" {
		t.Errorf("%+v", taken)
	}
}

func TestAnothersDraftIsLeftAlone(t *testing.T) {
	home, other := newComputer(t, "anna"), newComputer(t, "boris")
	home.write("личное")
	before := other.state()
	path := home.parcel()
	plan, err := other.receive(path).Plan(t.Context(), other.Service)
	if err != nil || plan[0].Standing != draft.StandForeign || len(plan[0].View.Fields) != 0 {
		t.Errorf("%+v, %v", plan, err)
	}
	if taken := other.takeIn(path); taken[0].Standing != draft.StandForeign || !slices.Equal(before, other.state()) {
		t.Errorf("%+v", taken)
	}
}

func TestWhoHasNotSignedInYetTakesHisDraftsIn(t *testing.T) {
	home, work := newComputer(t, "anna"), newComputer(t, "")
	id := home.write("до входа")
	work.takeIn(home.parcel())
	if work.value(id, "rep_doc") != "до входа" {
		t.Error("it is not shown")
	}
	work.who = "anna"
	work.answer(id, "rep_doc", "после входа")
	if taken := home.takeIn(work.parcel()); taken[0].Standing != draft.StandNewer {
		t.Errorf("%+v", taken)
	}
}

func TestAHandedOverDraftIsNotPacked(t *testing.T) {
	home := newComputer(t, "anna")
	id := home.write("подано")
	err := home.db.Write(t.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE draft SET state='signed' WHERE id=?`, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Pack(t.Context(), home.Service, home.db.Blobs(), []string{id}, home.now)
	if akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
}

func TestAFormOfNoBundleIsReadAndNotChanged(t *testing.T) {
	home, work := newComputer(t, "anna"), newComputer(t, "anna")
	id := home.write("по другой форме")
	out, err := Pack(t.Context(), home.Service, home.db.Blobs(), nil, home.now)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	// The same form in a version that no bundle has, as a later program would bring.
	def, err := readForm(out.forms[0], out.manifest.Forms[0].Hash)
	if err != nil {
		t.Fatal(err)
	}
	def.Version += 100
	hash, err := catalogue.Hash(def)
	if err != nil {
		t.Fatal(err)
	}
	out.setForm(t, def, hash)
	out.rounds = leastIterations
	if err := out.ForPassword(t.Context(), []byte(password)); err != nil {
		t.Fatal(err)
	}
	path := work.save(out)
	plan, err := work.receive(path).Plan(t.Context(), work.Service)
	if err != nil || plan[0].Standing != draft.StandNew || plan[0].Verified {
		t.Fatalf("%+v, %v", plan, err)
	}
	work.takeIn(path)
	if work.value(id, "rep_doc") != "по другой форме" {
		t.Error("it cannot be read")
	}
	_, err = work.Apply(t.Context(), id, []draft.Patch{{Field: "rep_doc", Value: form.Text("нет")}})
	if akno.CodeOf(err) != akno.OldForm {
		t.Errorf("changed: %v", err)
	}
	if _, err := work.Preview(t.Context(), id, akno.Russian); akno.CodeOf(err) != akno.OldForm {
		t.Errorf("shown to be signed: %v", err)
	}
	if v, err := work.Duplicate(t.Context(), id); err != nil || v.Row.FormVersion != cmp.Or(def.Version-100, 0) {
		t.Errorf("its answers cannot be taken into the form of this program: %v", err)
	}
}
