package backupsim

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/backup"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portal/draftbackup"
)

func TestAnotherLifeOfThePortalMakesEveryBackupUnknown(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.settle()
	old := w.copied()
	c.answer(id, "Петров")
	c.settle()
	w.restore(old)
	c.pull()
	c.state(id, backup.Waiting) // before the lane has even looked
	if w.revision(anna, id) != 2 {
		t.Fatal("the copy is not what it should be")
	}
	c.settle()
	c.state(id, backup.Backed)
	if got := c.copies(); len(got) != 0 || w.revision(anna, id) != 3 || c.backedRev(id) != 3 {
		t.Errorf("%d copies, revision %d", len(got), w.revision(anna, id))
	}
}

func TestAnAnswerOfAnotherLifeIsNotBelieved(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	empty := w.copied()
	w.restore(empty) // and the exchange does not know it yet
	if err := c.round(); err == nil {
		t.Error("the answer was believed")
	}
	if c.state(id, backup.Waiting); c.fact(id).At.IsZero() == false {
		t.Error("the backup is told to be there")
	}
	c.settle()
	c.state(id, backup.Backed)
	c.backedRev(id)
}

func TestARestoreBeforeTheTakingLosesNothing(t *testing.T) {
	w, first := home(t)
	id := first.write("Иванов")
	first.settle()
	old := w.copied()
	second := w.computer(anna).signIn().on()
	second.take(id)
	second.answer(id, "Второй")
	second.settle()
	first.settle()
	w.restore(old) // where the first one is the owner
	first.settle()
	second.settle()
	if err := first.try(id, "Первый"); err != nil {
		t.Fatal(err)
	}
	first.settle()
	second.settle()
	first.reads(id, "Первый")
	second.reads(id, "Второй")
	second.take(id)
	all := append([]string{id}, second.copies()...)
	var texts []string
	for _, d := range all {
		v, err := second.drafts.Open(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, v.Row.Answers["surname"].Text())
	}
	if !slices.Contains(texts, "Первый") || !slices.Contains(texts, "Второй") {
		t.Errorf("there are %q", texts)
	}
}

func TestAProfileFromAnOldCopyOverwritesNothing(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.settle()
	// The same computer twice: one profile goes on where the other one was.
	twin := &computer{w: w, dir: t.TempDir(), who: anna}
	twin.openCopyOf(c)
	twin.answer(id, "Двойник")
	c.answer(id, "Второй")
	c.answer(id, "Третий")
	c.settle()
	twin.settle()
	if got := twin.copies(); len(got) != 1 {
		t.Fatalf("%d copies", len(got))
	}
	twin.reads(id, "Двойник")
	twin.reads(twin.copies()[0], "Третий")
	twin.backedRev(id)
}

func TestAnotherPersonsDraftsAreNotBackedUpUnderHerCode(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.settle()
	c.who = boris
	c.client.SetToken(boris)
	other := c.write("Борисов")
	c.settle()
	if w.revision(boris, other) != 0 || w.revision(anna, other) != 0 {
		t.Error("another person's draft went to the portal")
	}
	if away, err := c.lane.Away(t.Context()); err != nil || len(away) != 0 {
		t.Errorf("%+v (%v)", away, err)
	}
	_, err := c.lane.Take(t.Context(), id)
	wants(t, err, akno.WrongState)
}

