package pki_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

func TestHolderReadsBothProfiles(t *testing.T) {
	anna := pki.PersonName{Surname: "КРАВЧЕНКО", GivenName: "АННА", Patronymic: "СЕРГЕЕВНА"}
	hanna := pki.PersonName{Surname: "КРАЎЧАНКА", GivenName: "ГАННА", Patronymic: "СЯРГЕЕЎНА"}
	for file, want := range map[string]pki.Holder{
		"certs/g-fl1.cer": {
			Kind: pki.HolderPerson, PersonName: anna, Belarusian: hanna, Latin: "ANNA KRAUCHANKA",
			PersonalNumber: "4120591A000PB6", Country: "BY", Email: "g-fl1@test.invalid",
		},
		"certs/b-fl256.cer": {
			Kind: pki.HolderPerson, PersonName: anna, Belarusian: hanna, Latin: "ANNA KRAUCHANKA", NumberKind: "PNO",
			PersonalNumber: "4120591A000PB6", Country: "BY", Email: "anna@test.invalid",
		},
		"certs/g-up1.cer": {
			Kind: pki.HolderRepresentative, PersonName: pki.PersonName{Surname: "ЗАЙЦЕВА", GivenName: "МАРИНА", Patronymic: "ОЛЕГОВНА"},
			PersonalNumber: "4230385M000PB7", Organisation: `Открытое акционерное общество "Криница-Тест"`, Department: "бухгалтерия",
			Title: "главный бухгалтер", UNP: "100000170", Country: "BY", Region: "Минская обл.", Locality: "г. Борисов",
			Street: "ул. Лесная, д. 7", Email: "acc@test.invalid",
		},
		"certs/b-lr384.cer": {
			Kind: pki.HolderRepresentative, PersonName: pki.PersonName{Surname: "ЗАЙЦЕВА", GivenName: "МАРИНА", Patronymic: "ОЛЕГОВНА"},
			Belarusian: pki.PersonName{Surname: "ЗАЙЦАВА", GivenName: "МАРЫНА", Patronymic: "АЛЕГАЎНА"}, Latin: "MARYNA ZAITSAVA",
			NumberKind: "PNO", PersonalNumber: "4230385M000PB7", Organisation: `Открытое акционерное общество "Криница-Тест"`,
			ShortName: `ОАО "Криница-Тест"`, Title: "главный бухгалтер", UNP: "100000170", Country: "BY",
			Region: "Минская обл.", Locality: "г. Борисов", Street: "ул. Лесная, д. 7",
		},
		"certs/g-org1.cer": {
			Kind: pki.HolderOrganisation, Organisation: `Открытое акционерное общество "Криница-Тест"`, ShortName: `ОАО "Криница-Тест"`,
			CommonName: `ОАО "Криница-Тест"`, UNP: "100000170", UNPF: "000765432", Country: "BY", Region: "Минская обл.",
			Locality: "г. Борисов", Street: "ул. Лесная, д. 7",
		},
	} {
		if d := cmp.Diff(want, certificate(t, file).Holder()); d != "" {
			t.Errorf("%s: %s", file, d)
		}
	}
	for file, want := range map[string]pki.HolderKind{
		"certs/g-root.cer": pki.HolderAuthority, "certs/b-puc.cer": pki.HolderAuthority, "certs/g-tsa.cer": pki.HolderService,
		"certs/b-ocsp.cer": pki.HolderService, "certs/g-tls.cer": pki.HolderService,
	} {
		if got := certificate(t, file).Holder().Kind; got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
	full := pki.PersonName{Surname: "КРАВЧЕНКО", GivenName: "АННА"}.Full()
	if full != "КРАВЧЕНКО АННА" {
		t.Errorf("full name %q", full)
	}
}

func TestNumbersOfPayersAreFoundInAnyType(t *testing.T) {
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	text := func(of tag.Tag, s string) []byte { return der.Element(of, []byte(s)) }
	for name, tc := range map[string]struct {
		value []byte
		want  string
	}{
		"UTF8String":                {text(tag.UTF8String, "100000170"), "100000170"},
		"PrintableString":           {text(tag.PrintableString, "100000170"), "100000170"},
		"NumericString":             {text(18, "100000170"), "100000170"},
		"BMPString":                 {text(30, "\x001\x002\x003\x004\x005\x006\x007\x008\x009"), "123456789"},
		"INTEGER":                   {[]byte{2, 1, 17}, "000000017"},
		"INTEGER that is negative":  {[]byte{2, 1, 0x85}, ""},
		"INTEGER of ten digits":     {[]byte{2, 4, 0x3b, 0x9a, 0xca, 0x00}, ""},
		"OCTET STRING":              {text(tag.OCTET_STRING, "100000170"), "100000170"},
		"OCTET STRING of a string":  {der.Element(tag.OCTET_STRING, text(tag.UTF8String, "100000170")), "100000170"},
		"bare":                      {[]byte("100000170"), "100000170"},
		"among words":               {text(tag.UTF8String, "УНП 100000170"), "100000170"},
		"of a person, with letters": {text(tag.UTF8String, "AA1234567"), "AA1234567"},
		"short":                     {text(tag.UTF8String, "17"), "17"},
		"no number":                 {text(tag.UTF8String, "без номера"), ""},
		"empty":                     {text(tag.UTF8String, ""), ""},
		"of no string":              {[]byte{5, 0}, ""},
	} {
		s := issue(t, ca, pki.KindOrganisation, pki.ProfileGosSUOK, simpleName(t, "X"), bign.Curve256v1(), func(tmpl *pki.Template) {
			tmpl.Extra = []pki.Extension{{OID: oid.GosSUOKTaxID, Value: tc.value}, {OID: oid.GosSUOKSocialFundNumber, Value: tc.value}}
		})
		if h := s.cert.Holder(); h.UNP != tc.want || h.UNPF != tc.want {
			t.Errorf("%s: %q %q, want %q", name, h.UNP, h.UNPF, tc.want)
		}
	}
}

func TestTheBelarusianNameIsFoundInAnyForm(t *testing.T) {
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	person := name(t, pki.Attribute{Type: pki.AttrCommonName, Value: "ANNA 4120591A000PB6"}, pki.Attribute{Type: pki.AttrSurname, Value: "КРАВЧЕНКО"},
		pki.Attribute{Type: pki.AttrName, Value: "АННА"}, pki.Attribute{Type: pki.AttrSerialNumber, Value: "4120591A000PB6"})
	directory := func(a ...pki.Attribute) []byte { return der.Element(der.Explicit(4), name(t, a...).Raw) }
	other := func(value []byte) []byte {
		return der.Element(der.Explicit(0), append(der.OID([]int{1, 2, 3}), der.Element(der.Explicit(0), value)...))
	}
	parts := directory(pki.Attribute{Type: pki.AttrSurname, Value: "КРАЎЧАНКА"}, pki.Attribute{Type: pki.AttrName, Value: "ГАННА"}, pki.Attribute{Type: pki.AttrGivenName, Value: "СЯРГЕЕЎНА"})
	whole := directory(pki.Attribute{Type: pki.AttrCommonName, Value: "КРАЎЧАНКА ГАННА СЯРГЕЕЎНА"})
	mail := der.Element(der.Context(1), []byte("a@test.invalid"))
	text := other(der.Element(tag.UTF8String, []byte("КРАЎЧАНКА ГАННА СЯРГЕЕЎНА")))
	for name, tc := range map[string]struct {
		names []byte
		want  string
	}{
		"in parts":              {parts, "КРАЎЧАНКА ГАННА СЯРГЕЕЎНА"},
		"as a common name":      {whole, "КРАЎЧАНКА ГАННА СЯРГЕЕЎНА"},
		"as another form":       {append(mail, text...), "КРАЎЧАНКА ГАННА СЯРГЕЕЎНА"},
		"parts go first":        {append(text, parts...), "КРАЎЧАНКА ГАННА СЯРГЕЕЎНА"},
		"without patronymic":    {other(der.Element(tag.UTF8String, []byte("КРАЎЧАНКА ГАННА"))), "КРАЎЧАНКА ГАННА"},
		"a name in Latin":       {other(der.Element(tag.UTF8String, []byte("anna@domain"))), ""},
		"another form, no text": {other([]byte{5, 0}), ""},
	} {
		s := issue(t, ca, pki.KindPerson, pki.ProfileGosSUOK, person, bign.Curve256v1(), func(tmpl *pki.Template) {
			tmpl.Extra = []pki.Extension{{OID: idAltName, Value: seq(tc.names)}}
		})
		if h := s.cert.Holder(); h.Belarusian.Full() != tc.want || tc.want != "" && h.Belarusian.Surname != "КРАЎЧАНКА" {
			t.Errorf("%s: %+v, want %q", name, h.Belarusian, tc.want)
		}
	}
}

func TestANumberOfEquipmentIsNoPersonalNumber(t *testing.T) {
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	n := name(t, pki.Attribute{Type: pki.AttrCommonName, Value: "device"}, pki.Attribute{Type: pki.AttrSerialNumber, Value: "001122"})
	s := issue(t, ca, pki.KindPerson, pki.ProfileGosSUOK, n, bign.Curve256v1(), policies(oid.RoleDevice))
	if h := s.cert.Holder(); h.Kind != pki.HolderService || h.PersonalNumber != "" {
		t.Errorf("%+v", h)
	}
}
