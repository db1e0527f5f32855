package backupsim

import (
	"net/http"
	"strings"
	"testing"

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
	told := map[fault]akno.Code{lost: akno.Unavailable, cut: akno.Unavailable, hotel: akno.CaptivePortal}
	for name, f := range map[string]fault{"lost": lost, "cut": cut, "hotel": hotel} {
		t.Run(name, func(t *testing.T) {
			w, c := home(t)
			id := c.write("Иванов")
			c.settle()
			c.answer(id, "Петров")
			c.faults = []fault{f}
			wants(t, c.round(), told[f])
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

func TestWhatTheOtherComputerWritesLaterIsKeptBesideOnce(t *testing.T) {
	w, first := home(t)
	id := first.write("Иванов")
	first.settle()
	first.answer(id, "Первый")
	second := w.computer(anna).signIn().on()
	second.take(id)
	first.settle()
	if f := first.state(id, backup.Elsewhere); f.Fork != "" || len(first.copies()) != 0 {
		t.Errorf("a copy of what is in the history here: %+v", f)
	}
	for _, text := range []string{"Второй", "Второй, дальше", "Второй, ещё"} {
		second.answer(id, text)
		second.settle()
		first.settle()
	}
	first.reads(id, "Первый")
	if got := first.copies(); len(got) != 1 {
		t.Fatalf("%d copies", len(got))
	}
	first.reads(first.copies()[0], "Второй")
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
