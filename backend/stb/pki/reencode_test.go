package pki

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/pkidev"
)

// echo signs with whatever octets it was given before: enough to compare what
// is signed.
type echo struct{ key *bign.PublicKey }

func (e echo) PublicKey() *bign.PublicKey { return e.key }
func (e echo) SignHash(_, _ []byte) ([]byte, error) {
	return make([]byte, AlgorithmFor(e.key).SignatureSize()), nil
}

func peer(t *testing.T, file string) *Certificate {
	t.Helper()
	c, err := ParseCertificate(pkidev.File(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNamesOfThePeerReencodeToTheSameOctets(t *testing.T) {
	for _, e := range pkidev.Entries(t, "certs") {
		c := peer(t, e.File)
		for _, n := range append([]Name{c.Issuer, c.Subject}, c.AltNames.Directory...) {
			var attributes []Attribute
			for _, rdn := range n.RDNs {
				attributes = append(attributes, rdn...)
			}
			again, err := NewName(attributes...)
			if err != nil || !bytes.Equal(again.Raw, n.Raw) {
				t.Errorf("%s: %s: %v", e.File, n, err)
			}
		}
	}
}

func TestExtensionsOfThePeerReencodeToTheSameOctets(t *testing.T) {
	for _, e := range pkidev.Entries(t, "certs") {
		c := peer(t, e.File)
		tmpl := &Template{
			KeyUsage: c.KeyUsage, ExtKeyUsage: c.ExtKeyUsage, BasicConstraints: c.HasBasicConstraints, IsCA: c.IsCA,
			MaxPathLen: c.MaxPathLen, Policies: c.Policies, CRLPoints: c.CRLPoints, OCSPServers: c.OCSPServers, CAIssuers: c.CAIssuers,
			Emails: c.AltNames.Emails, DNSNames: c.AltNames.DNSNames, URIs: c.AltNames.URIs, UNP: c.UNP, UNPF: c.UNPF, CardForm: c.CardForm,
			LongKeyIDs: len(c.SubjectKeyID) == 32, OCSPNoCheck: c.OCSPNoCheck,
		}
		if len(c.AltNames.Directory) > 0 {
			tmpl.Belarusian = c.AltNames.Directory[0]
		}
		ours := tmpl.extensions(c.PublicKey, c.AuthorityKeyID)
		if len(ours) != len(c.Extensions) {
			t.Errorf("%s: %d extensions, the peer has %d", e.File, len(ours), len(c.Extensions))
		}
		for _, theirs := range c.Extensions {
			x := findExtension(ours, theirs.OID)
			if x == nil || !bytes.Equal(x.Value, theirs.Value) {
				t.Errorf("%s: extension %s", e.File, theirs.OID)
			}
		}
	}
}

func TestCertificatesOfThePeerReencodeToTheSameOctets(t *testing.T) {
	for _, e := range pkidev.Entries(t, "certs") {
		c := peer(t, e.File)
		var b cryptobyte.Builder
		addExtensionList(&b, c.Extensions)
		if !bytes.Contains(c.RawTBS, b.BytesOrPanic()) {
			t.Errorf("%s: list of extensions", e.File)
		}
		if !bytes.Equal(MarshalPublicKey(c.PublicKey), c.RawSubjectPublicKeyInfo) {
			t.Errorf("%s: public key", e.File)
		}
	}
}

func TestRequestsOfThePeerReencodeToTheSameOctets(t *testing.T) {
	for _, e := range pkidev.Entries(t, "csr") {
		r, err := ParseRequest(pkidev.File(t, e.File))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := CreateRequest(&RequestTemplate{
			Subject: r.Subject, ChallengePassword: r.ChallengePassword, Extensions: r.Extensions,
		}, echo{r.PublicKey})
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseRequest(raw)
		if err != nil || !bytes.Equal(again.RawTBS, r.RawTBS) {
			t.Errorf("%s: %v", e.File, err)
		}
	}
}

func TestListsOfThePeerReencodeToTheSameOctets(t *testing.T) {
	for _, e := range pkidev.Entries(t, "crl") {
		l, err := ParseRevocationList(pkidev.File(t, e.File))
		if err != nil {
			t.Fatal(err)
		}
		issuer := peer(t, e.Issuer)
		tmpl := &RevocationListTemplate{Number: l.Number, ThisUpdate: l.ThisUpdate, NextUpdate: l.NextUpdate}
		for i := range l.Len() {
			tmpl.Entries = append(tmpl.Entries, l.Entry(i))
		}
		raw, err := CreateRevocationList(tmpl, issuer, echo{issuer.PublicKey})
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseRevocationList(raw)
		if err != nil || !bytes.Equal(again.RawTBS, l.RawTBS) {
			t.Errorf("%s: %v", e.File, err)
		}
	}
}

func TestNamesCompareByMeaning(t *testing.T) {
	a, err := NewName(Attribute{Type: AttrOrganisation, Value: "РУП  «Центр»", BMP: true}, Attribute{Type: AttrCountry, Value: "BY"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewName(Attribute{Type: AttrOrganisation, Value: "руп «ЦЕНТР» "}, Attribute{Type: AttrCountry, Value: "by"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewName(Attribute{Type: AttrOrganisation, Value: "РУП «Центр»"})
	if err != nil {
		t.Fatal(err)
	}
	if !a.Equal(b) || a.Equal(c) {
		t.Errorf("%s = %s: %v; %s = %s: %v", a, b, a.Equal(b), a, c, a.Equal(c))
	}
	if s := a.String(); !strings.HasPrefix(s, "O=РУП  «Центр», C=") {
		t.Errorf("text %q", s)
	}
	if _, err := NewName(Attribute{Type: AttrCountry, Value: "РБ"}); err == nil {
		t.Error("a country in Cyrillic")
	}
}

func TestEveryStringTypeOfANameReencodesToTheSameOctets(t *testing.T) {
	for _, a := range []Attribute{
		{Type: AttrCommonName, Value: "АННА"},
		{Type: AttrCommonName, Value: "АННА", BMP: true},
		{Type: AttrCommonName, Value: "ANNA", Printable: true},
		{Type: AttrCountry, Value: "BY"},
		{Type: AttrEmail, Value: "a@b.by"},
	} {
		n, err := NewName(a)
		if err != nil || n.RDNs[0][0].Printable != a.Printable || n.RDNs[0][0].BMP != a.BMP {
			t.Fatalf("%+v: %v", a, err)
		}
		if again, err := NewName(n.RDNs[0][0]); err != nil || !bytes.Equal(again.Raw, n.Raw) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	if _, err := NewName(Attribute{Type: AttrCommonName, Value: "АННА", Printable: true}); err == nil {
		t.Error("Cyrillic letters in a PrintableString")
	}
}
