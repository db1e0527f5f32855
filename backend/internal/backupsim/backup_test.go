package backupsim

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/backup"
	"akno/backend/desktop/portalclient"
	"akno/backend/internal/dbx"
	"akno/backend/portal/draftbackup"
)

func home(t *testing.T) (*world, *computer) {
	t.Helper()
	w := newWorld(t, draftbackup.DefaultLimits())
	return w, w.computer(anna).signIn().on()
}

func puts(r *http.Request) bool {
	return r.Method == http.MethodPut && !strings.HasSuffix(r.URL.Path, "/owner")
}

func TestNothingLeavesTheComputerUntilItIsAskedFor(t *testing.T) {
	w := newWorld(t, draftbackup.DefaultLimits())
	c := w.computer(anna).signIn()
	id := c.write("Иванов")
	c.settle()
	if w.revision(anna, id) != 0 {
		t.Error("a draft went to the portal")
	}
	c.state(id, backup.Off)
	c.on().settle()
	if c.state(id, backup.Backed); w.revision(anna, id) != 2 {
		t.Errorf("the portal keeps revision %d", w.revision(anna, id))
	}
}

func TestEveryChangeIsBackedUpAndTheFactIsTold(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.state(id, backup.Waiting)
	c.settle()
	before := c.state(id, backup.Backed)
	c.answer(id, "Петров")
	c.state(id, backup.Waiting)
	c.settle()
	if f := c.state(id, backup.Backed); !f.At.After(before.At) || w.revision(anna, id) != 3 || c.backedRev(id) != 3 {
		t.Errorf("%+v, revision %d", f, w.revision(anna, id))
	}
}

