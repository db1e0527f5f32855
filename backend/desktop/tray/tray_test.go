package tray

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/picture"
	"akno/backend/desktop/store"
	"akno/backend/internal/dbx"
	"akno/backend/print"
)

var bundle = sync.OnceValues(catalogue.Load)

// desk is a person's computer with one draft.
type desk struct {
	*Service[draft.Change]
	t      *testing.T
	dir    string
	db     *store.DB
	drafts *draft.Service
	who    string
	id     string
}

// newDesk opens a profile with a draft of a procedure, whose questions are open
// by the answers.
func newDesk(t *testing.T, procedure string, answers map[string]string) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), who: "anna"}
	if err := d.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.db.Close(); err != nil {
			t.Error(err)
		}
	})
	v, err := d.drafts.Create(t.Context(), procedure)
	if err != nil {
		t.Fatal(err)
	}
	d.id = v.Row.ID
	for field, text := range answers {
		if _, err := d.drafts.Apply(t.Context(), d.id, []draft.Patch{{Field: field, Value: form.Text(text)}}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *desk) open(ctx context.Context) error {
	c, err := bundle()
	if err != nil {
		return err
	}
	if d.db, err = store.Open(ctx, d.dir, make([]byte, store.KeySize)); err != nil {
		return err
	}
	now := func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }
	d.drafts = draft.New(draft.Options{
		DB: d.db, Catalogue: c, Now: now, Account: func() string { return d.who },
		Print: func(raw []byte) ([]byte, error) { return print.Application(raw, false) },
	})
	d.Service = New[draft.Change](d.db, d.drafts, now)
	return nil
}

// scan is the place of a file that may be PDF, JPEG or PNG, of 10 MB at most.
func (d *desk) scan() attach.Place { return attach.Place{Of: d.id, Field: "rep_file"} }

// outcome is what became of offers.
type outcome struct {
	Refused []attach.Refused
	Waiting int
}

func (d *desk) offer(at attach.Place, offers ...Offer) outcome {
	d.t.Helper()
	_, refused, err := d.Offer(d.t.Context(), at, offers)
	if err != nil {
		d.t.Fatal(err)
	}
	out := outcome{Refused: refused}
	list, err := d.Waiting(d.t.Context(), at.Of)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, w := range list {
		if w.Place == at {
			out.Waiting = w.Count
		}
	}
	return out
}

func (d *desk) waiting(at attach.Place, file string) []Picture {
	d.t.Helper()
	list, err := d.Pictures(d.t.Context(), at, file)
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func (d *desk) attached(at attach.Place) []form.File {
	d.t.Helper()
	_, list, err := d.drafts.At(d.t.Context(), at)
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func drawn(w, h int, ink uint8) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{ink, uint8(x), uint8(y), 255})
		}
	}
	return m
}

func photo(t *testing.T, w, h int, ink uint8) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawn(w, h, ink), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// heavy is a picture of more than eleven megabytes.
func heavy(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 2000, 1500))
	for i, x := 0, uint32(7); i < len(m.Pix); i++ {
		x = x*1664525 + 1013904223
		m.Pix[i] = uint8(x >> 24)
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.NoCompression}
	if err := e.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes()[:b.Len()-12], append(filler(3<<20), b.Bytes()[b.Len()-12:]...)...)
}

var newPDF = []byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2/Root 1 0 R>>\nstartxref\n42\n%%EOF\n")

var representative = map[string]string{"acts_as": "representative"}

func TestWhatFitsIsAttachedAsItIs(t *testing.T) {
	d := newDesk(t, "200.1.3.4", representative)
	octets := photo(t, 60, 40, 9)
	out := d.offer(d.scan(), FromOctets("акт.jpg", octets))
	got := d.attached(d.scan())
	if out.Waiting != 0 || len(out.Refused) != 0 || len(got) != 1 || got[0].Name != "акт.jpg" {
		t.Fatalf("%+v, %d wait", got, out.Waiting)
	}
	if kept, err := d.db.Blobs().Read(got[0].SHA256); err != nil || !bytes.Equal(kept, octets) {
		t.Errorf("the octets differ: %v", err)
	}
}

