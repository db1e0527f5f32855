package pki

import (
	"strings"
	"unicode"

	"akno/backend/stb/oid"
)

// HolderKind tells what a certificate was issued to.
type HolderKind string

// Kinds of holders.
const (
	// HolderPerson is a natural person acting for himself.
	HolderPerson HolderKind = "person"
	// HolderRepresentative is a natural person acting for an organisation.
	HolderRepresentative HolderKind = "representative"
	// HolderOrganisation is a legal entity.
	HolderOrganisation HolderKind = "organisation"
	// HolderAuthority is a certification or registration authority.
	HolderAuthority HolderKind = "authority"
	// HolderService is a server: time stamps, certificate status, TLS, a device.
	HolderService HolderKind = "service"
	// HolderUnknown is everything else.
	HolderUnknown HolderKind = "unknown"
)

// PersonName is a person's name in one language.
type PersonName struct {
	// Surname, GivenName and Patronymic are parts as certified; a patronymic may
	// be absent.
	Surname, GivenName, Patronymic string
}

// Full joins the parts that are present by spaces, surname first.
func (n PersonName) Full() string {
	return strings.Join(strings.Fields(n.Surname+" "+n.GivenName+" "+n.Patronymic), " ")
}

// Holder is the subject of a certificate in fields that mean the same in both
// profiles. A field is empty when the certificate does not say it.
type Holder struct {
	// Kind tells which of the fields to expect.
	Kind HolderKind
	// PersonName is the name in Russian.
	PersonName
	// Belarusian is the name in Belarusian.
	Belarusian PersonName
	// Latin is the name in Latin letters.
	Latin string
	// PersonalNumber is the identification number, 14 characters; of a person
	// identified by a foreign document, the number of the document.
	PersonalNumber string
	// NumberKind is PNO, PAS or IDC in the strict profile and "" otherwise.
	NumberKind string
	// Organisation is the full name of an organisation and ShortName its short one.
	Organisation, ShortName string
	// Department and Title are the place of a representative in it.
	Department, Title string
	// UNP is the taxpayer's number of nine characters, UNPF the number of the
	// social fund.
	UNP, UNPF string
	// CommonName is the name of an authority, a service or an organisation.
	CommonName string
	// Country, Region, Locality, Street and Email are the address.
	Country, Region, Locality, Street, Email string
}

// Holder decodes the subject. The forms of the state system and of STB
// 34.101.78 put the same things into different attributes: in the former
// givenName is the patronymic, in the latter surname and givenName hold
// "Belarusian/Russian" pairs.
func (c *Certificate) Holder() Holder {
	s := c.Subject
	h := Holder{
		Kind: c.holderKind(), CommonName: s.Get(AttrCommonName), Title: s.Get(AttrTitle),
		Country: s.Get(AttrCountry), Region: s.Get(AttrRegion), Locality: s.Get(AttrLocality),
		Street: s.Get(AttrStreet), Email: s.Get(AttrEmail), UNP: c.UNP, UNPF: c.UNPF,
		Department: firstOf(s.Get(oid.GosSUOKDepartment), s.Get(AttrDepartment)),
	}
	if h.Email == "" && len(c.AltNames.Emails) > 0 {
		h.Email = c.AltNames.Emails[0]
	}
	if id := s.Get(AttrOrganisationIdentifier); h.UNP == "" {
		h.UNP = strings.TrimPrefix(id, "TAXBY-")
	}
	if h.Kind != HolderService && h.Kind != HolderAuthority { // theirs is a number of equipment
		h.number(s)
	}
	strict := h.NumberKind != "" || strings.Contains(s.Get(AttrSurname), "/") || c.hasRole()
	switch h.Kind {
	case HolderPerson, HolderRepresentative:
		if strict {
			h.strictPerson(s)
		} else {
			h.deployedPerson(c)
		}
	default:
		h.organisation(s, strict)
	}
	return h
}

// number reads the personal number from whichever attribute carries it.
func (h *Holder) number(s Name) {
	h.PersonalNumber = firstOf(s.Get(oid.GosSUOKPersonalNumber), s.Get(AttrSerialNumber))
	if kind, number, ok := strings.Cut(h.PersonalNumber, "-"); ok && len(kind) == 5 {
		switch kind[:3] {
		case "PNO", "PAS", "IDC":
			h.NumberKind, h.PersonalNumber = kind[:3], number
		}
	}
}

