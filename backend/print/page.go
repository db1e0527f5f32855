// Package print makes the papers of the product as PDF, and the pictures of QR
// codes: the readable application, the order slip, the papers that a clerk signs
// with a citizen, the sealed slip with a one-time password, the decision. The
// same input gives the same octets on every computer, so a paper can be hashed
// and made again. The papers are for reading: what counts is the signed document
// beside them.
package print

import (
	"bytes"
	_ "embed"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"akno/backend/akno"
)

var (
	//go:embed fonts/DejaVuSans.ttf
	regular []byte
	//go:embed fonts/DejaVuSans-Bold.ttf
	bold []byte
)

// Sizes of an A4 page, in millimetres, and of letters, in points.
const (
	pageWidth   = 210.0
	pageHeight  = 297.0
	left        = 20.0
	right       = 15.0
	top         = 18.0
	bottom      = 22.0
	textWidth   = pageWidth - left - right
	labelWidth  = 62.0
	lineHeight  = 5.0
	letters     = 10.0
	small       = 8.0
	titleSize   = 14.0
	sectionSize = 11.0
)

const fontName = "DejaVu"

// paper is a document that is being written.
type paper struct {
	*fpdf.Fpdf
	lang   akno.Lang
	footer string // beside the number of the page
}

// newPaper begins an A4 document. The time goes into the file's properties only
// and must come from the document itself: a clock would change the octets.
func newPaper(l akno.Lang, title string, at time.Time, footer string) *paper {
	p := &paper{Fpdf: fpdf.New("P", "mm", "A4", ""), lang: l, footer: safe(footer)}
	p.SetCreationDate(at.UTC())
	p.SetModificationDate(at.UTC())
	p.SetCatalogSort(true)
	p.SetProducer("akno", true)
	p.SetCreator("akno", true)
	p.SetTitle(safe(title), true)
	p.SetLang(string(l))
	p.AddUTF8FontFromBytes(fontName, "", regular)
	p.AddUTF8FontFromBytes(fontName, "B", bold)
	p.SetMargins(left, top, right)
	p.SetAutoPageBreak(false, bottom)
	p.SetCellMargin(0)
	p.AliasNbPages(pagesMark)
	p.SetFooterFunc(p.foot)
	p.AddPage()
	return p
}

func (p *paper) foot() {
	p.SetY(-bottom + 6)
	p.SetFont(fontName, "", small)
	p.SetTextColor(90, 90, 90)
	p.SetDrawColor(200, 200, 200)
	p.Line(left, p.GetY()-1, pageWidth-right, p.GetY()-1)
	// The number of pages is put in at the end, so its width is not known here
	// and the text cannot be set flush right.
	const numbers = 20.0
	p.CellFormat(textWidth-numbers, 5, p.footer, "", 0, "L", false, 0, "")
	p.CellFormat(numbers, 5, fmt.Sprintf("%s %d / %s", words[wordPage].In(p.lang), p.PageNo(), pagesMark), "", 0, "L", false, 0, "")
	p.SetTextColor(0, 0, 0)
}

// octets ends the document.
func (p *paper) octets() ([]byte, error) {
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return b.Bytes(), nil
}

// room begins a new page if less than h millimetres are left on this one.
func (p *paper) room(h float64) {
	_, height := p.GetPageSize()
	if p.GetY()+h > height-bottom {
		p.AddPage()
	}
}

// font sets letters of a size in points.
func (p *paper) font(style string, size float64) { p.SetFont(fontName, style, size) }

// text writes a paragraph over the whole width, or centred.
func (p *paper) text(style string, size float64, s, align string) {
	p.font(style, size)
	h := size * lineHeight / letters
	for _, line := range p.lines(s, textWidth) {
		p.room(h)
		p.SetX(left)
		p.CellFormat(textWidth, h, line, "", 1, align, false, 0, "")
	}
}

func (p *paper) title(s string) {
	p.text("B", titleSize, s, "C")
	p.Ln(2)
}

func (p *paper) section(s string) {
	p.room(4 * lineHeight)
	p.Ln(3)
	p.text("B", sectionSize, s, "L")
	p.SetDrawColor(120, 120, 120)
	p.Line(left, p.GetY()+0.5, pageWidth-right, p.GetY()+0.5)
	p.Ln(2)
}

func (p *paper) paragraph(s string) {
	p.text("", letters, s, "L")
	p.Ln(1.5)
}

// field writes a label and, beside it, a value; indent moves both to the right.
// Both may take several lines and go over to the next page.
func (p *paper) field(label, value string, indent float64) {
	p.font("", small)
	labels := p.lines(label, labelWidth-indent-3)
	p.font("", letters)
	values := p.lines(value, textWidth-labelWidth)
	for i := range max(len(labels), len(values)) {
		p.room(lineHeight)
		p.SetX(left + indent)
		p.font("", small)
		p.SetTextColor(70, 70, 70)
		p.CellFormat(labelWidth-indent, lineHeight, lineOf(labels, i), "", 0, "L", false, 0, "")
		p.SetTextColor(0, 0, 0)
		p.font("", letters)
		p.CellFormat(textWidth-labelWidth, lineHeight, lineOf(values, i), "", 1, "L", false, 0, "")
	}
	p.Ln(0.8)
}

func lineOf(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// signature writes a line to sign on, with the date before it.
func (p *paper) signature(date, name string) {
	p.room(4 * lineHeight)
	p.Ln(8)
	p.font("", letters)
	p.SetX(left)
	p.CellFormat(60, lineHeight, words[wordDate].In(p.lang)+" "+safe(date), "", 0, "L", false, 0, "")
	p.CellFormat(25, lineHeight, words[wordSignature].In(p.lang), "", 0, "R", false, 0, "")
	x, y := p.GetXY()
	p.SetDrawColor(0, 0, 0)
	p.Line(x+2, y+lineHeight, x+45, y+lineHeight)
	p.SetX(x + 48)
	p.CellFormat(0, lineHeight, safe(name), "", 1, "L", false, 0, "")
}

// tick writes a box, crossed or empty, and a text beside it.
func (p *paper) tick(on bool, s string) {
	p.font("", letters)
	lines := p.lines(s, textWidth-8)
	for i, line := range lines {
		p.room(lineHeight)
		if i == 0 {
			y := p.GetY() + 0.9
			p.SetDrawColor(0, 0, 0)
			p.Rect(left, y, 3.2, 3.2, "D")
			if on {
				p.Line(left, y, left+3.2, y+3.2)
				p.Line(left+3.2, y, left, y+3.2)
			}
		}
		p.SetX(left + 6)
		p.CellFormat(textWidth-6, lineHeight, line, "", 1, "L", false, 0, "")
	}
	p.Ln(0.8)
}

// picture puts a PNG at a place, in millimetres.
func (p *paper) picture(name string, png []byte, x, y, size float64) {
	opt := fpdf.ImageOptions{ImageType: "PNG"}
	p.RegisterImageOptionsReader(name, opt, bytes.NewReader(png))
	p.ImageOptions(name, x, y, size, size, false, opt, 0, "")
}
