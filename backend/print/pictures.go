package print

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"akno/backend/akno"
)

// margin is what stays white around a picture on its page, in millimetres: a
// printer cuts off less.
const margin = 5.0

// A Page is a picture that fills a page: a JPEG of so many pixels.
type Page struct {
	JPEG          []byte
	Width, Height int
}

// Pictures returns a PDF of pictures, each on an A4 page that stands as the
// picture does. The octets of a picture go in as they are. at goes into the
// properties only; the same input gives the same octets. The error is an
// *akno.Error with code invalid when there is no picture.
func Pictures(title string, pages []Page, at time.Time) ([]byte, error) {
	if len(pages) == 0 {
		return nil, &akno.Error{Code: akno.Invalid, Op: "print.Pictures", Fields: map[string]string{"pages": "required"}}
	}
	p := fpdf.New("P", "mm", "A4", "")
	p.SetCreationDate(at.UTC())
	p.SetModificationDate(at.UTC())
	p.SetCatalogSort(true)
	p.SetProducer("akno", true)
	p.SetCreator("akno", true)
	p.SetTitle(safe(title), true)
	p.SetAutoPageBreak(false, 0)
	opt := fpdf.ImageOptions{ImageType: "JPG"}
	for i, page := range pages {
		way := "P"
		if page.Width > page.Height {
			way = "L"
		}
		// The size is that of a page that stands; the way turns it.
		p.AddPageFormat(way, fpdf.SizeType{Wd: pageWidth, Ht: pageHeight})
		name := fmt.Sprintf("page %d", i+1)
		p.RegisterImageOptionsReader(name, opt, bytes.NewReader(page.JPEG))
		w, h := p.GetPageSize()
		scale := min((w-2*margin)/float64(page.Width), (h-2*margin)/float64(page.Height))
		wide, high := scale*float64(page.Width), scale*float64(page.Height)
		p.ImageOptions(name, (w-wide)/2, (h-high)/2, wide, high, false, opt, 0, "")
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return b.Bytes(), nil
}
