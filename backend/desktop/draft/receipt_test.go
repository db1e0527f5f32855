package draft

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/picture"
	"akno/backend/desktop/tray"
)

func photographed(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPhotosOfAReceiptAreAPlaceOfTheOrder(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	d.fill(id)
	files := tray.New[Change](d.db, d.Service, d.Service.o.Now)
	at := attach.Place{Of: id, Field: ReceiptField}
	offers := []tray.Offer{tray.FromOctets("чек 1.jpg", photographed(t, 60, 80)), tray.FromOctets("чек 2.jpg", photographed(t, 80, 60))}
	if _, _, err := files.Offer(t.Context(), at, offers); akno.CodeOf(err) != akno.WrongState {
		t.Fatalf("a receipt without an order: %v", err)
	}
	rev := d.order(id).Row.Rev
	c, refused, err := files.Offer(t.Context(), at, offers)
	if err != nil || len(refused) > 0 || c.View.Order.Receipt.ID != "" || c.View.Row.Rev != rev {
		t.Fatalf("attached unseen: %+v, revision %d after %d, %v", c.View.Order.Receipt, c.View.Row.Rev, rev, err)
	}
	if waiting, err := files.Waiting(t.Context(), id); err != nil || len(waiting) != 1 || waiting[0].Place != at || waiting[0].Count != 2 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	list, err := files.Pictures(t.Context(), at, "")
	if err != nil {
		t.Fatal(err)
	}
	pages := []tray.Page{{ID: list[0].ID, Edit: picture.Edit{Turns: 1}}, {ID: list[1].ID}}
	c, err = files.Attach(t.Context(), at, "", pages, true)
	if err != nil || c.View.Order.Receipt.MIME != attach.PDF || !c.View.Order.ProofReady() || c.View.Row.Rev == rev {
		t.Fatalf("%+v, %v", c.View.Order.Receipt, err)
	}
	receipt := c.View.Order.Receipt
	if made, err := files.Pictures(t.Context(), at, receipt.ID); err != nil || len(made) != 2 || made[0].Edit.Turns != 1 {
		t.Errorf("what it was made of: %+v, %v", made, err)
	}
	// One receipt: two are refused, and so is a change of one that is not there.
	if _, err := d.Attach(t.Context(), at, []form.File{receipt, receipt}, "", nil); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("two receipts: %v", err)
	}
	if _, err := d.Attach(t.Context(), at, []form.File{receipt}, "another", nil); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("instead of one that is not there: %v", err)
	}
	d.who = "ivan"
	if _, _, err := files.Offer(t.Context(), at, offers[:1]); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("at another's order: %v", err)
	}
}
