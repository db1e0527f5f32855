package print

import (
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
)

// A Person is whom the papers of a registration are about.
type Person struct {
	Name           string // surname, name, patronymic
	BirthDate      workdays.Date
	Citizenship    string
	PersonalNumber string
	Document       string // kind, series, number, issuer, dates
	Address        string
	Phone          string
	Email          string
}

// A CabinetPaper is the application for a cabinet that a citizen signs at One
// Window, with the part that the clerk fills in.
type CabinetPaper struct {
	Lang          akno.Lang // Russian or Belarusian
	Office        string    // of One Window
	Person        Person
	ExistingEmail string // an account to merge with, if there is one
	RulesRead     bool
	Date          workdays.Date
	Clerk         ClerkPart
}

// A ClerkPart is the clerk's check list. Empty, it is printed to be filled in by
// hand.
type ClerkPart struct {
	Journal       string
	Clerk         string
	DocumentShown bool
	DocumentValid bool
	PhotoCompared bool
	NumberChecked bool
	Register      string // number of the population register's answer
	ConsentSigned bool
	// ApplicationScan and ConsentScan are the numbers of the scans.
	ApplicationScan string
	ConsentScan     string
	IssuedAt        string
}

// CabinetApplication returns the PDF of an application for a cabinet.
func CabinetApplication(c CabinetPaper) ([]byte, error) {
	p := newPaper(textLang(c.Lang), c.Office, c.Date.Start(), c.Person.PersonalNumber)
	data := c.Person.data()
	data["Office"], data["ExistingEmail"], data["RulesRead"] = c.Office, c.ExistingEmail, c.RulesRead
	if err := p.write("cabinet", data); err != nil {
		return nil, err
	}
	p.signature(c.Date.Print(), "")
	err := p.write("clerk", map[string]any{
		"Journal": c.Clerk.Journal, "Clerk": c.Clerk.Clerk, "DocumentShown": c.Clerk.DocumentShown,
		"DocumentValid": c.Clerk.DocumentValid, "PhotoCompared": c.Clerk.PhotoCompared,
		"NumberChecked": c.Clerk.NumberChecked, "Register": c.Clerk.Register,
		"ConsentSigned": c.Clerk.ConsentSigned, "IssuedAt": c.Clerk.IssuedAt,
		"ApplicationScan": c.Clerk.ApplicationScan, "ConsentScan": c.Clerk.ConsentScan,
	})
	if err != nil {
		return nil, err
	}
	p.signature("", "")
	return p.octets()
}

func (x Person) data() map[string]any {
	return map[string]any{
		"Name": x.Name, "BirthDate": dateOf(x.BirthDate), "Citizenship": x.Citizenship,
		"PersonalNumber": x.PersonalNumber, "Document": x.Document, "Address": x.Address,
		"Phone": x.Phone, "Email": x.Email,
	}
}

// A Way is how a consent is given.
type Way string

// The ways of giving consent.
const (
	OnPaper   Way = "paper" // own signature, scanned
	BySigning Way = "eds"
	ByCode    Way = "email" // a tick and a code from a letter
)

// An Operator is who processes personal data.
type Operator struct {
	Name, Address, Email string
	Processors           string // empty: there are none
	RetentionMonths      int    // after the cabinet is closed
	AuditRetention       string // words, such as «5 лет»
}

// A ConsentPaper is the consent to the processing of personal data.
type ConsentPaper struct {
	Lang      akno.Lang // Russian or Belarusian
	Operator  Operator
	Person    Person
	Agreed    bool
	Explained bool // rights and consequences: a tick of its own by law
	Way       Way
	Scan      string
	SignedAt  time.Time
}

// Consent returns the PDF of a consent, with the version and the hash of its
// text below.
func Consent(c ConsentPaper) ([]byte, error) {
	hash, err := ConsentHash(c.Lang)
	if err != nil {
		return nil, err
	}
	l := textLang(c.Lang)
	p := newPaper(l, c.Operator.Name, c.SignedAt, fmt.Sprintf("v%s sha256 %s", ConsentVersion, hash))
	data, o := c.Person.data(), c.Operator.told(l)
	data["OperatorName"], data["OperatorAddress"], data["OperatorEmail"] = o.Name, o.Address, o.Email
	data["Processors"], data["RetentionMonths"] = o.Processors, o.RetentionMonths
	data["AuditRetention"], data["Agreed"], data["Explained"] = o.AuditRetention, c.Agreed, c.Explained
	data["Way"], data["Scan"] = string(c.Way), c.Scan
	if err := p.write("consent", data); err != nil {
		return nil, err
	}
	p.signature(c.SignedAt.In(workdays.Minsk).Format("02.01.2006 15:04"), "")
	return p.octets()
}

// A SealedSlip is the sheet with the login and the one-time password that a
// clerk hands over in an envelope.
type SealedSlip struct {
	Lang     akno.Lang
	Name     string
	Login    string // the identification number
	Password []byte // the caller wipes it, and the PDF, which holds it too
	Until    workdays.Date
	Portal   string
	Date     workdays.Date
}

// Sealed returns the PDF of a sealed slip. It is made once, never stored and
// never logged.
func Sealed(s SealedSlip) ([]byte, error) {
	p := newPaper(s.Lang, words[wordSealed].In(s.Lang), s.Date.Start(), "")
	p.title(words[wordSealed].In(s.Lang))
	p.paragraph(s.Name)
	p.field(words[wordLogin].In(s.Lang), s.Login, 0)
	p.Ln(2)
	p.text("", letters, words[wordPassword].In(s.Lang), "C")
	p.text("B", 18, string(s.Password), "C")
	p.Ln(2)
	p.field(words[wordSealedUntil].In(s.Lang), dateOf(s.Until), 0)
	p.field(words[wordSealedAt].In(s.Lang), s.Portal, 0)
	p.Ln(2)
	p.paragraph(words[wordSealedHow].In(s.Lang))
	p.signature(s.Date.Print(), "")
	return p.octets()
}
