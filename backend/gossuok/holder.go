package gossuok

import (
	"strings"

	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// A Person is who a certificate of a natural person is issued to.
type Person struct {
	pki.PersonName                // in Russian
	Belarusian     pki.PersonName // or empty
	Latin          string         // surname and name in Latin letters
	Number         string         // identification number
	Email          string         // or empty
}

// An Organisation is a legal entity.
type Organisation struct {
	Name, ShortName string
	UNP             string
	Locality        string
	Street          string
}

// PersonOrder returns the order of a certificate for a natural person, named as
// the state system names people: the given name is the patronymic there, and the
// name the first name.
func PersonOrder(p Person) (Order, error) {
	subject, err := pki.NewName(kept(
		pki.Attribute{Type: pki.AttrCommonName, Value: strings.ToUpper(p.Latin) + " " + p.Number},
		pki.Attribute{Type: pki.AttrSurname, Value: p.Surname},
		pki.Attribute{Type: pki.AttrName, Value: p.GivenName},
		pki.Attribute{Type: pki.AttrGivenName, Value: p.Patronymic},
		pki.Attribute{Type: pki.AttrSerialNumber, Value: p.Number},
		pki.Attribute{Type: pki.AttrCountry, Value: "BY"},
	)...)
	if err != nil {
		return Order{}, err
	}
	o := Order{Kind: pki.KindPerson, Subject: subject}
	if p.Email != "" {
		o.Emails = []string{p.Email}
	}
	if p.Belarusian != (pki.PersonName{}) {
		o.Belarusian, err = pki.NewName(kept(
			pki.Attribute{Type: pki.AttrSurname, Value: p.Belarusian.Surname},
			pki.Attribute{Type: pki.AttrName, Value: p.Belarusian.GivenName},
			pki.Attribute{Type: pki.AttrGivenName, Value: p.Belarusian.Patronymic},
		)...)
	}
	return o, err
}

// OrganisationOrder returns the order of a certificate for a legal entity.
func OrganisationOrder(org Organisation) (Order, error) {
	subject, err := pki.NewName(kept(
		pki.Attribute{Type: pki.AttrCommonName, Value: org.ShortName},
		pki.Attribute{Type: pki.AttrOrganisation, Value: org.Name},
		pki.Attribute{Type: pki.AttrStreet, Value: org.Street},
		pki.Attribute{Type: pki.AttrLocality, Value: org.Locality},
		pki.Attribute{Type: pki.AttrCountry, Value: "BY"},
	)...)
	return Order{Kind: pki.KindOrganisation, Subject: subject, UNP: org.UNP}, err
}

// RepresentativeOrder returns the order of a certificate for a person who acts
// for an organisation in a position. The state system puts name and patronymic
// into one attribute there and names the person's number by an identifier of its
// own.
func RepresentativeOrder(p Person, org Organisation, title string) (Order, error) {
	subject, err := pki.NewName(kept(
		pki.Attribute{Type: pki.AttrSurname, Value: p.Surname},
		pki.Attribute{Type: pki.AttrName, Value: strings.TrimSpace(p.GivenName + " " + p.Patronymic)},
		pki.Attribute{Type: oid.GosSUOKPersonalNumber, Value: p.Number},
		pki.Attribute{Type: pki.AttrOrganisation, Value: org.Name},
		pki.Attribute{Type: pki.AttrTitle, Value: title},
		pki.Attribute{Type: pki.AttrStreet, Value: org.Street},
		pki.Attribute{Type: pki.AttrLocality, Value: org.Locality},
		pki.Attribute{Type: pki.AttrCountry, Value: "BY"},
	)...)
	return Order{Kind: pki.KindRepresentative, Subject: subject, UNP: org.UNP}, err
}

// kept drops attributes without a value.
func kept(all ...pki.Attribute) []pki.Attribute {
	out := all[:0]
	for _, a := range all {
		if strings.TrimSpace(a.Value) != "" {
			out = append(out, a)
		}
	}
	return out
}