func TestAPhotoThatIsTooLargeWaitsToBeMadeSmaller(t *testing.T) {
	d := newDesk(t, "200.1.3.4", representative)
	out := d.offer(d.scan(), FromOctets("скан.png", heavy(t)))
	if out.Waiting != 1 || len(d.attached(d.scan())) != 0 || len(out.Refused) != 0 {
		t.Fatalf("%+v", out)
	}
	list := d.waiting(d.scan(), "")
	if len(list) != 1 || list[0].View.Width != 2000 || list[0].Original.Name != "скан.png" {
		t.Fatalf("%+v", list)
	}
	page := Page{list[0].ID, picture.Edit{LongEdge: 1000}}
	shown, err := d.Show(t.Context(), d.scan(), "", page)
	if err != nil || shown.Width != 1000 || shown.Height != 750 {
		t.Fatalf("%d by %d, %v", shown.Width, shown.Height, err)
	}
	if _, err := d.Attach(t.Context(), d.scan(), "", []Page{page}, false); err != nil {
		t.Fatal(err)
	}
	got := d.attached(d.scan())
	if len(got) != 1 || got[0].Name != "скан.jpg" || got[0].MIME != picture.JPEG || got[0].Width != 1000 {
		t.Fatalf("%+v", got)
	}
	if kept, err := d.db.Blobs().Read(got[0].SHA256); err != nil || !bytes.Equal(kept, shown.Octets) {
		t.Errorf("what is attached is not what was shown: %v", err)
	}
	if len(d.waiting(d.scan(), "")) != 0 {
		t.Error("it still waits")
	}
	// The original stays behind it: the size can be taken back.
	again := d.waiting(d.scan(), got[0].ID)
	if len(again) != 1 || again[0].View.Width != 2000 || again[0].Edit.LongEdge != 1000 {
		t.Fatalf("%+v", again)
	}
	if _, err := d.Attach(t.Context(), d.scan(), got[0].ID, []Page{{again[0].ID, picture.Edit{LongEdge: 1200, Turns: 1}}}, false); err != nil {
		t.Fatal(err)
	}
	if got = d.attached(d.scan()); len(got) != 1 || got[0].Height != 1200 {
		t.Errorf("%+v", got)
	}
}

func TestPhotosOfOnePaperBecomeOneDocument(t *testing.T) {
	d := newDesk(t, "200.1.3.4", representative)
	out := d.offer(d.scan(), FromOctets("стр 1.jpg", photo(t, 60, 80, 1)), FromOctets("стр 2.jpg", photo(t, 80, 60, 2)), FromOctets("стр 3.jpg", photo(t, 60, 80, 3)))
	if out.Waiting != 3 || len(d.attached(d.scan())) != 0 {
		t.Fatalf("%+v", out)
	}
	list := d.waiting(d.scan(), "")
	pages := []Page{{list[2].ID, picture.Edit{}}, {list[0].ID, picture.Edit{Turns: 1}}}
	if _, err := d.Attach(t.Context(), d.scan(), "", pages, true); err != nil {
		t.Fatal(err)
	}
	got := d.attached(d.scan())
	if len(got) != 1 || got[0].MIME != "application/pdf" || got[0].Name != "стр 3.pdf" {
		t.Fatalf("%+v", got)
	}
	octets, err := d.db.Blobs().Read(got[0].SHA256)
	if err != nil || bytes.Count(octets, []byte("/Type /Page\n")) != 2 {
		t.Errorf("%v", err)
	}
	if len(d.waiting(d.scan(), "")) != 0 {
		t.Error("the page that was left out still waits")
	}
	// Opened again, the pages are there with what was done to them; made again,
	// they make the same octets.
	made := d.waiting(d.scan(), got[0].ID)
	if len(made) != 2 || made[0].Original.Name != "стр 3.jpg" || made[1].Edit.Turns != 1 {
		t.Fatalf("%+v", made)
	}
	pages = []Page{{made[0].ID, made[0].Edit}, {made[1].ID, made[1].Edit}}
	if _, err := d.Attach(t.Context(), d.scan(), got[0].ID, pages, true); err != nil {
		t.Fatal(err)
	}
	if again := d.attached(d.scan()); len(again) != 1 || again[0].SHA256 != got[0].SHA256 {
		t.Errorf("made again it is %s, it was %s", again[0].SHA256, got[0].SHA256)
	}
}

