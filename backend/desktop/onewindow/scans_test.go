package onewindow

import (
	"bytes"
	"image"
	"image/jpeg"
	"io/fs"
	"path/filepath"
	"testing"

	"akno/backend/akno"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/picture"
	"akno/backend/desktop/tray"
	"akno/backend/internal/dbx"
)

func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// begun is a card whose papers are printed.
func (w world) begun(t *testing.T) string {
	t.Helper()
	work, err := w.desk.Start(t.Context(), card())
	if err != nil {
		t.Fatal(err)
	}
	return work.Card.ID
}

// files are how many files the profile keeps.
func (w world) files(t *testing.T) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(w.dir, "files"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// rowsWritten is how many rows of the profile were written since it was opened.
func (w world) rowsWritten(t *testing.T) (n int) {
	t.Helper()
	err := w.db.Write(t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT total_changes()`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPhotosOfAPaperBecomeItsScan(t *testing.T) {
	w := newWorld(t)
	at := attach.Place{Of: w.begun(t), Field: Application}
	offers := []tray.Offer{tray.FromOctets("лист 1.jpg", photo(t, 60, 80)), tray.FromOctets("лист 2.jpg", photo(t, 80, 60))}
	work, refused, err := w.tray.Offer(t.Context(), at, offers)
	if err != nil || len(refused) > 0 || work.ApplicationScan != nil {
		t.Fatalf("attached unseen: %+v, %v, %v", work.ApplicationScan, refused, err)
	}
	list, err := w.tray.Pictures(t.Context(), at, "")
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	pages := []tray.Page{{ID: list[0].ID}, {ID: list[1].ID, Edit: picture.Edit{Turns: 1}}}
	if work, err = w.tray.Attach(t.Context(), at, "", pages, true); err != nil || work.ApplicationScan.MIME != attach.PDF {
		t.Fatalf("%+v, %v", work.ApplicationScan, err)
	}
	if made, err := w.tray.Pictures(t.Context(), at, work.ApplicationScan.ID); err != nil || len(made) != 2 || made[1].Edit.Turns != 1 {
		t.Errorf("what it was made of: %+v, %v", made, err)
	}
	if n := w.files(t); n != 3 {
		t.Errorf("%d files are kept, want the document and two pages", n)
	}
}

func TestScansAreGoneWhenTheCardIsDone(t *testing.T) {
	for name, end := range map[string]func(w world, id string) error{
		"printed":  func(w world, id string) error { return w.desk.Done(t.Context(), id) },
		"given up": func(w world, id string) error { return w.desk.Cancel(t.Context(), id, "mistake") },
	} {
		w := newWorld(t)
		id := w.begun(t)
		w.scan(t, id, Consent, photo(t, 60, 40))
		at := attach.Place{Of: id, Field: Application}
		if _, _, err := w.tray.Offer(t.Context(), at, []tray.Offer{tray.FromOctets("1.jpg", photo(t, 61, 40)), tray.FromOctets("2.jpg", photo(t, 62, 40))}); err != nil {
			t.Fatal(err)
		}
		// The same octets in another card stay.
		other := card()
		other.Person.Surname = "Другая"
		second, err := w.desk.Start(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		w.scan(t, second.Card.ID, Consent, photo(t, 60, 40))
		if n := w.files(t); n != 3 {
			t.Fatalf("%s: %d files are kept before", name, n)
		}
		if err := end(w, id); err != nil {
			t.Fatal(err)
		}
		if n := w.files(t); n != 1 {
			t.Errorf("%s: %d files are left, want that of the other card", name, n)
		}
		if waiting, err := w.tray.Waiting(t.Context(), id); err != nil || len(waiting) != 0 {
			t.Errorf("%s: pictures still wait: %+v, %v", name, waiting, err)
		}
	}
}

func TestAScanThatIsReplacedOrRemovedIsGone(t *testing.T) {
	w := newWorld(t)
	id := w.begun(t)
	at := attach.Place{Of: id, Field: Consent}
	first := w.scan(t, id, Consent, photo(t, 60, 40))
	second := w.scan(t, id, Consent, photo(t, 70, 40))
	if n := w.files(t); n != 1 || second.ConsentScan.SHA256 == first.ConsentScan.SHA256 {
		t.Fatalf("%d files after the second scan", n)
	}
	// Turned, it keeps what it was made of; removed, nothing is left.
	turned, err := w.tray.Attach(t.Context(), at, second.ConsentScan.ID, []tray.Page{{ID: second.ConsentScan.ID, Edit: picture.Edit{Turns: 1}}}, false)
	if err != nil || w.files(t) != 2 {
		t.Fatalf("%d files, %v", w.files(t), err)
	}
	if _, err := w.desk.RemoveScan(t.Context(), at, second.ConsentScan.ID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("a scan that is not there was removed: %v", err)
	}
	work, err := w.desk.RemoveScan(t.Context(), at, turned.ConsentScan.ID)
	if err != nil || work.ConsentScan != nil || w.files(t) != 0 {
		t.Errorf("%+v, %d files, %v", work.ConsentScan, w.files(t), err)
	}
}

func TestAChangedScanWritesItsCardOnce(t *testing.T) {
	w := newWorld(t)
	id := w.begun(t)
	scan := w.scan(t, id, Consent, photo(t, 60, 40)).ConsentScan
	before := w.rowsWritten(t)
	if _, err := w.desk.RemoveScan(t.Context(), attach.Place{Of: id, Field: Consent}, scan.ID); err != nil {
		t.Fatal(err)
	}
	if n := w.rowsWritten(t) - before; n != 1 {
		t.Errorf("%d rows were written", n)
	}
}

func TestAScanStaysWholeWhenTheCommitThatReplacesItFails(t *testing.T) {
	w := newWorld(t)
	id := w.begun(t)
	scan := w.scan(t, id, Consent, photo(t, 60, 40)).ConsentScan
	err := w.db.Write(t.Context(), func(tx dbx.Tx) error { // the commit finds the fault, as it does a full disk
		for _, q := range []string{
			`CREATE TABLE witness(x TEXT REFERENCES draft(id) DEFERRABLE INITIALLY DEFERRED) STRICT`,
			`CREATE TRIGGER refusing AFTER UPDATE ON setting BEGIN INSERT INTO witness VALUES('nothing'); END`,
		} {
			if _, err := tx.Exec(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.RemoveScan(t.Context(), attach.Place{Of: id, Field: Consent}, scan.ID); err == nil {
		t.Fatal("the commit did not fail")
	}
	work, err := w.desk.Get(t.Context(), id)
	if err != nil || work.ConsentScan == nil {
		t.Fatalf("%+v, %v", work.ConsentScan, err)
	}
	if _, err := w.db.Blobs().Read(work.ConsentScan.SHA256); err != nil {
		t.Errorf("the card names a scan that is gone: %v", err)
	}
}

func TestScansAreRefusedAtTheWrongPlaceOrTime(t *testing.T) {
	w := newWorld(t)
	fresh, err := w.desk.Save(t.Context(), card())
	if err != nil {
		t.Fatal(err)
	}
	offer := []tray.Offer{tray.FromOctets("скан.jpg", photo(t, 60, 40))}
	if _, _, err := w.tray.Offer(t.Context(), attach.Place{Of: fresh.Card.ID, Field: Consent}, offer); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("before the papers are printed: %v", err)
	}
	id := w.begun(t)
	if _, _, err := w.tray.Offer(t.Context(), attach.Place{Of: id, Field: "passport"}, offer); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("a paper that there is not: %v", err)
	}
	if _, _, err := w.tray.Offer(t.Context(), attach.Place{Of: "nobody", Field: Consent}, offer); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("a card that there is not: %v", err)
	}
	w.scan(t, id, Consent, []byte(pixel))
	w.scan(t, id, Application, []byte(pixel))
	if _, err := w.desk.Verify(t.Context(), id, Checks{true, true, true, true}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.tray.Offer(t.Context(), attach.Place{Of: id, Field: Consent}, offer); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("after they were verified: %v", err)
	}
}