func TestThePortalSeesNoAnswer(t *testing.T) {
	w, c := home(t)
	c.write("Приметная-Фамилия")
	c.settle()
	var body []byte
	err := w.db.Read(t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT body FROM draft_backup`).Scan(&body)
	})
	if err != nil || strings.Contains(string(body), "Приметная") || strings.Contains(string(body), "surname") {
		t.Errorf("%q (%v)", body, err)
	}
}

func TestAnEditDuringTheUploadStaysUnbacked(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.during = func(r *http.Request) {
		if puts(r) {
			c.during = nil
			c.answer(id, "Петров")
		}
	}
	if err := c.round(); err != nil {
		t.Fatal(err)
	}
	c.state(id, backup.Waiting)
	if c.backedRev(id) != 2 {
		t.Errorf("revision %d is called backed", c.backedRev(id))
	}
	c.settle()
	c.state(id, backup.Backed)
	if w.revision(anna, id) != 3 {
		t.Errorf("revision %d", w.revision(anna, id))
	}
}

func TestALostAnswerMakesNoSecondDraft(t *testing.T) {
	for name, f := range map[string]fault{"lost": lost, "cut": cut, "hotel": hotel} {
		t.Run(name, func(t *testing.T) {
			w, c := home(t)
			id := c.write("Иванов")
			c.settle()
			c.answer(id, "Петров")
			c.faults = []fault{f}
			wants(t, c.round(), akno.Unavailable)
			c.state(id, backup.Waiting)
			c.answer(id, "Сидоров") // and the person types on
			c.settle()
			c.state(id, backup.Backed)
			if got := c.copies(); len(got) != 0 || w.revision(anna, id) != 4 || c.backedRev(id) != 4 {
				t.Errorf("%d copies, revision %d", len(got), w.revision(anna, id))
			}
		})
	}
}

func TestADeathBetweenAnswerAndCommitLosesNothing(t *testing.T) {
	w, c := home(t)
	id := c.write("Иванов")
	c.after = func(r *http.Request, _ *http.Response) { c.dead = c.dead || puts(r) }
	if err := c.round(); err == nil {
		t.Fatal("the program did not die")
	}
	c.after = nil
	if w.revision(anna, id) != 2 || c.backedRev(id) != 0 {
		t.Fatal("the death came too early or too late")
	}
	c.start()
	c.answer(id, "Петров")
	c.settle()
	c.state(id, backup.Backed)
	if got := c.copies(); len(got) != 0 || w.revision(anna, id) != 3 {
		t.Errorf("%d copies, revision %d", len(got), w.revision(anna, id))
	}
}

func TestAnotherComputerTakesTheDraftAndTheFirstOneOnlyReadsIt(t *testing.T) {
	w, first := home(t)
	id := first.write("Иванов")
	first.settle()
	second := w.computer(anna).signIn().on()
	away, err := second.lane.Away(t.Context())
	if err != nil || len(away) != 1 || away[0].ID != id || away[0].Procedure != procedure || away[0].Subject != "Иванов" || away[0].Own {
		t.Fatalf("%+v (%v)", away, err)
	}
	if got := second.take(id); got.Fork != "" || len(got.Missing) != 0 {
		t.Fatalf("%+v", got)
	}
	second.reads(id, "Иванов")
	second.answer(id, "Петров")
	second.settle()
	second.state(id, backup.Backed)

	first.settle()
	first.state(id, backup.Elsewhere)
	err = first.try(id, "Сидоров")
	wants(t, err, akno.WrongState)
	if akno.FieldsOf(err)["draft"] != "elsewhere" {
		t.Errorf("%v", akno.FieldsOf(err))
	}
	first.reads(id, "Иванов")
	if got := first.copies(); len(got) != 0 {
		t.Errorf("%d copies where nothing was written", len(got))
	}
	v, err := first.drafts.Duplicate(t.Context(), id)
	if err != nil || v.Row.ID == id {
		t.Fatal(err)
	}
	first.answer(v.Row.ID, "Сидоров")
	first.settle()
	if away, err := second.lane.Away(t.Context()); err != nil || len(away) != 0 {
		second.pull()
		if away, err = second.lane.Away(t.Context()); err != nil || len(away) != 1 || away[0].ID != v.Row.ID {
			t.Errorf("%+v (%v)", away, err)
		}
	}
}

// parted is a draft that a second computer took and wrote on, while the first one
// was cut off and wrote on as well.
func parted(t *testing.T) (w *world, first, second *computer, id string) {
	t.Helper()
	w, first = home(t)
	id = first.write("Иванов")
	first.settle()
	first.off = true
	first.answer(id, "Первый")
	second = w.computer(anna).signIn().on()
	second.take(id)
	second.answer(id, "Второй")
	second.settle()
	first.off = false
	first.settle()
	return w, first, second, id
}

func TestWhatTwoComputersWroteIsKeptAsTwoDrafts(t *testing.T) {
	_, first, second, id := parted(t)
	f := first.state(id, backup.Elsewhere)
	copies := first.copies()
	if len(copies) != 1 || f.Fork != copies[0] {
		t.Fatalf("copies %v, fork %q", copies, f.Fork)
	}
	first.reads(id, "Первый")
	first.reads(copies[0], "Второй")
	second.settle()
	second.reads(id, "Второй")
	second.state(id, backup.Backed)

	diff, err := first.drafts.Compare(t.Context(), id, copies[0])
	if err != nil || len(diff) != 1 || diff[0].Old.RU != "Первый" || diff[0].New.RU != "Второй" || diff[0].From.IsZero() {
		t.Errorf("%+v (%v)", diff, err)
	}
	first.answer(copies[0], "Второй, дальше") // the copy is a draft of its own
	first.settle()
	if got := first.copies(); len(got) != 1 {
		t.Errorf("a second look made %d copies", len(got))
	}
}

func TestADraftThatIsTakenBackGoesOnWithItsOwnAnswers(t *testing.T) {
	w, first, second, id := parted(t)
	got := first.take(id)
	if got.Fork == "" || got.Fork != first.fact(id).Fork {
		t.Errorf("%+v", got)
	}
	first.reads(id, "Первый")
	first.reads(got.Fork, "Второй")
	first.answer(id, "Первый, дальше")
	first.settle()
	first.state(id, backup.Backed)
	second.settle()
	second.state(id, backup.Elsewhere)
	second.reads(id, "Второй") // it had been backed up, and is read still
	if w.revision(anna, id) != 4 || first.backedRev(id) != 4 {
		t.Errorf("revision %d", w.revision(anna, id))
	}
}

func TestADraftComesBackWithWhatTheOtherComputerAdded(t *testing.T) {
	w, first := home(t)
	id := first.write("Иванов")
	first.settle()
	second := w.computer(anna).signIn().on()
	second.take(id)
	second.answer(id, "Петров")
	second.settle()
	first.settle()
	if got := first.take(id); got.Fork != "" {
		t.Errorf("%+v", got)
	}
	first.reads(id, "Петров")
	if c, err := first.drafts.Undo(t.Context(), id); err != nil || c.View.Row.Answers["surname"].Text() != "Иванов" {
		t.Errorf("the history did not come along: %v", err)
	}
}

func TestADeathWhileADraftIsTakenIsMadeGood(t *testing.T) {
	for name, at := range map[string]string{"before the owner changes": "GET", "after the owner changed": "PUT"} {
		t.Run(name, func(t *testing.T) {
			w, first := home(t)
			id := first.write("Иванов")
			first.settle()
			second := w.computer(anna).signIn().on()
			second.after = func(r *http.Request, _ *http.Response) { second.off = second.off || r.Method == at }
			_, err := second.lane.Take(t.Context(), id)
			wants(t, err, akno.Unavailable)
			second.after, second.off = nil, false
			second.start()
			second.pull()
			if away, err := second.lane.Away(t.Context()); err != nil || len(away) != 1 || away[0].ID != id {
				t.Fatalf("%+v (%v)", away, err)
			}
			second.take(id)
			second.reads(id, "Иванов")
			second.settle()
			second.state(id, backup.Backed)
		})
	}
}

func TestTwoWhoTakeAtOnceHaveOneOwner(t *testing.T) {
	w, first := home(t)
	id := first.write("Иванов")
	first.settle()
	second, third := w.computer(anna).signIn().on(), w.computer(anna).signIn().on()
	second.during = func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/owner") {
			second.during = nil
			third.take(id)
		}
	}
	_, err := second.lane.Take(t.Context(), id)
	wants(t, err, akno.Conflict)
	if there, stale := portalclient.Instead(err); !stale || there.OwnerEpoch != 2 {
		t.Errorf("%+v", there)
	}
	third.answer(id, "Третий")
	third.settle()
	third.state(id, backup.Backed)
}

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
