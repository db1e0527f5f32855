package print

import (
	"fmt"

	"akno/backend/akno/canon"
	"akno/backend/akno/workdays"
)

// Application returns the readable PDF of a submission, made from the very
// octets that are signed, in the submission's language. A draft says on each
// page that it is one. The error wraps canon.ErrFormat if raw is no submission.
func Application(raw []byte, draft bool) ([]byte, error) {
	s, err := canon.Parse(raw)
	if err != nil {
		return nil, err
	}
	hash := canon.Hash(raw)
	footer := "SHA-256 " + hash
	if draft {
		footer = words[wordDraft].In(s.Language)
	}
	p := newPaper(s.Language, words[wordApplication].In(s.Language)+" "+s.Procedure.Number, s.AsOf.Start(), footer)
	if err := p.head(s, hash); err != nil {
		return nil, err
	}
	for _, sec := range s.Sections {
		p.section(sec.Title)
		p.answers(sec.Answers, 0)
	}
	p.attachments(s)
	p.paid(s)
	p.section(words[wordHash].In(p.lang))
	p.text("", small, hash, "L")
	p.Ln(1)
	p.text("", small, words[wordHashNote].In(p.lang), "L")
	return p.octets()
}

// head writes to whom, from whom and about what, with the hash as a QR code in
// the corner.
func (p *paper) head(s canon.Submission, hash string) error {
	const side = 26.0
	png, err := QR("sha256:"+hash, 400, "")
	if err != nil {
		return err
	}
	p.picture("hash", png, pageWidth-right-side, top-6, side)
	p.SetY(top)
	p.title(words[wordApplication].In(p.lang))
	p.SetY(max(p.GetY(), top+side-6))
	p.field(words[wordTo].In(p.lang), s.Body.Name, 0)
	p.field(words[wordApplicant].In(p.lang), s.Applicant.Name, 0)
	for _, f := range []struct {
		label word
		value string
	}{
		{wordNumber, s.Applicant.PersonalNumber},
		{wordUNP, s.Applicant.UNP},
		{wordDocument, s.Applicant.Document},
		{wordRepresented, s.Applicant.Represented},
	} {
		if f.value != "" {
			p.field(words[f.label].In(p.lang), f.value, 0)
		}
	}
	p.field(words[wordProcedure].In(p.lang), s.Procedure.Number+". "+s.Procedure.Title, 0)
	p.field(words[wordForm].In(p.lang), fmt.Sprintf("%s (%s, %d)", s.Form.Title, s.Form.ID, s.Form.Version), 0)
	p.field(words[wordAsOf].In(p.lang), s.AsOf.Print(), 0)
	return nil
}

func (p *paper) answers(list []canon.Answer, indent float64) {
	for _, a := range list {
		if len(a.Rows) == 0 {
			p.field(a.Label, a.Text, indent)
			continue
		}
		p.room(3 * lineHeight)
		p.field(a.Label, "", indent)
		for i, row := range a.Rows {
			p.room(2 * lineHeight)
			p.font("B", small)
			p.SetX(left + indent)
			p.CellFormat(6, lineHeight, fmt.Sprintf("%d.", i+1), "", 0, "L", false, 0, "")
			p.answers(row, indent+6)
		}
	}
}

func (p *paper) attachments(s canon.Submission) {
	p.section(words[wordAttachments].In(p.lang))
	if len(s.Attachments) == 0 {
		p.paragraph(words[wordNoAttachments].In(p.lang))
	}
	for i, a := range s.Attachments {
		p.field(fmt.Sprintf("%d. %s", i+1, a.MediaType),
			fmt.Sprintf("%s, %d %s", a.Name, a.Size, words[wordOctets].In(p.lang)), 0)
		p.text("", 6.5, "SHA-256 "+a.SHA256, "R")
	}
}

func (p *paper) paid(s canon.Submission) {
	if s.Order == nil {
		return
	}
	p.section(words[wordOrderCode].In(p.lang))
	p.field(words[wordOrderCode].In(p.lang), s.Order.Code.Grouped(), 0)
	p.field(words[wordAmount].In(p.lang), s.Order.Amount.String()+" BYN", 0)
	if s.Payment == nil {
		return
	}
	if s.Payment.Operation != "" {
		p.field(words[wordOperation].In(p.lang), s.Payment.Operation, 0)
	}
	if s.Payment.Receipt != "" {
		p.field(words[wordReceipt].In(p.lang), s.Payment.Receipt, 0)
	}
}

// dateOf prints a day, or nothing.
func dateOf(d workdays.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Print()
}
