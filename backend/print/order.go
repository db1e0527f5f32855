package print

import (
	"akno/backend/akno"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
)

// An OrderSlip is what a person takes to pay an order.
type OrderSlip struct {
	Lang      akno.Lang
	Code      ordercode.Code
	Amount    akno.Money
	Procedure string // number and title, as shown
	Applicant string
	Payee     string
	Date      workdays.Date
	Before    workdays.Date
	Link      string // of ERIP; what the QR code holds
	Sample    bool   // the reference portal's: no real money can be paid to it
}

// Order returns the PDF of an order slip: the code in groups, the sum and the QR
// code of ERIP.
func Order(o OrderSlip) ([]byte, error) {
	var sample akno.Lang
	if o.Sample {
		sample = o.Lang
	}
	png, err := QR(o.Link, 900, sample)
	if err != nil {
		return nil, err
	}
	p := newPaper(o.Lang, words[wordSlip].In(o.Lang), o.Date.Start(), o.Code.Grouped())
	p.title(words[wordSlip].In(o.Lang))
	p.field(words[wordTo].In(o.Lang), o.Payee, 0)
	p.field(words[wordApplicant].In(o.Lang), o.Applicant, 0)
	p.field(words[wordProcedure].In(o.Lang), o.Procedure, 0)
	p.field(words[wordSlipDate].In(o.Lang), dateOf(o.Date), 0)
	p.field(words[wordSlipBefore].In(o.Lang), dateOf(o.Before), 0)
	p.Ln(3)
	p.text("", letters, words[wordOrderCode].In(o.Lang), "C")
	p.text("B", 16, o.Code.Grouped(), "C")
	p.Ln(2)
	p.text("", letters, words[wordAmount].In(o.Lang), "C")
	p.text("B", 16, o.Amount.String()+" BYN", "C")
	p.Ln(3)
	const side = 80.0
	p.room(side)
	p.picture("erip", png, left+(textWidth-side)/2, p.GetY(), side)
	p.SetY(p.GetY() + side + 2)
	p.paragraph(words[wordSlipHow].In(o.Lang))
	if o.Sample {
		p.text("B", letters, words[wordSlipSample].In(o.Lang), "L")
	}
	return p.octets()
}
