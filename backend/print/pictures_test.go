package print

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
	"time"

	"akno/backend/akno"
)

func page(t *testing.T, w, h int, ink uint8) Page {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = ink
	}
	m.SetGray(w/2, h/2, color.Gray{ink ^ 0xff})
	rgb := image.NewRGBA(m.Rect)
	for y := range h {
		for x := range w {
			rgb.Set(x, y, m.At(x, y))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, rgb, nil); err != nil {
		t.Fatal(err)
	}
	return Page{b.Bytes(), w, h}
}

func TestPicturesMakeOneDocument(t *testing.T) {
	at := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	pages := []Page{page(t, 140, 200, 10), page(t, 200, 140, 200), page(t, 140, 200, 10)}
	b, err := Pictures("Согласие", pages, at)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Pictures("Согласие", pages, at)
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("it differs when it is made again: %v", err)
	}
	if n := bytes.Count(b, []byte("/Type /Page\n")); n != 3 {
		t.Errorf("%d pages", n)
	}
	for _, p := range pages[:2] {
		if !bytes.Contains(b, p.JPEG) {
			t.Error("a picture is not in it octet for octet")
		}
	}
	if n := bytes.Count(b, []byte("/MediaBox [0 0 841.89 595.28]")); n != 1 {
		t.Errorf("%d pages lie on their side, one should", n)
	}
	other, err := Pictures("Согласие", []Page{pages[1], pages[0], pages[2]}, at)
	if err != nil || bytes.Equal(b, other) {
		t.Errorf("the order does not matter: %v", err)
	}
}

func TestNoPicturesMakeNoDocument(t *testing.T) {
	if _, err := Pictures("x", nil, time.Time{}); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("got %v", err)
	}
	if _, err := Pictures("x", []Page{{[]byte("no photo"), 3, 3}}, time.Time{}); err == nil {
		t.Error("text was taken for a picture")
	}
}
