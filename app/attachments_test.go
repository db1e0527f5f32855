package app

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
)

func (c *cabinetBench) attachments() *Attachments {
	for _, p := range c.parts {
		if a, ok := p.(*Attachments); ok {
			return a
		}
	}
	panic("no attachments")
}

func TestPicturesOfOnePaperArePreparedAndAttached(t *testing.T) {
	c := newCabinet(t)
	files := c.attachments()
	v, err := c.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Apply(v.Draft.ID, []Patch{text("acts_as", "representative")}); err != nil {
		t.Fatal(err)
	}
	at := FilePlace{Draft: v.Draft.ID, Field: "rep_file"}
	// Two pages are pasted; each is posted once.
	var ch FileChange
	for i := range 2 {
		ticket, err := files.BeginPaste(at, "снимок.jpg")
		if err != nil {
			t.Fatal(err)
		}
		answer := c.ask("POST", "/_file?ticket="+ticket.Ticket, bytes.NewReader(photograph(t, 60+i, 40)))
		if answer.Code != 200 {
			t.Fatalf("%d %s", answer.Code, answer.Body)
		}
		if err := json.Unmarshal(answer.Body.Bytes(), &ch); err != nil {
			t.Fatal(err)
		}
		if again := c.ask("POST", "/_file?ticket="+ticket.Ticket, nil); again.Code != 422 || !strings.Contains(again.Body.String(), string(akno.ExpiredCode)) {
			t.Errorf("a ticket worked twice: %d %s", again.Code, again.Body)
		}
	}
	// A single file was replaced by the second: what was there is in the history.
	f := fieldIn(t, ch.Draft.Fields, "rep_file")
	if len(f.Files) != 1 || ch.Draft.Budget.Files != 1 || ch.Draft.Budget.Bytes != f.Files[0].Size || ch.Draft.Budget.MaxBytes != usualBytes {
		t.Fatalf("%+v %+v", f.Files, ch.Draft.Budget)
	}
	at.File = f.Files[0].ID
	tray, err := files.Tray(at)
	if err != nil || len(tray.Pictures) != 1 || tray.Pictures[0].Width != 61 || !tray.Document || !tray.Single {
		t.Fatalf("%+v %v", tray, err)
	}
	page := tray.Pictures[0].Page
	page.Turns, page.Left = 1, 5000
	look, err := files.Show(at, page)
	if err != nil || look.Width != 20 || look.Height != 61 {
		t.Fatalf("%+v %v", look, err)
	}
	if got := c.ask("GET", look.URL, nil); got.Code != 200 || got.Body.Len() != look.Size {
		t.Errorf("%d, %d octets of %d", got.Code, got.Body.Len(), look.Size)
	}
	if ch, err = files.SavePages(at, []PageEdit{page}, true); err != nil {
		t.Fatal(err)
	}
	if f = fieldIn(t, ch.Draft.Fields, "rep_file"); f.Files[0].MediaType != "application/pdf" || f.Files[0].Name != "снимок.pdf" || !f.Files[0].Editable {
		t.Errorf("%+v", f.Files)
	}
	// Octets without end are not kept in memory.
	ticket, err := files.BeginPaste(at, "много.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if answer := c.ask("POST", "/_file?ticket="+ticket.Ticket, bytes.NewReader(make([]byte, 26<<20))); !strings.Contains(answer.Body.String(), string(akno.TooLarge)) {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestAFileOfTheWatchedFolderIsOfferedAndNotTaken(t *testing.T) {
	c := newCabinet(t)
	files := c.attachments()
	c.bench.desk.folder = t.TempDir()
	if s, err := files.PickFolder(); err != nil || s.Folder != filepath.Base(c.bench.desk.folder) || len(s.Offered) != 0 {
		t.Fatalf("%+v %v", s, err)
	}
	if err := os.WriteFile(filepath.Join(c.bench.desk.folder, "скан 1.jpg"), photograph(t, 60, 40), 0o600); err != nil {
		t.Fatal(err)
	}
	files.glance()
	c.tick.pass(3 * time.Second)
	files.glance()
	s, err := files.Sources()
	if err != nil || len(s.Offered) != 1 || s.Offered[0].Name != "скан 1.jpg" || c.bench.desk.seen("folder") != 1 {
		t.Fatalf("%+v %v, told %d times", s, err, c.bench.desk.seen("folder"))
	}
	v, err := c.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	ch, err := c.Apply(v.Draft.ID, []Patch{text("acts_as", "representative")})
	if err != nil || len(fieldIn(t, ch.Fields, "rep_file").Files) != 0 {
		t.Fatalf("it was taken by itself: %v", err)
	}
	taken, err := files.TakeOffered(FilePlace{Draft: v.Draft.ID, Field: "rep_file"}, s.Offered[0].ID)
	if err != nil || fieldIn(t, taken.Draft.Fields, "rep_file").Files[0].Name != "скан 1.jpg" {
		t.Fatalf("%+v %v", taken, err)
	}
	if s, err = files.Sources(); err != nil || len(s.Offered) != 0 {
		t.Errorf("it is still offered: %+v", s)
	}
	if _, err := os.Stat(filepath.Join(c.bench.desk.folder, "скан 1.jpg")); err != nil {
		t.Errorf("the file itself is gone: %v", err)
	}
	if s, err = files.LeaveFolder(); err != nil || s.Folder != "" {
		t.Errorf("%+v %v", s, err)
	}
}

func photograph(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
