package pki_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

func TestIssuedCertificatesServeTheirPurposeInBothProfiles(t *testing.T) {
	purposes := map[pki.Kind]pki.Purpose{
		pki.KindPerson: pki.PurposeSign, pki.KindOrganisation: pki.PurposeSign, pki.KindRepresentative: pki.PurposeAuth,
		pki.KindTSA: pki.PurposeTSA, pki.KindOCSP: pki.PurposeOCSP, pki.KindTLS: pki.PurposeTLS, pki.KindRA: pki.PurposeSign,
	}
	for _, profile := range []pki.Profile{pki.ProfileGosSUOK, pki.ProfileBPKI} {
		root, ca := hierarchy(t, profile)
		v := verifier(root, ca)
		v.Profile = profile
		if r := v.Verify(ca.cert, pki.PurposeCA, pkidev.At); r.Verdict != pki.Passed {
			t.Errorf("%s authority: %s %v", profile, r.Reason, r.Notes)
		}
		for kind, purpose := range purposes {
			s := issue(t, ca, kind, profile, simpleName(t, "TEST HOLDER"), bign.Curve256v1(), nil)
			if r := v.Verify(s.cert, purpose, pkidev.At); r.Verdict != pki.Passed {
				t.Errorf("%s %s: %s %v", profile, kind, r.Reason, r.Notes)
			}
			if r := v.Verify(s.cert, pki.PurposeCA, pkidev.At); r.Reason != pki.ChainConstraintsFailure {
				t.Errorf("%s %s as an authority: %s", profile, kind, r.Reason)
			}
		}
	}
}

func TestNewTemplateKnowsNoOtherKinds(t *testing.T) {
	if pki.NewTemplate("saint", pki.ProfileBPKI) != nil {
		t.Error("a template for an unknown kind")
	}
}

func TestHierarchiesOfEveryLevelVerify(t *testing.T) {
	for _, curve := range []*bign.Curve{bign.Curve256v1(), bign.Curve384v1(), bign.Curve512v1()} {
		root := issue(t, nil, pki.KindRoot, pki.ProfileBPKI, simpleName(t, "Root"), curve, nil)
		leaf := issue(t, root, pki.KindPerson, pki.ProfileBPKI, simpleName(t, "ANNA"), bign.Curve256v1(), nil)
		v := verifier(root)
		v.Profile = pki.ProfileBPKI
		if r := v.Verify(leaf.cert, pki.PurposeSign, pkidev.At); r.Verdict != pki.Passed {
			t.Errorf("%s: %s %v", curve.Name(), r.Reason, r.Notes)
		}
	}
}