func TestAnAttachedPhotoIsTurnedAndTakenBack(t *testing.T) {
	d := newDesk(t, "200.1.3.4", representative)
	d.offer(d.scan(), FromOctets("акт.jpg", photo(t, 60, 40, 9)))
	first := d.attached(d.scan())[0]
	list := d.waiting(d.scan(), first.ID)
	if len(list) != 1 || list[0].View.Width != 60 {
		t.Fatalf("%+v", list)
	}
	if _, err := d.Attach(t.Context(), d.scan(), first.ID, []Page{{list[0].ID, picture.Edit{Turns: 1}}}, false); err != nil {
		t.Fatal(err)
	}
	turned := d.attached(d.scan())[0]
	if turned.Width != 40 || turned.Height != 60 {
		t.Fatalf("%+v", turned)
	}
	list = d.waiting(d.scan(), turned.ID)
	if _, err := d.Attach(t.Context(), d.scan(), turned.ID, []Page{{list[0].ID, picture.Edit{}}}, false); err != nil {
		t.Fatal(err)
	}
	if back := d.attached(d.scan())[0]; back.SHA256 != first.SHA256 {
		t.Errorf("the original did not come back: %+v", back)
	}
}

func TestWhatCannotBeTakenIsToldWithTheReason(t *testing.T) {
	d := newDesk(t, "200.1.3.4", representative)
	path := filepath.Join(t.TempDir(), "половина.jpg")
	if err := os.WriteFile(path, photo(t, 60, 40, 9)[:300], 0o600); err != nil {
		t.Fatal(err)
	}
	out := d.offer(d.scan(), FromPath(path), FromOctets("программа.exe", []byte("MZ\x90")), FromOctets("документ.pdf", newPDF))
	if len(out.Refused) != 2 || out.Refused[0].Code != akno.BadFile || out.Refused[1].Code != akno.BadFileType {
		t.Errorf("%+v", out.Refused)
	}
	if got := d.attached(d.scan()); len(got) != 1 || got[0].Name != "документ.pdf" {
		t.Errorf("%+v", got)
	}
	// One file has one place: a document and a photo are not mixed silently.
	out = d.offer(d.scan(), FromOctets("другой.pdf", newPDF), FromOctets("фото.jpg", photo(t, 60, 40, 9)))
	if got := d.attached(d.scan()); len(got) != 1 || got[0].Name != "другой.pdf" || out.Waiting != 1 {
		t.Errorf("%+v, %d wait", got, out.Waiting)
	}
}

func TestPagesOfOthersAreNotFound(t *testing.T) {
	d := newDesk(t, "200.1.3.4", representative)
	d.offer(d.scan(), FromOctets("1.jpg", photo(t, 60, 40, 9)), FromOctets("2.jpg", photo(t, 60, 40, 8)))
	list := d.waiting(d.scan(), "")
	for name, pages := range map[string][]Page{
		"none":         {},
		"unknown":      {{ID: "0192f3c1-7c1a-7d2e-8a00-000000000002"}},
		"the same two": {{ID: list[0].ID}, {ID: list[0].ID}},
	} {
		if _, err := d.Attach(t.Context(), d.scan(), "", pages, true); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	d.who = "ivan"
	if _, err := d.Pictures(t.Context(), d.scan(), ""); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("another's tray: %v", err)
	}
	if err := d.Discard(t.Context(), d.scan(), list[0].ID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("another's picture: %v", err)
	}
	d.who = "anna"
	if err := d.Discard(t.Context(), d.scan(), list[0].ID); err != nil || len(d.waiting(d.scan(), "")) != 1 {
		t.Errorf("%v", err)
	}
}