func (h *Holder) strictPerson(s Name) {
	h.Latin, h.CommonName = h.CommonName, ""
	be, ru, ok := strings.Cut(s.Get(AttrSurname), "/")
	if !ok {
		be, ru = "", be
	}
	h.Belarusian.Surname, h.Surname = be, ru
	be, ru, ok = strings.Cut(s.Get(AttrGivenName), "/")
	if !ok {
		be, ru = "", be
	}
	h.Belarusian.GivenName, h.Belarusian.Patronymic, _ = strings.Cut(be, " ")
	h.GivenName, h.Patronymic, _ = strings.Cut(ru, " ")
	h.organisation(s, true)
}

// deployedPerson reads the form of the state system. A natural person's given
// name and patronymic stand apart, a representative's in one attribute.
func (h *Holder) deployedPerson(c *Certificate) {
	h.PersonName = deployedName(c.Subject)
	h.Belarusian = belarusianName(c.AltNames)
	if h.PersonalNumber != "" {
		h.Latin = strings.TrimSpace(strings.TrimSuffix(h.CommonName, h.PersonalNumber))
		h.CommonName = ""
	}
	if h.Kind == HolderRepresentative {
		h.Organisation = c.Subject.Get(AttrOrganisation)
	}
}

// belarusianName looks for the name in Belarusian among the alternative names. How the state
// system writes it there is not public: a distinguished name with a surname, one with
// a common name, and a text of another form are understood.
func belarusianName(a AltNames) PersonName {
	texts := a.Others
	for _, n := range a.Directory {
		if n.Get(AttrSurname) != "" {
			return deployedName(n)
		}
		texts = append(texts[:len(texts):len(texts)], n.Get(AttrCommonName))
	}
	for _, text := range texts {
		if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
			continue
		}
		parts := append(strings.Fields(text), "", "")
		return PersonName{Surname: parts[0], GivenName: parts[1], Patronymic: strings.TrimSpace(strings.Join(parts[2:], " "))}
	}
	return PersonName{}
}

func deployedName(s Name) PersonName {
	n := PersonName{Surname: s.Get(AttrSurname), GivenName: s.Get(AttrName), Patronymic: s.Get(AttrGivenName)}
	if n.Patronymic == "" {
		n.GivenName, n.Patronymic, _ = strings.Cut(n.GivenName, " ")
	}
	return n
}

func (h *Holder) organisation(s Name, strict bool) {
	if strict {
		h.Organisation, h.ShortName = s.Get(AttrName), s.Get(AttrOrganisation)
		return
	}
	h.Organisation = s.Get(AttrOrganisation)
	if h.Kind == HolderOrganisation {
		h.ShortName = h.CommonName
	}
}

func (c *Certificate) hasRole() bool {
	for _, p := range c.Policies {
		if len(p) == 11 && p[:10].Equal(oid.RoleKUC[:10]) {
			return true
		}
	}
	return false
}

func (c *Certificate) holderKind() HolderKind {
	switch {
	case c.HasPolicy(oid.RoleNaturalPerson), c.HasPolicy(oid.RoleForeignPerson):
		return HolderPerson
	case c.HasPolicy(oid.RoleLegalRepresentative):
		return HolderRepresentative
	case c.HasPolicy(oid.RoleLegalEntity):
		return HolderOrganisation
	case c.IsCA, c.HasPolicy(oid.RoleRA), c.HasPolicy(oid.RoleAA):
		return HolderAuthority
	case c.hasRole():
		return HolderService
	}
	s := c.Subject
	switch {
	case s.Get(AttrSurname) != "" && s.Get(AttrOrganisation) != "":
		return HolderRepresentative
	case s.Get(AttrSurname) != "":
		return HolderPerson
	case containsOID(c.ExtKeyUsage, EKUTimeStamping), containsOID(c.ExtKeyUsage, EKUOCSPSigning),
		containsOID(c.ExtKeyUsage, EKUServerAuth):
		return HolderService
	case c.UNP != "", s.Get(AttrOrganisationIdentifier) != "", s.Get(AttrOrganisation) != "":
		return HolderOrganisation
	}
	return HolderUnknown
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