func TestCreateCertificateRefusesWhatDoesNotFit(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	good := func() *pki.Template {
		tmpl := pki.NewTemplate(pki.KindPerson, pki.ProfileGosSUOK)
		tmpl.Serial, tmpl.Subject, tmpl.NotBefore, tmpl.NotAfter = "\x01", simpleName(t, "A"), begin, end
		return tmpl
	}
	key := newKey(t, bign.Curve256v1())
	for what, f := range map[string]func() error{
		"another signer": func() error {
			_, err := pki.CreateCertificate(good(), root.cert, key.PublicKey(), ca.key)
			return err
		},
		"self-signed with another key": func() error {
			_, err := pki.CreateCertificate(good(), nil, key.PublicKey(), ca.key)
			return err
		},
		"no serial": func() error {
			tmpl := good()
			tmpl.Serial = ""
			_, err := pki.CreateCertificate(tmpl, ca.cert, key.PublicKey(), ca.key)
			return err
		},
		"zero serial": func() error {
			tmpl := good()
			tmpl.Serial = "\x00"
			_, err := pki.CreateCertificate(tmpl, ca.cert, key.PublicKey(), ca.key)
			return err
		},
		"validity backwards": func() error {
			tmpl := good()
			tmpl.NotBefore, tmpl.NotAfter = end, begin
			_, err := pki.CreateCertificate(tmpl, ca.cert, key.PublicKey(), ca.key)
			return err
		},
	} {
		if err := f(); !errors.Is(err, pki.ErrTemplate) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := pki.NewSerial(bytes.Repeat([]byte{0xff}, 20)); err == nil {
		t.Error("a serial of 21 octets")
	}
}

func TestNamesAndNumbersSurviveIssuing(t *testing.T) {
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	be := name(t, pki.Attribute{Type: pki.AttrSurname, Value: "ЗАЙЦАВА"}, pki.Attribute{Type: pki.AttrName, Value: "МАРЫНА АЛЕГАЎНА"})
	n := name(t,
		pki.Attribute{Type: pki.AttrSurname, Value: "ЗАЙЦЕВА", BMP: true},
		pki.Attribute{Type: pki.AttrName, Value: "МАРИНА ОЛЕГОВНА"},
		pki.Attribute{Type: oid.GosSUOKPersonalNumber, Value: "4230385M000PB7"},
		pki.Attribute{Type: pki.AttrCountry, Value: "BY"},
		pki.Attribute{Type: pki.AttrOrganisation, Value: `ОАО "Криница-Тест"`},
		pki.Attribute{Type: pki.AttrTitle, Value: "главный бухгалтер"},
	)
	s := issue(t, ca, pki.KindRepresentative, pki.ProfileGosSUOK, n, bign.Curve256v1(), func(tmpl *pki.Template) {
		tmpl.UNP, tmpl.UNPF, tmpl.Belarusian, tmpl.Emails = "100000170", "000765432", be, []string{"a@test.invalid"}
	})
	want := pki.Holder{
		Kind: pki.HolderRepresentative, PersonName: pki.PersonName{Surname: "ЗАЙЦЕВА", GivenName: "МАРИНА", Patronymic: "ОЛЕГОВНА"},
		Belarusian:     pki.PersonName{Surname: "ЗАЙЦАВА", GivenName: "МАРЫНА", Patronymic: "АЛЕГАЎНА"},
		PersonalNumber: "4230385M000PB7", Organisation: `ОАО "Криница-Тест"`, Title: "главный бухгалтер",
		UNP: "100000170", UNPF: "000765432", Country: "BY", Email: "a@test.invalid",
	}
	if d := cmp.Diff(want, s.cert.Holder()); d != "" {
		t.Error(d)
	}
}

func TestRequestCarriesNameKeyAndExtensions(t *testing.T) {
	key := newKey(t, bign.Curve384v1())
	tmpl := &pki.Template{Policies: pki.NewTemplate(pki.KindPerson, pki.ProfileBPKI).Policies, Emails: []string{"anna@test.invalid"}}
	raw, err := pki.CreateRequest(&pki.RequestTemplate{
		Subject: simpleName(t, "ANNA"), ChallengePassword: "/INFO:pay-1", Extensions: tmpl.Extensions(),
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pki.ParseRequest(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(); err != nil || r.ChallengePassword != "/INFO:pay-1" || !r.PublicKey.Equal(key.PublicKey()) ||
		len(r.Policies) != 1 || len(r.AltNames.Emails) != 1 || r.Subject.String() != "CN=ANNA, C=BY" {
		t.Errorf("%v %+v", err, r)
	}
	raw[len(raw)-1] ^= 1
	if r, err = pki.ParseRequest(raw); err != nil || r.Verify() == nil {
		t.Errorf("a damaged proof of possession holds: %v", err)
	}
}

func TestRevocationListRemembersEveryField(t *testing.T) {
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	a, _ := pki.NewSerial([]byte{0xff, 1})
	b, _ := pki.NewSerial([]byte{2})
	since := pkidev.At.Add(-48 * time.Hour)
	want := []pki.Revocation{
		{Serial: a, At: pkidev.At.Add(-time.Hour), HasReason: true, Reason: pki.ReasonKeyCompromise, InvalidSince: since},
		{Serial: b, At: time.Date(2051, 1, 1, 0, 0, 0, 0, time.UTC), HasReason: true, Reason: pki.ReasonSuperseded},
	}
	l := issueList(t, ca, nil, want...)
	if l.Len() != 2 || l.Number != pki.NumberSerial(300) || l.CheckSignatureFrom(ca.cert) != nil {
		t.Fatalf("%d entries, number %x", l.Len(), l.Number)
	}
	for _, w := range want {
		got, ok := l.Lookup(w.Serial)
		if d := cmp.Diff(w, got); !ok || d != "" {
			t.Error(ok, d)
		}
	}
	if _, ok := l.Lookup("\x03"); ok {
		t.Error("found a number that is not there")
	}
	if got := want[0].EffectiveAt(); !got.Equal(since) {
		t.Errorf("a lost key counts from %v", got)
	}
}
