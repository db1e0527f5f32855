package pki_test

import (
	"testing"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

func TestStrictProfileRefusesWhatDeployedAuthoritiesDo(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileBPKI)
	for name, tc := range map[string]struct {
		n      []pki.Attribute
		curve  *bign.Curve
		change func(*pki.Template)
		want   pki.Reason
	}{
		"to the letter":                  {want: pki.OK},
		"key stronger than the issuer's": {curve: bign.Curve384v1(), want: pki.ChainConstraintsFailure},
		"key usage not critical":         {change: func(t *pki.Template) { t.KeyUsageCritical = false }, want: pki.ChainConstraintsFailure},
		"one use missing":                {change: func(t *pki.Template) { t.KeyUsage &^= pki.UseNonRepudiation }, want: pki.ChainConstraintsFailure},
		"one use more":                   {change: func(t *pki.Template) { t.KeyUsage |= pki.UseKeyAgreement }, want: pki.ChainConstraintsFailure},
		"purposes not critical":          {change: func(t *pki.Template) { t.ExtKeyUsageCritical = false }, want: pki.ChainConstraintsFailure},
		"no role":                        {change: func(t *pki.Template) { t.Policies[0] = oid.GosSUOKPolicyRUC }, want: pki.ChainConstraintsFailure},
		"no constraints":                 {change: func(t *pki.Template) { t.BasicConstraints = false }, want: pki.ChainConstraintsFailure},
		"no address of a list":           {change: func(t *pki.Template) { t.CRLPoints = nil }, want: pki.ChainConstraintsFailure},
		"no address of the issuer":       {change: func(t *pki.Template) { t.CAIssuers = nil }, want: pki.ChainConstraintsFailure},
		"no authority key identifier":    {change: func(t *pki.Template) { t.NoAuthorityKeyID = true }, want: pki.ChainConstraintsFailure},
		"common name in Cyrillic":        {n: []pki.Attribute{{Type: pki.AttrCommonName, Value: "АННА"}}, want: pki.ChainConstraintsFailure},
		"no common name":                 {n: []pki.Attribute{{Type: pki.AttrCountry, Value: "BY"}}, want: pki.ChainConstraintsFailure},
		"double space":                   {n: []pki.Attribute{{Type: pki.AttrCommonName, Value: "ANNA  K"}}, want: pki.ChainConstraintsFailure},
		"attribute twice": {n: []pki.Attribute{
			{Type: pki.AttrCommonName, Value: "ANNA"}, {Type: pki.AttrCommonName, Value: "HANNA"},
		}, want: pki.ChainConstraintsFailure},
	} {
		t.Run(name, func(t *testing.T) {
			n, curve := simpleName(t, "ANNA"), tc.curve
			if tc.n != nil {
				n = nameOf(t, tc.n)
			}
			if curve == nil {
				curve = bign.Curve256v1()
			}
			s := issue(t, ca, pki.KindPerson, pki.ProfileBPKI, n, curve, tc.change)
			v := verifier(root, ca)
			v.Profile = pki.ProfileBPKI
			if r := v.Verify(s.cert, pki.PurposeAny, pkidev.At); r.Reason != tc.want {
				t.Errorf("got %s %v, want %s", r.Reason, r.Notes, tc.want)
			}
			v.Profile = pki.ProfileGosSUOK
			if r := v.Verify(s.cert, pki.PurposeAny, pkidev.At); r.Reason != pki.OK {
				t.Errorf("as deployed: %s %v", r.Reason, r.Notes)
			}
		})
	}
}

func nameOf(t testing.TB, attributes []pki.Attribute) pki.Name { return name(t, attributes...) }

func TestServersMustNameTheHost(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	s := issue(t, ca, pki.KindTLS, pki.ProfileGosSUOK, simpleName(t, "portal"), bign.Curve256v1(), func(tmpl *pki.Template) {
		tmpl.DNSNames = []string{"portal.test.invalid", "*.pki.test.invalid", "*.invalid", "a.*.invalid"}
	})
	v := verifier(root, ca)
	for host, want := range map[string]pki.Reason{
		"": pki.OK, "portal.test.invalid": pki.OK, "PORTAL.test.invalid.": pki.OK, "x.pki.test.invalid": pki.OK,
		"pki.test.invalid": pki.ChainConstraintsFailure, "x.y.pki.test.invalid": pki.ChainConstraintsFailure,
		"other.invalid": pki.ChainConstraintsFailure, "a.*.invalid": pki.ChainConstraintsFailure, "127.0.0.1": pki.ChainConstraintsFailure,
	} {
		v.Host = host
		if r := v.Verify(s.cert, pki.PurposeTLS, pkidev.At); r.Reason != want {
			t.Errorf("%q: %s, want %s", host, r.Reason, want)
		}
	}
}

func TestALinkCertificateCarriesTrustToANewRoot(t *testing.T) {
	for _, profile := range []pki.Profile{pki.ProfileGosSUOK, pki.ProfileBPKI} {
		oldRoot := issue(t, nil, pki.KindRoot, profile, simpleName(t, "Root"), bign.Curve256v1(), nil)
		newRoot := issue(t, nil, pki.KindRoot, profile, simpleName(t, "Root"), bign.Curve256v1(), nil)
		tmpl := pki.NewTemplate(pki.KindRoot, profile)
		tmpl.Serial, tmpl.Subject, tmpl.NotBefore, tmpl.NotAfter = "\x07", newRoot.cert.Subject, begin, end
		tmpl.NoAuthorityKeyID = false
		raw, err := pki.CreateCertificate(tmpl, oldRoot.cert, newRoot.key.PublicKey(), oldRoot.key)
		if err != nil {
			t.Fatal(err)
		}
		link, err := pki.ParseCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		ca := issue(t, newRoot, pki.KindIssuing, profile, simpleName(t, "Authority"), bign.Curve256v1(), nil)
		holder := issue(t, ca, pki.KindPerson, profile, simpleName(t, "ANNA"), bign.Curve256v1(), nil)
		v := verifier(oldRoot, ca, newRoot)
		v.Profile = profile
		if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Verdict == pki.Passed {
			t.Errorf("%s: passed without the link", profile)
		}
		v.Intermediates = append(v.Intermediates, link)
		if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Verdict != pki.Passed || len(r.Path) != 4 {
			t.Errorf("%s: %s %v, path of %d", profile, r.Reason, r.Notes, len(r.Path))
		}
		if r := v.Verify(link, pki.PurposeCA, pkidev.At); r.Verdict != pki.Passed {
			t.Errorf("%s: the link itself: %s %v", profile, r.Reason, r.Notes)
		}
	}
}