func TestTheOriginalStaysUntilTheApplicationIsSent(t *testing.T) {
	d := newDesk(t, "200.1.3.4", representative)
	d.offer(d.scan(), FromOctets("скан.png", heavy(t)))
	list := d.waiting(d.scan(), "")
	original := list[0].Original.SHA256
	if _, err := d.Attach(t.Context(), d.scan(), "", []Page{{list[0].ID, picture.Edit{LongEdge: 500}}}, false); err != nil {
		t.Fatal(err)
	}
	made := d.attached(d.scan())[0].SHA256
	release := func(want int) {
		t.Helper()
		if n, err := d.Release(t.Context()); err != nil || n != want {
			t.Errorf("%d files went, want %d: %v", n, want, err)
		}
	}
	exec := func(query string, args ...any) {
		t.Helper()
		if err := d.db.Write(t.Context(), func(tx dbx.Tx) error { _, err := tx.Exec(t.Context(), query, args...); return err }); err != nil {
			t.Fatal(err)
		}
	}
	release(0)
	exec(`UPDATE draft SET state='signed' WHERE id=?`, d.id)
	release(0) // handed over, the portal has not answered
	if !d.db.Blobs().Has(original) {
		t.Fatal("the original went before the application was sent")
	}
	// Another draft names it: the row goes, the file stays.
	exec(`INSERT INTO inbox(account, kind, id, version, body, changed_at) VALUES('anna', 'application', ?, 1, '{}', 1)`, d.id)
	exec(`INSERT INTO setting(name, value) VALUES('other', ?)`, `"`+original+`"`)
	release(0)
	if !d.db.Blobs().Has(original) {
		t.Fatal("a file that is named went")
	}
	exec(`DELETE FROM setting WHERE name='other'`)
	d2, err := d.drafts.Create(t.Context(), "200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.drafts.Apply(t.Context(), d2.Row.ID, []draft.Patch{{Field: "acts_as", Value: form.Text("representative")}}); err != nil {
		t.Fatal(err)
	}
	at := attach.Place{Of: d2.Row.ID, Field: "rep_file"}
	d.offer(at, FromOctets("скан.png", heavy(t)))
	list = d.waiting(at, "")
	if _, err := d.Attach(t.Context(), at, "", []Page{{list[0].ID, picture.Edit{LongEdge: 400}}}, false); err != nil {
		t.Fatal(err)
	}
	exec(`UPDATE draft SET state='signed' WHERE id=?`, d2.Row.ID)
	exec(`INSERT INTO inbox(account, kind, id, version, body, changed_at) VALUES('anna', 'application', ?, 1, '{}', 1)`, d2.Row.ID)
	release(1)
	if d.db.Blobs().Has(original) || !d.db.Blobs().Has(made) {
		t.Error("the original is still there, or what was sent is gone")
	}
	release(0)
}

// filler is a chunk of PNG that nobody reads.
func filler(n int) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(n))
	b = append(append(b, "zzZz"...), make([]byte, n)...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func TestPagesAreAddedToADocument(t *testing.T) {
	d := newDesk(t, "200.1.3.4", representative)
	d.offer(d.scan(), FromOctets("стр 1.jpg", photo(t, 60, 40, 9)))
	first := d.attached(d.scan())[0]
	_, refused, err := d.Lay(t.Context(), d.scan(), first.ID, []Offer{FromOctets("стр 2.jpg", photo(t, 60, 40, 8)), FromOctets("документ.pdf", newPDF)})
	if err != nil || len(refused) != 1 || refused[0].Code != akno.BadFileType {
		t.Fatalf("%+v %v", refused, err)
	}
	if got := d.attached(d.scan()); len(got) != 1 || got[0].ID != first.ID {
		t.Fatalf("something was attached by itself: %+v", got)
	}
	list := d.waiting(d.scan(), first.ID)
	if len(list) != 2 || list[0].Original.Name != "стр 1.jpg" {
		t.Fatalf("%+v", list)
	}
	if _, err := d.Attach(t.Context(), d.scan(), first.ID, []Page{{ID: list[0].ID}, {ID: list[1].ID}}, true); err != nil {
		t.Fatal(err)
	}
	if got := d.attached(d.scan()); len(got) != 1 || got[0].MIME != "application/pdf" || !d.Editable(t.Context(), got[0]) || d.Editable(t.Context(), form.File{ID: first.ID, MIME: attach.PDF}) {
		t.Errorf("%+v", got)
	}
}
