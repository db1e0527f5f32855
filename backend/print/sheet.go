package print

import (
	"fmt"

	"akno/backend/akno/canon"
)

// Sheet returns the list of an application's attachments as PDF: each with its
// name, type, size and the whole hash, so that a file that lies elsewhere can be
// compared with what was signed. It is made from the very octets that are
// signed. The error wraps canon.ErrFormat if raw is no submission.
func Sheet(raw []byte) ([]byte, error) {
	s, err := canon.Parse(raw)
	if err != nil {
		return nil, err
	}
	hash := canon.Hash(raw)
	p := newPaper(s.Language, words[wordSheet].In(s.Language), s.AsOf.Start(), "SHA-256 "+hash)
	p.title(words[wordSheet].In(p.lang))
	p.field(words[wordApplicant].In(p.lang), s.Applicant.Name, 0)
	p.field(words[wordProcedure].In(p.lang), s.Procedure.Number+". "+s.Procedure.Title, 0)
	p.field(words[wordAsOf].In(p.lang), s.AsOf.Print(), 0)
	p.section(words[wordAttachments].In(p.lang))
	if len(s.Attachments) == 0 {
		p.paragraph(words[wordNoAttachments].In(p.lang))
	}
	var total int64
	for i, a := range s.Attachments {
		p.room(4 * lineHeight)
		p.text("B", letters, fmt.Sprintf("%d. %s", i+1, a.Name), "L")
		p.text("", small, fmt.Sprintf("%s, %d %s", a.MediaType, a.Size, words[wordOctets].In(p.lang)), "L")
		p.text("", small, "SHA-256 "+a.SHA256, "L")
		p.Ln(2)
		total += a.Size
	}
	if len(s.Attachments) > 0 {
		p.field(words[wordTotal].In(p.lang), fmt.Sprintf("%d, %d %s", len(s.Attachments), total, words[wordOctets].In(p.lang)), 0)
	}
	p.section(words[wordHash].In(p.lang))
	p.text("", small, hash, "L")
	p.Ln(1)
	p.text("", small, words[wordSheetNote].In(p.lang), "L")
	return p.octets()
}
