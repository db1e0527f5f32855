package app

import (
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/onewindow"
	"akno/backend/desktop/session"
	"akno/backend/print"
)

// printedPerson is a person as the papers name one.
func printedPerson(w onewindow.Work) print.Person {
	p, d := w.Card.Person, w.Card.Document
	birth, _ := workdays.Parse(p.BirthDate) // checked before there is a paper; a zero date prints as nothing
	return print.Person{
		Name: strings.Join(strings.Fields(p.Surname+" "+p.Name+" "+p.Patronymic), " "), BirthDate: birth,
		Citizenship: p.Citizenship, PersonalNumber: p.PersonalNumber,
		Document: strings.Join(strings.Fields(d.Series+d.Number+" "+d.Issuer+" "+printedDay(d.Issued)+"–"+printedDay(d.Expires)), " "),
		Phone:    w.Card.Phone, Email: w.Card.Email,
	}
}

func printedDay(iso string) string {
	d, err := workdays.Parse(iso)
	if err != nil {
		return ""
	}
	return d.Print()
}

// clerkPapers are the application for a cabinet and the consent, to be printed
// and signed by hand.
func clerkPapers(w onewindow.Work, clerk session.State, operator session.Operator, now time.Time) (application, consent []byte, err error) {
	lang, person := akno.Lang(w.Card.Language), printedPerson(w)
	application, err = print.CabinetApplication(print.CabinetPaper{
		Lang: lang, Office: clerk.Office, Person: person, ExistingEmail: w.Card.Email, Date: workdays.Of(now),
	})
	if err != nil {
		return nil, nil, err
	}
	consent, err = print.Consent(print.ConsentPaper{
		Lang: lang, Operator: print.Operator(operator), Person: person, Way: print.OnPaper, SignedAt: now,
	})
	return application, consent, err
}

// sealedSlip draws the one-time password; the caller wipes the slip.
func sealedSlip(i onewindow.Issued, portal string, now time.Time) ([]byte, error) {
	return print.Sealed(print.SealedSlip{
		Lang: akno.Lang(i.Work.Card.Language), Name: printedPerson(i.Work).Name, Login: i.Login, Password: i.Password,
		Until: workdays.Of(i.ExpiresAt), Portal: portal, Date: workdays.Of(now),
	})
}
