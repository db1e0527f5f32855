package pki_test

import (
	"strings"
	"testing"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// Every rule that the strict profile has beyond those of both, broken one at a time: the
// deployed profile takes what breaks it, and the note says which one it was.
func TestStrictProfileRefusesWhatDeployedAuthoritiesDo(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileBPKI)
	sub := issue(t, ca, pki.KindIssuing, pki.ProfileBPKI, simpleName(t, "Subordinate"), bign.Curve256v1(), func(t *pki.Template) { t.MaxPathLen = 0 })
	for name, tc := range strictCases(t) {
		t.Run(name, func(t *testing.T) {
			issuer, curve, kind := ca, bign.Curve256v1(), tc.kind
			if tc.under == "root" {
				issuer = root
			}
			if tc.under == "sub" {
				issuer = sub
			}
			if tc.strong {
				curve = bign.Curve384v1()
			}
			if kind == "" {
				kind = pki.KindPerson
			}
			s := issue(t, issuer, kind, pki.ProfileBPKI, simpleName(t, "ANNA"), curve, tc.change)
			cert := s.cert
			if tc.extensions != nil {
				cert = reissue(t, cert, issuer, tc.extensions)
			}
			v := verifier(root, ca, sub)
			v.Profile = pki.ProfileBPKI
			r, want := v.Verify(cert, pki.PurposeAny, pkidev.At), pki.ChainConstraintsFailure
			if tc.note == "" {
				want = pki.OK
			}
			if r.Reason != want || !strings.Contains(strings.Join(r.Notes, "; "), tc.note) {
				t.Errorf("got %s %v, want %s %q", r.Reason, r.Notes, want, tc.note)
			}
			v.Profile = pki.ProfileGosSUOK
			if r := v.Verify(cert, pki.PurposeAny, pkidev.At); r.Reason != pki.OK {
				t.Errorf("as deployed: %s %v", r.Reason, r.Notes)
			}
		})
	}
}

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
