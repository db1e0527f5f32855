//go:build !race

package pki_test

import (
	"crypto/x509"
	"testing"

	"akno/backend/stb/internal/dudect"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

func TestALongListCostsNoMoreThanThreeTimesWhatParsingItCosts(t *testing.T) {
	raw, ca := longList(t, 100_000)
	ratio := dudect.Ratio(5, func() {
		l, err := pki.ParseRevocationList(raw)
		if err != nil || l.CheckSignatureFrom(ca.cert) != nil {
			t.Fatal(err)
		}
	}, func() {
		if _, err := x509.ParseRevocationList(raw); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%.2f of crypto/x509, with the signature", ratio)
	if ratio > 3 {
		t.Errorf("parsing and checking 100 000 entries takes %.2f times as long as crypto/x509 parses them", ratio)
	}
}

func TestALookUpDoesNotDependOnTheLengthOfTheList(t *testing.T) {
	lookUps := func(n int) func() {
		raw, _ := longList(t, n)
		l, err := pki.ParseRevocationList(raw)
		if err != nil {
			t.Fatal(err)
		}
		// The same number of look-ups, all over the list; half of them find nothing.
		var serials []pki.Serial
		for i := range 1000 {
			s := l.Entry(i * n / 1000).Serial
			serials = append(serials, s, "\x01"+s[1:]) // those in the list begin with more
		}
		return func() {
			for i, s := range serials {
				if _, ok := l.Lookup(s); ok != (i%2 == 0) {
					t.Fatalf("%s: found %v", s.Hex(), ok)
				}
			}
		}
	}
	// Going through the entries would take a hundred times as long; memory further away takes some.
	ratio := dudect.Ratio(21, lookUps(100_000), lookUps(1000))
	t.Logf("%.2f of a look-up in a list of a hundredth", ratio)
	if ratio > 30 {
		t.Errorf("a look-up takes %.2f times as long in a list a hundred times as long", ratio)
	}
}

func TestAPathOfThreeCostsNoMoreThanFourVerifications(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	holder := person(t, ca, nil)
	fresh := func(c *pki.Certificate) *pki.Certificate {
		again, err := pki.ParseCertificate(c.Raw)
		if err != nil {
			t.Fatal(err)
		}
		return again
	}
	const times = 20
	ratio := dudect.Ratio(15, func() {
		for range times {
			v := verifier(root, ca)
			v.Intermediates = []*pki.Certificate{fresh(ca.cert)}
			if r := v.Verify(fresh(holder.cert), pki.PurposeSign, pkidev.At); r.Verdict != pki.Passed {
				t.Fatal(r.Reason)
			}
		}
	}, func() {
		for range times {
			err := pki.CheckSignature(ca.cert.PublicKey, holder.cert.SignatureAlgorithm, holder.cert.RawTBS, holder.cert.Signature)
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Logf("%.2f verifications, parsing included", ratio)
	if ratio > 4 {
		t.Errorf("a path of three certificates costs %.2f verifications", ratio)
	}
}
