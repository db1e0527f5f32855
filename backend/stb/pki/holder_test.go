package pki_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