func TestAFullQuotaIsToldAndTriedAgain(t *testing.T) {
	w := newWorld(t, draftbackup.Limits{Drafts: 1, Bytes: 1 << 20})
	c := w.computer(anna).signIn().on()
	one := c.write("Иванов")
	c.settle()
	two := c.write("Петров")
	c.settle()
	if f := c.state(two, backup.Refused); f.Failure != akno.TooLarge {
		t.Errorf("%+v", f)
	}
	c.state(one, backup.Backed)
	if err := c.drafts.Delete(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	c.settle()
	c.settle()
	c.state(two, backup.Backed)
	if w.revision(anna, one) != 0 || w.revision(anna, two) != 2 {
		t.Error("the room of a deleted draft is not given back")
	}
}

func TestADeletedDraftIsRemovedFromThePortalAndARestoredOneGoesBack(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.settle()
	if err := c.drafts.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	c.settle()
	if w.revision(anna, id) != 0 {
		t.Fatal("it is still there")
	}
	if away, err := c.lane.Away(t.Context()); err != nil || len(away) != 0 {
		t.Errorf("%+v (%v)", away, err)
	}
	if err := c.drafts.Restore(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	c.settle()
	c.state(id, backup.Backed)
	if w.revision(anna, id) == 0 {
		t.Error("it did not go back")
	}
}

func TestADamagedBackupIsRefusedAndHarmsNothing(t *testing.T) {
	for name, damage := range map[string]string{
		"an octet changed":        `UPDATE draft_backup SET body = CAST(substr(body, 1, 40) || x'00' || substr(body, 42) AS BLOB) WHERE id = ?`,
		"an octet is missing":     `UPDATE draft_backup SET body = substr(body, 1, length(body) - 1) WHERE id = ?`,
		"another draft's octets":  `UPDATE draft_backup SET body = (SELECT o.body FROM draft_backup o WHERE o.id <> draft_backup.id) WHERE id = ?`,
		"an older one as a newer": `UPDATE draft_backup SET rev = rev + 1 WHERE id = ?`,
		"no octets of a backup":   `UPDATE draft_backup SET body = x'00' WHERE id = ?`,
	} {
		t.Run(name, func(t *testing.T) {
			w, c := home(t)
			id := c.write("Иванов")
			c.write("Петров")
			c.settle()
			err := w.db.Write(t.Context(), func(tx dbx.Tx) error {
				_, err := tx.Exec(t.Context(), damage, id)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			second := w.computer(anna).signIn().on()
			_, err = second.lane.Take(t.Context(), id)
			wants(t, err, akno.BadFile)
			if l, err := second.drafts.List(t.Context()); err != nil || len(l) != 0 {
				t.Errorf("%+v (%v)", l, err)
			}
			away, err := second.lane.Away(t.Context())
			if err != nil || len(away) != 2 || !slices.ContainsFunc(away, func(a backup.Away) bool { return a.ID == id && a.Failure == akno.BadFile }) {
				t.Errorf("%+v (%v)", away, err)
			}
			c.reads(id, "Иванов")
		})
	}
}

func TestTheCodeIsCheckedWhereThereIsSomethingToOpen(t *testing.T) {
	w, c := home(t)
	c.write("Иванов")
	c.settle()
	second := w.computer(anna).signIn()
	wants(t, second.lane.Enable(t.Context(), backup.Code(make([]byte, 16))), akno.BadPassword)
	wants(t, second.lane.Enable(t.Context(), []byte("123456")), akno.Invalid)
	second.on()

	// Who has lost it begins anew.
	third := w.computer(anna).signIn()
	if err := third.lane.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := third.lane.Enable(t.Context(), backup.Code(make([]byte, 16))); err != nil {
		t.Fatal(err)
	}
}

func TestANewCodeSealsEverythingAnew(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.settle()
	next := backup.Code([]byte("sixteen octets !"))
	if err := c.lane.Enable(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	c.state(id, backup.Waiting)
	c.settle()
	c.state(id, backup.Backed)
	second := w.computer(anna).signIn()
	wants(t, second.lane.Enable(t.Context(), code()), akno.BadPassword)
	if err := second.lane.Enable(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	second.take(id)
	second.reads(id, "Иванов")
}

func TestSwitchingOffRemovesWhatThisComputerKeptThere(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.settle()
	second := w.computer(anna).signIn().on()
	kept := second.write("Петров")
	second.settle()
	c.off = true
	wants(t, c.lane.Disable(t.Context()), akno.Unavailable)
	if s, err := c.lane.Status(t.Context()); err != nil || !s.On {
		t.Errorf("%+v (%v)", s, err)
	}
	c.off = false
	if err := c.lane.Disable(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.revision(anna, id) != 0 || w.revision(anna, kept) == 0 {
		t.Error("too much or too little was removed")
	}
	c.state(id, backup.Off)
	c.answer(id, "Сидоров")
	c.settle()
	if w.revision(anna, id) != 0 {
		t.Error("it goes on")
	}
}

func TestWithoutANetworkNothingIsAskedAndNothingIsLost(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	asked := 0
	c.during = func(*http.Request) { asked++ }
	c.client.SetOffline(true)
	if err := c.round(); err != nil || asked != 0 {
		t.Errorf("%d requests (%v)", asked, err)
	}
	c.client.SetOffline(false)
	c.faults = []fault{lost, lost, lost, lost, lost, lost}
	for range 6 {
		wait, err := c.lane.Round(t.Context())
		wants(t, err, akno.Unavailable)
		if wait > time.Minute {
			t.Errorf("waits %s", wait)
		}
		w.at = w.at.Add(time.Hour)
	}
	c.settle()
	c.state(id, backup.Backed)
}

// attach attaches a picture and returns its name.
func (c *computer) attach(id string) string {
	t := c.w.t
	t.Helper()
	for field, value := range map[string]string{"acts_as": "representative", "rep_doc": "доверенность"} {
		if _, err := c.drafts.Apply(t.Context(), id, []draft.Patch{{Field: field, Value: form.Text(value)}}); err != nil {
			t.Fatal(err)
		}
	}
	picture := image.NewGray(image.Rect(0, 0, 300, 400))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i*i) | 1
	}
	var octets bytes.Buffer
	if err := png.Encode(&octets, picture); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "скан.png")
	if err := os.WriteFile(path, octets.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	change, err := c.drafts.AddFiles(t.Context(), id, "rep_file", "", "", []string{path})
	if err != nil || len(change.Refused) > 0 {
		t.Fatal(err, change.Refused)
	}
	return "скан.png"
}

// files returns the names of the files that a draft has.
func (c *computer) files(id string) []string {
	c.w.t.Helper()
	p, err := c.drafts.Pack(c.w.t.Context(), id)
	if err != nil {
		c.w.t.Fatal(err)
	}
	p.Revisions = nil
	var out []string
	for _, f := range p.Files() {
		out = append(out, f.Name)
	}
	return out
}

func TestAFileThatIsNotHereIsNamedAndComesBackWithTheDraft(t *testing.T) {
	w, first := home(t)
	id := first.write("Иванов")
	name := first.attach(id)
	first.settle()
	second := w.computer(anna).signIn().on()
	if got := second.take(id); !slices.Equal(got.Missing, []string{name}) {
		t.Fatalf("%+v", got)
	}
	if got := second.files(id); len(got) != 0 {
		t.Errorf("a draft names what is not there: %v", got)
	}
	second.reads(id, "Иванов")
	second.settle()
	second.state(id, backup.Backed)

	first.settle()
	if got := first.take(id); got.Fork != "" || len(got.Missing) != 0 {
		t.Fatalf("%+v", got)
	}
	if _, err := first.drafts.Undo(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := first.files(id); !slices.Equal(got, []string{name}) {
		t.Errorf("the file did not come back: %v", got)
	}
}

func TestTheCopyOfAnotherComputersDraftIsMadeWithoutItsFiles(t *testing.T) {
	w, first := home(t)
	id := first.write("Иванов")
	first.settle()
	second := w.computer(anna).signIn().on()
	second.take(id)
	second.attach(id)
	second.settle()
	first.off = true
	first.answer(id, "Первый")
	first.off = false
	first.settle()
	if got := first.copies(); len(got) != 1 || len(first.files(got[0])) != 0 {
		t.Errorf("%d copies", len(got))
	}
	first.settle()
	if got := first.copies(); len(got) != 1 {
		t.Errorf("a second look made %d copies", len(got))
	}
}

func TestAFiledApplicationNeedsNoBackup(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.settle()
	// What the exchange stores when the portal has taken the application.
	err := c.db.Write(t.Context(), func(tx dbx.Tx) error {
		if _, err := tx.Exec(t.Context(), `UPDATE draft SET state='signed', rev=rev+1 WHERE id=?`, id); err != nil {
			return err
		}
		e := syncer.Entity{Kind: syncer.KindApplication, ID: id, Version: 1, Body: []byte("{}"), ChangedAt: w.at, Account: anna}
		if _, err := syncer.Put(t.Context(), tx, anna, e); err != nil {
			return err
		}
		return c.lane.ApplyChange(t.Context(), tx, e)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.round(); err != nil {
		t.Fatal(err)
	}
	if w.revision(anna, id) != 0 {
		t.Error("the portal keeps a copy of what was filed")
	}
}

func TestAnEndedSessionKeepsBackupsOnAndSaysWhatWaits(t *testing.T) {
	_, c := home(t)
	id := c.write("Иванов")
	c.settle()
	c.out = true
	c.answer(id, "Петров")
	asked := 0
	c.during = func(*http.Request) { asked++ }
	if err := c.round(); err != nil || asked != 0 {
		t.Errorf("%d requests of nobody (%v)", asked, err)
	}
	if s, err := c.lane.Status(t.Context()); err != nil || !s.On || s.SignedIn || s.Waiting != 1 {
		t.Errorf("%+v (%v)", s, err)
	}
	c.out = false
	c.settle()
	c.state(id, backup.Backed)
	if s, err := c.lane.Status(t.Context()); err != nil || !s.SignedIn || s.Waiting != 0 || s.Kept != 1 {
		t.Errorf("%+v (%v)", s, err)
	}
}

func TestAnotherLifeIsToldAsWaitingAtOnce(t *testing.T) {
	w, c := home(t)
	c.write("Иванов")
	c.settle()
	w.restore(w.copied())
	c.pull()
	if s, err := c.lane.Status(t.Context()); err != nil || s.Waiting != 1 {
		t.Errorf("%+v (%v)", s, err)
	}
}
