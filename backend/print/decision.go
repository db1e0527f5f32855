package print

import (
	"fmt"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
)

// A DecisionPaper is an administrative decision with the requisites that the law
// asks for.
type DecisionPaper struct {
	Lang              akno.Lang
	Outcome           akno.Status // Granted, Refused or AcceptanceRefused
	Date              workdays.Date
	Number            string // of registration
	Body              string
	Applicant         string
	Address           string // residence of a person, location of an entity
	ProcedureNumber   string
	ProcedureTitle    string
	ApplicationNumber string
	ApplicationDate   workdays.Date
	Content           string // what is granted, in words
	Ground            string // the act
	Reasons           string // of a refusal
	SuperiorBody      string // of a refusal; empty: only a court
	Validity          string // of the issued document
	OfficialPost      string
	OfficialName      string
	SignatureFile     string
}

// Decision returns the PDF of a decision. The error is an *akno.Error with code
// Invalid when a requisite is missing: a refusal without reasons is none.
func Decision(d DecisionPaper) ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	l := d.Lang
	p := newPaper(l, words[wordDecision].In(l)+" "+d.Number, d.Date.Start(), d.Number)
	p.text("B", sectionSize, d.Body, "C")
	p.Ln(3)
	p.title(words[wordDecision].In(l))
	p.text("", letters, fmt.Sprintf("%s %s № %s", words[wordDecisionFrom].In(l), d.Date.Print(), d.Number), "C")
	p.Ln(4)
	p.field(words[wordDecisionTo].In(l), d.Applicant, 0)
	p.optional(wordDecisionAddress, d.Address)
	p.field(words[wordDecisionProcedure].In(l), d.ProcedureNumber+". "+d.ProcedureTitle, 0)
	p.field(words[wordDecisionApplication].In(l),
		fmt.Sprintf("№ %s %s %s", d.ApplicationNumber, words[wordDecisionFrom].In(l), d.ApplicationDate.Print()), 0)
	p.section(words[wordDecisionDecided].In(l))
	p.text("B", letters, words[d.outcome()].In(l), "L")
	p.Ln(1.5)
	if d.Content != "" {
		p.paragraph(d.Content)
	}
	p.Ln(1)
	p.field(words[wordGround].In(l), d.Ground, 0)
	p.optional(wordReasons, d.Reasons)
	if d.Outcome != akno.Granted {
		appeal := words[wordAppealCourt].In(l)
		if d.SuperiorBody != "" {
			appeal = words[wordAppealText].In(l) + d.SuperiorBody
		}
		p.field(words[wordAppeal].In(l), appeal, 0)
	}
	p.optional(wordValidity, d.Validity)
	p.Ln(6)
	p.field(words[wordOfficial].In(l), d.OfficialPost, 0)
	p.field("", d.OfficialName, 0)
	p.optional(wordSignatureFile, d.SignatureFile)
	p.Ln(2)
	p.text("", small, words[wordDecisionNote].In(l), "L")
	return p.octets()
}

func (p *paper) optional(label word, value string) {
	if value != "" {
		p.field(words[label].In(p.lang), value, 0)
	}
}

func (d DecisionPaper) outcome() word {
	switch d.Outcome {
	case akno.Granted:
		return wordGranted
	case akno.Refused:
		return wordRefused
	}
	return wordNotAccepted
}

func (d DecisionPaper) check() error {
	fields := map[string]string{}
	for name, v := range map[string]string{
		"number": d.Number, "body": d.Body, "applicant": d.Applicant, "procedure": d.ProcedureNumber,
		"application": d.ApplicationNumber, "ground": d.Ground, "official": d.OfficialName,
		"date": dateOf(d.Date), "application_date": dateOf(d.ApplicationDate),
	} {
		if v == "" {
			fields[name] = "required"
		}
	}
	switch d.Outcome {
	case akno.Granted:
	case akno.Refused, akno.AcceptanceRefused:
		if d.Reasons == "" {
			fields["reasons"] = "required"
		}
	default:
		fields["outcome"] = "option"
	}
	if len(fields) > 0 {
		return &akno.Error{Code: akno.Invalid, Op: "print.Decision", Fields: fields}
	}
	return nil
}
